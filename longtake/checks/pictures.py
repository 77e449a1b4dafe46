"""The pictures of a clip: which there are, and what some of them look like."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.container import InputContainer
from av.packet import Packet
from av.stream import Stream
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream
from numpy.typing import NDArray

from longtake.checks.boxes import is_cut_short
from longtake.probe import frame_rate

CONTAINERS = "mov,matroska"
"""What a clip may come in, as ffmpeg names it. A playlist could make it read other files, or the network."""

_LOOK_HEIGHT = 48
_LEAST_SPOT_PIXELS = 8
_LOOKED_AT_EVERY_SECONDS = 1.0
_LOOKS_APART_SECONDS = 0.15
_LOOKED_AT_SECONDS = 0.2
_LONG_GOP_SECONDS = 1.2

_LUMA_FIRST = {"yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p", "nv12"}

Thumbnail = NDArray[np.int16]


@dataclass
class Track:
    """The picture track of a clip, as its packets tell. `seconds` and `keys` are in the order of the file."""

    codec: str
    width: int
    height: int
    named_frames: int
    fps: float = 0.0
    start_seconds: float = 0.0
    seconds: list[float] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    cut_short: bool = False
    damaged_seconds: list[float] = field(default_factory=list)

    @property
    def frames(self) -> int:
        """How many pictures there are."""
        return len(self.seconds)

    def groups(self) -> list[range]:
        """The packets of each group of pictures: a keyframe and what follows up to the next."""
        return [range(first, behind) for first, behind in pairwise([*self.keys, self.frames])]

    def group_spans(self) -> list[tuple[float, float]]:
        """From when to when each group of pictures is seen."""
        return list(pairwise([*(self.seconds[key] for key in self.keys), max(self.seconds)]))


@dataclass(frozen=True)
class Look:
    """One decoded picture, made small: its time from the first picture on, the brightness (0-255) of its spots."""

    seconds: float
    luma: Thumbnail

    def differs(self, other: Look) -> float:
        """The largest change of any spot (1/48 of the height, or 8 pixels), in steps of brightness."""
        return float(np.abs(self.luma - other.luma).max())


def open_media(path: Path) -> InputContainer:
    """The file, opened. Raises av.FFmpegError or OSError when it cannot be read as a video file."""
    return av.open(
        str(path.absolute()),
        options={"format_whitelist": CONTAINERS},
        metadata_errors="replace",  # what a file says of itself may be in any encoding
    )


def has_decoder(stream: Stream) -> bool:
    """Whether there is a decoder for the stream: PyAV has no context where libav knows none, or the file is damaged."""
    context: object = stream.codec_context
    return context is not None


def picture_stream(media: InputContainer) -> VideoStream | None:
    """The first stream of moving pictures that can be decoded: a cover image is none."""
    for stream in media.streams.video:
        if has_decoder(stream) and not stream.disposition & av.stream.Disposition.attached_pic:
            return stream
    return None


def is_picture(packet: Packet[Any]) -> bool:
    """Whether the packet holds a picture that is shown: an edit list may hide some."""
    return packet.size > 0 and packet.pts is not None and not packet.is_discard


def read_track(path: Path, *, most_frames: int) -> Track | None:
    """Every picture's time, from the packets alone; None without pictures. Stops after `most_frames`."""
    with open_media(path) as media:
        stream = picture_stream(media)
        if stream is None:
            return None
        track = Track(
            codec=stream.codec_context.name,
            width=stream.codec_context.width,
            height=stream.codec_context.height,
            named_frames=stream.frames,
        )
        times: list[int] = []
        for packet in media.demux():
            track.cut_short = track.cut_short or (packet.is_corrupt and packet.size > 0)
            if packet.stream_index != stream.index or not is_picture(packet):
                continue
            if packet.is_keyframe:
                track.keys.append(len(times))
            times.append(packet.pts or 0)
            if len(times) >= most_frames:
                break
        if times and stream.time_base:
            first = min(times)
            track.start_seconds = float(first * stream.time_base)
            track.seconds = [float((pts - first) * stream.time_base) for pts in times]
            track.fps = float(frame_rate(np.array(sorted(times)), stream.time_base, stream.average_rate))
    track.cut_short = track.cut_short or is_cut_short(path) or track.frames < min(track.named_frames, most_frames)
    return track


