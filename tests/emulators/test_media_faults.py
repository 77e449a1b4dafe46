"""Each fault of a clip, as it is downloaded, and what our own check says of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.faults import Rule
from emulators.launch import Emulator
from longtake.checks import check_clip
from longtake.checks.verdict import Verdict
from longtake.probe import ClipShape, probe_clip
from tests.emulators.acting import FRAMES, Client


def spoiled(client: Client, emulator: Emulator, folder: Path, fault: Any, **more: Any) -> Path:
    emulator.set_faults([Rule(where="media", fault=fault, **more)])
    clip = folder / "clip.mp4"
    clip.write_bytes(client.http.get(client.run("fal")).content)
    return clip


def judged(client: Client, clip: Path) -> Verdict:
    return check_clip(clip, client.inputs.audio, sent_frames=FRAMES)


@pytest.fixture
def sound_clip(client: Client, emulator: Emulator, tmp_path: Path) -> ClipShape:
    (tmp_path / "sound").mkdir()
    clip = tmp_path / "sound" / "clip.mp4"
    clip.write_bytes(client.http.get(client.run("fal")).content)
    return probe_clip(clip)


@pytest.mark.parametrize("fps", [24, 30])
def test_another_rate_is_a_sound_clip(client: Client, emulator: Emulator, tmp_path: Path, fps: int) -> None:
    verdict = judged(client, spoiled(client, emulator, tmp_path, "other-fps", fps=fps))
    assert verdict.passed, verdict.problems
    assert (verdict.clip_fps, verdict.frames) == (fps, round(FRAMES / 25 * fps))


@pytest.mark.parametrize("more", [-5, 8])
def test_a_few_frames_more_or_fewer_are_a_sound_clip(
    client: Client, emulator: Emulator, tmp_path: Path, more: int
) -> None:
    verdict = judged(client, spoiled(client, emulator, tmp_path, "frames", frames=more))
    assert verdict.passed, verdict.problems
    assert verdict.frames_over == more


def test_too_many_frames_are_none(client: Client, emulator: Emulator, tmp_path: Path) -> None:
    assert not judged(client, spoiled(client, emulator, tmp_path, "frames", frames=9)).passed


def test_another_size_is_a_sound_clip(client: Client, emulator: Emulator, tmp_path: Path) -> None:
    verdict = judged(client, spoiled(client, emulator, tmp_path, "size"))
    assert verdict.passed, verdict.problems
    assert (verdict.width, verdict.height) == (1920, 1088)


def test_another_encoder_setting_is_another_set_up(
    client: Client, emulator: Emulator, tmp_path: Path, sound_clip: ClipShape
) -> None:
    clip = spoiled(client, emulator, tmp_path, "encoder")
    assert judged(client, clip).passed
    shape = probe_clip(clip)
    assert shape.extradata_sha256 != sound_clip.extradata_sha256
    assert (shape.width, shape.height, shape.frames) == (sound_clip.width, sound_clip.height, sound_clip.frames)


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ("truncated", "cut short"),
        ("wrong-audio", "sound"),
        ("black", "black"),
        ("frozen", "stands still"),
        ("html", "no video"),
    ],
)
def test_a_clip_that_no_check_lets_pass(
    client: Client, emulator: Emulator, tmp_path: Path, fault: str, problem: str
) -> None:
    verdict = judged(client, spoiled(client, emulator, tmp_path, fault))
    assert not verdict.passed
    assert problem in " ".join(verdict.problems)
    assert emulator.book("fal").paid == 1


def test_a_clip_without_sound(client: Client, emulator: Emulator, tmp_path: Path) -> None:
    verdict = judged(client, spoiled(client, emulator, tmp_path, "no-audio"))
    assert (verdict.has_audio, verdict.frames) == (False, FRAMES)
    assert "no sound" in verdict.warnings[0]


def test_a_clip_that_ends_early_each_time(client: Client, emulator: Emulator) -> None:
    emulator.set_faults([Rule(where="media", fault="short-content")])
    url = client.run("fal")
    for _ in range(2):
        with pytest.raises(httpx.RemoteProtocolError):
            client.http.get(url)


def test_only_the_named_job_has_a_fault(client: Client, emulator: Emulator, tmp_path: Path) -> None:
    emulator.set_faults([Rule(where="media", fault="no-audio", match="job-two")])
    shapes = []
    for name in ("job-one.wav", "job-two.wav"):
        clip = tmp_path / f"{name}.mp4"
        clip.write_bytes(client.http.get(client.run("pixazo", name)).content)
        shapes.append(probe_clip(clip).has_audio)
    assert shapes == [True, False]
