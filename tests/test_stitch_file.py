"""The joined file beside its pictures: sound, captions, chapters, what it says of itself, its bytes."""

from __future__ import annotations

import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from longtake.captions import Cue
from longtake.errors import LongtakeError
from longtake.loudness import encode_master, preset_named
from longtake.stitch import Chapter, PlacedClip, StitchJob, stitch
from tests.stitch_media import decoded_sound, place, write_clip, write_master
from tests.test_stitch import COMMENT, join

CUES = (
    Cue(start_milliseconds=120, end_milliseconds=900, lines=("Grüße, 世界 🙂",)),
    Cue(start_milliseconds=900, end_milliseconds=1500, lines=("Two", "lines")),
    Cue(start_milliseconds=2000, end_milliseconds=99_000, lines=("the end",)),
)
CHAPTERS = (Chapter(start_frame=0, title="Öffnung"), Chapter(start_frame=25, title="Middle"))


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> tuple[PlacedClip, ...]:
    folder = tmp_path_factory.mktemp("clips")
    slots = [25, 20, 30]
    return place([write_clip(folder / f"{n}.mp4", n, slot, size=(64, 36)) for n, slot in enumerate(slots)], slots)


def boxes(path: Path) -> list[str]:
    """The names of a file's outermost boxes."""
    names, data, at = [], path.read_bytes(), 0
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode())
        at += size if size != 1 else struct.unpack(">Q", data[at + 8 : at + 16])[0]
    return names


def sound_packets(path: Path) -> list[tuple[int | None, bytes]]:
    with av.open(str(path)) as container:
        return [(packet.pts, bytes(packet)) for packet in container.demux(container.streams.audio[0]) if packet.size]


def test_the_sound_is_the_master_to_the_packet_and_the_sample(tmp_path: Path, clips) -> None:
    output, _ = join(tmp_path, clips)
    master = tmp_path / "master.m4a"
    assert sound_packets(output) == sound_packets(master)
    assert sound_packets(output)[0][0] == -1024
    heard, meant = decoded_sound(output), decoded_sound(master)
    assert len(heard) == len(meant) >= 75 * 1920
    assert (heard == meant).all()


def test_a_master_as_the_project_makes_it_keeps_its_time(tmp_path: Path, clips) -> None:
    frames = clips[-1].end_frame
    samples = (np.random.default_rng(1).normal(0, 900, frames * 1920)).astype(np.int16)
    for clip in clips:
        samples[clip.start_frame * 1920 :][:960] += (np.sin(np.arange(960) * 0.4) * 15_000).astype(np.int16)
    master = tmp_path / "master.m4a"
    encode_master(lambda: iter(np.array_split(samples, 5)), preset=preset_named("podcast"), output=master)
    output = tmp_path / "joined.mp4"
    report = stitch(StitchJob(clips=clips, master=master, comment=COMMENT), output)
    assert report.seconds == frames / 25
    assert sound_packets(output) == sound_packets(master)
    assert sound_packets(output)[0][0] == -1024
    heard = decoded_sound(output)
    for clip in clips:
        start = clip.start_frame * 1920
        around = heard[max(0, start - 2000) : start + 2000]
        tone = np.sin(np.arange(960) * 0.4)
        match = np.abs(np.correlate(around, tone, "valid"))
        assert abs(int(np.argmax(match)) + max(0, start - 2000) - start) <= 8


def test_the_last_picture_lasts_until_the_sound_ends(tmp_path: Path, clips) -> None:
    master = write_master(tmp_path / "master.m4a", [0], 75 + 12)
    output = tmp_path / "joined.mp4"
    report = stitch(StitchJob(clips=clips, master=master, comment=COMMENT), output)
    assert report.seconds == 87 / 25
    with av.open(str(output)) as container:
        stream = container.streams.video[0]
        ends = [packet.pts + packet.duration for packet in container.demux(stream) if packet.size]
        assert max(ends) * stream.time_base == Fraction(87, 25)
        assert stream.duration * stream.time_base == Fraction(87, 25)
        assert container.duration == 3_480_000


