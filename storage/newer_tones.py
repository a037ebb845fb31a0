"""Tones of a newer model, kept beside the older ones until a brand has all of its own.

A brand is compared with its own past. Were one judged by two models, they would
differ where nothing happened.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, update

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
    """Keep the tones of mentions that another model judged; a brand that has all takes them.

    What was judged straight away may have been the last that its brand lacked.
    """
    for model in {tone.model for _, tone in tones}:
        by_id = {key: tone for key, tone in tones if tone.model == model}
        is_waiting = and_(~UNJUDGED, mentions.c.tone_model != model)
        # In one order, here and below: writers in two orders would wait for one another.
        found = connection.execute(
            select(mentions.c.id, mentions.c.brand_id, is_waiting.label("is_waiting"))
            .where(mentions.c.id.in_(by_id))
            .order_by(mentions.c.id)
        ).all()
        if waiting := [_row(row.id, by_id[row.id]) for row in found if row.is_waiting]:
            statement = insert(connection, newer_tones)
            connection.execute(
                statement.on_conflict_do_update(
                    index_elements=["mention_id"],
                    set_={name: statement.excluded[name] for name in TONE},
                ),
                waiting,
            )
        _take_over(connection, model, {row.brand_id for row in found}, now)


def _row(mention_id: int, tone: Tone) -> dict[str, Any]:
    return {"mention_id": mention_id} | {name: getattr(tone, name) for name in TONE}


def _take_over(connection: Connection, model: str, brands: Iterable[int], now: datetime) -> None:
    if not _waits(connection, model):  # as always but after a change of the model
        return
    for brand in sorted(brands):
        own = mentions.c.brand_id == brand
        ready = and_(
            own,
            ~UNJUDGED,  # other words match since: what waits is of older passages
            mentions.c.tone_model != model,
            newer_tones.c.mention_id == mentions.c.id,
            newer_tones.c.model == model,
        )
        if not _is_there(connection, ready) or _is_there(connection, and_(own, is_stale(model))):
            continue
        locked = select(mentions.c.id).where(ready).order_by(mentions.c.id).with_for_update()
        connection.execute(select(func.count()).select_from(locked.subquery()))
        connection.execute(
            update(mentions)
            .where(ready)
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


def _waits(connection: Connection, model: str) -> bool:
    of_model = select(newer_tones.c.mention_id).where(newer_tones.c.model == model)
    return connection.execute(of_model.limit(1)).first() is not None


def _is_there(connection: Connection, condition: ColumnElement[bool]) -> bool:
    return connection.execute(select(mentions.c.id).where(condition).limit(1)).first() is not None
