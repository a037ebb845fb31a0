"""All that one message about one event may say, and to whom. Pure."""

from dataclasses import dataclass
from datetime import datetime

from alerts.situations import Reaction, Recognised
from alerts.texts import DEFAULT_ZONE, Speech
from storage.incident_records import Event, Facts, Incident, Link, Silence


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """What a message is made of."""

    incident: Incident
    event: Event
    level: int
    recognised: Recognised
    reaction: Reaction
    begun_at: datetime  # when the clocks of the reaction began
    take_until: datetime  # when the next one is called, or would be
    asked: str  # the role that is to take it
    owners: tuple[tuple[str, str], ...] = ()  # role, who has it
    language: str = "ru"
    timezone: str = DEFAULT_ZONE
    mark: str = ""  # tells this message's buttons from every other's
    links: tuple[Link, ...] = ()  # the same crisis at kindred brands
    ticked: int = 0  # steps of the reaction map that are done
    silence: Silence | None = None  # it is to be quiet about this for now
    reader: str = ""  # the recipient's name

    @property
    def speech(self) -> Speech:
        """The language and zone of who reads it."""
        return Speech(self.language, self.timezone)

    @property
    def facts(self) -> Facts:
        """What the event stands on."""
        return self.event.facts

    def owner(self, role: str) -> str:
        """Who has the role; the role itself where nobody is named."""
        return next((name for one, name in self.owners if one == role), role)
