"""The flow's side of asking: hear what was answered, ask what must be asked, hold to what was said."""

from __future__ import annotations

import asyncio
import math
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, ParamSpec, TypeVar
from uuid import uuid4

from prefect.client.schemas.objects import State
from prefect.runtime import flow_run
from prefect.states import Cancelled, Failed

from flows.asking import job_words, price
from flows.asking.choices import form_of
from flows.asking.first_clip import render_one_clip
from flows.asking.forms import NO_WORD
from flows.asking.quote import Quote, read_quote
from flows.asking.speaking import speak_all
from flows.asking.suspending import ask, can_ask, read_answer
from flows.asking.terms import changed_budget_usd, changed_provider, pin, pinned, unpin
from flows.asking.words import WANTED, WORD_WANTED, open_rows
from flows.cancelling import obeying_cancel
from flows.clips import log
from flows.means.accounts import Purse, open_the_ledger
from flows.means.checking import check_means
from flows.pages.plan_page import publish_plan
from flows.request import Request
from longtake import progress
from longtake.assets import Store
from longtake.errors import SettingError
from longtake.inbox import NEEDS_APPROVAL
from longtake.ledger import Job, Ledger
from longtake.money import micro_usd
from longtake.options import PREVIEW, named_accounts
from longtake.redo import check_numbers
from longtake.run import Run
from longtake.settings import Settings
from longtake.storyboard import Storyboard

DECLINED = "Declined"
"""The name of the state that a run ends in when a person says no to its price."""

P = ParamSpec("P")
R = TypeVar("R")


@asynccontextmanager
async def asking(
    settings: Settings, store: Store, *, provider: str, budget_usd: float | None, approval: str, above_usd: float | None
) -> AsyncIterator[Asker]:
    """The present run's asker, and its ledger, for as long as the context lasts.

    A preview costs nothing, unless a budget is named for it: then its voices may be paid.
    """
    is_free = list(named_accounts(provider)) == [PREVIEW] and budget_usd is None
    ledger = None if is_free else await asyncio.to_thread(open_the_ledger, settings)
    try:
        yield Asker(flow_run.id or uuid4().hex, ledger, store, above_usd, approval == "ask" and can_ask())
    finally:
        if ledger:
            ledger.dispose()


