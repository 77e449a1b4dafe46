"""The stitch's own process, as `python -m longtake.stitch.child`; what starts it is beside it.

It reads the job from its stdin, which stays open as long as its parent lives. On its stdout it tells one line of JSON
for each thing that happens: clips done, then the report or the error.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import signal
import sys
import threading
import traceback
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from longtake.errors import LongtakeError
from longtake.stitch.job import StitchJob
from longtake.stitch.joining import stitch


def _end_with_parent() -> None:
    """Ends this process, once it has cleaned up, when the parent closes the pipe or dies."""
    os.read(0, 1)  # past sys.stdin, whose lock a thread must not hold when Python ends
    os.kill(os.getpid(), signal.SIGTERM)


_told_to_stop = threading.Event()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """Ends the stitch, once: a second reason to stop must not break into the cleaning up after the first."""
    if not _told_to_stop.is_set():
        _end()


def _end() -> NoReturn:
    _told_to_stop.set()
    raise SystemExit(1)


def _tell(**said: Any) -> None:
    try:
        os.write(1, json.dumps(said).encode() + b"\n")
    except BrokenPipeError:
        _end()  # the parent is gone, and hears nothing any more


def _tell_done(clips: int) -> None:
    """Tell how many clips are done. Ends here too: Python drops what is raised while it clears an object away."""
    if _told_to_stop.is_set():
        raise SystemExit(1)
    _tell(done=clips)


def _do(request: dict[str, Any]) -> None:
    try:
        job = StitchJob.model_validate(request["job"])
        report = stitch(job, Path(request["output"]), progress=_tell_done)
    except LongtakeError as error:
        _tell(error=base64.b64encode(pickle.dumps(error)).decode())
    except Exception as error:
        traceback.print_exc()
        unexpected = LongtakeError(f"the stitch failed: {type(error).__name__}: {error}")
        _tell(error=base64.b64encode(pickle.dumps(unexpected)).decode())
    else:
        _tell(report=report.model_dump(mode="json"))


def main() -> None:
    """Stitch the job that stands on stdin."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches the parent too, which then closes the pipe
    signal.signal(signal.SIGTERM, _stop)
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _do(request)


if __name__ == "__main__":
    main()
