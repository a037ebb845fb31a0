"""${message}."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Seconds, UtcDateTime

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}


def upgrade() -> None:
    """Apply the change."""
    ${upgrades if upgrades else "pass"}
