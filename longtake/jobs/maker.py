"""The paid maker: brings a clip's order to a clip, through whatever stands in the ledger already."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from longtake import progress
from longtake.assets import Store
from longtake.costs import Spending
from longtake.errors import (
    AccountRefused,
    DecisionNeeded,
    JobCancelled,
    JobFailed,
    LongtakeError,
    ProviderBusy,
    ResultGone,
)
from longtake.grid import frames_to_seconds
from longtake.jobs.account import Account, Place
from longtake.jobs.calls import Calls
from longtake.jobs.carry import follow
from longtake.jobs.closing import close_desk
from longtake.jobs.desk import Desk
from longtake.jobs.hints import is_settled, settled, told
from longtake.jobs.recover import free_places, is_recoverable, refetch
from longtake.jobs.unknown import find_lost
from longtake.jobs.wait import SLOWER
from longtake.ledger import LIVE, Caps, Job, Ledger, NewJob, Reservation
from longtake.orders import ClipRecord, find_clip
from longtake.providers import Pace
from longtake.work import Work

TRIES = 2
"""A job that failed and was surely not billed is tried once more before the next provider is asked."""


class PaidMaker:
    """Makes clips for money. Safe to repeat and to run many times at once: the ledger says where each job stands.

    Open it as a context: it beats for its jobs, and on a stop it tells what is left of them.
    """

    def __init__(
        self,
        accounts: Sequence[Account],
        ledger: Ledger,
        store: Store,
        *,
        spending: Spending,
        pace: Pace,
        video: str,
        run_id: str,
        calls: Calls | None = None,
    ) -> None:
        self._desk = Desk(ledger, accounts, store, pace, calls)
        self._spending = spending
        self._video = video
        self._run_id = run_id
        self._beating: asyncio.Task[None] | None = None
        self._left_open: frozenset[str] = frozenset()

    async def __aenter__(self) -> Self:
        live = await self._desk.write(self._desk.ledger.live)
        self._left_open = frozenset(job.order_key for job in live)
        self._beating = asyncio.create_task(self._beat())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._desk.is_stopping = True
        try:
            await self._desk.rest()
            await close_desk(self._desk, stopped=isinstance(error, asyncio.CancelledError))
        finally:
            if self._beating:
                self._beating.cancel()
            for account in self._desk.accounts:
                await account.provider.aclose()

    async def _beat(self) -> None:
        """A missed beat does no harm: it takes several until another process takes a job over."""
        while True:
            await asyncio.sleep(self._desk.pace.heartbeat_seconds)
            try:
                await self._desk.write(self._desk.ledger.beat)
            except LongtakeError as error:
                progress.note(f"The ledger cannot be reached: {error}")

    @property
    def at_once(self) -> int:
        """As many as the providers render, as many again that are fetched and checked meanwhile, and one to cut."""
        return 1 + 2 * sum(account.provider.in_progress_limit for account in self._desk.accounts)

    def wants_anew(self, record: ClipRecord, work: Work) -> bool:  # noqa: ARG002
        """Never: it would cost money."""
        return False

    async def use(self, record: ClipRecord, work: Work) -> ClipRecord:
        """A process may have died between keeping the clip and settling its job: it is settled now."""
        if work.order.key not in self._left_open:
            return record
        async with self._desk.working_on(work.order.key):
            job = await self._desk.write(self._desk.ledger.latest, work.order.key)
            if job and job.state in LIVE:
                await follow(self._desk, job, work)
        return record

    async def make(self, work: Work, store: Store) -> ClipRecord:
        """The clip. Raises an error that names the clip, its times and words, and what to do."""
        try:
            async with self._desk.working_on(work.order.key):
                return await self._made(work, store)
        except LongtakeError as error:
            raise told(await self._as_it_stands(error, work), work, self._video) from error

    async def _as_it_stands(self, error: LongtakeError, work: Work) -> LongtakeError:
        """The error; of a job that was paid, or may have been, what a person has to decide."""
        if not isinstance(error, JobFailed | ResultGone):
            return error
        job = await self._desk.write(self._desk.ledger.latest, work.order.key)
        return settled(job, work.label, self._video) if job and is_settled(job) else error

    async def _made(self, work: Work, store: Store) -> ClipRecord:
        """The clip of a job that lives already, else from the first account that can render it."""
        record = await self._known_already(work)
        if record:
            return record
        refusal: LongtakeError | None = None
        for account in self._desk.accounts:
            try:
                return await self._ordered(account, work, store)
            except (ProviderBusy, AccountRefused) as error:
                refusal = error
            except JobFailed as error:
                if error.billed != "no":
                    raise
                refusal = error
            progress.note(f"clip {work.label}: {refusal}")
        assert refusal, "a maker has at least one account"
        raise refusal

    async def _known_already(self, work: Work) -> ClipRecord | None:
        """The clip of the order's latest job if that may yet bring one, before anything is paid again."""
        desk = self._desk
        latest = await desk.write(desk.ledger.latest, work.order.key)
        if latest and latest.state == "lost" and desk.has_account_of(latest):
            latest = await find_lost(desk, desk.account_of(latest), latest)
        if latest and latest.state in LIVE:
            return await self._left_by_another(latest, work)
        has_no_clip = latest and latest.state in ("lost", "rejected") and is_recoverable(latest)
        return await refetch(desk, latest, work) if latest and has_no_clip and desk.has_account_of(latest) else None

    async def _left_by_another(self, job: Job, work: Work) -> ClipRecord | None:
        """The clip of a job that an earlier run left; None when it was given up, and so costs nothing."""
        try:
            return await follow(self._desk, job, work)
        except JobCancelled as error:
            progress.note(f"clip {work.label}: {error} It is ordered anew.")
            return None

    async def _ordered(self, account: Account, work: Work, store: Store) -> ClipRecord:
        """The clip, ordered from one account; a failure that cost nothing is tried once more."""
        tries = 0
        while True:
            account.check_open()
            place = await account.place()
            try:
                reservation = await self._reserved(account, work, place)
                job = reservation.job
                assert job, "every answer but `no place` names a job"
                if reservation.answer == "settled":
                    return await self._of_settled(job, work, store)
                record = await follow(self._desk, job, work, place)
                if record:
                    return record
            except JobFailed as error:
                tries += 1
                if error.billed != "no" or tries == TRIES:
                    raise
                progress.note(f"clip {work.label}: failed, not billed, and tried again: {error}")
            finally:
                place.free()

    async def _reserved(self, account: Account, work: Work, place: Place) -> Reservation:
        """The ledger's answer, waited for while the account's places are taken by other processes."""
        desk = self._desk
        new = self._new_job(account, work)
        caps = Caps(
            video_micro_usd=self._spending.budget_micro_usd,
            day_micro_usd=self._spending.day_micro_usd,
            in_progress=account.provider.in_progress_limit,
            repeat_micro_usd=self._spending.repeat_micro_usd,
        )
        delay = desk.pace.poll_seconds
        while True:
            account.check_open()
            got = await desk.write(desk.ledger.reserve, new, caps)
            if got.answer != "reserved":
                place.free()
            else:
                progress.reach("reserved")
            if got.answer != "no place":
                return got
            stuck = await free_places(desk, account)
            if stuck >= caps.in_progress:
                raise DecisionNeeded(
                    f"all {stuck} places of {account.provider.account} are held by jobs whose outcome is unknown, or "
                    "that are past their deadline: see `longtake jobs --state unknown --state submitted`, then "
                    "`longtake recover`, or say what became of them: `longtake resolve`."
                )
            await asyncio.sleep(delay)
            delay = min(delay * SLOWER, desk.pace.longest_poll_seconds)

    def _new_job(self, account: Account, work: Work) -> NewJob:
        order = work.order
        return NewJob(
            order_key=order.key,
            content_key=order.content_key,
            take=order.take,
            video=self._video,
            run_id=self._run_id,
            clip=work.label,
            start_seconds=frames_to_seconds(work.start_frame),
            end_seconds=frames_to_seconds(work.end_frame),
            first_words=work.first_words,
            provider=account.provider.name,
            account=account.provider.account,
            model=order.model,
            endpoint=account.offer.endpoint,
            resolution=order.resolution,
            sent_seconds=work.sent_seconds,
            reserve_micro_usd=account.reservation_micro_usd(work.sent_frames),
            inputs=work.inputs,
            order_json=work.model_dump_json(),
        )

    async def _of_settled(self, job: Job, work: Work, store: Store) -> ClipRecord:
        """The clip of an order whose money is gone: from the store, else once more from the provider."""
        found = await asyncio.to_thread(find_clip, store, work.order)
        if found:
            return found
        if job.state in ("completed", "accepted"):
            record = await refetch(self._desk, job, work)
            if record:
                return record
            job = await self._desk.write(self._desk.ledger.job, job.id)
        raise settled(job, work.label, self._video)
