"""Clips that differ from most others are encoded anew to stand among them; the others stay bit for bit."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from longtake.probe import probe_clip
from longtake.stitch import PlacedClip
from longtake.stitch.avcc import parse_avcc
from tests.stitch_media import decoded, pixel_hash, place, read_code, write_clip
from tests.test_stitch import join

SMALL = (192, 108)
SLOTS = [20, 22, 24, 21, 23]


def codes(output: Path, height: int) -> list[tuple[Fraction, tuple[int, int]]]:
    return [(time, read_code(planes[:height])) for time, planes in decoded(output)]


def picture_packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.video[0]) if packet.size]


def assert_slots_show_their_clips(
    output: Path, clips: tuple[PlacedClip, ...], height: int, counts: list[int] | None = None
) -> None:
    """Each slot begins with frame 0 of its clip, and shows all its clip's frames in order."""
    shown = codes(output, height)
    assert [time for time, (_, frame) in shown if frame == 0] == [Fraction(clip.start_frame, 25) for clip in clips]
    expected = [(n, f) for n, clip in enumerate(clips) for f in range((counts or SLOTS)[n])]
    assert [code for _, code in shown] == expected


ODD = {
    "size": {"size": (160, 90)},
    "wider": {"size": (256, 108)},
    "rate": {"rate": 30},
    "set-up": {"options": {"refs": "5", "preset": "medium"}},
    "profile": {"options": {"profile": "baseline", "bf": "0"}},
    "hevc": {"codec": "libx265", "options": {"preset": "ultrafast", "x265-params": "log-level=none"}},
    "vp9": {"codec": "libvpx-vp9", "options": {"cpu-used": "8", "deadline": "realtime"}},
}


@pytest.mark.parametrize("kind", ODD)
def test_an_odd_clip_becomes_like_the_others(tmp_path: Path, kind: str) -> None:
    settings = ODD[kind]
    counts = [24 if n == 1 and kind == "rate" else slot for n, slot in enumerate(SLOTS)]
    counts[1] = round(SLOTS[1] * Fraction(settings.get("rate", 25)) / 25)
    paths = [
        write_clip(tmp_path / f"{n}.mp4", n, counts[n], **({"size": SMALL} | (settings if n == 1 else {})))
        for n in range(5)
    ]
    clips = place(paths, SLOTS)
    output, report = join(tmp_path, clips)
    assert (report.copied_clips, report.reencoded_clips, report.width, report.height) == (4, 1, *SMALL)
    assert report.worst_start_error_ms == 0
    if kind == "wider":  # black above and below moves the code
        assert len(list(decoded(output))) == sum(counts)
    else:
        assert_slots_show_their_clips(output, clips, SMALL[1], counts)
    assert picture_packets(output)[: SLOTS[0]] == picture_packets(paths[0])
    assert picture_packets(output)[-SLOTS[4] :] == picture_packets(paths[4])
    unchanged = {pixel_hash(planes) for path in paths[2:] for _, planes in decoded(path)}
    assert unchanged <= {pixel_hash(planes) for _, planes in decoded(output)}


def test_an_odd_clip_looks_like_its_source(tmp_path: Path) -> None:
    paths = [
        write_clip(tmp_path / f"{n}.mp4", n, SLOTS[n], size=SMALL, options={"refs": "5"} if n == 1 else {})
        for n in range(5)
    ]
    output, _ = join(tmp_path, place(paths, SLOTS))
    joined = [planes for _, planes in decoded(output)][SLOTS[0] : SLOTS[0] + SLOTS[1]]
    source = [planes for _, planes in decoded(paths[1])]
    worst = max(np.abs(a.astype(int) - b.astype(int)).mean() for a, b in zip(joined, source, strict=True))
    assert worst < 3, f"mean difference of a picture: {worst}"


def test_several_odd_clips_share_one_set_up_and_their_length_is_made_to_fit(tmp_path: Path) -> None:
    kinds = [
        {},
        {"rate": 30},
        {},
        {"rate": 24, "size": (96, 54)},
        {"codec": "libx265", "options": {"x265-params": "log-level=none"}},
        {},
    ]
    slots = [20, 25, 21, 25, 22, 20]
    counts = [20, 30 + 8, 21, 24 - 5, 40, 20]
    sent = [20, 25, 21, 25, 40, 20]
    paths = [
        write_clip(tmp_path / f"{n}.mp4", n, counts[n], **({"size": SMALL} | kind)) for n, kind in enumerate(kinds)
    ]
    clips = place(paths, slots, sent)
    output, report = join(tmp_path, clips)
    assert (report.copied_clips, report.reencoded_clips, report.hidden_frames) == (3, 3, 0)
    assert_slots_show_their_clips(output, clips, SMALL[1], [20, 38, 21, 19, 22, 20])
    with av.open(str(output)) as container:
        sets = parse_avcc(bytes(container.streams.video[0].codec_context.extradata or b""))
    assert sets
    assert len(sets.sequence) == len(sets.picture) == 2


