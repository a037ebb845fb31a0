"""Which sources the operators were told about as dead."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("sources", sa.Column("told_dead_at", sa.DateTime(timezone=True), nullable=True))
