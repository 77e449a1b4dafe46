"""What a video costs, or would cost, at each provider that offers its model; and what may be spent on it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable

from pydantic import Field

from longtake.errors import SettingError
from longtake.frozen import Frozen
from longtake.grid import FRAMES_PER_SECOND
from longtake.models import MARGIN_SECONDS, Offer, Resolution, offers_of
from longtake.money import micro_usd, price_micro_usd
from longtake.options import RenderOptions
from longtake.settings import Settings
from longtake.shots import Shot


class Spending(Frozen):
    """What a run may spend. All of it counts over all runs of the video."""

    budget_micro_usd: int | None = Field(None, description="The video's budget. A paid provider needs one.")
    is_named: bool = Field(False, description="The budget was named for this very run; else it is that of all videos.")
    day_micro_usd: int | None = Field(None, description="The cap of a day, over all videos.")
    repeat_micro_usd: int = Field(0, ge=0, description="What may be paid for clips whose money is gone already.")
    usd_per_second: float | None = Field(None, gt=0, description="The price of providers that state none.")


def spending_of(
    settings: Settings, budget_usd: float | None, max_repeat_usd: float, usd_per_second: float | None
) -> Spending:
    """What a run may spend, by what a person says, else by the settings. Raises SettingError for an odd amount."""
    budget = settings.budget_usd if budget_usd is None else budget_usd
    for where, amount in (("--budget", budget), ("--max-repeat-usd", max_repeat_usd)):
        if amount is not None and not 0 <= amount < math.inf:
            raise SettingError(f"{amount} is no amount of money.", where=where, hint="Say dollars, such as 12.50.")
    if usd_per_second is not None and not 0 < usd_per_second < math.inf:
        raise SettingError(
            f"{usd_per_second} is no price.", where="--price-per-second", hint="Say dollars, such as 0.16."
        )
    return Spending(
        budget_micro_usd=None if budget is None else micro_usd(budget),
        is_named=budget_usd is not None,
        day_micro_usd=None if settings.daily_cap_usd is None else micro_usd(settings.daily_cap_usd),
        repeat_micro_usd=micro_usd(max_repeat_usd),
        usd_per_second=usd_per_second,
    )


class Estimate(Frozen):
    """The price of the clips that are still to be rendered, at one provider."""

    provider: str
    clips: int
    seconds: int
    usd: float | None
    usd_per_second: float | None
    as_of: datetime.date | None
    source: str
    limit_seconds: float | None = Field(None, description="How long a clip may be there at the chosen resolution.")
    remarks: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The price as a person reads it."""
        if self.usd is None:
            price = "no stated price"
        else:
            dated = f", as of {self.as_of}" if self.as_of else ", as you say"
            price = f"${self.usd:,.2f} (${self.usd_per_second}/s{dated})"
        limit = f"clips under {self.limit_seconds:g} s" if self.limit_seconds else ""
        return f"{self.provider}: " + "; ".join(filter(None, (price, limit, *self.remarks)))


def usd_per_second(offer: Offer, resolution: Resolution, stated: float | None = None) -> float | None:
    """The price that a second is reserved at: the highest that is known, else what the user states."""
    price = offer.highest_price(resolution)
    return price.usd_per_second if price else stated


def reservation_micro_usd(sent_frames: int, rate: float) -> int:
    """What is reserved for a clip: every begun second of what is sent."""
    return price_micro_usd(sent_frames / FRAMES_PER_SECOND, rate)


def estimates(
    shots: Iterable[Shot], options: RenderOptions, stated_usd_per_second: float | None = None
) -> tuple[Estimate, ...]:
    """For each provider of the model: its highest price, on sent seconds rounded up for each clip.

    A clip that exists costs nothing, but for a preview, which stands for no provider's clip. The chosen providers come
    first, in their order.
    """
    due = [shot for shot in shots if options.is_preview or not shot.rendered]
    seconds = sum(math.ceil(shot.sent_frames / FRAMES_PER_SECOND) for shot in due)
    longest = max((shot.sent_seconds for shot in due), default=0.0)
    ranks = {name: rank for rank, name in enumerate(options.providers)}
    offers = sorted(offers_of(options.model), key=lambda offer: ranks.get(offer.provider, len(ranks)))
    return tuple(_estimate(offer, len(due), seconds, longest, options, stated_usd_per_second) for offer in offers)


def _estimate(
    offer: Offer, clips: int, seconds: int, longest: float, options: RenderOptions, stated: float | None
) -> Estimate:
    price = offer.highest_price(options.resolution)
    rate = usd_per_second(offer, options.resolution, stated)
    limit = offer.limit_seconds.get(options.resolution)
    remarks = [offer.remark, offer.doubts.get(options.resolution)]
    if limit is None:
        remarks.append(f"renders no {options.resolution}")
    elif longest > limit - MARGIN_SECONDS:
        remarks.append("needs a plan of its own, with shorter clips")
    return Estimate(
        provider=offer.provider,
        clips=clips,
        seconds=seconds,
        usd=round(seconds * rate, 2) if rate else None,
        usd_per_second=rate,
        as_of=price.as_of if price else None,
        source=price.source if price else "",
        limit_seconds=limit,
        remarks=tuple(filter(None, remarks)),
    )


def highest_micro_usd(shots: Iterable[Shot], options: RenderOptions, stated: float | None) -> int | None:
    """What the clips that are due cost at the dearest of the chosen providers; None when one has no price."""
    due = [shot.sent_frames for shot in shots if not shot.rendered]
    totals = []
    for offer in options.offers():
        rate = usd_per_second(offer, options.resolution, stated)
        if rate is None:
            return None
        totals.append(sum(reservation_micro_usd(frames, rate) for frames in due))
    return max(totals)
