"""When articles were seen, in order: the oldest are let go without reading all."""

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Apply the change."""
    op.create_index(op.f("ix_articles_seen_at"), "articles", ["seen_at"])
