"""What a line is once its sound exists: levelled audio on the frame grid, and where it may be cut."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from longtake.assets import Asset
from longtake.frozen import Frozen

CutKind = Literal["scene", "speaker", "line", "sentence", "pause", "energy"]


class CutPoint(Frozen):
    """A frame where a chunk may end: the first frame of what comes after a pause."""

    frame: int = Field(gt=0, description="Frames from the start of what it belongs to.")
    pause_seconds: float = Field(ge=0, description="Silence that ends here; 0 where there is none.")
    kind: CutKind


Moment = tuple[int, int]
"""A place in a text, as the number of characters before it, white space not counted, and when it is heard: in
milliseconds from the start of the text's sound."""


class TimedText(Frozen):
    """A sentence as written, and when it sounds, in seconds from the start of what it belongs to."""

    text: str
    start_seconds: float = Field(ge=0)
    end_seconds: float = Field(ge=0)
    moments: tuple[Moment, ...] = Field(
        (), description="When its words begin, in order, for as many of them as the voice tells."
    )
    speaker: str | None = Field(None, description="Who says it, where captions should tell.")


class PreparedLine(Frozen):
    """A line's levelled audio: a 48 kHz mono 16-bit WAV asset of exactly `frames` frames of 1,920 samples.

    `cuts` lie inside the line (0 < frame < frames), in order. Its end is a cut too, after `tail_seconds` of silence.
    """

    audio: Asset
    frames: int = Field(gt=0)
    tail_seconds: float = Field(ge=0, description="Silence at the end of the audio.")
    cuts: tuple[CutPoint, ...] = ()
    sentences: tuple[TimedText, ...] = ()
