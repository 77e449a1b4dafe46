"""Every clip starts on its slot's very tick, and no picture is lost or changed."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import pytest

from longtake.stitch import PlacedClip, StitchJob, StitchReport, stitch
from tests.stitch_media import decoded, decoded_sound, pixel_hash, place, read_code, write_clip, write_master

COMMENT = "AI-generated"
SHORTEST_SHOWN = Fraction(1, 1000)


def join(folder: Path, clips: tuple[PlacedClip, ...], **more: object) -> tuple[Path, StitchReport]:
    master = write_master(folder / "master.m4a", [clip.start_frame for clip in clips], clips[-1].end_frame)
    output = folder / "joined.mp4"
    return output, stitch(StitchJob(clips=clips, master=master, comment=COMMENT, **more), output)


def assert_exact(output: Path, clips: tuple[PlacedClip, ...], rates: list[Fraction] | None = None) -> int:
    """Compare every decoded picture with the clips' own; answers how many pictures of padding are hidden in it."""
    frames = list(decoded(output))
    assert_packets_are_in_order(output)
    times = [time for time, _ in frames] + [Fraction(clips[-1].end_frame, 25)]
    assert times == sorted(set(times))
    hidden = at = 0
    for number, clip in enumerate(clips):
        slot = Fraction(clip.end_frame - clip.start_frame, 25)
        source = [(time, pixel_hash(planes)) for time, planes in decoded(clip.path)]
        if clip.sent_frames > clip.slot_frames:
            source = [(time, planes) for time, planes in source if time < slot - SHORTEST_SHOWN]
        assert times[at] == Fraction(clip.start_frame, 25), f"clip {number} starts late"
        for place_in_clip, (_, expected) in enumerate(source):
            assert read_code(frames[at][1][: frames[at][1].shape[0] * 2 // 3]) == (number, place_in_clip)
            assert pixel_hash(frames[at][1]) == expected
            assert times[at + 1] - times[at] >= SHORTEST_SHOWN
            at += 1
        while times[at] < Fraction(clip.end_frame, 25):
            assert clip.sent_frames > clip.slot_frames
            assert times[at + 1] - times[at] == Fraction(1, 90_000)
            hidden, at = hidden + 1, at + 1
    assert at == len(frames)
    return hidden


def assert_packets_are_in_order(output: Path) -> None:
    """Decoded in strict order, never later than shown, and each as long as its picture is shown."""
    with av.open(str(output)) as container:
        stream = container.streams.video[0]
        packets = [(p.pts, p.dts, p.duration) for p in container.demux(stream) if p.size]
    assert all(before[1] < after[1] for before, after in pairwise(packets))
    assert all(dts <= pts for pts, dts, _ in packets)
    shown = sorted(packets)
    assert all(before[0] + before[2] == after[0] for before, after in pairwise(shown))


@pytest.fixture(scope="module")
def hundred_and_twenty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[PlacedClip, ...], StitchReport]:
    folder = tmp_path_factory.mktemp("long")
    slots = [20 + number % 7 for number in range(120)]
    off = [0, -5, 8, 3, -1, 1, 5, -3, 2, -2, 4, -4, 6, 7]
    paths = [
        write_clip(folder / f"{number}.mp4", number, slot + off[number % len(off)], size=(192, 108))
        for number, slot in enumerate(slots)
    ]
    clips = place(paths, slots)
    output, report = join(folder, clips)
    return output, clips, report


def test_120_clips_of_uneven_lengths_start_exactly_and_lose_nothing(hundred_and_twenty) -> None:
    output, clips, report = hundred_and_twenty
    assert assert_exact(output, clips) == 0
    assert report.worst_start_error_ms == 0
    assert (report.clips, report.copied_clips, report.reencoded_clips, report.hidden_frames) == (120, 120, 0, 0)
    assert report.frames == sum(1 for _ in decoded(output))
    assert report.seconds == clips[-1].end_frame / 25


def test_sound_and_picture_never_part_by_a_frame(hundred_and_twenty) -> None:
    output, clips, _ = hundred_and_twenty
    sound = abs(decoded_sound(output))
    for clip in clips:
        start = clip.start_frame * 1920
        window = sound[max(0, start - 960) : start + 960]
        first = next(place for place, level in enumerate(window) if level > 0.1) + max(0, start - 960)
        assert abs(first - start) < 100, "a click is more than 2 ms away from its slot's start"
    assert len(sound) >= clips[-1].end_frame * 1920


ENCODERS = {
    "closed, 3 B-frames": {},
    "no B-frames": {"bf": "0"},
    "open GOP": {"x264-params": "open-gop=1", "g": "12", "bf": "4"},
    "deep": {"bf": "8", "preset": "medium", "refs": "4", "g": "250"},
    "plain B-frames": {"bf": "2", "b-pyramid": "none"},
    "slices": {"slices": "4"},
}


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("rate", [Fraction(24), Fraction(25), Fraction(30_000, 1001), Fraction(30)], ids=str)
def test_exact_for_every_encoder_and_rate(tmp_path: Path, name: str, rate: Fraction) -> None:
    slots = [25, 40, 33]
    expected = [round(Fraction(slot, 25) * rate) for slot in slots]
    paths = [
        write_clip(tmp_path / f"{n}.mp4", n, count + off, rate=rate, size=(128, 72), options=ENCODERS[name])
        for n, (count, off) in enumerate(zip(expected, [8, -5, 1], strict=True))
    ]
    clips = place(paths, slots)
    output, report = join(tmp_path, clips)
    assert assert_exact(output, clips) == 0
    assert Fraction(report.fps) == rate
    assert report.copied_clips == 3
    assert report.worst_start_error_ms == 0


@pytest.mark.parametrize("size", [(1280, 720), (896, 1344), (1344, 896)], ids=str)
def test_exact_for_sizes_that_providers_give(tmp_path: Path, size: tuple[int, int]) -> None:
    slots = [10, 12]
    paths = [write_clip(tmp_path / f"{n}.mp4", n, slot + 2 - n, size=size) for n, slot in enumerate(slots)]
    clips = place(paths, slots)
    output, report = join(tmp_path, clips)
    assert_exact(output, clips)
    assert (report.width, report.height, report.copied_clips) == (*size, 2)


@pytest.mark.parametrize("name", ENCODERS)
@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30_000, 1001)], ids=str)
def test_padding_is_cut_to_the_slot(tmp_path: Path, name: str, rate: Fraction) -> None:
    """Padding is never seen: what must be decoded of it is on for 11 microseconds."""
    slots, sent = [10, 11, 12, 30, 1], [75, 75, 75, 30, 75]
    paths = [
        write_clip(
            tmp_path / f"{n}.mp4", n, round(count * rate / 25), rate=rate, size=(128, 72), options=ENCODERS[name]
        )
        for n, count in enumerate(sent)
    ]
    clips = place(paths, slots, sent)
    output, report = join(tmp_path, clips)
    hidden = assert_exact(output, clips)
    assert hidden == report.hidden_frames <= 4 * 3
    assert report.copied_clips == 5
    assert report.worst_start_error_ms == 0
    if name == "no B-frames":
        assert hidden == 0
