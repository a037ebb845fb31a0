"""What the operator said about judging each brand, as the monitor takes it."""

from monitor.evaluate import BrandSettings
from nabat.config import Settings


def brand_limits(settings: Settings, *, budget: float | None = None) -> dict[str, BrandSettings]:
    """Answer each brand's budget and floors; ``budget`` in false alarms a month tries another."""
    spike = settings.spike
    return {
        brand.name: BrandSettings(
            budget=brand.false_alarms if budget is None else budget,
            min_stories=spike.min_stories,
            min_ratio=spike.min_ratio,
            min_coverage=spike.min_coverage,
        )
        for brand in settings.brand
    }
