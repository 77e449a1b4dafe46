"""Every picture that a clip needs, encoded once: each group's keys, and each state of the voice drawn from them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from av.video.frame import PictureType
from av.video.stream import VideoStream

from longtake.grid import FRAMES_PER_SECOND
from longtake.preview.groups import LONGEST_GROUP_FRAMES, Group, State
from longtake.preview.numbering import Slice, read_numbers
from longtake.preview.stage import Stage

X264_OPTIONS = {
    "preset": "ultrafast",
    "profile": "main",
    "forced-idr": "1",
    "x264-params": (
        "threads=1:qp=22:ipratio=1.6:pbratio=1.1:chroma-qp-offset=-4:keyint=infinite:scenecut=0:bframes=16:b-adapt=0:b-pyramid=none:ref=1:"
        # what would tie a picture to its place or to the one before
        "direct=spatial:weightb=0:weightp=0:rc-lookahead=0:mbtree=0:cabac=1"
    ),
}
_TICK = Fraction(1, FRAMES_PER_SECOND)


Keys = tuple[State, State]
Wanted = dict[Keys, dict[State, None]]


class CodedPicture(NamedTuple):
    """A picture of the clip, in the order of decoding."""

    shown_frame: int
    data: bytes
    is_key: bool


def coded_pictures(stage: Stage, groups: Sequence[Group], stream: VideoStream) -> Iterator[CodedPicture]:
    """The clip's pictures in the order of decoding: of each group the first, the last, then those between."""
    wanted: Wanted = {}
    for group in groups:
        wanted.setdefault((group.first, group.last), {}).update(dict.fromkeys(group.states))
    bank = _encoded(stage, wanted, stream)
    for group in groups:
        first, last, between = bank[group.first, group.last]
        yield CodedPicture(group.start, first.as_it_is(), is_key=True)
        if group.end - group.start > 1:
            yield CodedPicture(group.end - 1, last.shown_at(group.end - 1 - group.start), is_key=False)
        for frame, state in enumerate(group.states, start=1):
            yield CodedPicture(group.start + frame, between[state].shown_at(frame), is_key=False)


class Family(NamedTuple):
    """The two keys of a group as coded pictures, and the states that are drawn from them."""

    first: Slice
    last: Slice
    between: dict[State, Slice]


def _encoded(stage: Stage, wanted: Wanted, stream: VideoStream) -> dict[Keys, Family]:
    order = [typed for keys, states in wanted.items() for typed in _typed(keys, states)]
    packets = dict(_encode(stage, order, stream))
    numbers = read_numbers(bytes(stream.codec_context.extradata or b""))
    if numbers.longest_group_frames < LONGEST_GROUP_FRAMES:
        raise ValueError(f"x264 numbers only {numbers.longest_group_frames} frames of a group")
    slices = iter([Slice(packets[number], numbers) for number in range(len(order))])
    bank = {}
    for keys, states in wanted.items():
        first, between, last = next(slices), {state: next(slices) for state in states}, next(slices)
        bank[keys] = Family(first, last, between)
    return bank


def _typed(keys: Keys, states: Iterable[State]) -> Iterator[tuple[State, PictureType]]:
    yield keys[0], PictureType.I
    for state in states:
        yield state, PictureType.B
    yield keys[1], PictureType.P


def _encode(
    stage: Stage, order: Iterable[tuple[State, PictureType]], stream: VideoStream
) -> Iterator[tuple[int, bytes]]:
    """Each picture's number and its packet. A picture is drawn when the encoder takes it, to spare memory."""
    for number, (state, kind) in enumerate(order):
        frame = stage.frame(state)
        frame.pts, frame.time_base, frame.pict_type = number, _TICK, kind
        yield from ((packet.pts or 0, bytes(packet)) for packet in stream.encode(frame))
    yield from ((packet.pts or 0, bytes(packet)) for packet in stream.encode(None))
