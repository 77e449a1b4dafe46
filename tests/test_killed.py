"""Killed at any moment and started again: only what was unfinished is done again, and no byte differs."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.command_line import longtake, portrait, render, start

LINES = (
    "The first clip begins the story.",
    "The second one answers it, in a voice of its own.",
    "A third follows, and it is a little longer than the two before it, so that there is time to be killed.",
    "The fourth is short.",
    "Five is the middle of the story.",
    "Six comes after it.",
    "The seventh clip prepares the end.",
    "And the eighth is the end.",
)


def long_talk(folder: Path) -> Path:
    portrait(folder / "ada.png")
    portrait(folder / "ben.png", colour="#8d5f43")
    head = "---\nspeakers:\n  Ada: {image: ada.png, voice: en-gb+f3}\n  Ben: {image: ben.png, voice: en-us+m3}\n---\n"
    body = "\n\n".join(f"{('Ada', 'Ben')[number % 2]}: {line}" for number, line in enumerate(LINES))
    script = folder / "story.md"
    script.write_text(head + body)
    return script


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, float]:
    """The script, the video of an undisturbed run, and how long that took."""
    folder = tmp_path_factory.mktemp("killed")
    script = long_talk(folder)
    begun = time.monotonic()
    result = render(folder / "clean", script, folder / "story.mp4")
    assert result["new_clips"] == len(LINES)
    return script, (folder / "story.mp4").read_bytes(), time.monotonic() - begun


def clips_in(home: Path) -> dict[str, int]:
    """When each clip's record was written."""
    return {path.name: path.stat().st_mtime_ns for path in (home / "store/records/clips").glob("*.json")}


def processes_of(home: Path) -> list[int]:
    """Processes that live with this home in their environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if str(home).encode() in (folder / "environ").read_bytes():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def test_killed_at_random_moments_it_goes_on_where_it_was(clean: tuple[Path, bytes, float], tmp_path: Path) -> None:
    script, expected, length = clean
    chance = random.Random(os.environ.get("LONGTAKE_SEED", "7"))
    home, output = tmp_path / "home", tmp_path / "story.mp4"
    for _ in range(5):
        process = start(home, "render", str(script), "-o", str(output))
        time.sleep(chance.uniform(0.2, length))
        process.kill()
        process.communicate()
        before = clips_in(home)
    result = render(home, script, output)
    assert output.read_bytes() == expected
    after = clips_in(home)
    assert {name: after[name] for name in before} == before
    assert result["new_clips"] == len(LINES) - len(before) or result["from_manifest"]
    assert not list(tmp_path.glob("*.part"))


def test_killed_at_named_moments_and_ended_by_ctrl_c_no_finished_clip_is_made_again(
    clean: tuple[Path, bytes, float], tmp_path: Path
) -> None:
    script, expected, _ = clean
    home, output = tmp_path / "home", tmp_path / "story.mp4"
    kept = []
    for mark, end in (("clips: 1 of", _kill), ("clips: ", _press_ctrl_c), ("clips: 8 of", _kill)):
        process = start(home, "render", str(script), "-o", str(output), LONGTAKE_WORKERS="1")
        _read_until(process, mark)
        end(process, home)
        kept.append(clips_in(home))
    assert kept[0]
    result = render(home, script, output)
    assert result["new_clips"] == len(LINES) - len(kept[-1])
    assert output.read_bytes() == expected
    after = clips_in(home)
    for before in kept:
        assert {name: after[name] for name in before} == before


def _kill(process: subprocess.Popen[str], home: Path) -> None:
    process.kill()
    process.communicate()


def _press_ctrl_c(process: subprocess.Popen[str], home: Path) -> None:
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=100)
    assert process.returncode == 1
    assert "the same command goes on" in err
    assert "Traceback" not in out + err
    assert not (home.parent / "story.mp4").exists()
    assert not processes_of(home)


def test_a_killed_run_leaves_no_process_behind(clean: tuple[Path, bytes, float], tmp_path: Path) -> None:
    script, _, _ = clean
    home = tmp_path / "home"
    process = start(home, "render", str(script), "-o", str(tmp_path / "story.mp4"))
    _read_until(process, "speech: ")
    assert len(processes_of(home)) > 1
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 100
    while processes_of(home) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not processes_of(home)


def test_two_at_once_give_the_same_video(clean: tuple[Path, bytes, float], tmp_path: Path) -> None:
    script, expected, _ = clean
    home = tmp_path / "home"
    longtake(home, "plan", str(script))
    outputs = [tmp_path / name / "story.mp4" for name in ("one", "two")]
    runs = [start(home, "render", str(script), "-o", str(output), new_home=True) for output in outputs]
    told = [run.communicate(timeout=240)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], told
    assert all(output.read_bytes() == expected for output in outputs)


def _read_until(process: subprocess.Popen[str], mark: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if mark in line:
            return
    pytest.fail(f"{mark!r} was never told")
