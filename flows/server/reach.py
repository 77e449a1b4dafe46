"""Telling Prefect which server this process speaks to, also when it has been imported before."""

from __future__ import annotations

import asyncio
import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from flows.server.lasting import find_lasting_server
from flows.server.temporary import TemporaryServer
from longtake.settings import Settings

QUIET = {
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLI_PROMPT": "false",
    "DO_NOT_TRACK": "1",
}

_URL = "PREFECT_API_URL"


def use_server(api_url: str | None) -> None:
    """Have Prefect speak to the server at that address, and say little; None: to none in particular.

    Prefect reads its settings once, when it is imported, as it is for the voices of a plan.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    for logger in map(logging.getLogger, ("prefect", "EventsWorker")):
        if not logger.handlers:  # as long as Prefect has set up none, Python writes warnings to the terminal
            logger.addHandler(logging.NullHandler())
    if api_url:
        os.environ[_URL] = api_url
    else:
        os.environ.pop(_URL, None)
    if "prefect.context" in sys.modules:
        from prefect.context import refresh_global_settings_context

        refresh_global_settings_context()


@asynccontextmanager
async def blocks_in_reach(settings: Settings) -> AsyncIterator[None]:
    """Within, Prefect's blocks can be read: at the server that is used already, else where a run would find them.

    That is the lasting server, or the home's own database behind a server that ends with the context. A run that goes
    on has its server, whatever told Prefect of it.
    """
    if os.environ.get(_URL) or _is_in_a_run():
        yield
        return
    lasting = await asyncio.to_thread(find_lasting_server, settings)
    try:
        if lasting:
            use_server(lasting.api_url)
            yield
            return
        with TemporaryServer(settings.home_path) as server:
            await asyncio.to_thread(server.wait)
            use_server(server.api_url)
            yield
            await _events_are_sent()
    finally:
        use_server(None)


def _is_in_a_run() -> bool:
    if "prefect.context" not in sys.modules:
        return False
    from prefect.context import FlowRunContext

    return FlowRunContext.get() is not None


async def _events_are_sent() -> None:
    """Wait for what Prefect tells the server of the blocks that were read: it complains when the server is gone."""
    from prefect.events.worker import EventsWorker

    await asyncio.to_thread(EventsWorker.drain_all, timeout=5, at_exit=False)
