"""A provider as one run uses it: its offer, its price, its places, and whether it is closed."""

from __future__ import annotations

import asyncio

from longtake.costs import reservation_micro_usd
from longtake.errors import AccountRefused
from longtake.models import Offer
from longtake.providers import Provider


class Place:
    """One of an account's places, given back once, as soon as the provider is done with the job."""

    def __init__(self, places: asyncio.Semaphore) -> None:
        self._places: asyncio.Semaphore | None = places

    def free(self) -> None:
        """Give it back; nothing happens the second time."""
        if self._places:
            self._places.release()
            self._places = None


class Account:
    """One account of a run's providers.

    Its places bound how many clips of this process wait for one in the ledger, which counts for all processes.
    Until one submit was accepted, submits go one at a time: a refused account is asked once.
    """

    def __init__(self, provider: Provider, offer: Offer, usd_per_second: float) -> None:
        self.provider = provider
        self.offer = offer
        self.usd_per_second = usd_per_second
        self.closed: AccountRefused | None = None
        self._places = asyncio.Semaphore(provider.in_progress_limit)
        self.is_proven = False
        self.first_submit = asyncio.Lock()

    def reservation_micro_usd(self, sent_frames: int) -> int:
        """What is reserved for a clip of that length."""
        return reservation_micro_usd(sent_frames, self.usd_per_second)

    async def place(self) -> Place:
        """A place, as soon as one is free in this process."""
        await self._places.acquire()
        return Place(self._places)

    def close(self, verdict: AccountRefused) -> None:
        """Ask it no more in this run."""
        self.closed = self.closed or verdict

    def check_open(self) -> None:
        """Raise the verdict that closed it."""
        if self.closed:
            raise self.closed
