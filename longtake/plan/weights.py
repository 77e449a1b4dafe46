"""What a plan costs, in points: fewer are better. Whole numbers, so that equal plans are equal everywhere.

Three ranks, each above all that can come together below it:
1. the frames that have to be rendered. A chunk whose clip exists has none: no clip is ever rendered again for the sake
   of a better cut beside it;
2. the cuts at energy minima, which may hit a word: none is made that pauses could have avoided;
3. the look of the video: a price for each chunk (each is a seam), for the pause it ends in, for ending inside a line,
   and for being very short.
"""

from __future__ import annotations

from bisect import bisect_right

from pydantic import Field

from longtake.frozen import Frozen
from longtake.grid import FRAMES_PER_SECOND
from longtake.plan.cuts import Cut

_PAUSE_POINTS = ((0.0, 400), (0.15, 200), (0.4, 20), (1.0, 0))


class Weights(Frozen):
    """The points of everything that a plan may be blamed for."""

    frame: int = Field(1 << 64, description="A frame that has to be rendered.")
    energy: int = Field(1 << 32, description="A cut at an energy minimum.")
    chunk: int = Field(80, description="A chunk, whatever its length.")
    tail: int = Field(50, description="A chunk of fewer than `tail_frames`.")
    tail_frames: int = 3 * FRAMES_PER_SECOND
    inside_line: int = Field(40, description="A cut between sentences of a line: changing the line costs two clips.")
    pauses: tuple[tuple[float, int], ...] = Field(
        _PAUSE_POINTS,
        description="(seconds, points) in order; between them a line. From 0.4 s a cut is clean, below 0.15 s unsafe.",
    )

    def seam(self, cut: Cut) -> int:
        """The points of cutting here. What is forced costs nothing, for there is no choice."""
        if cut.forced:
            return 0
        if cut.kind == "energy":
            return self.energy
        return self.pause(cut.pause_seconds) + (self.inside_line if cut.kind == "sentence" else 0)

    def pause(self, seconds: float) -> int:
        """The points of a cut at the end of a pause."""
        above = bisect_right(self.pauses, seconds, key=lambda point: point[0])
        if above == 0 or above == len(self.pauses):
            return self.pauses[min(above, len(self.pauses) - 1)][1]
        (start, high), (end, low) = self.pauses[above - 1 : above + 1]
        return round(high + (low - high) * (seconds - start) / (end - start))


DEFAULT_WEIGHTS = Weights()
