"""An offer: what one provider can do with one model, and what it asks for it. Data, with dates and sources."""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field, model_validator

from longtake.frozen import Frozen

MARGIN_SECONDS = 0.25
"""Kept below every stated limit: "under 30 s" is strict, and nothing proves that 30.000 s passes."""

Resolution = Literal["480p", "720p", "1080p"]
OptionalInput = Literal["prompt", "mask", "turbo", "resolution"]


class Price(Frozen):
    """What a second of sent audio costs, in US dollars, as of a day, and who says so."""

    usd_per_second: float = Field(gt=0)
    as_of: datetime.date
    source: str
    resolution: Resolution | None = Field(None, description="None: at every resolution.")


class FrameCount(Frozen):
    """A field that wants the length as a count of frames: ceil(seconds * per_second), inside its bounds."""

    field: str
    per_second: float = Field(gt=0)
    minimum: int = Field(ge=1)
    maximum: int


class Offer(Frozen):
    """A model at a provider: its name there, how long a clip may be at each resolution, what it takes, its prices.

    Lengths are what the provider states; the planner keeps MARGIN_SECONDS below them. A provider without a field for
    the resolution offers one resolution.
    """

    provider: str
    model: str = Field(description="Our canonical name.")
    endpoint: str = Field(description="Its name at the provider.")
    limit_seconds: dict[Resolution, float] = Field(min_length=1)
    takes: frozenset[OptionalInput] = frozenset()
    needs: frozenset[OptionalInput] = Field(frozenset(), description="What must be sent; all of it is in `takes` too.")
    frame_count: FrameCount | None = None
    minimum_seconds: float = Field(1.0, gt=0, description="Shorter audio gets silence behind it.")
    prices: tuple[Price, ...] = Field(
        (), description="Empty where the provider states none, as AIML API, which bills by use."
    )
    doubts: dict[Resolution, str] = Field({}, description="Resolutions whose use is doubtful, and why.")
    remark: str | None = Field(None, description="What a person should know before choosing it.")

    @model_validator(mode="after")
    def _is_consistent(self) -> Offer:
        if "resolution" not in self.takes and len(self.limit_seconds) != 1:
            raise ValueError("without a field for the resolution there can be one resolution only")
        if not self.needs <= self.takes:
            raise ValueError("what is needed must be taken")
        return self

    def highest_price(self, resolution: Resolution) -> Price | None:
        """The price to reserve at: the highest that anyone states; None when nobody states one."""
        fitting = [price for price in self.prices if price.resolution in (None, resolution)]
        return max(fitting, key=lambda price: price.usd_per_second, default=None)
