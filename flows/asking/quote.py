"""What a run may still spend on a video, by its plan and by what the ledger says of each clip."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterator, Sequence

from pydantic import Field

from flows.request import Request
from flows.telling.display import length_text
from longtake.assets import Store, recall
from longtake.costs import highest_micro_usd
from longtake.frozen import Frozen
from longtake.ledger import LIVE, Decision, Job, JobState, Ledger, is_in_vain
from longtake.money import MICRO
from longtake.orders import Order, order_for
from longtake.planning import VideoPlan
from longtake.redo import current_takes
from longtake.shots import Shot
from longtake.slices import chunk_recipe
from longtake.voices import Unspoken

ESTIMATE_MARGIN = 1.15
"""As long as paid voices have still to speak, clips are quoted at so much more than their estimate."""


class Quote(Frozen):
    """The price of what is still to be ordered. Money is in micro-dollars."""

    plan: VideoPlan
    due: tuple[Shot, ...] = Field(description="The clips that money may be spent on; none of a preview.")
    in_progress: tuple[int, ...] = Field(description="Numbers of the clips that a provider has, or may have.")
    price_micro_usd: int = Field(
        description="Of those that are due, at the dearest provider, and of what is still to be spoken."
    )
    upper_micro_usd: int = Field(description="That, and what is left of the allowance for repeats.")
    needed_micro_usd: int = Field(description="The budget that it takes: what is spent and reserved, and the price.")

    @property
    def is_estimate(self) -> bool:
        """Whether paid voices have still to speak: then nobody knows yet how long the video is."""
        return self.plan.unspoken is not None

    @property
    def text(self) -> str:
        """What is due, in words."""
        if not self.due:
            return self.plan.unspoken.text if self.plan.unspoken else "nothing"
        seconds = length_text(sum(shot.seconds for shot in self.due))
        clips = f"{len(self.due)} of {len(self.plan.shots)} clips, {seconds}"
        return f"{clips} by an estimate, and {self.plan.unspoken.text}" if self.plan.unspoken else clips

    def shot(self, number: int) -> Shot | None:
        """The clip of that number, when it is due."""
        return next((shot for shot in self.due if shot.number == number), None)


async def read_quote(request: Request, ledger: Ledger, store: Store, run_id: str | None = None) -> Quote | None:
    """The quote of the request's plan; None when there is nothing to pay for, or no price for it.

    A price that is missing is told before anything is submitted.
    """
    plan = await request.plan(store, await asyncio.to_thread(current_takes, ledger, request.video))
    return await asyncio.to_thread(quote_of, request, plan, ledger, store, run_id)


def quote_of(
    request: Request, plan: VideoPlan, ledger: Ledger, store: Store, run_id: str | None = None
) -> Quote | None:
    """The quote of a plan; None when there is nothing to pay for, or no price for it."""
    is_preview = request.options.is_preview
    found = [] if is_preview else list(_looked_up(request, plan, ledger, store, run_id))
    due = tuple(shot.model_copy(update={"rendered": False}) for shot, reserved in found if reserved is not None)
    price = 0 if is_preview else price_of(due, request)
    if price is None or not (due or plan.unspoken):
        return None
    price = with_speech(price, plan.unspoken)
    reserved = sum(reserved for _, reserved in found if reserved)
    repeats = 0 if is_preview else request.spending.repeat_micro_usd - ledger.repeats_micro_usd(request.video)
    return Quote(
        plan=plan,
        due=due,
        in_progress=tuple(shot.number for shot, reserved in found if reserved is None),
        price_micro_usd=price,
        upper_micro_usd=price + max(0, repeats),
        needed_micro_usd=ledger.spent_micro_usd(request.video) - reserved + price,
    )


def with_speech(clips_micro_usd: int, unspoken: Unspoken | None) -> int:
    """The price of a plan's clips, and of what paid voices have still to speak: then that of clips is an estimate."""
    if unspoken is None:
        return clips_micro_usd
    return math.ceil(clips_micro_usd * ESTIMATE_MARGIN) + unspoken.micro_usd


def price_of(shots: Sequence[Shot], request: Request) -> int | None:
    """The most that ordering these clips costs, in micro-dollars; None when a provider has no price."""
    return highest_micro_usd(shots, request.options, request.spending.usd_per_second)


def cents_text(micro: int) -> str:
    """Dollars and cents that cover an amount."""
    return f"{math.ceil(micro / (MICRO / 100)) / 100:.2f}"


def clips_to_pay(request: Request, plan: VideoPlan, ledger: Ledger, store: Store) -> list[Shot]:
    """The clips that money may be spent on: those without a clip, and those of which another take is wanted.

    Neither one that a provider has, or may have, nor one whose money is gone, unless repeats are allowed. A redo that
    never ended goes on with its own take.
    """
    found = _looked_up(request, plan, ledger, store, None)
    return [shot.model_copy(update={"rendered": False}) for shot, reserved in found if reserved is not None]


def orders_of(plan: VideoPlan, request: Request, ledger: Ledger, store: Store) -> Iterator[tuple[Shot, Order | None]]:
    """Each clip's order as it counts now; None as long as its chunk was never cut, and so nothing ordered."""
    takes = current_takes(ledger, request.video)
    for shot in plan.shots:
        chunk = recall(store, chunk_recipe(shot.fingerprint))
        yield shot, order_for(shot.look, chunk.asset, request.options, takes) if chunk else None


def _looked_up(
    request: Request, plan: VideoPlan, ledger: Ledger, store: Store, run_id: str | None
) -> Iterator[tuple[Shot, int | None]]:
    """The clips that are not done with: what is reserved for one that is due, None for one that is in progress."""
    takes = _Takes(ledger.decisions(video=request.video, kind="take"), run_id)
    for shot, order in orders_of(plan, request, ledger, store):
        job = ledger.standing(order.key) if order else None
        if shot.number in request.redo and takes.begin_another(order, job):
            yield shot, 0
        elif shot.rendered:
            continue
        elif job is None or (is_in_vain(job) and request.spending.repeat_micro_usd):
            yield shot, 0
        elif job.state is JobState.RESERVED:  # nothing was sent: it may be released, and reserved once more
            yield shot, job.charged_micro_usd if job.video == request.video else 0
        elif job.state in LIVE:
            yield shot, None


class _Takes:
    """Whether asking for another take of a clip begins one, as the ledger is going to allot it."""

    def __init__(self, decisions: Sequence[Decision], run_id: str | None) -> None:
        self._own = {take.subject for take in decisions if take.run_id == run_id}
        self._newest: dict[str, Decision] = {}
        for take in decisions:  # the newest first
            self._newest.setdefault(take.subject, take)

    def begin_another(self, order: Order | None, job: Job | None) -> bool:
        newest = self._newest.get(order.content_key) if order else None
        if order is None or newest is None or newest.settled_at is not None:
            return order is None or order.content_key not in self._own
        failed = job is not None and job.state is JobState.FAILED and job.billed != "no"
        return order.content_key not in self._own and job is not None and (failed or is_in_vain(job))
