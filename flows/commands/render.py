"""What the commands do: read the request, answer it from the manifest, or run the flow here or on a server."""

from __future__ import annotations

import asyncio

from flows.commands.approval import agree, known_takes
from flows.commands.jobs import opened_ledger
from flows.means.accounts import check_accounts, check_money
from flows.means.stores import open_store
from flows.request import Request
from flows.server.lasting import find_lasting_server
from flows.telling.display import progress_shown, show_plan, show_result
from longtake.assets import Store
from longtake.ledger import LIVE, JobState
from longtake.manifest import VideoResult, finished
from longtake.ours import check_ours
from longtake.planning import VideoPlan
from longtake.progress import Listener, listen
from longtake.settings import load_settings

STILL_WANTED = LIVE | {JobState.LOST, JobState.REJECTED, JobState.FAILED}
"""Jobs whose clip may still come: what they were ordered with stays in the store."""


def render_command(request: Request, *, as_json: bool, yes: bool) -> None:
    """Render the video, unless it is finished, and tell about it."""
    result = finished(request.output, request.key)
    if result:
        _show(result, as_json=as_json)
    else:
        render_request(request, as_json=as_json, yes=yes)


def render_request(request: Request, *, as_json: bool, yes: bool) -> None:
    """Render the video, whatever lies at its place, and tell about it. Money is spent after a person agreed."""
    from flows.commands.start import run_flow

    settings = load_settings()
    store = open_store(settings)
    check_money(request.options, request.spending)
    if not request.options.is_preview:
        is_here = find_lasting_server(settings) is None
        check_accounts(request.accounts, request.options, request.spending, keys_are_here=is_here)
    check_ours(request.output, store)
    with progress_shown() as listener:
        listener.note(f"{request.video}: reading and preparing.")
        if not request.options.is_preview:
            agree(request, asyncio.run(_plan(request, store, listener)), settings, yes=yes)
        result = run_flow(request, settings, listener)
    _show(result, as_json=as_json)


def _show(result: VideoResult, *, as_json: bool) -> None:
    if as_json:
        print(result.model_dump_json(indent=2))  # noqa: T201
    else:
        show_result(result)


def plan_command(request: Request, *, as_json: bool) -> None:
    """Show the plan."""
    store = open_store(load_settings())
    with progress_shown() as listener:
        plan = asyncio.run(_plan(request, store, listener))
    if as_json:
        print(plan.model_dump_json(indent=2))  # noqa: T201
    else:
        show_plan(plan)


async def _plan(request: Request, store: Store, listener: Listener) -> VideoPlan:
    listen(listener)
    return await request.plan(store, known_takes(request))


def prune_command(keep_days: float, *, dry_run: bool) -> None:
    """Free space in the store."""
    from longtake.assets.prune import prune

    settings = load_settings()
    in_use: set[str] = set()
    if settings.has_ledger:
        with opened_ledger(settings) as ledger:
            in_use = {sha256 for job in ledger.jobs(states=STILL_WANTED) for sha256 in job.inputs}
    report = prune(open_store(settings), keep_days=keep_days, dry_run=dry_run, in_use=in_use)
    verb = "would free" if dry_run else "freed"
    print(  # noqa: T201
        f"{verb} {report.freed_bytes / 1e6:,.1f} MB in {report.removed_files} files; "
        f"{report.kept_paid_clips} paid clips are kept"
    )


def schema_command() -> None:
    """Print the schema of scripts in YAML and JSON."""
    from longtake.script import storyboard_schema_text

    print(storyboard_schema_text(), end="")  # noqa: T201
