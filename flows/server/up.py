"""`longtake up`: a lasting Prefect server with its UI, the flow as a served deployment, the door to the store."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from flows.door.command import door_server, listening
from flows.means.results import keep_results_in_store, save_results_block
from flows.means.stores import open_store
from flows.server.lasting import LastingServer, find_lasting_server, note_path
from flows.server.settings import server_settings
from flows.server.temporary import database_url
from longtake.errors import LongtakeError, SettingError
from longtake.settings import Settings, load_settings

HOST = "127.0.0.1"
START_TIMEOUT_SECONDS = 120
SECONDS_BETWEEN_LOOKS = 1
"""How often the server is asked for runs to start; Prefect's own 10 s would make every render wait."""

SECONDS_BETWEEN_FIRINGS = 900
SECONDS_BETWEEN_RECOVERIES = 600
"""fal keeps results for an hour or more."""


def up_command(port: int, files_port: int) -> None:
    """Run until Ctrl-C, or SIGTERM."""
    settings = load_settings()
    if os.environ.get("PREFECT_API_URL"):
        raise SettingError("names a server already.", where="PREFECT_API_URL", hint="Unset it to start one here.")
    running = find_lasting_server(settings)
    if running:
        raise LongtakeError(f"a server is up already: {running.ui_url}")
    with listening(HOST, files_port, "--files-port") as files:
        with listening(HOST, port, "--port"):
            pass
        server = LastingServer(api_url=f"http://{HOST}:{port}/api", door_url=f"http://{HOST}:{files_port}")
        print("Starting Prefect ...", flush=True)  # noqa: T201
        with _prefect_server(settings, server, port), suppress(KeyboardInterrupt, asyncio.CancelledError):
            asyncio.run(_serve(settings, server, files))
        print("Stopped.")  # noqa: T201


@contextmanager
def _prefect_server(settings: Settings, server: LastingServer, port: int) -> Iterator[None]:
    """Prefect's own server as a child process that ends with this one. Its log is in the home folder."""
    settings.home_path.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "PREFECT_API_DATABASE_CONNECTION_URL": database_url(settings.home_path),
        **server_settings(server.api_url),
    }
    prefect = ("prefect", "server", "start", "--host", HOST, "--port", str(port))
    command = [sys.executable, "-m", "flows.server.tether", *prefect]
    log = settings.home_path / "prefect-server.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=file, stderr=file, start_new_session=True
        )
    try:
        _wait_for(server, process, log)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_for(server: LastingServer, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    while not server.is_up():
        if process.poll() is not None or time.monotonic() > deadline:
            raise LongtakeError(f"Prefect's server did not come up; its log is {log}")
        time.sleep(0.1)


@contextmanager
def _noted(settings: Settings, server: LastingServer) -> Iterator[None]:
    path = note_path(settings.home_path)
    part = path.with_suffix(".part")
    part.write_text(server.model_dump_json(), encoding="utf-8")
    part.replace(path)  # whoever finds it finds all of it
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


async def _serve(settings: Settings, server: LastingServer, files: socket.socket) -> None:
    os.environ["PREFECT_API_URL"] = server.api_url
    # Runs inherit these. Another address that is set is that of a proxy before this door, which browsers know.
    os.environ["LONGTAKE_DOOR_URL"] = settings.door_address or server.door_url or ""
    keep_results_in_store()
    from prefect import Flow
    from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
    from prefect.types.entrypoint import EntrypointType

    from flows.form.registering import register_presenters
    from flows.inbox import content_inbox
    from flows.long_form import long_form_video
    from flows.recover_flow import recover
    from flows.server.runner import EndingRunner

    await save_results_block()
    await register_presenters()
    runner = EndingRunner(name="longtake-up", pause_on_shutdown=False, query_seconds=SECONDS_BETWEEN_LOOKS)
    by_module = EntrypointType.MODULE_PATH
    await runner.aadd_flow(
        long_form_video,
        name="long-form-video",
        description=f"{long_form_video.description}\n\n[Upload files]({server.door_url}) to name them in the form.",
        tags=["longtake"],
        entrypoint_type=by_module,
    )
    upkeep: list[tuple[Flow[..., Any], str, int]] = [(recover, "recover", SECONDS_BETWEEN_RECOVERIES)]
    if settings.inbox:
        upkeep.append((content_inbox, "content-inbox", SECONDS_BETWEEN_FIRINGS))
    for flow, name, seconds in upkeep:
        await runner.aadd_flow(
            flow,
            name=name,
            tags=["longtake-upkeep"],
            interval=seconds,
            entrypoint_type=by_module,
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        )
    open_door = door_server(open_store(settings), settings)
    with _noted(settings, server):
        print(  # noqa: T201
            f"Prefect's UI:   {server.ui_url}\nFiles, uploads: {server.door_url}\n"
            "`longtake render` now runs there. Ctrl-C ends it all.",
            flush=True,
        )
        await asyncio.gather(runner.start(), open_door.serve(sockets=[files]))
