"""Starting the flow: in this process beside a temporary server, or as a run of the deployment on a lasting one."""

from __future__ import annotations

import asyncio
import importlib

from flows.commands.approval import known_takes
from flows.means.results import keep_results_in_store, save_results_block
from flows.means.stores import open_store
from flows.request import Request
from flows.server.lasting import find_lasting_server
from flows.server.reach import use_server
from flows.server.temporary import TemporaryServer
from longtake.assets import Store
from longtake.manifest import VideoResult
from longtake.progress import Listener, listen
from longtake.settings import Settings


def run_flow(request: Request, settings: Settings, listener: Listener) -> VideoResult:
    """Render the video on the lasting server if there is one, else here."""
    store = open_store(settings)
    lasting = find_lasting_server(settings)
    if lasting:
        from flows.commands.follow import run_deployment

        return asyncio.run(run_deployment(lasting, request.parameters(store), listener))
    keep_results_in_store()
    with TemporaryServer(settings.home_path) as server:
        use_server(server.api_url)
        return asyncio.run(_run_here(request, store, server, listener))


async def _run_here(request: Request, store: Store, server: TemporaryServer, listener: Listener) -> VideoResult:
    """The sound is prepared while the server starts; the flow then finds it."""
    listen(listener)
    plan = await request.plan(store, await asyncio.to_thread(known_takes, request))
    listener.note(f"{len(plan.shots)} clips, {plan.rendered} of them rendered before.")
    if server.is_new:
        listener.note("Prefect sets up its database; it does that once.")
    _, flows = await asyncio.gather(
        asyncio.to_thread(server.wait), asyncio.to_thread(importlib.import_module, "flows.long_form")
    )
    await save_results_block()
    try:
        result: VideoResult = await flows.long_form_video(**request.parameters(store))
        return result
    finally:
        from prefect.logging.handlers import APILogHandler

        await APILogHandler.aflush()  # else the last lines are sent when the server is gone