def test_no_h264_at_all_is_all_encoded(tmp_path: Path) -> None:
    settings = {"codec": "libx265", "options": {"preset": "ultrafast", "x265-params": "log-level=none"}}
    paths = [write_clip(tmp_path / f"{n}.mp4", n, SLOTS[n], size=SMALL, **settings) for n in range(3)]
    clips = place(paths, SLOTS[:3])
    output, report = join(tmp_path, clips)
    assert (report.copied_clips, report.reencoded_clips) == (0, 3)
    assert probe_clip(output).codec == "h264"
    assert_slots_show_their_clips(output, clips, SMALL[1])


@pytest.mark.parametrize("size", [(1920, 1088), (1088, 1920)], ids=["wide", "tall"])
def test_1088_becomes_1080_without_encoding(tmp_path: Path, size: tuple[int, int]) -> None:
    slots = [8, 9, 8]
    paths = [write_clip(tmp_path / f"{n}.mp4", n, slots[n], size=size) for n in range(3)]
    output, report = join(tmp_path, place(paths, slots))
    assert (report.copied_clips, report.width, report.height) == (
        3,
        min(size[0], 1920 if size[0] > size[1] else 1080),
        1080 if size[0] > size[1] else 1920,
    )
    assert picture_packets(output) == [packet for path in paths for packet in picture_packets(path)]
    whole = [planes[: size[1]] for path in paths for _, planes in decoded(path)]
    for (_, planes), source in zip(decoded(output), whole, strict=True):
        assert np.array_equal(planes[: report.height], source[: report.height, : report.width])


def test_an_odd_clip_among_1088_ones(tmp_path: Path) -> None:
    slots = [8, 9, 8]
    paths = [
        write_clip(tmp_path / f"{n}.mp4", n, slots[n], size=(1280, 720) if n == 1 else (1920, 1088)) for n in range(3)
    ]
    clips = place(paths, slots)
    output, report = join(tmp_path, clips)
    assert (report.copied_clips, report.reencoded_clips, report.width, report.height) == (2, 1, 1920, 1080)
    assert_slots_show_their_clips(output, clips, 1080, slots)


def test_parameter_sets_inside_the_stream_are_taken_out(tmp_path: Path) -> None:
    """Some muxers leave them in the pictures; the joined file has them in its head alone."""
    paths = [write_clip(tmp_path / f"{n}.mp4", n, SLOTS[n], size=SMALL) for n in range(3)]
    for number in (0, 2):
        _bring_sets_along(paths[number])
    clips = place(paths, SLOTS[:3])
    output, report = join(tmp_path, clips)
    assert report.copied_clips == 3
    assert not any(b"\x67\x4d\x40" in packet or b"\x67\x64" in packet[:200] for packet in picture_packets(output))
    assert_slots_show_their_clips(output, clips, SMALL[1])


def _bring_sets_along(path: Path) -> None:
    plain = path.with_suffix(".plain.mp4")
    path.rename(plain)
    with av.open(str(plain)) as source, av.open(str(path), "w", format="mp4") as copy:
        stream = source.streams.video[0]
        sets = parse_avcc(bytes(stream.codec_context.extradata or b""))
        assert sets
        head = b"".join(len(unit).to_bytes(4, "big") + unit for unit in sets.sequence + sets.picture)
        out = copy.add_stream_from_template(stream, opaque=True)
        for packet in source.demux(stream):
            if packet.size:
                fresh = av.Packet(head + bytes(packet)) if packet.is_keyframe else av.Packet(bytes(packet))
                fresh.stream, fresh.time_base = out, stream.time_base
                fresh.pts, fresh.dts, fresh.is_keyframe = packet.pts, packet.dts, packet.is_keyframe
                copy.mux(fresh)


def test_a_clip_that_hides_its_beginning_is_encoded_anew(tmp_path: Path) -> None:
    """A clip that was cut without encoding has pictures before its start, which an edit list hides."""
    paths = [write_clip(tmp_path / f"{n}.mp4", n, SLOTS[n], size=SMALL) for n in range(3)]
    _hide_the_first(paths[1], 5)
    slots = [SLOTS[0], SLOTS[1] - 5, SLOTS[2]]
    output, report = join(tmp_path, place(paths, slots))
    assert (report.copied_clips, report.reencoded_clips) == (2, 1)
    shown = [code for _, code in codes(output, SMALL[1])]
    assert shown[slots[0] : slots[0] + slots[1]] == [(1, frame) for frame in range(5, SLOTS[1])]


