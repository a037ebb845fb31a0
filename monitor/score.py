"""Job: judge the tone of mentions that the current model has not judged yet.

Reads a batch, judges it outside any transaction, writes it in one. What was
written stays when the process dies, so the next run goes on where this one
stopped, and no mention is judged twice by the same version. Labels that people
gave are theirs: storage keeps them whatever the model says.
"""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from monitor.sentiment.passages import Verdict, passages_of, sum_up
from monitor.sentiment.protocol import SentimentBackend
from storage.database import Database
from storage.records import MentionView, Tone

logger = logging.getLogger(__name__)


def score(
    database: Database,
    backend: SentimentBackend,
    *,
    clock: Callable[[], datetime],
    batch: int = 256,
    limit: int | None = None,
    patience: timedelta | None = None,
    progress: Callable[[int], None] | None = None,
) -> int:
    """Judge what is not judged by this version; answers how many mentions were.

    Each batch is dated when it is written, not when this began: whoever counts beside a
    long run looks only at what changed of late. Past ``patience`` no batch is begun, the
    next run goes on; the newest come first, so a new model's long work delays nothing new.
    ``progress`` is told the number done so far after each stored batch.
    """
    done, begun = 0, time.monotonic()
    while limit is None or done < limit:
        wanted = batch if limit is None else min(batch, limit - done)
        with database.read() as tx:
            views = tx.mentions.unscored(backend.version, limit=wanted)
        if not views:
            break
        tones = judge_mentions(backend, views)
        judged = [(view.mention.id, tone) for view, tone in zip(views, tones, strict=True)]
        with database.begin() as tx:
            tx.mentions.record_tones(judged, clock())
        done += len(judged)
        if progress is not None:
            progress(done)
        if patience is not None and time.monotonic() - begun >= patience.total_seconds():
            break
    if done:
        logger.info("mentions scored", extra={"mentions": done, "model": backend.version})
    return done


def judge_mentions(backend: SentimentBackend, views: Sequence[MentionView]) -> list[Tone]:
    """The tone of each mention toward its brand, from all its passages at once."""
    return [verdict.tone for verdict in explain_mentions(backend, views)]


def explain_mentions(backend: SentimentBackend, views: Sequence[MentionView]) -> list[Verdict]:
    """The tone of each mention with the passages it was summed up from."""
    cuts = [passages_of(view) for view in views]
    tones = iter(backend.judge([passage for passages in cuts for passage in passages]))
    return [sum_up(passages, [next(tones) for _ in passages]) for passages in cuts]
