"""A process that kills itself at the point that a file in its home names, once."""

from __future__ import annotations

import os
import signal
from pathlib import Path

KILL_AT = "kill-at"
STARTUP = Path(__file__).parent / "startup"
"""What is on the path of a process that is to hear of its points."""


def kill_itself_when_told(point: str) -> None:
    """Be gone, without a last word, at the point that the file names."""
    path = Path(os.environ["LONGTAKE_HOME"]) / KILL_AT
    if path.exists() and path.read_text() == point:
        path.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