@dataclass
class Asker:
    """What a run may ask a person, and has been told. Without a ledger nothing costs money, and nothing is asked."""

    run_id: str
    ledger: Ledger | None
    store: Store
    above_usd: float | None
    may_ask: bool
    """Whether somebody is to be asked here, and could answer."""

    async def hear(self, provider: str, budget_usd: float | None) -> State[Any] | None:
        """Write down what was answered since the run was suspended. The state in which it ends, after a no."""
        if self.above_usd is not None and not 0 <= self.above_usd < math.inf:
            raise SettingError(f"{self.above_usd} is no amount of money.", where="approve_above_usd")
        if self.ledger is None or not self.may_ask:
            return None
        for row in await self._do(open_rows, self.ledger, self.run_id, WORD_WANTED):
            answer = await read_answer(job_words.key_of(row))
            if answer:
                await self._do(job_words.note_answer, self.ledger, self.store, row, answer)
        for row in await self._do(open_rows, self.ledger, self.run_id, WANTED):
            answer = await read_answer(price.key_of(row))
            if answer is None:
                continue
            progress.reach("heard")
            holds = (self.budget_usd(budget_usd), self.provider(provider))
            if not await self._do(price.note_answer, self.ledger, row, answer, *holds):
                return await self._declined(row.video)
            progress.reach("answered")
        return None

    def provider(self, given: str) -> str:
        """The provider that a person has chosen for this run, else the given one."""
        return changed_provider(self.ledger, self.run_id, given) if self.ledger else given

    def budget_usd(self, given: float | None) -> float | None:
        """The budget that a person has given this run, else the given one."""
        return changed_budget_usd(self.ledger, self.run_id, given) if self.ledger else given

    def pinned(self) -> Storyboard | None:
        """What this run has asked about, whatever has become of its files since; None when it has not asked."""
        return pinned(self.run_id, self.store) if self.ledger and self.may_ask else None

    async def before_money(
        self, request: Request, parameters: Mapping[str, Any], run: Run, purse: Purse
    ) -> Purse | State[Any]:
        """The purse that the run may render with; else it is suspended, or ends in the state that is returned."""
        if self.ledger is None or self.above_usd is None:
            return purse
        above = micro_usd(self.above_usd)
        tried: set[int] = set()
        is_checked = False
        while True:
            quote = await read_quote(request, self.ledger, self.store, self.run_id)
            if quote is None:
                return purse
            if not is_checked:
                await self._check(request, quote, run, purse)
                is_checked = True
            await self._do(price.bind_answers, self.ledger, request, quote, self.run_id)
            if await self._do(price.is_allowed, self.ledger, request, quote, above, self.run_id):
                if not quote.is_estimate:
                    return replace(purse, plan_key=quote.plan.key)
                await self._do(price.hold_to_estimate, self.ledger, request, quote, self.run_id)
                async with obeying_cancel():
                    await speak_all(request.storyboard, run, purse)
                continue
            if not self.may_ask:
                told = await self._do(price.needs_approval, self.ledger, request, quote, above, self.run_id)
                return Failed(name=NEEDS_APPROVAL, message=told)
            first = await self._do(price.first_clip_due, self.ledger, request, quote)
            if first is None or first in tried:
                return await self._ask_about_price(request, parameters, quote)
            tried.add(first)
            shot = quote.plan.shots[first - 1]
            log(f"clip {shot.label} is rendered alone, to be seen before the others")
            async with obeying_cancel():
                await render_one_clip(request.storyboard, run, purse, shot)

    async def _check(self, request: Request, quote: Quote, run: Run, purse: Purse) -> None:
        """What the run would be refused for all the same is told before a person is asked. Raises SettingError."""
        if not quote.is_estimate:
            check_numbers(request.redo, len(quote.plan.shots))
        await check_means(request.storyboard, run, purse)

    async def _ask_about_price(self, request: Request, parameters: Mapping[str, Any], quote: Quote) -> State[Any]:
        """Suspend the run. The state after it was resumed without a word, which is a no."""
        assert self.ledger
        await self._do(pin, request.storyboard, self.run_id, self.store)
        row = await self._do(price.question, self.ledger, request, quote, self.run_id)
        await publish_plan(request, quote.plan, quote.due, self.store)
        form = await self._do(form_of, request, quote, parameters, self.ledger, self.store)
        log(f"Waits for a person: {form.told()}")
        progress.reach("asked")
        await ask(form, price.key_of(row))
        await self._do(price.note_answer, self.ledger, row, NO_WORD, None, "")
        return await self._declined(request.video)

    async def ask_about_jobs(self, request: Request) -> None:
        """Suspend the run when a person's word on a job would help; return when there is none to be had.

        A run that ends then reads its files anew when it is retried.
        """
        if self.ledger is None or not self.may_ask:
            return
        try:
            while job := await job_words.find_doubtful(request, self.ledger, self.store, self.run_id):
                await self._ask_about_job(request, job)
            await self._do(job_words.forget_what_was_left, self.ledger, self.run_id)
            await self._do(unpin, self.run_id, self.store)
        except Exception as error:  # a server, a store or a ledger that is away: what the run failed with is told
            log(f"Nobody can be asked about jobs whose money is unknown: {error}")

    async def _ask_about_job(self, request: Request, job: Job) -> None:
        """Suspend the run. Where it was resumed without a word, the job is left as it is."""
        assert self.ledger
        await self._do(pin, request.storyboard, self.run_id, self.store)
        row = await self._do(job_words.question, self.ledger, job, self.run_id)
        form = await self._do(job_words.form_of, job, self.store)
        log(f"Waits for a person: {form.told()}")
        await ask(form, job_words.key_of(row))
        await self._do(job_words.note_answer, self.ledger, self.store, row, NO_WORD)

    async def _declined(self, video: str) -> State[Any]:
        assert self.ledger
        await self._do(unpin, self.run_id, self.store)
        jobs = await self._do(self.ledger.jobs, video=video)
        has_spent = any(job.run_id == self.run_id and job.charged_micro_usd for job in jobs)
        has_spoken = any(one.run_id == self.run_id for one in await self._do(self.ledger.speech, video=video))
        spent = "nothing more" if has_spent or has_spoken else "nothing"
        return Cancelled(name=DECLINED, message=f"A person said no to the price; {spent} was spent. Retry asks again.")

    async def finish(self) -> None:
        """The video is there: what was asked about need no longer be kept."""
        if self.ledger and self.may_ask:
            await self._do(unpin, self.run_id, self.store)

    async def _do(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call what waits for a disk or a network in a thread."""
        return await asyncio.to_thread(method, *args, **kwargs)
