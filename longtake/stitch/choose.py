"""Which clips are copied and which are encoded anew: what most clips are, the others become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from longtake.stitch.avcc import ParameterSets
from longtake.stitch.reading import ReadClip

_Value = TypeVar("_Value")

CODED_HEIGHT, SHOWN_HEIGHT = 1088, 1080
"""H.264 codes blocks of 16 lines, so encoders that crop nothing give 1088 lines, of which 8 are no picture."""

_UNSPECIFIED = 2  # a colour matrix in ITU-T H.273: players take it for BT.709 where pictures are as large as ours
_FULL_RANGE = 2  # libav's number


@dataclass(frozen=True)
class Target:
    """What the joined video is. `sets` are those of the copied clips; None when no clip can be copied."""

    width: int
    height: int
    pix_fmt: str
    cropped: bool
    sets: ParameterSets | None
    template: ReadClip

    def copies(self, clip: ReadClip) -> bool:
        """Whether the clip's packets go into the video as they are."""
        return self.sets is not None and clip.sets is not None and _kind(clip) == _kind(self.template)

    def takes_beside(self, clip: ReadClip, beside: ParameterSets | None) -> bool:
        """Whether an own clip's packets can go into the video with parameter sets of their own.

        `beside` are those of the own clips before it.
        """
        if self.sets is None or clip.sets is None:
            return False
        look, ours = clip.look, self.template.look
        alike = (look.width, look.height, look.pix_fmt) == (self.width, self.height, self.pix_fmt)
        if not alike or ours.colors[0] not in (look.colors[0], _UNSPECIFIED) or ours.colors[3] == _FULL_RANGE:
            return False
        return clip.sets == beside or (beside is None and not clip.sets.numbers() & self.sets.numbers())


def shown_size(width: int, height: int) -> tuple[int, int]:
    """The picture inside a coded size: 1920x1088 shows 1920x1080. Even, as 4:2:0 pictures are."""
    if (width, height) == (1920, CODED_HEIGHT):
        return 1920, SHOWN_HEIGHT
    if (width, height) == (CODED_HEIGHT, 1920):
        return SHOWN_HEIGHT, 1920
    return width + width % 2, height + height % 2


def choose_target(clips: Sequence[ReadClip], size: tuple[int, int] | None) -> Target:
    """The size of most clips (or `size`), and among those the set-up that most of them share.

    The earlier one wins a tie, so equal clips give an equal choice.
    """
    wanted = size or _most_common([shown_size(clip.look.width, clip.look.height) for clip in clips])
    able = [clip for clip in clips if clip.sets and wanted in _sizes(clip)]
    if not able:
        return Target(*wanted, pix_fmt="yuv420p", cropped=False, sets=None, template=clips[0])
    kind = _most_common([_kind(clip) for clip in able])
    template = next(clip for clip in able if _kind(clip) == kind)
    return Target(
        *wanted,
        pix_fmt=template.look.pix_fmt,
        cropped=(template.look.width, template.look.height) != wanted,
        sets=template.sets,
        template=template,
    )


def _sizes(clip: ReadClip) -> set[tuple[int, int]]:
    """The sizes that the clip's pictures can have without being encoded."""
    size = clip.look.width, clip.look.height
    return {size, shown_size(*size)} if CODED_HEIGHT in size else {size}


def _kind(clip: ReadClip) -> tuple[object, ...]:
    return clip.codec, clip.look, clip.extradata


def _most_common(values: Sequence[_Value]) -> _Value:
    return Counter(values).most_common(1)[0][0]
