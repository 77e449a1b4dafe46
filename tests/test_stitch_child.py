"""The stitch in a process of its own: the same file, the same errors, and no orphans."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from longtake.errors import ClipRejected, HolesLeft
from longtake.stitch import PlacedClip, StitchJob, stitch, stitch_in_child
from tests.command_line import hear_ctrl_c
from tests.stitch_media import place, write_clip, write_master
from tests.test_stitch import COMMENT


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> StitchJob:
    folder = tmp_path_factory.mktemp("job")
    paths = [write_clip(folder / f"{n}.mp4", n, 20, size=(64, 36)) for n in range(3)]
    return StitchJob(clips=place(paths, [20] * 3), master=write_master(folder / "m.m4a", [0], 60), comment=COMMENT)


def with_clips(job: StitchJob, *clips: PlacedClip) -> StitchJob:
    return job.model_copy(update={"clips": clips})


def test_child_writes_the_same_file(tmp_path: Path, job: StitchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.chdir(tmp_path)
    in_child = stitch_in_child(job, Path("child.mp4"), progress=heard.append)
    assert in_child == stitch(job, Path("here.mp4"))
    assert Path("child.mp4").read_bytes() == Path("here.mp4").read_bytes()
    assert heard == [1, 2, 3]


def test_child_raises_what_stitch_raises(tmp_path: Path, job: StitchJob) -> None:
    with pytest.raises(HolesLeft, match="frames 20 to 40, before clip 2"):
        stitch_in_child(with_clips(job, job.clips[0], job.clips[2]), tmp_path / "out" / "video.mp4")
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"nothing")
    broken = with_clips(job, job.clips[0].model_copy(update={"path": bad}), *job.clips[1:])
    with pytest.raises(ClipRejected, match="clip 1 "):
        stitch_in_child(broken, tmp_path / "out" / "video.mp4")
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


def test_an_error_in_progress_ends_the_child(tmp_path: Path, job: StitchJob) -> None:
    """As when a run is cancelled in the middle."""
    master = write_master(tmp_path / "m.m4a", [0], 20 * 500)
    many = StitchJob(clips=place([job.clips[0].path] * 500, [20] * 500), master=master, comment=COMMENT)
    others = _children_of(os.getpid())

    def stop(clips: int) -> None:
        raise InterruptedError(f"stopped at {clips}")

    with pytest.raises(InterruptedError, match="stopped at 1"):
        stitch_in_child(many, tmp_path / "out" / "video.mp4", progress=stop)
    assert list((tmp_path / "out").iterdir()) == []
    assert _children_of(os.getpid()) == others


CALLER = """
import os, signal, subprocess, sys
from pathlib import Path
from longtake.stitch import StitchJob, stitch_in_child

def first_clip_done(clips):
    children = ["pgrep", "-P", str(os.getpid())]
    print(subprocess.run(children, capture_output=True, text=True).stdout.split()[0], flush=True)
    if sys.argv[3] == "KILL":
        os.kill(os.getpid(), signal.SIGKILL)
    os.killpg(0, signal.SIGINT)

job = StitchJob.model_validate_json(Path(sys.argv[1]).read_text())
stitch_in_child(job, Path(sys.argv[2]), progress=first_clip_done)
"""


@contextmanager
def _caller(folder: Path, job: StitchJob, how: str) -> Iterator[subprocess.Popen[str]]:
    (folder / "job.json").write_text(job.model_dump_json())
    command = [sys.executable, "-c", CALLER, str(folder / "job.json"), str(folder / "out" / "video.mp4"), how]
    quiet = {"stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL, "text": True}
    with subprocess.Popen(command, start_new_session=True, preexec_fn=hear_ctrl_c, **quiet) as process:  # noqa: PLW1509  no threads
        yield process


@pytest.mark.parametrize("how", ["KILL", "INT"])
def test_a_copying_child_ends_with_its_caller(tmp_path: Path, job: StitchJob, how: str) -> None:
    """The caller dies, or hears Ctrl-C as all its group does, when the first clip is written."""
    master = write_master(tmp_path / "m.m4a", [0], 20 * 500)
    many = StitchJob(clips=place([job.clips[0].path] * 500, [20] * 500), master=master, comment=COMMENT)
    with _caller(tmp_path, many, how) as caller:
        assert caller.stdout
        child = int(caller.stdout.readline())
        caller.wait(100)
    _wait_for(lambda: not _lives(child))
    assert list((tmp_path / "out").iterdir()) == []


TOLD_TWICE = """
import os, shutil, signal
from longtake.stitch import child

remove = shutil.rmtree

def told_meanwhile(*given, **more):
    os.kill(os.getpid(), signal.SIGTERM)
    remove(*given, **more)

shutil.rmtree = told_meanwhile
child.main()
"""


def test_a_second_reason_to_stop_leaves_nothing_behind(tmp_path: Path, job: StitchJob) -> None:
    """Nobody reads what it tells any more, and while it clears up it is told to end as well."""
    request = {"job": job.model_dump(mode="json"), "output": str(tmp_path / "out" / "video.mp4")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", TOLD_TWICE], **pipes) as child:
        assert child.stdin and child.stdout and child.stderr
        child.stdout.close()
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.flush()
        assert child.wait(100) == 1
        assert child.stderr.read() == b""
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("how", ["KILL", "INT"])
def test_an_encoding_child_and_its_ffmpeg_end_with_its_caller(tmp_path: Path, how: str) -> None:
    paths = [write_clip(tmp_path / f"{n}.mp4", n, 200, size=(640, 360)) for n in range(8)]
    master = write_master(tmp_path / "m.m4a", [0], 1600)
    job = StitchJob(clips=place(paths, [200] * 8), master=master, comment=COMMENT, reencode=True)
    with _caller(tmp_path, job, how) as caller:
        _wait_for(lambda: len(_family_of(caller.pid)) == 3)
        family = _family_of(caller.pid)
        if how == "KILL":
            caller.kill()
        else:
            os.killpg(caller.pid, signal.SIGINT)
        caller.wait(100)
    _wait_for(lambda: not any(_lives(pid) for pid in family))
    assert list((tmp_path / "out").iterdir()) == []


def _wait_for(holds) -> None:
    deadline = time.monotonic() + 100
    while not holds():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.02)


def _children_of(pid: int) -> list[int]:
    found = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(word) for word in found.stdout.split() if _lives(int(word))]


def _family_of(pid: int) -> list[int]:
    family = [pid]
    for member in family:
        family += _children_of(member)
    return family


def _lives(pid: int) -> bool:
    found = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(found.stdout.strip()) and not found.stdout.startswith("Z")
