"""The hours of a brand in order: a look at a day of them reads that day alone."""

from alembic import op

revision = "0011"
down_revision = "0010"

_HOURLY = """
CREATE OR REPLACE VIEW v_hourly AS
SELECT b.name AS brand, {hour} AS hour,
       count(*) AS mentions,
       sum(CASE WHEN {label} = 'negative' THEN 1 ELSE 0 END) AS negative,
       count(DISTINCT coalesce(a.story_id, -a.id)) AS stories,
       count(DISTINCT CASE WHEN {label} = 'negative' THEN coalesce(a.story_id, -a.id) END)
           AS negative_stories,
       count(DISTINCT a.author) AS authors,
       count(DISTINCT s.publisher) AS publishers,
       CAST(round(CAST(sum({probability}) AS numeric), 4) AS double precision)
           AS expected_negative
FROM mentions m
JOIN articles a ON a.id = m.article_id
JOIN brands b ON b.id = m.brand_id
JOIN sources s ON s.id = a.source_id
WHERE m.excluded_at IS NULL
GROUP BY b.name, {hour}
"""
_LABEL = "coalesce(m.corrected, m.tone_label)"
_PROBABILITY = """CASE WHEN m.corrected = 'negative' THEN 1.0
                           WHEN m.corrected IS NOT NULL THEN 0.0
                           ELSE coalesce(m.tone_negative, 0.0) END"""
# An index takes no function that an older server calls changeable, as date_trunc with a zone.
_OF_POSTGRESQL = "(date_trunc('hour', {}happened_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')"
_OF_SQLITE = "strftime('%Y-%m-%d %H:00:00.000000', {}happened_at)"  # as the view says it


def upgrade() -> None:
    """Index the very expression of the view, which PostgreSQL now says in another way."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    hour = _OF_POSTGRESQL if postgresql else _OF_SQLITE
    if postgresql:
        said = {"hour": hour.format("m."), "label": _LABEL, "probability": _PROBABILITY}
        op.execute(_HOURLY.format(**said))
    op.execute(f"CREATE INDEX mention_hours ON mentions (brand_id, {hour.format('')})")
    if postgresql:  # how many mentions an hour has is not known to it by itself
        op.execute("ANALYZE mentions")
