"""An SMTP server on loopback: real protocol, scripted faults, and what it accepted."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Protocol
from aiosmtpd.smtp import AuthResult, Envelope, Session


@dataclass
class MailServer:
    """What the server took, and what shall go wrong."""

    letters: list[EmailMessage] = field(default_factory=list)
    refuse_sender: list[str] = field(default_factory=list)  # answers, one for each MAIL
    refuse_recipient: list[str] = field(default_factory=list)  # answers, one for each RCPT
    refuse_data: list[str] = field(default_factory=list)  # answers, one for each DATA
    drop_after_data: int = 0  # so many letters are kept and the connection is cut
    host: str = "127.0.0.1"
    port: int = 0

    async def handle_MAIL(
        self, _server: Protocol, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take the sender or give the scripted answer."""
        if self.refuse_sender:
            return self.refuse_sender.pop(0)
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, _server: Protocol, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        """Take the recipient or give the scripted answer."""
        if self.refuse_recipient:
            return self.refuse_recipient.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Protocol, _session: Session, envelope: Envelope) -> str:
        """Keep the letter or give the scripted answer."""
        if self.refuse_data:
            return self.refuse_data.pop(0)
        letter = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        if self.drop_after_data:
            self.drop_after_data -= 1
            server.transport.abort()
        return "250 OK"


class _AnyPort(Controller):
    """Listens where the system chooses."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Serve on a free port of loopback until the block ends."""
    state = MailServer()
    controller = _AnyPort(
        state, hostname=state.host, port=0, auth_require_tls=False,
        authenticator=lambda *_: AuthResult(success=True),
    )  # fmt: skip
    controller.start()
    try:
        state.port = controller.port
        yield state
    finally:
        controller.stop()
