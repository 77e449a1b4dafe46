"""Agreeing on the command line to what a video costs: before it is rendered, or once a run has said the price."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.prompt import Confirm

from flows.asking.quote import cents_text, quote_of
from flows.asking.words import WANTED, approve
from flows.commands.jobs import opened_ledger, whoever
from flows.means.accounts import open_the_ledger
from flows.means.stores import open_store
from flows.request import Request
from longtake.errors import LongtakeError, SettingError
from longtake.money import micro_usd, usd_text
from longtake.planning import VideoPlan
from longtake.redo import check_numbers, current_takes
from longtake.settings import Settings, load_settings


def known_takes(request: Request) -> Mapping[str, int]:
    """Which takes count in the video. A preview has none, and a machine without a ledger has none yet."""
    if request.options.is_preview:
        return {}
    ledger = open_the_ledger(load_settings())
    try:
        return current_takes(ledger, request.video)
    finally:
        ledger.dispose()


def agree(request: Request, plan: VideoPlan, settings: Settings, *, yes: bool) -> None:
    """Tell the highest price, and ask a person on a terminal. The answer becomes a row in the ledger.

    Raises SettingError when the budget does not cover it or nobody can be asked, LongtakeError when the answer is no.
    """
    check_numbers(request.redo, len(plan.shots))
    budget = request.spending.budget_micro_usd or 0
    store = open_store(settings)
    with opened_ledger(settings) as ledger:
        quote = quote_of(request, plan, ledger, store)
        if quote is None:
            return
        _say(
            f"To be rendered: {quote.text}, for at most {usd_text(quote.price_micro_usd)}. "
            f"Of the budget of {usd_text(budget)}, {usd_text(quote.needed_micro_usd - quote.price_micro_usd)} is spent."
        )
        if quote.needed_micro_usd > budget:
            raise SettingError(
                f"the budget of {usd_text(budget)} does not cover it.",
                where="--budget",
                hint=f"It takes --budget {cents_text(quote.needed_micro_usd)}.",
            )
        _ask(quote.price_micro_usd, yes=yes)
        approve(
            ledger,
            video=request.video,
            subject=request.key,
            plan_hash=plan.key,
            up_to_micro_usd=quote.price_micro_usd,
            by=whoever(),
        )


def approve_command(video: str, up_to_usd: float) -> None:
    """Approve what the video's last run has asked for."""
    if not 0 < up_to_usd < math.inf:
        raise SettingError(f"{up_to_usd} is no amount of money.", where="--up-to", hint="Say dollars, such as 12.50.")
    with opened_ledger(load_settings()) as ledger:
        wanted = next(iter(ledger.decisions(video=video, kind=WANTED)), None)
        if wanted is None or wanted.plan_hash is None:
            raise SettingError(f"no run of {video!r} has asked for an approval.", where="VIDEO")
        if micro_usd(up_to_usd) < (wanted.amount_micro_usd or 0):
            raise SettingError(
                f"{wanted.value} may cost up to {usd_text(wanted.amount_micro_usd or 0)}.",
                where="--up-to",
                hint=f"It takes --up-to {cents_text(wanted.amount_micro_usd or 0)}.",
            )
        approve(
            ledger,
            video=video,
            subject=wanted.subject,
            plan_hash=wanted.plan_hash,
            up_to_micro_usd=micro_usd(up_to_usd),
            by=whoever(),
        )
    print(  # noqa: T201
        f"{wanted.value} of {video} may cost up to {usd_text(micro_usd(up_to_usd))}. Its inbox starts it again; "
        "resume a run that is suspended, and say yes there too; else run it again."
    )


def _say(text: str) -> None:
    Console(stderr=True).print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)


def _ask(highest_micro_usd: int, *, yes: bool) -> None:
    if yes:
        return
    if not sys.stdin.isatty():
        raise SettingError(
            "nothing was spent: nobody can be asked here, for there is no terminal.",
            hint="Add --yes to agree without being asked.",
        )
    if not Confirm.ask(f"Spend up to {usd_text(highest_micro_usd)}?", console=Console(stderr=True), default=False):
        raise LongtakeError("nothing was spent: the answer was no")
