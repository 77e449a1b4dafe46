"""Calls of a provider's webhook: they wake whoever waits for a job, and nothing else is made of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

MOST_RINGS = 10
"""After so many calls for one job, it is asked after by the clock alone: anybody can call."""


class Bell:
    """Rung when a provider has called for a job."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self._rings = 0

    def ring(self) -> None:
        """End the sleep, or the next one if nobody sleeps."""
        self._rings += 1
        if self._rings <= MOST_RINGS:
            self._rung.set()

    async def sleep(self, seconds: float) -> bool:
        """Sleep so long, or until the bell is rung; whether it was."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Calls:
    """Who waits for which job. `address` is where the providers of this run are told to call, if anywhere."""

    def __init__(self, address: str | None = None) -> None:
        self.address = address
        self._bells: dict[tuple[str, str], Bell] = {}

    @contextmanager
    def awaited(self, provider: str, request_id: str) -> Iterator[Bell]:
        """The bell of a job, for as long as somebody waits for it."""
        bell = self._bells.setdefault((provider, request_id), Bell())
        try:
            yield bell
        finally:
            self._bells.pop((provider, request_id), None)

    def wake(self, provider: str, request_id: str) -> None:
        """Let who waits for this job look at it now. Call it from the loop of those who wait."""
        bell = self._bells.get((provider, request_id))
        if bell:
            bell.ring()
