"""What is drawn on the pictures while they are encoded: a logo over a corner, and captions."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ffmpeg

from longtake.captions import Cue
from longtake.grid import FRAMES_PER_SECOND
from longtake.stitch.ass import write_ass
from longtake.stitch.choose import Target
from longtake.stitch.job import CornerLogo

MARGIN = 0.04
"""Between a logo and the picture's edges, as a part of its shorter side."""

_MILLISECONDS_PER_FRAME = 1000 // FRAMES_PER_SECOND


def cues_between(cues: Sequence[Cue], start_frame: int, end_frame: int) -> tuple[Cue, ...]:
    """What is shown of the cues, which are in order, in [start_frame, end_frame): in milliseconds from its start."""
    first, last = start_frame * _MILLISECONDS_PER_FRAME, end_frame * _MILLISECONDS_PER_FRAME
    begin = bisect_right(cues, first, key=lambda cue: cue.end_milliseconds)
    end = bisect_left(cues, last, key=lambda cue: cue.start_milliseconds)
    return tuple(
        cue.model_copy(
            update={
                "start_milliseconds": max(cue.start_milliseconds, first) - first,
                "end_milliseconds": min(cue.end_milliseconds, last) - first,
            }
        )
        for cue in cues[begin:end]
    )


class Ink:
    """Draws on a stretch of the video; `cues` are timed from its start. Files are written into `folder`."""

    def __init__(self, logo: CornerLogo | None, cues: Sequence[Cue], target: Target, folder: Path) -> None:
        self._logo = logo
        self._cues = cues
        self._target = target
        self._folder = folder

    def over(self, pictures: Any) -> Any:
        """The pictures with the logo, and the captions above all."""
        if self._logo:
            pictures = _with_logo(pictures, self._logo, self._target)
        if self._cues:
            document = self._folder / "captions.ass"
            document.write_text(write_ass(self._cues, self._target.width, self._target.height), encoding="utf-8")
            # ffmpeg-python escapes a name twice unless it is given by keyword
            pictures = pictures.filter("subtitles", filename=str(document))
        return pictures.filter("format", self._target.pix_fmt)


def _with_logo(pictures: Any, logo: CornerLogo, target: Target) -> Any:
    margin = round(min(target.width, target.height) * MARGIN)
    across = margin if logo.corner.endswith("left") else f"main_w-overlay_w-{margin}"
    down = margin if logo.corner.startswith("top") else f"main_h-overlay_h-{margin}"
    return ffmpeg.overlay(pictures, ffmpeg.input(str(logo.path)), x=across, y=down)
