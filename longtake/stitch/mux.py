"""Writing the joined file: pictures, sound, captions and chapters in one pass, packet by packet."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import compress
from operator import itemgetter
from pathlib import Path
from typing import Any, TypeAlias, cast

import av
from av.audio.stream import AudioStream
from av.bitstream import BitStreamFilterContext
from av.container import Flags, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from longtake.errors import LongtakeError
from longtake.probe import open_clip
from longtake.stitch.avcc import ParameterSets, merge_sets, sets_between_start_codes, without_parameter_sets, write_avcc
from longtake.stitch.captions_track import CAPTION_STYLE, caption_samples
from longtake.stitch.choose import CODED_HEIGHT, SHOWN_HEIGHT, Target
from longtake.stitch.fit import TICKS_PER_FRAME, TICKS_PER_SECOND
from longtake.stitch.job import Chapter, StitchJob
from longtake.stitch.languages import three_letters
from longtake.stitch.lay import LaidClip, Schedule
from longtake.stitch.sound import open_master

_TICK = Fraction(1, TICKS_PER_SECOND)
_MILLISECOND = Fraction(1, 1000)
_TICKS_PER_MILLISECOND = TICKS_PER_SECOND // 1000
_MUXER = {
    "movflags": "+faststart",
    # libav's chapter track overflows in the finer time scales that it would choose by itself
    "movie_timescale": "1000",
    # microseconds of a track that lie together: without it each packet is a chunk, and the head is 40 % longer
    "chunk_duration": "500000",
    "video_track_timescale": str(TICKS_PER_SECOND),
}

Packet: TypeAlias = "av.Packet[Any]"
Timed: TypeAlias = "tuple[int, Packet]"


def write_video(
    part: Path,
    job: StitchJob,
    target: Target,
    clips: Sequence[LaidClip],
    schedule: Schedule,
    beside: Sequence[ParameterSets],
    done: Callable[[int], None],
) -> None:
    """Write the joined video to `part`. `beside` are the parameter sets of clips that stand among the copied ones.

    Raises LongtakeError when it cannot be written, as on a full disk.
    """
    try:
        with av.open(str(part), "w", format="mp4", container_options=_MUXER) as container:
            container.flags |= cast(int, Flags.bitexact.value)
            container.metadata.update(_metadata(job))
            pictures = _picture_stream(container, target, beside)
            streams = [_sound_packets(container, job), _picture_packets(pictures, clips, schedule, done)]
            if job.captions:
                streams.insert(0, _caption_packets(container, job, schedule.end))
            container.set_chapters(_chapters(job.chapters, schedule.end))
            for _, packet in heapq.merge(*streams, key=itemgetter(0)):
                container.mux_one(packet)
    except (av.error.FFmpegError, OSError) as error:
        raise LongtakeError(f"the video cannot be written to {part} ({error.strerror or error})") from error


def _picture_packets(
    stream: VideoStream, clips: Sequence[LaidClip], schedule: Schedule, done: Callable[[int], None]
) -> Iterator[Timed]:
    first = 0
    for number, clip in enumerate(clips, start=1):
        shown, decoded, lasting = schedule.times_of(first, clip.ranks)
        first += len(clip.ranks)
        with open_clip(clip.path) as (container, source):
            packets = compress((packet for packet in container.demux(source) if packet.size), clip.kept.tolist())
            for pts, dts, duration, packet in zip(shown, decoded, lasting, packets, strict=True):
                placed = _stripped(packet) if clip.carries_sets and packet.is_keyframe else packet
                placed.stream = stream
                placed.time_base = _TICK
                placed.pts, placed.dts, placed.duration = pts, dts, duration
                yield dts, placed
        done(number)


def _stripped(packet: Packet) -> Packet:
    bare: Packet = av.Packet(without_parameter_sets(memoryview(packet)))
    bare.is_keyframe = packet.is_keyframe
    return bare


def _sound_packets(container: OutputContainer, job: StitchJob) -> Iterator[Timed]:
    """Adds the sound's track, and gives its packets."""
    with open_master(job.master) as (_, source):
        stream = container.add_stream_from_template(source, opaque=True)
        stream.metadata["language"] = three_letters(job.language)
    return _copied_sound(stream, job.master)


def _copied_sound(stream: AudioStream, master: Path) -> Iterator[Timed]:
    with open_master(master) as (container, source):
        assert source.time_base is not None
        scale = source.time_base * TICKS_PER_SECOND
        copied: Packet
        for copied in container.demux(source):
            if copied.size and copied.dts is not None:
                copied.stream = stream
                yield copied.dts * scale.numerator // scale.denominator, copied


def _caption_packets(container: OutputContainer, job: StitchJob, end_ticks: int) -> Iterator[Timed]:
    """Adds the captions' track, and gives its packets."""
    stream = container.add_stream("mov_text", time_base=_MILLISECOND)
    stream.codec_context.subtitle_header = CAPTION_STYLE
    stream.metadata["language"] = three_letters(job.language)
    return _caption_samples(stream, job, end_ticks)


def _caption_samples(stream: Stream, job: StitchJob, end_ticks: int) -> Iterator[Timed]:
    for start, lasting, data in caption_samples(job.captions, end_ticks // _TICKS_PER_MILLISECOND):
        packet: Packet = av.Packet(data)
        packet.stream = stream
        packet.time_base = _MILLISECOND
        packet.pts = packet.dts = start
        packet.duration = lasting
        packet.is_keyframe = True
        yield start * _TICKS_PER_MILLISECOND, packet


def _picture_stream(container: OutputContainer, target: Target, beside: Sequence[ParameterSets]) -> VideoStream:
    """The picture track, set up as the copied clips are; it lists the other clips' parameter sets too."""
    assert target.sets
    sets = target.sets
    with open_clip(target.template.path) as (_, template):
        stream = container.add_stream_from_template(template, opaque=True)
        if target.cropped:
            sets = sets.model_copy(update={"sequence": _cropped(target, template, stream)})
    for others in beside:
        sets = merge_sets(sets, others)
    stream.time_base = _TICK
    stream.codec_context.extradata = write_avcc(sets)
    stream.codec_context.width, stream.codec_context.height = target.width, target.height
    return stream


def _cropped(target: Target, template: VideoStream, stream: VideoStream) -> tuple[bytes, ...]:
    """The sequence parameter sets, saying that 8 lines or columns are no picture. libav gives them as a byte stream."""
    edge = "bottom" if target.template.look.height == CODED_HEIGHT else "right"
    BitStreamFilterContext(f"h264_metadata=crop_{edge}={CODED_HEIGHT - SHOWN_HEIGHT}", template, stream)
    return sets_between_start_codes(bytes(stream.codec_context.extradata or b""))


def _metadata(job: StitchJob) -> dict[str, str]:
    """libav writes these names as iTunes does; others it drops."""
    named = {"title": job.title, "comment": job.comment, "description": job.software}
    return {name: value for name, value in named.items() if value}


def _chapters(chapters: Sequence[Chapter], end_ticks: int) -> list[Any]:
    """Chapters inside the video, each up to the next."""
    inside = [chapter for chapter in chapters if chapter.start_frame * TICKS_PER_FRAME < end_ticks]
    starts = [chapter.start_frame * TICKS_PER_FRAME // _TICKS_PER_MILLISECOND for chapter in inside]
    ends = [*starts[1:], end_ticks // _TICKS_PER_MILLISECOND]
    return [
        {"id": number, "start": start, "end": end, "time_base": _MILLISECOND, "metadata": {"title": chapter.title}}
        for number, (chapter, start, end) in enumerate(zip(inside, starts, ends, strict=False), start=1)
    ]
