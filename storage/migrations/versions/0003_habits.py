"""How the stream writes words that are both names and ordinary words."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "habits",
        sa.Column("form", sa.String(length=200), nullable=False),
        sa.Column("small", sa.Integer(), nullable=False),
        sa.Column("capital", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("form", name=op.f("pk_habits")),
    )
