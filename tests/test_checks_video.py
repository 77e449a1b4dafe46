"""The finished video is measured on the file itself: a right one passes, and each fault is told with its figure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from longtake.captions import Cue
from longtake.checks import VideoReport, check_video
from longtake.checks.boxes import has_faststart, is_cut_short
from longtake.errors import MediaError
from longtake.loudness import encode_master, preset_named
from longtake.stitch import Chapter, PlacedClip, StitchJob, stitch
from tests.checks_media import HEIGHT, RATE, WIDTH, Samples, make_clip, silence, voice

PRESET = preset_named("podcast")
SLOTS = [(0, 75), (75, 130), (130, 205)]
FRAMES = SLOTS[-1][1]


def whole_numbers(samples: Samples) -> np.ndarray:
    return (samples * 32767).round().astype(np.int16)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("video")


@pytest.fixture(scope="module")
def said() -> Samples:
    return voice(FRAMES / 25, 11)


@pytest.fixture(scope="module")
def stitched(folder: Path, said: Samples) -> Path:
    """A video as the project makes it: three clips, one of them two frames short, on a levelled master."""
    clips = [make_clip(folder / f"{start}.mp4", None, frames=end - start - 2 * (start == 75)) for start, end in SLOTS]
    encode_master(lambda: [whole_numbers(said)], preset=PRESET, output=folder / "master.m4a")
    job = StitchJob(
        clips=tuple(
            PlacedClip(path=clip, start_frame=start, end_frame=end, sent_frames=end - start)
            for clip, (start, end) in zip(clips, SLOTS, strict=True)
        ),
        master=folder / "master.m4a",
        captions=(
            Cue(start_milliseconds=0, end_milliseconds=2000, lines=("One.",)),
            Cue(start_milliseconds=3000, end_milliseconds=5000, lines=("Two.", "Three.")),
        ),
        chapters=(Chapter(start_frame=0, title="First"), Chapter(start_frame=130, title="Second")),
        comment="AI-generated",
    )
    stitch(job, folder / "video.mp4")
    return folder / "video.mp4"


def test_a_stitched_video_passes_with_its_figures(stitched: Path) -> None:
    report = check_video(stitched, slots=SLOTS, preset=PRESET)
    assert report.passed, report.problems
    assert (report.slots, report.missed_starts, report.frames) == (3, 0, FRAMES - 2)
    assert report.worst_start_error_ms <= 0.011
    assert report.expected_seconds == FRAMES / 25 == pytest.approx(report.video_seconds, abs=0.001)
    assert report.audio_seconds == pytest.approx(report.expected_seconds, abs=0.022)
    assert (report.width, report.height, report.faststart) == (WIDTH, HEIGHT, True)
    assert (report.captions, report.chapters, report.comment) == (2, 2, "AI-generated")
    assert report.integrated_lufs == pytest.approx(PRESET.integrated_lufs, abs=0.5)
    assert report.true_peak_dbtp is not None and report.true_peak_dbtp <= PRESET.true_peak_dbtp + 0.2
    assert VideoReport.model_validate_json(report.model_dump_json()) == report


def test_true_peak_may_be_left_out(stitched: Path) -> None:
    quick = check_video(stitched, slots=SLOTS, preset=PRESET, true_peak=False)
    assert quick.passed and quick.true_peak_dbtp is None
    assert quick.integrated_lufs == check_video(stitched, slots=SLOTS).integrated_lufs


def test_slots_that_begin_between_pictures_are_counted(stitched: Path) -> None:
    moved = [(0, 75), (75, 127), (127, 205)]
    assert check_video(stitched, slots=moved).passed, "there are pictures at every frame of this clip"
    report = check_video(stitched, slots=[(0, 75), (75, 129), (129, 205)])
    assert report.missed_starts == 1 and report.worst_start_error_ms == pytest.approx(40, abs=0.02)
    assert "1 of 3 slots do not begin on their frame: the worst is 40.0 ms off" in report.problems


def test_a_late_picture_and_a_wrong_length_are_told(folder: Path, said: Samples) -> None:
    late = make_clip(folder / "late.mp4", said, frames=FRAMES, times=lambda n: n + (0.25 if n >= 75 else 0))
    report = check_video(late, slots=SLOTS)
    assert report.missed_starts == 2 and report.worst_start_error_ms == pytest.approx(10, abs=0.02)
    short = check_video(make_clip(folder / "short.mp4", said[: -RATE // 5], frames=FRAMES - 10), slots=SLOTS)
    assert short.problems == (
        "the picture lasts 7.800 s, 8.200 s were expected",
        "the sound lasts 8.000 s, 8.200 s were expected",
    )


def test_loudness_is_judged_as_a_player_hears_it(folder: Path, said: Samples, stitched: Path) -> None:
    def lufs(path: Path) -> float:
        found = check_video(path, slots=SLOTS).integrated_lufs
        assert found is not None
        return found

    quiet = make_clip(folder / "quiet.mp4", said * 0.1, frames=FRAMES)
    plain = make_clip(folder / "plain.mp4", said, frames=FRAMES)
    assert lufs(plain) - lufs(quiet) == pytest.approx(20, abs=0.2)
    report = check_video(quiet, slots=SLOTS, preset=PRESET)
    assert any(problem.startswith("the loudness is -4") for problem in report.problems)
    hot = make_clip(folder / "hot.mp4", np.clip(said * 20, -1, 1).astype(np.float32), frames=FRAMES)
    report = check_video(hot, slots=SLOTS, preset=PRESET)
    assert any("dBTP, -1.5 at most was meant" in problem for problem in report.problems)
    assert check_video(stitched, slots=SLOTS, preset=preset_named("broadcast")).passed is False


def test_silence_and_no_sound_at_all_are_told(folder: Path) -> None:
    hushed = make_clip(folder / "hushed.mp4", silence(FRAMES / 25), frames=FRAMES)
    report = check_video(hushed, slots=SLOTS, preset=PRESET)
    assert report.integrated_lufs is None and "the sound is silent" in report.problems
    mute = make_clip(folder / "mute.mp4", None, frames=FRAMES)
    report = check_video(mute, slots=SLOTS, preset=PRESET)
    assert report.audio_seconds == 0 and "the sound lasts 0.000 s, 8.200 s were expected" in report.problems


def test_an_index_at_the_end_is_told(folder: Path, said: Samples, stitched: Path) -> None:
    late = make_clip(folder / "index.mp4", said, frames=FRAMES, faststart=False)
    assert has_faststart(stitched) and not has_faststart(late)
    assert any("index lies at the end" in problem for problem in check_video(late, slots=SLOTS).problems)


def test_boxes_of_more_than_four_gigabytes_are_understood(tmp_path: Path) -> None:
    huge = tmp_path / "huge.mp4"
    with huge.open("wb") as file:  # a hole: it takes no space on the disk
        file.write(b"\0\0\0\x10ftypisom\0\0\0\0" + b"\0\0\0\x01mdat" + (5 << 30).to_bytes(8, "big"))
        file.seek(16 + (5 << 30))
        file.write(b"\0\0\0\x08moov")
    assert not has_faststart(huge) and not is_cut_short(huge)
    with huge.open("r+b") as file:
        file.truncate(16 + (5 << 30) + 7)
    assert is_cut_short(huge)
    huge.unlink()


@pytest.mark.parametrize("content", [b"", b"\0\0\0\x08free", b"\0\0\0\x02ftyp", b"abc", b"<html>" * 9])
def test_what_is_no_mp4_has_no_boxes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x"
    path.write_bytes(content)
    assert not has_faststart(path)
    with pytest.raises(MediaError, match=r"cannot be read|no pictures"):
        check_video(path, slots=SLOTS)
