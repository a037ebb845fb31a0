"""The only caller of the system clock."""

from datetime import UTC, datetime


def now() -> datetime:
    """Answer this moment, aware, in UTC."""
    return datetime.now(UTC)
