"""Work that many ask for at the same moment, done once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

Value = TypeVar("Value")


class OnceAtATime(Generic[Value]):
    """Whoever asks for a key while it is being worked on waits for that work. Each event loop has its own."""

    def __init__(self) -> None:
        self._running: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, asyncio.Task[Value]]] = (
            WeakKeyDictionary()
        )

    async def get(self, key: str, work: Callable[[], Awaitable[Value]]) -> Value:
        """What `work` gives. When one who waits is cancelled, the work goes on, for it may have been paid."""
        running = self._running.setdefault(asyncio.get_running_loop(), {})
        task = running.get(key)
        if task is None:
            task = running[key] = asyncio.ensure_future(_done(work))
            task.add_done_callback(lambda done: _forget(running, key, done))
        return await asyncio.shield(task)


async def _done(work: Callable[[], Awaitable[Value]]) -> Value:
    return await work()


def _forget(running: dict[str, asyncio.Task[Value]], key: str, task: asyncio.Task[Value]) -> None:
    running.pop(key, None)
    if not task.cancelled():
        task.exception()  # so that asyncio does not complain when all who waited had gone