def test_captions_are_a_track(tmp_path: Path, clips) -> None:
    output, _ = join(tmp_path, clips, captions=CUES, language="de-CH")
    with av.open(str(output)) as container:
        stream = container.streams.subtitles[0]
        assert stream.codec_context.name == "mov_text"
        assert stream.metadata["language"] == "deu"
        assert container.streams.audio[0].metadata["language"] == "deu"
        packets = [(packet.pts, packet.duration, bytes(packet)[2:].decode()) for packet in container.demux(stream)]
        container.seek(0)
        texts = [event.dialogue for packet in container.demux(stream) for event in packet.decode()]
    assert [packet for packet in packets if packet[2]] == [
        (120, 780, "Grüße, 世界 🙂"),
        (900, 600, "Two\nlines"),
        (2000, 1000, "the end"),
    ]
    assert [(start, length) for start, length, text in packets if not text and length] == [(0, 120), (1500, 500)]
    assert b"Two\nlines" in texts


def test_chapters_and_words_about_itself(tmp_path: Path, clips) -> None:
    output, _ = join(tmp_path, clips, chapters=CHAPTERS, title="Ein Titel", software="longtake 1.2.3")
    with av.open(str(output)) as container:
        assert container.metadata["title"] == "Ein Titel"
        assert container.metadata["comment"] == COMMENT
        assert container.metadata["description"] == "longtake 1.2.3"
        assert "encoder" not in container.metadata
        assert "creation_time" not in container.metadata
        found = [
            (float(c["start"] * c["time_base"]), float(c["end"] * c["time_base"]), c["metadata"]["title"])
            for c in container.chapters()
        ]
    assert found == [(0, 1, "Öffnung"), (1, 3, "Middle")]


def test_head_comes_first_and_counts_in_milliseconds(tmp_path: Path, clips) -> None:
    output, _ = join(tmp_path, clips, captions=CUES, chapters=CHAPTERS)
    names = boxes(output)
    assert names.index("moov") < names.index("mdat")
    data = output.read_bytes()
    head = data.index(b"mvhd") + 4
    version, created, changed, scale = data[head], *struct.unpack(">III", data[head + 4 : head + 16])
    assert (version, created, changed, scale) == (0, 0, 0, 1000)


def test_same_inputs_give_the_same_bytes(tmp_path: Path, clips) -> None:
    odd = write_clip(tmp_path / "odd.mp4", 7, 25, size=(96, 54))
    all_clips = place([*(clip.path for clip in clips), odd], [25, 20, 30, 25])
    master = write_master(tmp_path / "master.m4a", [0], 100)
    for reencode in (False, True):
        job = StitchJob(
            clips=all_clips, master=master, comment=COMMENT, captions=CUES, chapters=CHAPTERS, reencode=reencode
        )
        for name in ("one", "two"):
            stitch(job, tmp_path / name / "video.mp4")
        assert (tmp_path / "one/video.mp4").read_bytes() == (tmp_path / "two/video.mp4").read_bytes()


def test_another_size_on_demand(tmp_path: Path, clips) -> None:
    output, report = join(tmp_path, clips, width=96, height=54)
    assert (report.width, report.height, report.reencoded_clips) == (96, 54, 3)
    with av.open(str(output)) as container:
        assert container.streams.video[0].codec_context.width == 96


def test_progress_counts_clips(tmp_path: Path, clips) -> None:
    master = write_master(tmp_path / "master.m4a", [0], 75)
    heard: list[int] = []
    stitch(StitchJob(clips=clips, master=master, comment=COMMENT), tmp_path / "out.mp4", progress=heard.append)
    assert heard == [1, 2, 3]


def test_progress_counts_encoded_clips(tmp_path: Path) -> None:
    paths = [write_clip(tmp_path / f"{n}.mp4", n, 2, size=(64, 36)) for n in range(10)]
    heard: list[int] = []
    job = StitchJob(
        clips=place(paths, [2] * 10), master=write_master(tmp_path / "m.m4a", [0], 20), comment=COMMENT, reencode=True
    )
    stitch(job, tmp_path / "out.mp4", progress=heard.append)
    assert heard == [8, 10]


def test_one_clip_and_one_frame(tmp_path: Path) -> None:
    clips = place([write_clip(tmp_path / "0.mp4", 0, 1, size=(64, 36))], [1])
    _, report = join(tmp_path, clips)
    assert (report.frames, report.seconds) == (1, 0.04)


def test_a_full_disk_leaves_nothing(tmp_path: Path, clips) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("/dev/full is not on this machine")
    output = tmp_path / "out" / "video.mp4"
    output.parent.mkdir()
    (output.parent / f"video.mp4.{os.getpid()}.part").symlink_to(full)
    master = write_master(tmp_path / "master.m4a", [0], 75)
    with pytest.raises(LongtakeError, match="No space left"):
        stitch(StitchJob(clips=clips, master=master, comment=COMMENT), output)
    assert list(output.parent.iterdir()) == []
