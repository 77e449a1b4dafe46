"""Agreeing to what a video costs before anything is spent: on the command line, or once a run has said the price."""

from __future__ import annotations

import asyncio
import math
import shlex
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
from longtake.errors import LongtakeError, OverBudget, SettingError
from longtake.ledger import Decision, Job, JobState, Ledger
from longtake.money import MICRO, micro_usd, usd_text
from longtake.orders import order_for
from longtake.planning import VideoPlan
from longtake.redo import check_numbers, current_takes
from longtake.settings import Settings, load_settings
from longtake.shots import Shot
from longtake.slices import chunk_recipe

APPROVAL = "approval"
WANTED = "approval wanted"
"""The kinds of the ledger's rows: a person's word, and what a run has asked for."""


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
        paid = _paid_micro_usd(ledger, request.video)
        seconds = length_text(sum(shot.seconds for shot in due))
        _say(
            f"To be rendered: {len(due)} of {len(plan.shots)} clips, {seconds}, for at most {usd_text(highest)}. "
            f"Of the budget of {usd_text(budget)}, {usd_text(paid)} is spent."
        )
        needed = paid + highest
        if needed > budget:
            raise SettingError(
                f"the budget of {usd_text(budget)} does not cover it.",
                where="--budget",
                hint=f"It takes --budget {_cents(needed)}.",
            )
        _ask(highest, yes=yes)
        approve(ledger, video=request.video, subject=request.key, plan_hash=plan.key, up_to_micro_usd=highest)


def approve(
    ledger: Ledger,
    *,
    video: str,
    subject: str,
    plan_hash: str,
    up_to_micro_usd: int,
    by: str | None = None,
    run_id: str | None = None,
) -> Decision:
    """Write down that a person allows the video's clips to cost so much, as they are planned.

    `subject` is the key of the request. By this user, unless somebody is named.
    """
    return ledger.decide(
        Decision(
            kind=APPROVAL,
            video=video,
            subject=subject,
            value="yes",
            amount_micro_usd=up_to_micro_usd,
            plan_hash=plan_hash,
            run_id=run_id,
            by=by or whoever(),
        )
    )


def is_approved(ledger: Ledger, video: str, plan_hash: str, highest_micro_usd: int) -> bool:
    """Whether a person's last word about the plan covers what is still to pay, and what was paid since."""
    about = (one for one in ledger.decisions(video=video, kind=APPROVAL) if one.plan_hash == plan_hash)
    last = next(about, None)
    if last is None or last.value != "yes":
        return False
    since = sum(job.charged_micro_usd for job in ledger.jobs(video=video) if job.created_at >= last.created_at)
    return since + highest_micro_usd <= (last.amount_micro_usd or 0)


async def want_approval(
    request: Request, above_micro_usd: int, ledger: Ledger, store: Store, run_id: str
) -> str | None:
    """What to tell a person who must approve the video first; None when nobody need. Writes down what is wanted.

    Raises OverBudget when the video's budget does not cover it: then an approval would be of no use.
    """
    plan = await request.plan(store, await asyncio.to_thread(current_takes, ledger, request.video))
    return await asyncio.to_thread(_wanted, request, plan, above_micro_usd, ledger, store, run_id)


def _wanted(
    request: Request, plan: VideoPlan, above_micro_usd: int, ledger: Ledger, store: Store, run_id: str
) -> str | None:
    due = clips_to_pay(request, plan, ledger, store)
    highest = highest_micro_usd(due, request.options, request.spending.usd_per_second)
    if not due or highest is None:  # a price that is missing is told before anything is submitted
        return None
    needed = _paid_micro_usd(ledger, request.video) + highest
    if needed > (request.spending.budget_micro_usd or 0):
        raise OverBudget(
            f"{len(due)} of {len(plan.shots)} clips may cost up to {usd_text(highest)}, and the budget of "
            f"{request.video!r} does not cover it: it takes {_cents(needed)}. Nothing was spent."
        )
    repeats = request.spending.repeat_micro_usd - ledger.repeats_micro_usd(request.video)
    highest += max(0, repeats)  # which a run may pay for what it pays in vain
    if highest <= above_micro_usd or is_approved(ledger, request.video, plan.key, highest):
        return None
    ledger.decide(
        Decision(
            kind=WANTED,
            video=request.video,
            subject=request.key,
            value=f"{len(due)} of {len(plan.shots)} clips",
            amount_micro_usd=highest,
            plan_hash=plan.key,
            run_id=run_id,
            by="run",
        )
    )
    seconds = length_text(sum(shot.seconds for shot in due))
    return (
        f"{request.video}: {len(due)} of {len(plan.shots)} clips, {seconds}, may cost up to {usd_text(highest)}, and "
        f"{usd_text(above_micro_usd)} may be spent without a person. Nothing was spent. To allow it: "
        f"longtake approve {shlex.quote(request.video)} --up-to {_cents(highest)}"
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
                hint=f"It takes --up-to {_cents(wanted.amount_micro_usd or 0)}.",
            )
        approve(
            ledger,
            video=video,
            subject=wanted.subject,
            plan_hash=wanted.plan_hash,
            up_to_micro_usd=micro_usd(up_to_usd),
        )
    print(  # noqa: T201
        f"{wanted.value} of {video} may cost up to {usd_text(micro_usd(up_to_usd))}. Its inbox starts it again; else "
        "run it again."
    )


def _paid_micro_usd(ledger: Ledger, video: str) -> int:
    """What the video's jobs count that are no longer in progress."""
    reserved = sum(job.charged_micro_usd for job in ledger.live() if job.video == video)
    return ledger.spent_micro_usd(video) - reserved


def _cents(micro: int) -> str:
    """Dollars that cover an amount."""
    return f"{math.ceil(micro / (MICRO / 100)) / 100:.2f}"


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
