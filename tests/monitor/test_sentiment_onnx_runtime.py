"""onnxruntime tells nobody what it is used for."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JUDGE = """
from monitor.sentiment.embedded import EmbeddedSentiment
from monitor.sentiment.protocol import Passage
EmbeddedSentiment(engine="onnx").judge([Passage(text="Жалобы")])
"""


def test_judging_leaves_nothing_in_the_users_home(tmp_path: Path) -> None:
    """Neither a number of this machine nor a queue of events that wait to be sent."""
    own = {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    environment = {**os.environ, **own}
    environment.pop("ORT_DISABLE_TELEMETRY", None)
    environment.pop("XDG_CACHE_HOME", None)

    subprocess.run([sys.executable, "-c", JUDGE], env=environment, check=True)

    assert list(tmp_path.rglob("*")) == []
