"""What `/metrics` says, in Prometheus's text format: read from the database at each asking."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from alerts.gaps import judge
from storage.database import Database

_Sample = tuple[Mapping[str, str], float]


def metrics(database: Database, now: datetime) -> str:
    """Every figure with its help; StorageError where the database cannot be read."""
    with database.read() as tx:
        counted = tx.deliveries.counts()
        oldest = tx.deliveries.oldest_waiting()
        delays = sorted(tx.deliveries.delays(limit=200))
        beats, sources = tx.leases.heartbeats(), tx.feeds.active()
    waited = (now - oldest).total_seconds() if oldest else 0.0
    states = [judge(one) for one in sources]
    families: tuple[tuple[str, str, Sequence[_Sample]], ...] = (
        ("outbox", "Notifications by channel and state.",
         [({"channel": c, "state": s}, n) for c, s, n in counted]),
        ("outbox_oldest_pending_seconds", "Age of the oldest that still waits.", [({}, waited)]),
        ("delivery_seconds", "From stored to accepted, of the last 200 sent.",
         [({"quantile": str(q)}, _quantile(delays, q)) for q in (0.5, 0.99) if delays]),
        ("job_age_seconds", "Since the job last ran.",
         [({"job": one.job}, (now - one.at).total_seconds()) for one in beats]),
        ("job_ok", "Whether it went well.", [({"job": one.job}, float(one.ok)) for one in beats]),
        ("sources", "Active sources by state.",
         [({"state": s}, states.count(s)) for s in ("alive", "unreadable", "silent")]),
        ("source_silence_seconds", "Since the newest item of each source.",
         [({"source": one.key}, (now - one.last_item_at).total_seconds())
          for one in sources if one.last_item_at]),
    )  # fmt: skip
    return "".join(_family(*one) for one in families)


def _family(name: str, said: str, samples: Iterable[_Sample]) -> str:
    lines = [f"# HELP nabat_{name} {said}", f"# TYPE nabat_{name} gauge"]
    for labels, value in samples:
        inner = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        lines.append(f"nabat_{name}{{{inner}}} {value:g}" if inner else f"nabat_{name} {value:g}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    plain = text.encode("utf-8", "replace").decode()
    return plain.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _quantile(ordered: list[timedelta], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))].total_seconds()
