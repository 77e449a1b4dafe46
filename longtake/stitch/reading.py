"""Reading a clip's packets: when each picture is shown, and whether the packets can be copied as they are."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeAlias

import av
import numpy as np
from av.video.stream import VideoStream
from numpy.typing import NDArray

from longtake.errors import MediaError
from longtake.probe import frame_rate, open_clip
from longtake.stitch.avcc import (
    ParameterSets,
    parameter_sets_in,
    parse_avcc,
    starts_afresh,
)
from longtake.stitch.fit import TICKS_PER_SECOND, Ticks

Packet: TypeAlias = "av.Packet[Any]"


@dataclass(frozen=True)
class Look:
    """What a clip's pictures are. `colors` are ITU-T H.273's matrix, primaries, transfer, and libav's range."""

    width: int
    height: int
    pix_fmt: str
    turned: bool
    colors: tuple[int, ...]


@dataclass(frozen=True)
class ReadClip:
    """A clip's pictures as its packets tell them.

    `times` are in ticks from the first picture, in order of showing; `ranks` tells each packet's place in that order,
    in order of decoding. Without `sets` it cannot be copied.
    """

    path: Path
    codec: str
    look: Look
    rate: Fraction
    times: Ticks
    ranks: NDArray[np.int32]
    carries_sets: bool
    extradata: bytes
    sets: ParameterSets | None


def read_clip(path: Path) -> ReadClip:
    """Read all of a clip's packets and decode its first picture. Raises MediaError."""
    with open_clip(path) as (container, stream):
        scan = _Scan(stream)
        for packet in container.demux(stream):
            if packet.size:
                scan.add(packet)
        look = _look_of(stream, scan.first)
        if look is None:
            raise MediaError("its video cannot be decoded.", where=str(path))
        if stream.frames > len(scan.times):
            raise MediaError(f"it is cut off: {len(scan.times)} of {stream.frames} frames are there.", where=str(path))
        assert stream.time_base is not None
        order = np.argsort(np.array(scan.times), kind="stable")
        sorted_times = np.array(scan.times, dtype=np.int64)[order]
        ticks = _in_ticks(sorted_times, stream.time_base)
        in_order = bool(np.all(np.diff(ticks) > 0)) and order[0] == 0
        return ReadClip(
            path=path,
            codec=stream.codec_context.name,
            look=look,
            rate=frame_rate(sorted_times, stream.time_base, stream.average_rate),
            times=ticks,
            ranks=np.argsort(order).astype(np.int32),
            carries_sets=scan.carries_sets,
            extradata=scan.extradata,
            sets=scan.sets if in_order and scan.copyable and not look.turned else None,
        )


def _look_of(stream: VideoStream, packet: Packet | None) -> Look | None:
    """The look of the first picture; None when it cannot be decoded."""
    if packet is None:
        return None
    context = stream.codec_context
    bare: Packet = av.Packet(bytes(packet))  # without the mark of an edit list that would hide it
    pictures = context.decode(bare) + context.decode(None)
    if not pictures or not context.pix_fmt:
        return None
    width, height = context.width, context.height
    if pictures[0].rotation % 180:
        width, height = height, width
    colors = (context.colorspace, context.color_primaries, context.color_trc, context.color_range)
    return Look(width, height, context.pix_fmt, bool(pictures[0].rotation), tuple(int(color) for color in colors))


def _in_ticks(times: NDArray[np.int64], time_base: Fraction) -> Ticks:
    scale = time_base * TICKS_PER_SECOND
    since = (times - times[0]) * scale.numerator
    ticks: Ticks = (2 * since + scale.denominator) // (2 * scale.denominator)
    return ticks


class _Scan:
    """What is gathered while a clip's packets go by."""

    def __init__(self, stream: VideoStream) -> None:
        self.extradata = bytes(stream.codec_context.extradata or b"")
        self.sets = parse_avcc(self.extradata) if stream.codec_context.name == "h264" else None
        self.first: Packet | None = None
        self.copyable = True
        self.carries_sets = False
        self.times: list[int] = []

    def add(self, packet: Packet) -> None:
        """Take in one packet, in order of decoding."""
        if packet.pts is None or packet.is_discard or packet.is_corrupt:
            # an edit list hides this picture, or it has no time of its own
            self.copyable = False
        self.first = self.first or packet
        self.times.append(packet.pts if packet.pts is not None else (packet.dts or 0))
        if self.sets and packet.is_keyframe:
            self._look_at_keyframe(memoryview(packet))

    def _look_at_keyframe(self, picture: memoryview) -> None:
        assert self.sets is not None
        brought = parameter_sets_in(picture)
        self.carries_sets = self.carries_sets or bool(brought)
        if not brought <= self.sets.all or (len(self.times) == 1 and not starts_afresh(picture)):
            self.copyable = False
