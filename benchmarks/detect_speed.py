"""Brands judged a second: `python -m benchmarks.detect_speed`.

5,000 brands in six windows, one step, against adding up the same windows alone.
"""

from time import perf_counter

import numpy as np

from monitor.detect import SpikeDetector
from monitor.settings import DetectorSettings, Grid

_BRANDS = 5_000
_STEPS = 12


def main() -> None:
    """Print the time of one step and its ratio to the limit of a second."""
    rng = np.random.default_rng(1)
    levels = np.geomspace(0.1, 50, _BRANDS) / 4
    grid = Grid(900)
    detector = SpikeDetector(_BRANDS, grid, 0, DetectorSettings())
    detector.run(rng.poisson(levels, (4 * grid.bins_per_day, _BRANDS)).astype(float))
    times, sums = [], []
    kept = np.zeros((grid.bins_per_day, _BRANDS))
    for _ in range(_STEPS):
        counts = rng.poisson(levels, (1, _BRANDS)).astype(float)
        begun = perf_counter()
        detector.run(counts)
        times.append(perf_counter() - begun)
        begun = perf_counter()
        kept = np.concatenate([kept[1:], counts])
        for window in grid.windows:
            kept[-window:].sum(axis=0)
        sums.append(perf_counter() - begun)
    step, limit = float(np.median(times)), float(np.median(sums))
    print(
        f"{_BRANDS} brands x {len(grid.windows)} windows: {step * 1e3:.0f} ms a step, "
        f"{step / 1.0:.3f} of the allowed second, {step / limit:.1f} times adding up the windows"
    )


if __name__ == "__main__":
    main()
