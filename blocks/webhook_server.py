"""Where the receiver of webhooks listens: a port in the process of the run, served by a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn

from blocks.resolving import address_of
from blocks.webhook_receiver import FalKeys, webhook_app
from longtake import progress
from longtake.errors import SettingError
from longtake.jobs import Calls
from longtake.settings import Settings

MOST_CALLS_AT_ONCE = 50
LAST_CALLS_SECONDS = 2
LOOK_SECONDS = 0.01


@asynccontextmanager
async def receiving_calls(settings: Settings) -> AsyncIterator[Calls]:
    """The calls of providers, received on LONGTAKE_WEBHOOK_PORT for as long as the context lasts, if that is set.

    When another run listens there already, this one does without. Raises SettingError for a port without the address
    that leads to it.
    """
    calls = Calls(str(settings.webhook_url) if settings.webhook_url else None)
    if settings.webhook_port is None:
        yield calls
        return
    if calls.address is None:
        raise SettingError(
            "a port for webhooks is set, and no address under which the providers reach it.",
            where="LONGTAKE_WEBHOOK_URL",
            hint="Set it, or unset LONGTAKE_WEBHOOK_PORT.",
        )
    try:
        listening = socket.create_server((settings.webhook_host, settings.webhook_port))
    except OSError as error:
        progress.note(f"Webhooks are not received, and jobs are asked after instead: {error.strerror}.")
        yield calls
        return
    with listening:
        server, thread = _started(listening, settings, calls)
        try:
            while not server.started and thread.is_alive():
                await asyncio.sleep(LOOK_SECONDS)
            yield calls
        finally:
            server.should_exit = True
            await asyncio.to_thread(thread.join)


def _started(listening: socket.socket, settings: Settings, calls: Calls) -> tuple[uvicorn.Server, threading.Thread]:
    """A server in a thread, where it leaves this process's signals alone."""
    loop = asyncio.get_running_loop()

    def wake(provider: str, request_id: str) -> None:
        loop.call_soon_threadsafe(calls.wake, provider, request_id)

    keys = FalKeys(address_of(None, "LONGTAKE_FAL_REST_URL", "https://rest.fal.ai"), settings.pace)
    config = uvicorn.Config(
        webhook_app(keys, wake),
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        limit_concurrency=MOST_CALLS_AT_ONCE,
        timeout_graceful_shutdown=LAST_CALLS_SECONDS,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, name="webhooks", daemon=True)
    thread.start()
    return server, thread
