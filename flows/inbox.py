"""Scheduled content production: each new or changed item of an inbox becomes one run of the long-form video."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import Mapping

from prefect import flow, get_run_logger
from prefect.client.schemas.objects import State
from prefect.states import Completed

import blocks.store_results  # noqa: F401  where the server may say that the flow's result is kept
from flows.commands.jobs import opened_ledger
from flows.firing.report import Report, Telling, tell_table
from flows.firing.runs import deployment_id, ended_runs
from flows.firing.start import Starter, words_of
from flows.means.stores import open_store
from flows.server.lasting import DEPLOYMENT
from flows.telling.run_log import tell_the_run
from longtake.errors import SettingError
from longtake.inbox import Found, Inbox, Limits, Step, open_inbox, order_of, step_of, waits
from longtake.ledger import Item, ItemState, Ledger
from longtake.settings import Settings, load_settings

NEEDS_A_PERSON = "Needs a person"
"""The state of a run that found an item which cannot be rendered as it is, for the first time."""


@flow(name="content-inbox", flow_run_name="content-inbox", description=__doc__, persist_result=False)
async def content_inbox(
    source: str | None = None,
    out: str | None = None,
    provider: str | None = None,
    budget_usd: float | None = None,
    approve_above_usd: float = 0,
    price_per_second: float | None = None,
    max_items_per_run: int = 5,
    settle_seconds: float = 60,
    lead_hours: float = 24,
) -> State[Report]:
    """Start a run for each item that is new, has changed, or may be tried again; look after those that were started.

    Args:
        source: A folder, s3://bucket/prefix, or a list file (.yaml, .yml, .csv). Left out, what LONGTAKE_INBOX names
            where the flow runs.
        out: Where the videos go: a folder or s3://bucket/prefix. Left out, the folder `out` in the inbox.
        provider: Who renders items that name nobody. Left out, they are previews.
        budget_usd: What each item may cost at most, over all its runs. An item may ask for less.
        approve_above_usd: What a run may spend without a person's approval. An item may ask for less.
        price_per_second: What a second costs at most, at a provider that states no price.
        max_items_per_run: How many runs one firing starts at most.
        settle_seconds: For how long an item's files must have stayed the same before it counts.
        lead_hours: How long before its publication an item is started.
    """
    settings = load_settings()
    tell_the_run()
    source = source or settings.inbox
    if source is None:
        return Completed(message="no inbox is named: set the parameter source, or LONGTAKE_INBOX for the workers")
    limits = Limits(
        provider=provider,
        budget_usd=budget_usd,
        approve_above_usd=approve_above_usd,
        price_per_second=price_per_second,
        settle_seconds=settle_seconds,
        lead_hours=lead_hours,
    )
    if max_items_per_run < 1:
        raise SettingError("at least one item must be allowed.", where="max_items_per_run")
    with opened_ledger(settings) as ledger, open_inbox(source, settings.pace) as inbox:
        report = await _fired(inbox, out, limits, max_items_per_run, ledger, settings)
    await tell_table(report)
    for line in report.lines:
        get_run_logger().info(line)
    if report.newly_refused:
        return Completed(data=report, name=NEEDS_A_PERSON, message=report.text)
    return Completed(data=report, message=report.text)


async def _fired(
    inbox: Inbox, out: str | None, limits: Limits, most: int, ledger: Ledger, settings: Settings
) -> Report:
    """One firing: what was started before is looked after, then what is due is started."""
    found = {item.name: item for item in await asyncio.to_thread(inbox.find)}
    stamps = {name: item.stamp for name, item in found.items()}
    look = await asyncio.to_thread(ledger.items.see, inbox.address, stamps)
    items, telling = dict(look.items), Telling(inbox.address)
    for item in await ended_runs(items.values(), ledger, settings, look.now):
        items[item.name] = item
        telling.ended(item)
    unmade = [item for item in items.values() if item.state is ItemState.STARTED and item.run_id is None]
    due = await asyncio.to_thread(_due, found, items, look.now, limits, ledger, settings, telling)
    if unmade or due:
        deployment, store = await deployment_id(DEPLOYMENT), open_store(settings)
        starter = Starter(inbox, limits, out, deployment, store, ledger, settings, look.now, found, items)
        for item in unmade:
            await starter.make(item, telling)
        for item, step in due:
            if telling.count_started >= most:
                telling.waits(item, f"no more than {most} are started at once")
            else:
                await starter.start(item, step, telling)
    return telling.report(await asyncio.to_thread(ledger.items.read, inbox.address), found)


def _due(
    found: Mapping[str, Found],
    items: Mapping[str, Item],
    now: float,
    limits: Limits,
    ledger: Ledger,
    settings: Settings,
    telling: Telling,
) -> list[tuple[Item, Step]]:
    """The items that are due, in the order in which they are started; why the others wait is told."""
    zone = zoneinfo.ZoneInfo(settings.timezone)
    words = words_of(ledger, items.values())
    due: list[tuple[Item, Step]] = []
    for name in sorted(found, key=lambda name: order_of(found[name], items[name], zone)):
        item = items[name]
        step = step_of(item, now, limits.settle_seconds, words[name])
        starts_at = waits(found[name], now, limits.lead_hours, zone)
        if step == "settling":
            telling.waits(item, "its files have only just changed")
        elif step == "later":
            telling.waits(item, item.reason)
        elif step != "nothing" and starts_at and not found[name].problem:
            telling.waits(item, f"it is published at {found[name].fields.publish_at}")
        elif step != "nothing":
            due.append((item, step))
    return due
