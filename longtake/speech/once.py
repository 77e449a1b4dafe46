"""Work that many ask for at the same moment, done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Value = TypeVar("Value")


class OnceAtATime(Generic[Value]):
    """Whoever asks for a key while it is being worked on waits for that work. Each event loop has its own.

    At most `most_at_once` works run at the same time, so that what they hold in memory is bounded.
    """

    def __init__(self, most_at_once: int) -> None:
        self._most_at_once = most_at_once
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, _Running[Value]] = WeakKeyDictionary()

    async def get(self, key: str, work: Callable[[], Awaitable[Value]]) -> Value:
        """What `work` gives. When one who waits is cancelled, the work goes on, for it may have been paid."""
        running = self._loops.setdefault(asyncio.get_running_loop(), _Running(self._most_at_once))
        return await asyncio.shield(running.task(key, work))


class _Running(Generic[Value]):
    """What runs in one event loop."""

    def __init__(self, most_at_once: int) -> None:
        self._tasks: dict[str, asyncio.Task[Value]] = {}
        self._places = asyncio.Semaphore(most_at_once)

    def task(self, key: str, work: Callable[[], Awaitable[Value]]) -> asyncio.Task[Value]:
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(self._in_its_place(work))
            task.add_done_callback(lambda done: self._forget(key, done))
        return task

    async def _in_its_place(self, work: Callable[[], Awaitable[Value]]) -> Value:
        async with self._places:
            return await work()

    def _forget(self, key: str, task: asyncio.Task[Value]) -> None:
        self._tasks.pop(key, None)
        if not task.cancelled():
            task.exception()  # so that asyncio does not complain when all who waited had gone
