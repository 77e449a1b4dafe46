"""What all jobs of one run share: the ledger, the accounts, the store, the clocks, and who works on what."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, ParamSpec, TypeVar

from longtake import progress
from longtake.assets import Store
from longtake.errors import DecisionNeeded
from longtake.jobs.account import Account
from longtake.jobs.calls import Calls
from longtake.ledger import Job, Ledger
from longtake.models import Offer, all_offers
from longtake.providers import Pace, Ticket

P = ParamSpec("P")
R = TypeVar("R")


class Desk:
    """The run's tools. In this process one coroutine at a time works on an order: the one that holds its lock."""

    def __init__(
        self, ledger: Ledger, accounts: Sequence[Account], store: Store, pace: Pace, calls: Calls | None = None
    ) -> None:
        self.ledger = ledger
        self.accounts = tuple(accounts)
        self.store = store
        self.pace = pace
        self.calls = calls or Calls()
        self._locks: dict[str, asyncio.Lock] = {}
        self.is_stopping = False
        self._on_their_way: set[asyncio.Future[Any]] = set()
        self._noted: set[str] = set()

    def working_on(self, order_key: str) -> asyncio.Lock:
        """The lock of an order."""
        return self._locks.setdefault(order_key, asyncio.Lock())

    def note_once(self, text: str) -> None:
        """Tell it, unless it was told."""
        if text not in self._noted:
            self._noted.add(text)
            progress.note(text)

    async def obey_after(self, act: Coroutine[Any, Any, R]) -> R:
        """Do it to its end, however often a stop comes meanwhile, and only then obey."""
        doing = asyncio.ensure_future(act)
        self._on_their_way.add(doing)
        doing.add_done_callback(self._on_their_way.discard)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            await _ended(doing)
            doing.exception()
            raise

    async def rest(self) -> None:
        """Wait for the end of all that must not be broken off."""
        for doing in tuple(self._on_their_way):
            await _ended(doing)

    async def write(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the ledger in a thread: it waits for a disk or a network."""
        return await asyncio.to_thread(method, *args, **kwargs)

    def has_account_of(self, job: Job) -> bool:
        """Whether this run has the key that a job was submitted with."""
        return any(account.provider.account == job.account for account in self.accounts)

    def account_of(self, job: Job) -> Account:
        """The account that a job was submitted to. Raises DecisionNeeded when this run has no key of it."""
        for account in self.accounts:
            if account.provider.account == job.account:
                return account
        raise DecisionNeeded(
            f"job {job.id[:8]} is {job.state.value} at {job.provider}, at an account ({job.account}) whose key is not "
            f"here. Give that key, or its block (--provider {job.provider}:BLOCK). If nobody has it any more, say "
            f"what became of the job: {resolve_hint(job)}."
        )


async def _ended(doing: asyncio.Future[Any]) -> None:
    """Wait for its end, however often the stop is repeated meanwhile."""
    while not doing.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait([doing])


def offer_of(job: Job, account: Account) -> Offer:
    """The offer that a job was submitted under, which need not be the one that this run uses."""
    known = (offer for offer in all_offers() if (offer.provider, offer.endpoint) == (job.provider, job.endpoint))
    return next(known, account.offer.model_copy(update={"endpoint": job.endpoint}))


def ticket_of(job: Job) -> Ticket:
    """What the provider knows the job by."""
    if job.request_id is None:
        raise DecisionNeeded(f"job {job.id[:8]} has no id at {job.provider}: {resolve_hint(job)}")
    return Ticket(request_id=job.request_id, endpoint=job.endpoint, status_url=job.status_url)


def resolve_hint(job: Job) -> str:
    """How a person says what became of a job."""
    return f"longtake resolve {job.id[:8]} --paid, or --not-accepted"
