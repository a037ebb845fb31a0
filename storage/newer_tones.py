"""Tones of a newer model, kept beside the older ones until a brand has all of its own.

A brand is compared with its own past. Were one judged by two models, they would
differ where nothing happened.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, or_, select, update

from storage.records import Tone
from storage.tables import mentions, newer_tones
from storage.upsert import insert

TONE = ("label", "negative", "neutral", "positive", "unsure", "model")
UNJUDGED = or_(mentions.c.tone_model.is_(None), mentions.c.tone_model == "")


def is_stale(model: str) -> ColumnElement[bool]:
    """Whether another model judged a mention, and this one has not yet."""
    judged = select(newer_tones.c.mention_id).where(
        newer_tones.c.mention_id == mentions.c.id, newer_tones.c.model == model
    )
    return and_(~UNJUDGED, mentions.c.tone_model != model, ~judged.exists())


def keep(connection: Connection, tones: Sequence[tuple[int, Tone]], now: datetime) -> None:
    """Keep the tones of mentions that another model judged; a brand that has all takes them."""
    for model in {tone.model for _, tone in tones}:
        by_id = {key: tone for key, tone in tones if tone.model == model}
        found = connection.execute(
            select(mentions.c.id, mentions.c.brand_id).where(
                mentions.c.id.in_(by_id), ~UNJUDGED, mentions.c.tone_model != model
            )
        ).all()
        if not found:
            continue
        statement = insert(connection, newer_tones)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["mention_id"],
                set_={name: statement.excluded[name] for name in TONE},
            ),
            [_row(row.id, by_id[row.id]) for row in found],
        )
        _take_over(connection, model, {row.brand_id for row in found}, now)


def _row(mention_id: int, tone: Tone) -> dict[str, Any]:
    return {"mention_id": mention_id} | {name: getattr(tone, name) for name in TONE}


def _take_over(connection: Connection, model: str, brands: Iterable[int], now: datetime) -> None:
    for brand in sorted(brands):
        own = mentions.c.brand_id == brand
        if connection.execute(select(mentions.c.id).where(own, is_stale(model)).limit(1)).first():
            continue
        connection.execute(
            update(mentions)
            .where(
                own,
                ~UNJUDGED,  # other words match since: what waits is of older passages
                mentions.c.tone_model != model,
                newer_tones.c.mention_id == mentions.c.id,
                newer_tones.c.model == model,
            )
            .values(
                scored_at=now,
                changed_at=now,
                **{f"tone_{name}": newer_tones.c[name] for name in TONE},
            )
        )
        connection.execute(
            delete(newer_tones).where(
                newer_tones.c.mention_id.in_(select(mentions.c.id).where(own)),
            )
        )
