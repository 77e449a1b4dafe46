"""What a look at a finished video found."""

from __future__ import annotations

from pydantic import Field

from longtake.frozen import Frozen


class VideoReport(Frozen):
    """Whether a finished video is what was meant, and the figures that say so."""

    passed: bool
    problems: tuple[str, ...] = ()
    slots: int
    missed_starts: int = Field(description="Slots on whose first frame no picture begins.")
    worst_start_error_ms: float = Field(description="Largest distance from a slot's start to the nearest picture.")
    frames: int
    video_seconds: float
    audio_seconds: float = Field(description="0 without an audio track.")
    expected_seconds: float
    width: int
    height: int
    faststart: bool = Field(description="Whether the index comes first, so that a browser can play while it loads.")
    integrated_lufs: float | None = Field(description="Measured on the decoded audio; None for silence.")
    true_peak_dbtp: float | None = Field(description="None for silence, or where it was not measured.")
    captions: int
    chapters: int
    comment: str | None = Field(description="What the file says of itself: that it is AI-generated.")
