"""The stitch in a process of its own: its memory is gone when it ends, and it ends when its parent does."""

from __future__ import annotations

import base64
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import longtake
from longtake.errors import ToolFailed
from longtake.stitch.job import StitchJob, StitchReport
from longtake.stitch.joining import Progress

_ENDING_SECONDS = 30
_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(1 << 20)}
"""glibc: the muxer's growing tables are moved by the kernel, not copied. Ten hours take 40 MB less."""


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
        env=os.environ | _MEMORY | {"PYTHONPATH": os.pathsep.join(paths)},
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
