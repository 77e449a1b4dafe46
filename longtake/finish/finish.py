"""What stands around the talking and over it, prepared: made before a clip is paid, and used when all are joined."""

from __future__ import annotations

from pydantic import Field

from longtake.around import Corner
from longtake.assets import Asset
from longtake.frozen import Frozen
from longtake.grid import frames_to_seconds


class Around(Frozen):
    """An opening or a closing, ready to stand before or behind the clips.

    The picture is H.264 of the video's size at 25 frames a second, the sound a 48 kHz mono 16-bit WAV as long as it.
    """

    picture: Asset
    sound: Asset
    frames: int = Field(gt=0)


class Bed(Frozen):
    """Music, ready to be laid under the talking: 48 kHz, mono, 16 bits, and how loud it is as a whole."""

    sound: Asset
    samples: int = Field(gt=0)
    integrated_lufs: float | None = Field(description="None for silence.")
    level_db: float
    duck_db: float


class Stamp(Frozen):
    """A logo at the size at which it is laid over a corner."""

    picture: Asset
    corner: Corner


class Finish(Frozen):
    """All that a video has beside its clips; a plain one has none of it."""

    intro: Around | None = None
    outro: Around | None = None
    music: Bed | None = None
    logo: Stamp | None = None
    is_burnt: bool = Field(False, description="Whether the captions are drawn into the picture.")
    undrawn: str = Field("", description="Symbols that no font has, which drawn captions go without.")

    @property
    def is_plain(self) -> bool:
        """Whether there is nothing beside the clips."""
        return self == PLAIN

    @property
    def sounds(self) -> bool:
        """Whether the master holds more than the talking."""
        return bool(self.intro or self.outro or self.music)

    @property
    def is_seen(self) -> bool:
        """Whether the picture holds more than the clips."""
        return bool(self.intro or self.outro or self.encodes)

    @property
    def lead_frames(self) -> int:
        """By how much everything of the talking is later in the video than on its own timeline."""
        return self.intro.frames if self.intro else 0

    @property
    def lead_seconds(self) -> float:
        """The same in seconds."""
        return frames_to_seconds(self.lead_frames)

    @property
    def encodes(self) -> tuple[str, ...]:
        """What of it can only be had by encoding the whole video anew, in words."""
        found = []
        if self.logo:
            found.append("a logo is laid over it")
        if self.is_burnt:
            found.append("its captions are drawn into the picture")
        return tuple(found)

    @property
    def text(self) -> str:
        """All of it in words; empty for a plain one."""
        parts = (
            f"an opening of {frames_to_seconds(self.intro.frames):.1f} s" if self.intro else "",
            f"a closing of {frames_to_seconds(self.outro.frames):.1f} s" if self.outro else "",
            "music" if self.music else "",
            "a logo" if self.logo else "",
            "captions drawn in" if self.is_burnt else "",
        )
        anew = "; all of it is encoded anew at the end" if self.encodes else ""
        return ", ".join(filter(None, parts)) + anew


PLAIN = Finish()
