"""What a video costs, or would cost, at each provider that offers its model."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable

from longtake.frozen import Frozen
from longtake.grid import FRAMES_PER_SECOND
from longtake.models import offers_of
from longtake.options import RenderOptions
from longtake.shots import Shot


class Estimate(Frozen):
    """The price of the clips that are still to be rendered, at one provider."""

    provider: str
    seconds: int
    usd: float | None
    usd_per_second: float | None
    as_of: datetime.date | None
    source: str
    remark: str | None = None

    @property
    def text(self) -> str:
        """The price as a person reads it."""
        if self.usd is None:
            price = "no stated price (billed by use)"
        else:
            price = f"${self.usd:,.2f} (${self.usd_per_second}/s, as of {self.as_of})"
        return f"{self.provider}: {price}" + (f"; {self.remark}" if self.remark else "")


def estimates(shots: Iterable[Shot], options: RenderOptions) -> tuple[Estimate, ...]:
    """For each provider of the model: its highest stated price, on sent seconds rounded up for each clip.

    A clip that exists costs nothing, but for a preview, which stands for no provider's clip.
    """
    due = [shot for shot in shots if options.is_preview or not shot.rendered]
    seconds = sum(math.ceil(shot.sent_frames / FRAMES_PER_SECOND) for shot in due)
    found = []
    for offer in offers_of(options.model):
        price = max(offer.prices, key=lambda p: p.usd_per_second, default=None)
        found.append(
            Estimate(
                provider=offer.provider,
                seconds=seconds,
                usd=round(seconds * price.usd_per_second, 2) if price else None,
                usd_per_second=price.usd_per_second if price else None,
                as_of=price.as_of if price else None,
                source=price.source if price else "",
                remark=None if options.resolution in offer.limit_seconds else f"renders no {options.resolution}",
            )
        )
    return tuple(found)
