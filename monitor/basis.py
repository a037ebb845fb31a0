"""Which history a brand's baseline stands on: its own, stored articles, archives, or none.

Pure. A brand that came to the config late was not looked for in what is stored until
`rematch` has done so: till then its past is unknown, not empty.
"""

from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from monitor.calibration import own_share
from storage.records import BUCKET, Basis, Brand

Floats = NDArray[np.float64]


def known_to(brand: Brand, coverage: Floats, start_at: datetime) -> Floats:
    """The coverage of buckets as far as the brand was looked for in what they brought."""
    if brand.watch_hash:
        return coverage
    answer = coverage.copy()
    answer[: _index(brand.created_at, start_at, len(coverage))] = 0.0
    return answer


def basis_of(
    brand: Brand, coverage: Floats, *, start_at: datetime, gathered_since: datetime | None
) -> Basis:
    """Part the covered buckets that a baseline learns from by where they came from.

    ``gathered_since`` is when collection began; what lies before it came from archives.
    """
    size = len(coverage)
    begun = _index(gathered_since, start_at, size) if gathered_since else size
    watched = max(begun, _index(brand.created_at, start_at, size))
    parts = [
        float(coverage[part].sum()) * BUCKET
        for part in (slice(watched, None), slice(begun, watched), slice(0, begun))
    ]
    days = sum(parts, timedelta(0)) / timedelta(days=1)
    return Basis(watched=parts[0], stored=parts[1], archive=parts[2], shared=1.0 - own_share(days))


def _index(moment: datetime, start_at: datetime, size: int) -> int:
    return min(max(0, (moment - start_at) // BUCKET), size)
