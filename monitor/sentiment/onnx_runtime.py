"""onnxruntime as we use it: it tells nobody what it is used for.

Left to itself it keeps a number of this machine and a queue of events in the user's
cache, and sends them to its makers. Nothing leaves the machine that nobody configured.
"""

import os
from typing import Any


def load_runtime() -> Any:
    """Answer the package onnxruntime; ImportError where there is none for this machine."""
    # It looks into the environment alone, and once, as it is loaded.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    # Here and not above: onnxruntime has no wheel for some machines, and numpy will do.
    import onnxruntime

    return onnxruntime
