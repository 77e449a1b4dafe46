"""What the commands about paid jobs do, as far as they need no provider: list, count, decide."""

from __future__ import annotations

import asyncio
import datetime
import getpass
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import get_args

from rich.table import Table

from flows.means.accounts import open_the_ledger
from flows.means.stores import open_store
from flows.request import Request
from flows.telling.display import plain_console
from longtake.assets import Store, recall
from longtake.errors import LongtakeError, SettingError
from longtake.ledger import CostsBy, Job, JobState, Ledger
from longtake.money import usd_text
from longtake.orders import order_for, save_clip
from longtake.redo import check_numbers, current_takes
from longtake.requests import read_request
from longtake.settings import Settings, load_settings
from longtake.slices import chunk_recipe
from longtake.work import read_rejected

PLAIN_WIDTH = 160
SHORT_ID = 8


@contextmanager
def opened_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, for as long as the context lasts."""
    ledger = open_the_ledger(settings)
    try:
        yield ledger
    finally:
        ledger.dispose()


def whoever() -> str:
    """Who decides: the user of this machine."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"


def jobs_command(
    video: str | None, states: Sequence[str], provider: str | None, clip: int | None, limit: int, *, as_json: bool
) -> None:
    """List jobs, the newest first."""
    wanted = frozenset(_state(name) for name in states) or None
    label = f"{clip:03d}" if clip else None
    with opened_ledger(load_settings()) as ledger:
        found = ledger.jobs(video=video, states=wanted, provider=provider, clip=label, limit=limit)
    if as_json:
        rows = [job.model_dump(mode="json", exclude={"order_json", "inputs", "owner", "heartbeat_at"}) for job in found]
        print(json.dumps(rows, indent=2))  # noqa: T201
        return
    if not found:
        print("no such jobs")  # noqa: T201
        return
    show_jobs(found)


def _state(name: str) -> JobState:
    try:
        return JobState(name)
    except ValueError as error:
        raise SettingError(f"{name!r} is no state.", where="--state", hint=f"One of: {', '.join(JobState)}.") from error


def show_jobs(jobs: Sequence[Job]) -> None:
    """A table, a job a line."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("job", "video", "clip", "take", "at", "state", "counts", "since", "why"):
        table.add_column(name, no_wrap=name != "why", overflow="ellipsis" if name == "video" else "fold")
    for job in jobs:
        state = f"{job.state.value} ({job.billed})" if job.billed == "assumed" else job.state.value
        table.add_row(
            job.id[:SHORT_ID],
            job.video,
            job.clip,
            str(job.take),
            job.provider,
            state,
            usd_text(job.charged_micro_usd),
            _moment(job.created_at),
            job.reason,
        )
    plain_console(PLAIN_WIDTH).print(table)


def costs_command(by: str, *, as_json: bool) -> None:
    """Show what was spent by day, video or provider."""
    if by not in get_args(CostsBy):
        raise SettingError(f"{by!r} is not possible.", where="--by", hint=f"One of: {', '.join(get_args(CostsBy))}.")
    with opened_ledger(load_settings()) as ledger:
        rows = ledger.costs(by)  # type: ignore[arg-type]  # one of its words, as was just looked up
    if as_json:
        print(json.dumps([row.model_dump(mode="json") for row in rows], indent=2))  # noqa: T201
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(by)
    for name in ("clips", "seconds", "characters", "paid", "perhaps paid", "open", "together"):
        table.add_column(name, justify="right", no_wrap=True)
    for row in rows:
        amounts = (row.paid_micro_usd, row.assumed_micro_usd, row.open_micro_usd, row.charged_micro_usd)
        table.add_row(row.name, str(row.jobs), f"{row.seconds:,.0f}", f"{row.characters:,}", *map(usd_text, amounts))
    table.add_section()
    table.add_row("in all", "", "", "", "", "", "", usd_text(sum(row.charged_micro_usd for row in rows)))
    plain_console(PLAIN_WIDTH).print(table)


def resolve_command(job_id: str, *, paid: bool, not_accepted: bool) -> None:
    """Write a person's word down."""
    if paid == not_accepted:
        raise SettingError("say one of --paid and --not-accepted.", where="resolve")
    settings = load_settings()
    with opened_ledger(settings) as ledger:
        job = ledger.resolve(job_id, paid=paid, by=whoever(), overdue_after_seconds=settings.pace.deadline_seconds)
    counts = usd_text(job.charged_micro_usd)
    print(f"job {job.id[:SHORT_ID]} (clip {job.clip} of {job.video}) is {job.state.value} and counts {counts}")  # noqa: T201


def accept_command(video: str, clip: int) -> None:
    """Take a rejected clip into the video."""
    settings = load_settings()
    store = open_store(settings)
    with opened_ledger(settings) as ledger:
        order_key = _order_of(video, clip, ledger, store)
        found = ledger.jobs(order_key=order_key, states=frozenset({JobState.REJECTED}), limit=1) if order_key else ()
        if not found:
            raise SettingError(
                f"no clip {clip} of {video!r} was rejected.",
                where="--clip",
                hint=f"See: longtake jobs --video {video} --state rejected.",
            )
        record = read_rejected(found[0].id, store)
        if record is None or not store.verify(record.asset):
            raise LongtakeError(f"the rejected clip of job {found[0].id[:SHORT_ID]} is not in this store")
        job = ledger.accept(found[0].id, by=whoever())
        save_clip(store, record)
    print(f"clip {clip} of {video} is accepted (job {job.id[:SHORT_ID]}); the same render command uses it now")  # noqa: T201


def _order_of(video: str, clip: int, ledger: Ledger, store: Store) -> str | None:
    """What is ordered for the clip of that number in the video as it was last asked for; None when nothing was yet."""
    last = read_request(video, store)
    takes = current_takes(ledger, video)
    request = Request.from_parameters(video, last.storyboard, last.parameters)
    plan = asyncio.run(request.plan(store, takes))
    check_numbers((clip,), len(plan.shots), "--clip")
    shot = plan.shots[clip - 1]
    chunk = recall(store, chunk_recipe(shot.fingerprint))
    return order_for(shot.look, chunk.asset, request.options, takes).key if chunk else None


def _moment(seconds: float) -> str:
    return datetime.datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M")
