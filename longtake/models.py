"""What each model and provider can do, and what it costs: data, with dates and sources.

A model is named by our canonical name; each provider maps it to its own. Lengths are what the provider states; the
planner keeps MARGIN_SECONDS below them, for "under 30 s" is strict and nothing proves that 30.000 s passes.
"""

from __future__ import annotations

import datetime
from typing import Literal

from pydantic import Field

from longtake.errors import SettingError
from longtake.frozen import Frozen

MARGIN_SECONDS = 0.25
Resolution = Literal["720p", "1080p"]
OptionalInput = Literal["prompt", "mask", "turbo", "resolution"]


class Price(Frozen):
    """What a second of sent audio costs, in US dollars, as of a day, and who says so."""

    usd_per_second: float = Field(gt=0)
    as_of: datetime.date
    source: str


class Offer(Frozen):
    """A model at a provider: its name there, how long a clip may be at each resolution, what it takes, its prices."""

    provider: str
    model: str
    endpoint: str
    limit_seconds: dict[Resolution, float]
    takes: frozenset[OptionalInput] = frozenset()
    minimum_seconds: float = Field(1.0, gt=0, description="Shorter audio gets silence behind it.")
    prices: tuple[Price, ...] = Field(
        (), description="Empty where the provider states none, as AIML API, which bills by use."
    )

    @property
    def highest_usd_per_second(self) -> float | None:
        """The price to reserve at: the highest that anyone states; None when nobody states one."""
        return max((price.usd_per_second for price in self.prices), default=None)


_READ = datetime.date(2026, 11, 1)
_V15_LIMITS: dict[Resolution, float] = {"720p": 60.0, "1080p": 30.0}

OFFERS: tuple[Offer, ...] = (
    Offer(
        provider="fal",
        model="omnihuman-1.5",
        endpoint="fal-ai/bytedance/omnihuman/v1.5",
        limit_seconds=_V15_LIMITS,
        takes=frozenset({"prompt", "mask", "turbo", "resolution"}),
        prices=(
            Price(usd_per_second=0.14, as_of=_READ, source="fal, OmniHuman v1.5 model page"),
            Price(usd_per_second=0.16, as_of=_READ, source="fal, price list"),
        ),
    ),
    Offer(
        provider="aimlapi",
        model="omnihuman-1.5",
        endpoint="bytedance/omnihuman/v1.5",
        limit_seconds={"1080p": 30.0},
    ),
    Offer(
        provider="pixazo",
        model="omnihuman-1.5",
        endpoint="bytedance-omnihuman-v1-5",
        limit_seconds=_V15_LIMITS,
        takes=frozenset({"resolution"}),
        prices=(Price(usd_per_second=0.16, as_of=_READ, source="Pixazo, OmniHuman v1.5 documentation"),),
    ),
    Offer(
        provider="fal",
        model="omnihuman-1",
        endpoint="fal-ai/bytedance/omnihuman",
        limit_seconds={"720p": 30.0, "1080p": 30.0},
        prices=(Price(usd_per_second=0.14, as_of=_READ, source="fal, OmniHuman model page"),),
    ),
    Offer(
        provider="aimlapi",
        model="omnihuman-1",
        endpoint="bytedance/omnihuman",
        limit_seconds={"1080p": 30.0},
    ),
)

MODELS = tuple(dict.fromkeys(offer.model for offer in OFFERS))
DEFAULT_MODEL = "omnihuman-1.5"


def offers_of(model: str) -> tuple[Offer, ...]:
    """Every provider's offer of a model. Raises SettingError for a model that nobody offers."""
    offers = tuple(offer for offer in OFFERS if offer.model == model)
    if not offers:
        raise SettingError(f"{model!r} is no known model.", where="model", hint=f"Known: {', '.join(MODELS)}.")
    return offers
