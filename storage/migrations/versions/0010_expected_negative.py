"""How many negative mentions the probabilities speak for, in buckets and hours."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

_LABEL = "coalesce(m.corrected, m.tone_label)"
_PROBABILITY = """CASE WHEN m.corrected = 'negative' THEN 1.0
                           WHEN m.corrected IS NOT NULL THEN 0.0
                           ELSE coalesce(m.tone_negative, 0.0) END"""

_HOURLY = f"""
CREATE VIEW v_hourly AS
SELECT b.name AS brand, {{hour}} AS hour,
       count(*) AS mentions,
       sum(CASE WHEN {_LABEL} = 'negative' THEN 1 ELSE 0 END) AS negative,
       count(DISTINCT coalesce(a.story_id, -a.id)) AS stories,
       count(DISTINCT CASE WHEN {_LABEL} = 'negative' THEN coalesce(a.story_id, -a.id) END)
           AS negative_stories,
       count(DISTINCT a.author) AS authors,
       count(DISTINCT s.publisher) AS publishers,
       CAST(round(CAST(sum({_PROBABILITY}) AS numeric), 4) AS double precision)
           AS expected_negative
FROM mentions m
JOIN articles a ON a.id = m.article_id
JOIN brands b ON b.id = m.brand_id
JOIN sources s ON s.id = a.source_id
WHERE m.excluded_at IS NULL
GROUP BY b.name, {{hour}}
"""


def upgrade() -> None:
    """Buckets counted so far have none until they are counted again; hours have it at once."""
    op.add_column("buckets", sa.Column("expected_negative", sa.Float(), nullable=True))
    postgresql = op.get_bind().dialect.name == "postgresql"
    hour = (
        "date_trunc('hour', m.happened_at, 'UTC')"
        if postgresql
        else "strftime('%Y-%m-%d %H:00:00.000000', m.happened_at)"
    )
    op.execute("DROP VIEW v_hourly")
    op.execute(_HOURLY.format(hour=hour))
