"""What a look at a clip found."""

from __future__ import annotations

from pydantic import Field

from longtake.frozen import Frozen


class Verdict(Frozen):
    """Whether a clip is what was ordered, and the figures that say so. `problems` is empty when it passed."""

    passed: bool
    problems: tuple[str, ...] = Field((), description="Plain sentences with figures; each alone fails the clip.")
    warnings: tuple[str, ...] = Field((), description="What is worth a look, yet fails nothing.")
    frames: int = Field(0, ge=0)
    expected_frames: int = Field(0, ge=0, description="What was sent, at the clip's own rate.")
    frames_over: int = Field(0, description="frames - expected_frames: negative where the clip is short.")
    clip_fps: float = Field(0, ge=0)
    width: int = Field(0, ge=0)
    height: int = Field(0, ge=0)
    codec: str = ""
    has_audio: bool = False
    offset_ms: float | None = Field(None, description="How late the clip is against what was sent; None: not measured.")
    drift_ms: float | None = Field(None, description="How much later at the last word than at the first.")
    correlation: float | None = Field(None, description="Likeness of clip and chunk: 1 is the same sound, 0 another.")
