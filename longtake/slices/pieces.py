"""The timeline's sound as a row of pieces: stretches of prepared audio, and silence."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import accumulate

from pydantic import Field

from longtake.assets import Asset
from longtake.frozen import Frozen


class Piece(Frozen):
    """`frames` frames of an audio asset, from its frame `start_frame` on; silence where there is no asset.

    The audio is a 48 kHz mono 16-bit WAV (RF64 beyond 4 GiB), 1,920 samples a frame.
    """

    audio: Asset | None
    start_frame: int = Field(0, ge=0)
    frames: int = Field(gt=0)

    def part(self, first: int, last: int) -> Piece:
        """The frames [first, last) of this piece, counted from its own start."""
        if (first, last) == (0, self.frames):
            return self
        return Piece(audio=self.audio, start_frame=self.start_frame + first, frames=last - first)


class Timeline:
    """Pieces one behind the other. Finds those of a span in O(log n)."""

    def __init__(self, pieces: Sequence[Piece]) -> None:
        self.pieces = tuple(pieces)
        self._starts = [0, *accumulate(piece.frames for piece in self.pieces)]

    @property
    def frames(self) -> int:
        """The length of the whole timeline."""
        return self._starts[-1]

    def span(self, start_frame: int, end_frame: int) -> Iterator[Piece]:
        """What sounds in [start_frame, end_frame), in order. Raises ValueError for a span outside the timeline."""
        if not 0 <= start_frame <= end_frame <= self.frames:
            raise ValueError(f"frames {start_frame} to {end_frame} are not inside a timeline of {self.frames}")
        index = bisect_right(self._starts, start_frame) - 1
        while start_frame < end_frame:
            piece, piece_start = self.pieces[index], self._starts[index]
            last = min(end_frame, self._starts[index + 1])
            yield piece.part(start_frame - piece_start, last - piece_start)
            start_frame = last
            index += 1

    def sources(self, start_frame: int, end_frame: int) -> tuple[Asset, ...]:
        """The audio assets that sound in [start_frame, end_frame), each once, in order."""
        return tuple(dict.fromkeys(piece.audio for piece in self.span(start_frame, end_frame) if piece.audio))
