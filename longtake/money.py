"""Money as whole micro-dollars, and back to what a person reads."""

from __future__ import annotations

import math
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

MICRO = 1_000_000


def micro_usd(usd: float | Decimal | str) -> int:
    """Dollars as micro-dollars, never more than was said."""
    return int((Decimal(str(usd)) * MICRO).to_integral_value(ROUND_FLOOR))


def price_micro_usd(seconds: float, usd_per_second: float) -> int:
    """What so many begun seconds cost, rounded up to a whole micro-dollar."""
    return int((math.ceil(seconds) * Decimal(str(usd_per_second)) * MICRO).to_integral_value(ROUND_CEILING))


def usd_text(micro: int) -> str:
    """Micro-dollars as a person reads them: cents, or more places where it is less than a cent."""
    places = 4 if 0 < abs(micro) < MICRO // 100 else 2
    return f"${Decimal(micro) / MICRO:,.{places}f}"
