"""A cue: what is shown from one moment to another."""

from __future__ import annotations

from pydantic import Field

from longtake.captions.direction import Direction, directed
from longtake.frozen import Frozen


class Cue(Frozen):
    """What is shown from one moment to another: one or two lines, in milliseconds from the start of the video."""

    start_milliseconds: int = Field(ge=0)
    end_milliseconds: int = Field(gt=0)
    lines: tuple[str, ...] = Field(min_length=1)
    speakers: tuple[str, ...] | None = Field(
        None, description="Who says it, where more than one speaks in the video: one, or one for each line."
    )
    directions: tuple[Direction | None, ...] | None = Field(
        None, description="Which way each line runs, where players must be told."
    )

    @property
    def shown_lines(self) -> tuple[str, ...]:
        """The lines with the marks by which players show what runs from right to left."""
        if not self.directions:
            return self.lines
        return tuple(directed(line, way) for line, way in zip(self.lines, self.directions, strict=True))

    @property
    def text(self) -> str:
        """The shown lines, one below the other."""
        return "\n".join(self.shown_lines)