def _hide_the_first(path: Path, frames: int) -> None:
    plain = path.with_suffix(".plain.mp4")
    path.rename(plain)
    with av.open(str(plain)) as source, av.open(str(path), "w", format="mp4") as copy:
        stream = source.streams.video[0]
        assert stream.time_base
        out = copy.add_stream_from_template(stream, opaque=True)
        earlier = int(Fraction(frames, 25) / stream.time_base)
        for packet in source.demux(stream):
            if packet.size:
                packet.stream, packet.pts, packet.dts = out, packet.pts - earlier, packet.dts - earlier
                copy.mux(packet)


def test_a_clip_that_does_not_begin_afresh_is_encoded_anew(tmp_path: Path) -> None:
    """A clip cut out of an open GOP starts with a picture that does not make a decoder forget the clip before."""
    paths = [write_clip(tmp_path / f"{n}.mp4", n, SLOTS[n], size=SMALL) for n in range(3)]
    whole = write_clip(
        tmp_path / "whole.mp4", 1, 36, size=SMALL, options={"x264-params": "open-gop=1", "g": "12", "bf": "2"}
    )
    with av.open(str(whole)) as source, av.open(str(paths[1]), "w", format="mp4") as cut:
        stream = source.streams.video[0]
        out = cut.add_stream_from_template(stream, opaque=True)
        packets = [packet for packet in source.demux(stream) if packet.size]
        start = [place for place, packet in enumerate(packets) if packet.is_keyframe][1]
        first = packets[start].pts
        for packet in packets[start:]:
            if packet.pts >= first:
                packet.stream, packet.pts, packet.dts = out, packet.pts - first, packet.dts - first
                cut.mux(packet)
    clips = place(paths, [SLOTS[0], 24, SLOTS[2]])
    output, report = join(tmp_path, clips)
    assert (report.copied_clips, report.reencoded_clips) == (2, 1)
    assert [frame for _, (clip, frame) in codes(output, SMALL[1]) if clip == 1] == list(range(12, 36))


@pytest.mark.parametrize("rate", [24, 25, 30])
def test_all_encoded_anew_keeps_the_slots(tmp_path: Path, rate: int) -> None:
    slots = [20, 25, 30, 22, 21, 24, 23, 26, 28, 20]
    off = [0, 8, -5, 1, 0, -1, 3, 0, 8, -5]
    sent = [*slots[:4], 50, *slots[5:]]
    counts = [round(length * Fraction(rate) / 25) + more for length, more in zip(sent, off, strict=True)]
    sizes = [SMALL] * 8 + [(160, 90), (1088, 612)]
    paths = [
        write_clip(tmp_path / f"{n}.mp4", n, count, size=size, rate=rate)
        for n, (count, size) in enumerate(zip(counts, sizes, strict=True))
    ]
    clips = place(paths, slots, sent)
    output, report = join(tmp_path, clips, reencode=True)
    assert (report.copied_clips, report.reencoded_clips, report.fps) == (0, 10, "25")
    shown = codes(output, SMALL[1])
    assert [time for time, _ in shown] == [Fraction(frame, 25) for frame in range(sum(slots))]
    for number, clip in enumerate(clips):
        inside = [code for _, code in shown[clip.start_frame : clip.end_frame]]
        assert [code[0] for code in inside] == [number] * clip.slot_frames
        frames = [code[1] for code in inside]
        assert frames[0] == 0
        assert frames == sorted(frames)
        last = counts[number] - 1 if number != 4 else round(slots[4] * rate / 25) - 1
        assert last - 1 <= frames[-1] <= last


@pytest.mark.parametrize("reencode", [False, True])
def test_the_same_file_may_come_twice(tmp_path: Path, reencode: bool) -> None:
    once, odd = write_clip(tmp_path / "0.mp4", 0, 20, size=SMALL), write_clip(tmp_path / "1.mp4", 1, 20, size=(96, 54))
    clips = place([once, odd, once, odd, once], [20] * 5)
    output, _ = join(tmp_path, clips, reencode=reencode)
    assert [code for _, code in codes(output, SMALL[1])] == [(n % 2, frame) for n in range(5) for frame in range(20)]


def test_1088_lines_on_demand(tmp_path: Path) -> None:
    paths = [write_clip(tmp_path / f"{n}.mp4", n, 5, size=(1920, 1088)) for n in range(2)]
    _, report = join(tmp_path, place(paths, [5, 5]), width=1920, height=1088)
    assert (report.copied_clips, report.height) == (2, 1088)
