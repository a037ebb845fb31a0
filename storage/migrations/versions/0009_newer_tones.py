"""Tones of a newer model wait beside the older ones until a brand has all of its own."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Apply the change."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "newer_tones",
        sa.Column("mention_id", key, sa.ForeignKey("mentions.id"), primary_key=True),
        sa.Column("label", sa.String(length=10), nullable=False),
        sa.Column("negative", sa.Float(), nullable=False),
        sa.Column("neutral", sa.Float(), nullable=False),
        sa.Column("positive", sa.Float(), nullable=False),
        sa.Column("unsure", sa.Boolean(), nullable=False),
        sa.Column("model", sa.String(length=80), nullable=False),
    )
