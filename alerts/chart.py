"""The week's chart beside a message: hours, what was expected of them, the spike.

An extra (``charts``): without matplotlib, or when drawing takes too long or
fails, the message goes out without a picture. It never waits for one.
"""

import io
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.texts import Speech, zone
from storage.incident_records import Facts, Point

logger = logging.getLogger(__name__)

Chart = Callable[[Facts, Speech], bytes | None]
_LONGEST = 6.0  # seconds an alert may wait for its picture
_WEEK = timedelta(days=7)
_UNREST = 0.2  # relative variance of an ordinary hour beyond chance, on the average brand
_TITLES = {
    "ru": ("Негативные истории по часам, 7 дней", "обычно", "выше обычного"),
    "uk": ("Негативні історії за годинами, 7 днів", "зазвичай", "вище звичайного"),
    "en": ("Negative stories by hour, 7 days", "usual", "above usual"),
}


def no_chart(_facts: Facts, _speech: Speech) -> bytes | None:
    """No picture."""
    return None


def draw(facts: Facts, speech: Speech, *, patience: float = _LONGEST) -> bytes | None:
    """A PNG of the last seven days; None where it cannot be had in ``patience`` seconds."""
    if len(facts.series) < 2:
        return None
    done: list[bytes] = []
    # A daemon thread: a drawing that hangs holds up neither the alert nor the exit.
    worker = threading.Thread(target=_into, args=(done, facts.series, speech), daemon=True)
    worker.start()
    worker.join(patience)
    return done[0] if done else None


def warm_up() -> None:
    """Load the drawing library beside the work, so that the first alert waits for its picture less.

    For a process that stays; one that does a single pass would load it for nothing.
    """
    calm = Point(start_at=datetime(2000, 1, 1, tzinfo=UTC), observed=0.0, expected=0.0)
    points = (calm, replace(calm, start_at=calm.start_at + timedelta(hours=1)))
    threading.Thread(target=_into, args=([], points, Speech()), daemon=True).start()


def _into(done: list[bytes], series: tuple[Point, ...], speech: Speech) -> None:
    try:
        done.append(_png(series, speech))
    except Exception as error:
        # Whatever a drawing library does with odd numbers or fonts, the alert must go out.
        logger.warning("chart not drawn", extra={"reason": f"{type(error).__name__}: {error}"})


def _png(series: tuple[Point, ...], speech: Speech) -> bytes:
    # Optional and heavy (two seconds to import): only for who has the extra and an alert.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.dates import DateFormatter, DayLocator
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    points = _last_week(series)
    local = zone(speech.timezone)
    at: list[Any] = [point.start_at.astimezone(local) for point in points]
    observed = [max(0.0, point.observed) for point in points]
    low, high = zip(*(band(point.expected) for point in points), strict=True)
    title, usual, above = _TITLES.get(speech.language, _TITLES["ru"])
    figure = Figure(figsize=(8, 3.2), dpi=120, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.fill_between(at, low, high, step="post", color="#9db8d9", alpha=0.6, label=usual)
    axes.step(at, observed, where="post", color="#44505c", linewidth=1.2)
    over = [(when, seen) for when, seen, top in zip(at, observed, high, strict=True) if seen > top]
    if over:
        # Shape as well as colour tells what stands out.
        axes.plot(*zip(*over, strict=True), "D", color="#c0261f", markersize=5, label=above)
    axes.set_ylim(bottom=0)
    axes.set_title(title, loc="left", fontsize=16)
    axes.tick_params(labelsize=14)  # it is read on a phone
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.xaxis.set_major_locator(DayLocator(tz=local))  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_formatter(DateFormatter("%d.%m", tz=local))  # type: ignore[no-untyped-call]
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(loc="upper left", frameon=False, fontsize=14)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def _last_week(series: tuple[Point, ...]) -> list[Point]:
    last = max(point.start_at for point in series)
    return sorted(
        (point for point in series if point.start_at > last - _WEEK), key=lambda p: p.start_at
    )


def band(expected: float) -> tuple[float, float]:
    """Where nearly all ordinary hours lie: two spreads of a count around its expectation.

    News makes an hour louder or quieter as a whole, which chance alone does not on a busy brand.
    """
    usual = max(0.0, expected)
    spread = 2.0 * (usual + _UNREST * usual * usual) ** 0.5 + 0.5
    return max(0.0, usual - spread), usual + spread
