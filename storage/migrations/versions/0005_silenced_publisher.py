"""Silences about one publisher."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Apply the change."""
    op.add_column("silences", sa.Column("publisher", sa.String(length=200), nullable=True))