def first_choice(track: Track, *, every_frame: bool) -> list[range]:
    """Which packets to decode at first: the first and the last group, long groups, else 0.2 s of every second."""
    groups = track.groups()
    if every_frame:
        return groups
    chosen: list[range] = []
    seen = 0.0
    for number, (group, (begin, end)) in enumerate(zip(groups, track.group_spans(), strict=True)):
        if number in (0, len(groups) - 1) or end - begin > _LONG_GOP_SECONDS:
            chosen.append(group)
        elif end - seen > _LOOKED_AT_EVERY_SECONDS:
            chosen.append(group[: 1 + round(_LOOKED_AT_SECONDS * track.fps)])
        else:
            continue
        seen = begin
    return chosen


def look(path: Path, track: Track, choice: Sequence[range], *, every_frame: bool = False) -> Iterator[Look]:
    """Decode the chosen packets, each range from a keyframe on; what cannot be decoded goes to `damaged_seconds`.

    Pictures that no other refers to are left out unless `every_frame` is set: they cost half of the time, and show
    nothing that their neighbours do not. Answers six looks a second at most.
    """
    with open_media(path) as media:
        stream = picture_stream(media)
        assert stream is not None
        base = stream.time_base or 0
        decoder = stream.codec_context
        decoder.thread_count = 1  # many clips are checked at once
        decoder.skip_frame = "DEFAULT" if every_frame else "NONREF"
        seen = -1.0
        for number, packet in _chosen_packets(media, stream, track, choice):
            for frame in _decoded(decoder, packet, number, track):
                seconds = float((frame.pts or 0) * base) - track.start_seconds
                if seconds - seen >= _LOOKS_APART_SECONDS:
                    seen = seconds
                    yield Look(seconds, _thumbnail(frame))
            if packet is None:
                decoder.flush_buffers()


def _chosen_packets(
    media: InputContainer, stream: VideoStream, track: Track, choice: Sequence[range]
) -> Iterator[tuple[int, Packet[Any] | None]]:
    """The packets of each range with their numbers, and None behind each range."""
    wanted = iter(choice)
    current = next(wanted, None)
    number = 0
    for packet in media.demux(stream):
        if current is None or number >= track.frames:
            return
        if not is_picture(packet):
            continue
        if number in current:
            yield number, packet
        number += 1
        if number == current.stop:
            yield number - 1, None
            current = next(wanted, None)


def _decoded(decoder: VideoCodecContext, packet: Packet[Any] | None, number: int, track: Track) -> list[av.VideoFrame]:
    try:
        frames = decoder.decode(packet)
    except av.FFmpegError:
        track.damaged_seconds.append(track.seconds[number])
        return []
    if any(frame.is_corrupt for frame in frames):
        track.damaged_seconds.append(track.seconds[number])
    return frames


def _thumbnail(frame: av.VideoFrame) -> Thumbnail:
    """The mean brightness of each spot, from some of its pixels."""
    if frame.format.name not in _LUMA_FIRST:
        frame = frame.reformat(format="yuv420p")
    plane = frame.planes[0]
    luma = np.frombuffer(memoryview(plane), np.uint8)[: frame.height * plane.line_size]
    spot = max(_LEAST_SPOT_PIXELS, frame.height // _LOOK_HEIGHT)
    rows, columns = frame.height // spot, frame.width // spot
    spots = luma.reshape(frame.height, plane.line_size)[: rows * spot, : columns * spot]
    some = spots.reshape(rows, spot, columns, spot)[:, :: spot // 5, :, :: spot // 5]
    return np.asarray(some.mean(axis=(1, 3)), dtype=np.int16)
