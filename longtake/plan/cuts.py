"""Where the timeline may be cut, the slots it is cut into, and how long a slot may be."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pydantic import Field

from longtake.errors import LongtakeError
from longtake.frozen import Frozen
from longtake.grid import frames_covering, frames_to_seconds, frames_within
from longtake.models import MARGIN_SECONDS
from longtake.prepared import CutKind


class Cut(Frozen):
    """A frame of the timeline where a chunk may end; where it is `forced`, one must."""

    frame: int = Field(gt=0)
    pause_seconds: float = Field(ge=0, description="Silence that ends here.")
    kind: CutKind
    forced: bool = False


class SlotSpan(Frozen):
    """A chunk's place on the timeline, [start_frame, end_frame), and the cut that it ends at."""

    start_frame: int = Field(ge=0)
    end_frame: int = Field(gt=0)
    pause_seconds: float = Field(ge=0, description="Silence that the slot ends in; 0 at the end of the timeline.")
    kind: CutKind | None = Field(description="None at the end of the timeline.")

    @property
    def frames(self) -> int:
        """The length of the slot."""
        return self.end_frame - self.start_frame


class NoCover(LongtakeError):
    """Somewhere the possible cuts are further apart than a chunk may be long."""

    def __init__(self, start_frame: int, end_frame: int, limit_frames: int) -> None:
        self.start_frame = start_frame
        self.end_frame = end_frame
        start, end = frames_to_seconds(start_frame), frames_to_seconds(end_frame)
        limit = frames_to_seconds(limit_frames)
        super().__init__(
            f"between {start:.2f} s and {end:.2f} s there is no place to cut, and a clip may last at most {limit:.2f} s"
        )


def limit_frames_of(limit_seconds: float) -> int:
    """How many frames a chunk may have at most, where a model takes `limit_seconds`: MARGIN_SECONDS fewer."""
    return frames_within(limit_seconds - MARGIN_SECONDS)


def sent_frames(slot_frames: int, minimum_seconds: float) -> int:
    """How many frames are sent for a slot: its own, and silence behind them where the model wants more."""
    return max(slot_frames, frames_covering(minimum_seconds))


def check_cuts(total_frames: int, cuts: Sequence[Cut], limit_frames: int) -> None:
    """Raises ValueError for cuts that are out of order or place, NoCover where a gap is longer than the limit."""
    frames = [0, *(cut.frame for cut in cuts), total_frames]
    for start, end in pairwise(frames):
        if end <= start:
            raise ValueError(f"cuts must ascend inside the timeline: frame {end} follows {start}")
        if end - start > limit_frames:
            raise NoCover(start, end, limit_frames)
