"""What stands around the talking and over it: opening, closing, music, logo. Free of any provider's hands."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from longtake.frozen import Frozen

Corner = Literal["top-left", "top-right", "bottom-left", "bottom-right"]


class Music(Frozen):
    """Music under the whole video, repeated as often as it takes, and softer while somebody speaks."""

    file: str = Field(description="A sound file: a path, or an asset: address.")
    level_db: float = Field(-18.0, ge=-60, le=0, description="How loud it is where nobody speaks, below the speech.")
    duck_db: float = Field(-10.0, ge=-40, le=0, description="How much softer it gets under speech.")


class Logo(Frozen):
    """A picture over a corner of the video; its transparency is kept."""

    file: str = Field(description="A picture: a path, or an asset: address.")
    corner: Corner = "top-right"
    width: float = Field(0.12, gt=0, le=1, description="As a part of the video's width.")
    opacity: float = Field(1.0, gt=0, le=1)
