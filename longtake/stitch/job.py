"""What is to be joined, and what came of it."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from longtake.around import Corner
from longtake.captions import Cue
from longtake.frozen import Frozen


class PlacedClip(Frozen):
    """A clip and its slot on the grid of 25 fps. What it shows behind its slot is padding, and is cut off."""

    path: Path
    start_frame: int = Field(ge=0)
    end_frame: int = Field(description="First frame behind the slot.")
    sent_frames: int = Field(description="Length of the sound that the clip was made from; at least its slot's.")
    is_own: bool = Field(
        False, description="An opening or a closing: it follows what the other clips are, and nothing is drawn on it."
    )

    @property
    def slot_frames(self) -> int:
        """Length of the slot."""
        return self.end_frame - self.start_frame


class Chapter(Frozen):
    """A named part of the video, up to the next one or the end."""

    start_frame: int = Field(ge=0)
    title: str


class CornerLogo(Frozen):
    """A picture that is laid over a corner of all clips but the own ones, at its own size."""

    path: Path
    corner: Corner


class StitchJob(Frozen):
    """A whole video: clips in order, the one sound that is heard, and what is told beside it."""

    clips: tuple[PlacedClip, ...] = Field(min_length=1)
    master: Path = Field(description="The sound: AAC in an .m4a. Its packets are copied as they are.")
    captions: tuple[Cue, ...] = ()
    language: str = Field("en", description="Language tag of sound and captions.")
    chapters: tuple[Chapter, ...] = ()
    title: str | None = None
    comment: str = Field(description="Kept in the file: says that the video is AI-generated.")
    software: str | None = Field(None, description="What made the video, with its version; kept in the file.")
    reencode: bool = Field(False, description="Encode all pictures anew, at one constant 25 fps.")
    logo: CornerLogo | None = None
    burnt: tuple[Cue, ...] = Field((), description="Captions that are drawn into the picture.")
    width: int | None = Field(None, gt=0, description="Output size. Default: that of most clips.")
    height: int | None = Field(None, gt=0)

    @property
    def frames(self) -> int:
        """Length of all slots."""
        return self.clips[-1].end_frame

    @property
    def encodes_all(self) -> bool:
        """Whether no clip is copied: it is wanted so, or something is drawn on them."""
        return self.reencode or self.logo is not None or bool(self.burnt)


class StitchReport(Frozen):
    """What was written, as measured in the finished file."""

    clips: int
    frames: int = Field(description="Pictures that are shown.")
    hidden_frames: int = Field(description="Pictures of padding that others need for decoding; shown for 11 us each.")
    seconds: float
    copied_clips: int
    reencoded_clips: int
    width: int
    height: int
    fps: str = Field(description="Rate of most clips as a fraction, such as 25 or 30000/1001.")
    worst_start_error_ms: float = Field(description="Largest distance of a clip's first picture from its slot's start.")
    size_bytes: int
