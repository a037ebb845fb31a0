"""The views analysts read: v_mentions, v_hourly, v_incidents."""

from alembic import op

revision = "0002"
down_revision = "0001"

_LABEL = "coalesce(m.corrected, m.tone_label)"

_MENTIONS = f"""
CREATE VIEW v_mentions AS
SELECT m.id, b.name AS brand, m.happened_at, a.published_at, a.seen_at,
       {_LABEL} AS label, m.tone_negative AS negative, m.tone_neutral AS neutral,
       m.tone_positive AS positive, m.tone_unsure AS unsure, m.tone_model AS model,
       m.corrected, m.corrected_by, m.excluded_by, m.kind, m.matched, m.crisis, m.snippet,
       a.title, a.url, a.author, a.lang, s.publisher, s.key AS source,
       a.story_id, m.article_id
FROM mentions m
JOIN articles a ON a.id = m.article_id
JOIN brands b ON b.id = m.brand_id
JOIN sources s ON s.id = a.source_id
"""

_HOURLY = f"""
CREATE VIEW v_hourly AS
SELECT b.name AS brand, {{hour}} AS hour,
       count(*) AS mentions,
       sum(CASE WHEN {_LABEL} = 'negative' THEN 1 ELSE 0 END) AS negative,
       count(DISTINCT coalesce(a.story_id, -a.id)) AS stories,
       count(DISTINCT CASE WHEN {_LABEL} = 'negative' THEN coalesce(a.story_id, -a.id) END)
           AS negative_stories,
       count(DISTINCT a.author) AS authors,
       count(DISTINCT s.publisher) AS publishers
FROM mentions m
JOIN articles a ON a.id = m.article_id
JOIN brands b ON b.id = m.brand_id
JOIN sources s ON s.id = a.source_id
WHERE m.excluded_at IS NULL
GROUP BY b.name, {{hour}}
"""

_INCIDENTS = """
CREATE VIEW v_incidents AS
SELECT i.id, b.name AS brand, i.level, i.state, i.situation, i.opened_at, i.calmed_at,
       i.resolved_at, i.peak, i.verdict, i.taken_by, i.taken_at,
       (SELECT count(*) FROM events e WHERE e.incident_id = i.id) AS events
FROM incidents i
JOIN brands b ON b.id = i.brand_id
"""


def upgrade() -> None:
    """Create the views; only the hour is said differently by the two databases."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    hour = (
        "date_trunc('hour', m.happened_at, 'UTC')"
        if postgresql
        else "strftime('%Y-%m-%d %H:00:00.000000', m.happened_at)"
    )
    op.execute(_MENTIONS)
    op.execute(_HOURLY.format(hour=hour))
    op.execute(_INCIDENTS)
