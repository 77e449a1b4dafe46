"""What cannot be joined is refused, by the number of the clip, and nothing is left behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from longtake.errors import ClipRejected, HolesLeft, LongtakeError, MediaError
from longtake.stitch import PlacedClip, StitchJob, stitch
from tests.stitch_media import place, write_clip, write_master
from tests.test_stitch import COMMENT


@pytest.fixture
def paths(tmp_path: Path) -> list[Path]:
    return [write_clip(tmp_path / f"{n}.mp4", n, 20, size=(64, 36)) for n in range(4)]


def refused(tmp_path: Path, clips: tuple[PlacedClip, ...], kind: type[LongtakeError], words: str, **more) -> None:
    master = more.pop("master", None) or write_master(tmp_path / "master.m4a", [0], max(1, clips[-1].end_frame))
    output = tmp_path / "out" / "joined.mp4"
    with pytest.raises(kind, match=words):
        stitch(StitchJob(clips=clips, master=master, comment=COMMENT, **more), output)
    assert not output.parent.exists() or list(output.parent.iterdir()) == []


def moved(clips: tuple[PlacedClip, ...], number: int, **fields: object) -> tuple[PlacedClip, ...]:
    return (*clips[:number], clips[number].model_copy(update=fields), *clips[number + 1 :])


def test_a_hole(tmp_path: Path, paths: list[Path]) -> None:
    clips = place(paths, [20] * 4)
    refused(tmp_path, clips[:1] + clips[2:], HolesLeft, "frames 20 to 40, before clip 2")


def test_a_hole_at_the_start(tmp_path: Path, paths: list[Path]) -> None:
    refused(tmp_path, place(paths, [20] * 4)[1:], HolesLeft, "frames 0 to 20, before clip 1")


def test_an_overlap(tmp_path: Path, paths: list[Path]) -> None:
    clips = moved(place(paths, [20] * 4), 2, start_frame=39, sent_frames=21)
    refused(tmp_path, clips, LongtakeError, "clip 3 .*overlaps")


def test_wrong_order(tmp_path: Path, paths: list[Path]) -> None:
    clips = place(paths, [20] * 4)
    refused(tmp_path, (clips[1], clips[0], *clips[2:]), HolesLeft, "before clip 1")


def test_an_empty_slot(tmp_path: Path, paths: list[Path]) -> None:
    refused(tmp_path, moved(place(paths, [20] * 4), 1, end_frame=20), LongtakeError, "clip 2 has an empty slot")


def test_fewer_frames_sent_than_its_slot_has(tmp_path: Path, paths: list[Path]) -> None:
    refused(tmp_path, moved(place(paths, [20] * 4), 1, sent_frames=19), LongtakeError, "clip 2 was sent 19 frames")


def test_a_missing_file(tmp_path: Path, paths: list[Path]) -> None:
    paths[3].unlink()
    refused(tmp_path, place(paths, [20] * 4), HolesLeft, "clip 4 .*missing")


@pytest.mark.parametrize("damage", ["empty", "text", "cut", "noise", "sound only"])
def test_a_clip_that_cannot_be_decoded(tmp_path: Path, paths: list[Path], damage: str) -> None:
    data = paths[2].read_bytes()
    if damage == "sound only":
        write_master(paths[2], [0], 20)
    else:
        head = data.index(b"mdat") + 4
        size = int.from_bytes(data[head - 8 : head - 4], "big") - 8
        paths[2].write_bytes(
            {
                "empty": b"",
                "text": b"no video at all" * 99,
                "cut": data[: len(data) // 2],
                "noise": data[:head] + bytes(i * 37 % 251 for i in range(size)) + data[head + size :],
            }[damage]
        )
    refused(tmp_path, place(paths, [20] * 4), ClipRejected, "clip 3 ")


def test_a_clip_that_lost_its_tail(tmp_path: Path, paths: list[Path]) -> None:
    """Its head comes first and promises more pictures than there are."""
    import av

    with (
        av.open(str(paths[1])) as source,
        av.open(str(tmp_path / "fast.mp4"), "w", container_options={"movflags": "+faststart"}) as copy,
    ):
        stream = copy.add_stream_from_template(source.streams.video[0], opaque=True)
        for packet in source.demux(source.streams.video[0]):
            if packet.size:
                packet.stream = stream
                copy.mux(packet)
    data = (tmp_path / "fast.mp4").read_bytes()
    paths[1].write_bytes(data[: len(data) * 3 // 4])
    refused(tmp_path, place(paths, [20] * 4), ClipRejected, "clip 2 .*cut off")


@pytest.mark.parametrize("reencode", [False, True])
def test_a_clip_that_is_far_too_long(tmp_path: Path, paths: list[Path], reencode: bool) -> None:
    write_clip(paths[1], 1, 29, size=(64, 36))
    refused(tmp_path, place(paths, [20] * 4), ClipRejected, "clip 2 is 9 frames longer", reencode=reencode)


def test_a_padded_clip_that_is_far_too_long(tmp_path: Path, paths: list[Path]) -> None:
    write_clip(paths[1], 1, 59, size=(64, 36))
    clips = place(paths, [20] * 4, [20, 50, 20, 20])
    refused(tmp_path, clips, ClipRejected, "clip 2 is 9 frames longer")


@pytest.mark.parametrize(("frames", "words"), [(40, "1.60 s shorter"), (120, "1.60 s longer")])
def test_a_master_of_another_length(tmp_path: Path, paths: list[Path], frames: int, words: str) -> None:
    master = write_master(tmp_path / "other.m4a", [0], frames)
    refused(tmp_path, place(paths, [20] * 4), MediaError, words, master=master)


@pytest.mark.parametrize("kind", ["missing", "text", "video", "flac"])
def test_a_master_that_is_none(tmp_path: Path, paths: list[Path], kind: str) -> None:
    import soundfile

    master = tmp_path / "other.flac"
    if kind == "text":
        master.write_text("no sound")
    elif kind == "video":
        master = paths[0]
    elif kind == "flac":
        soundfile.write(master, [0.0] * 48_000, 48_000)
    refused(tmp_path, place(paths, [20] * 4), MediaError, "master", master=master)


def test_an_older_video_stays_when_a_new_one_fails(tmp_path: Path, paths: list[Path]) -> None:
    output = tmp_path / "joined.mp4"
    output.write_bytes(b"the old one")
    master = write_master(tmp_path / "master.m4a", [0], 80)
    paths[3].write_bytes(b"")
    with pytest.raises(ClipRejected):
        stitch(StitchJob(clips=place(paths, [20] * 4), master=master, comment=COMMENT), output)
    assert output.read_bytes() == b"the old one"
