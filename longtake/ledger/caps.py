"""The caps on money: all that counts, for clips and for speech, against what a video and a day may cost."""

from __future__ import annotations

from longtake.errors import OverBudget
from longtake.ledger.jobs import Caps
from longtake.ledger.sums import counted_micro_usd, reserved_micro_usd
from longtake.ledger.transaction import Transaction
from longtake.money import usd_text


def check_caps(transaction: Transaction, caps: Caps, *, video: str, price_micro_usd: int, what: str) -> None:
    """Raise OverBudget when `what`, at that price, would pass the video's budget or today's cap."""
    day = transaction.today
    of_video, of_day = f"the budget of {video!r}", f"the cap of the day {day}"
    wait = "Go on tomorrow, or raise it (LONGTAKE_DAILY_CAP_USD)"
    for cap, name, advice, scope in (
        (caps.video_micro_usd, of_video, "Raise it (--budget in USD)", {"video": video}),
        (caps.day_micro_usd, of_day, wait, {"day": day}),
    ):
        if cap is None:
            continue
        counted = counted_micro_usd(transaction, **scope)
        if counted + price_micro_usd > cap:
            reserved = reserved_micro_usd(transaction, **scope)
            raise OverBudget(
                f"{name} is {usd_text(cap)}: {usd_text(counted - reserved)} of it is spent, {usd_text(reserved)} is "
                f"reserved for clips in progress, and {what} may cost up to {usd_text(price_micro_usd)}. "
                f"{advice}; what exists is kept."
            )
