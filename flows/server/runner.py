"""The runner of `longtake up`."""

from __future__ import annotations

import asyncio
from typing import Any

from prefect.runner import Runner
from typing_extensions import override


class EndingRunner(Runner):
    """Prefect's runner, which a SIGTERM ends by cancelling the task that has made it.

    Prefect's own answer ends the main thread alone: once there was a run, the process then waits for ever for one of
    Prefect's threads (3.8).
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._task = asyncio.current_task()

    @override
    def handle_sigterm(self, *args: Any, **kwargs: Any) -> None:
        assert self._task
        self._task.get_loop().call_soon_threadsafe(self._task.cancel)
