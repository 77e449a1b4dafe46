"""Agreeing to what a video costs, on the command line, before anything is spent."""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping

from rich.console import Console
from rich.prompt import Confirm

from flows.accounts import open_the_ledger
from flows.display import length_text
from flows.job_commands import opened_ledger, whoever
from flows.request import Request
from flows.stores import open_store
from longtake.assets import Store, recall
from longtake.costs import highest_micro_usd
from longtake.errors import LongtakeError, SettingError
from longtake.ledger import Decision, Job, JobState, Ledger
from longtake.money import MICRO, usd_text
from longtake.orders import order_for
from longtake.planning import VideoPlan
from longtake.redo import check_numbers, current_takes
from longtake.settings import Settings, load_settings
from longtake.shots import Shot
from longtake.slices import chunk_recipe


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
    with opened_ledger(settings) as ledger:
        due = clips_to_pay(request, plan, ledger, open_store(settings))
        highest = highest_micro_usd(due, request.options, request.spending.usd_per_second)
        if not due or highest is None:
            return
        spent = ledger.spent_micro_usd(request.video)
        reserved = sum(job.charged_micro_usd for job in ledger.live() if job.video == request.video)
        seconds = length_text(sum(shot.seconds for shot in due))
        _say(
            f"To be rendered: {len(due)} of {len(plan.shots)} clips, {seconds}, for at most {usd_text(highest)}. "
            f"Of the budget of {usd_text(budget)}, {usd_text(spent - reserved)} is spent."
        )
        needed = spent - reserved + highest
        if needed > budget:
            raise SettingError(
                f"the budget of {usd_text(budget)} does not cover it.",
                where="--budget",
                hint=f"It takes --budget {math.ceil(needed / (MICRO / 100)) / 100:.2f}.",
            )
        _ask(highest, yes=yes)
        ledger.decide(
            Decision(
                kind="approval",
                video=request.video,
                subject=request.key,
                value="yes",
                amount_micro_usd=highest,
                plan_hash=plan.key,
                by=whoever(),
            )
        )


def clips_to_pay(request: Request, plan: VideoPlan, ledger: Ledger, store: Store) -> list[Shot]:
    """The clips that money may be spent on: those without a clip, and those of which another take is wanted.

    An order whose money is gone is not paid again unasked, and a redo that never ended goes on with its own take.
    """
    takes = current_takes(ledger, request.video)
    unended = {taken.subject for taken in ledger.decisions(video=request.video, kind="take", open_only=True)}
    due = []
    for shot in plan.shots:
        chunk = recall(store, chunk_recipe(shot.fingerprint))
        order = order_for(shot.look, chunk.asset, request.options, takes) if chunk else None
        is_anew = shot.number in request.redo and not (order and order.content_key in unended)
        last = ledger.latest(order.key) if order and not is_anew else None
        is_settled = last is not None and _is_gone(last) and not request.spending.repeat_micro_usd
        if is_anew or not (shot.rendered or is_settled):
            due.append(shot.model_copy(update={"rendered": False}))
    return due


def _is_gone(job: Job) -> bool:
    """Whether the job's money is, or may be, spent, and it is not going on."""
    return job.state in (JobState.REJECTED, JobState.LOST) or (job.state == JobState.FAILED and job.billed != "no")


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
