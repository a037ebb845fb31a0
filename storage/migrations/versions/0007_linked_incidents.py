"""Incidents of kindred brands that are one crisis."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_INCIDENTS = """
CREATE VIEW v_incidents AS
SELECT i.id, b.name AS brand, i.level, i.state, i.situation, i.opened_at, i.calmed_at,
       i.resolved_at, i.peak, i.verdict, i.taken_by, i.taken_at,
       (SELECT count(*) FROM events e WHERE e.incident_id = i.id) AS events,
       i.lead_id
FROM incidents i
JOIN brands b ON b.id = i.brand_id
"""


def upgrade() -> None:
    """Every incident so far is a crisis of its own."""
    op.add_column("incidents", sa.Column("lead_id", _KEY, nullable=True))
    op.create_index(op.f("ix_incidents_lead_id"), "incidents", ["lead_id"])
    op.execute("DROP VIEW v_incidents")
    op.execute(_INCIDENTS)
