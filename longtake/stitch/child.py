"""The stitch in a process of its own: its memory is gone when it ends, and it ends when its parent does.

The child reads the job from its stdin, which stays open as long as the parent lives. On its stdout it tells one line
of JSON for each thing that happens: clips done, then the report or the error.
"""

from __future__ import annotations

import base64
import json
import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import IO, Any, NoReturn

import longtake
from longtake.errors import LongtakeError, ToolFailed
from longtake.stitch.job import StitchJob, StitchReport
from longtake.stitch.joining import Progress, stitch

_ENDING_SECONDS = 30


def stitch_in_child(job: StitchJob, output: Path, *, progress: Progress | None = None) -> StitchReport:
    """`stitch` in a fresh process. Its errors and its progress are the same, told in the calling thread."""
    with _child() as process:
        assert process.stdin and process.stdout
        request = {"job": job.model_dump(mode="json"), "output": str(output.absolute())}
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        for line in process.stdout:
            said = json.loads(line)
            if "done" in said and progress:
                progress(said["done"])
            elif "report" in said:
                return StitchReport.model_validate(said["report"])
            elif "error" in said:
                raise pickle.loads(base64.b64decode(said["error"]))  # noqa: S301  written by our own child
        code = process.wait()
    raise ToolFailed(f"the stitch ended without a word (code {code}); was it killed for want of memory?", code=code)


@contextmanager
def _child() -> Iterator[subprocess.Popen[bytes]]:
    """A child that is told to end, and waited for, when the context ends."""
    root = str(Path(longtake.__file__).parents[1])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "longtake.stitch.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths)},
    )
    assert process.stdin and process.stdout
    try:
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(_ENDING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def _end_with_parent(stdin: IO[bytes]) -> None:
    """Ends this process, once it has cleaned up, when the parent closes the pipe or dies."""
    stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(_number: int, _frame: FrameType | None) -> NoReturn:
    raise SystemExit(1)


def _tell(**said: Any) -> None:
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Stitch the job that stands on stdin."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C reaches the parent too, which then closes the pipe
    signal.signal(signal.SIGTERM, _stop)
    request = json.loads(sys.stdin.buffer.readline())
    threading.Thread(target=_end_with_parent, args=(sys.stdin.buffer,), daemon=True).start()
    try:
        job = StitchJob.model_validate(request["job"])
        report = stitch(job, Path(request["output"]), progress=lambda clips: _tell(done=clips))
    except LongtakeError as error:
        _tell(error=base64.b64encode(pickle.dumps(error)).decode())
    else:
        _tell(report=report.model_dump(mode="json"))
    # the report is out: the parent's closing of the pipe must not look like a failure
    signal.signal(signal.SIGTERM, signal.SIG_IGN)


if __name__ == "__main__":
    main()
