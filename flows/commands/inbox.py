"""`longtake inbox`: what lies in an inbox, how each item stands, and what the next firing would do."""

from __future__ import annotations

import zoneinfo

from rich.table import Table

from flows.commands.jobs import PLAIN_WIDTH, opened_ledger, whoever
from flows.firing.start import AGAIN, words_of
from flows.means.stores import open_store
from flows.telling.display import plain_console
from longtake.errors import BadInput, SettingError
from longtake.inbox import Found, Inbox, Limits, Step, open_inbox, prepare_item, step_of, waits
from longtake.ledger import Decision, Item, ItemState, Ledger
from longtake.settings import Settings, load_settings

NEXT = {
    "nothing": "",
    "settling": "counts once its files have stayed the same for a minute",
    "later": "waits",
    "look": "is started",
    "again": "is started again",
    "retry": "is tried again",
}


def inbox_command(source: str, *, dry_run: bool, again: str | None) -> None:
    """Show an inbox; with `dry_run`, read what is due as a firing would; `again` has an item started again."""
    settings = load_settings()
    with opened_ledger(settings) as ledger, open_inbox(source, settings.pace) as inbox:
        if again is not None:
            _again(inbox, again, ledger)
        found = inbox.find()
        look = ledger.items.read(inbox.address)
        if not found:
            print("nothing lies there")  # noqa: T201
            return
        words = words_of(ledger, look.items.values())
        table = Table(box=None, header_style="bold", pad_edge=False)
        for name in ("item", "state", "attempt", "next", "why"):
            table.add_column(name, overflow="fold")
        for one in found:
            item = look.items.get(one.name)
            step: Step = "settling"
            if item and item.stamp == one.stamp:
                step = step_of(item, look.now, Limits().settle_seconds, words[one.name])
            following = _next(one, step, look.now, settings)
            why = one.problem or (item.reason if item else "")
            if dry_run and not why and step in ("look", "again", "retry"):
                why = _obstacle(one, inbox, settings)
            state = item.state if item else ItemState.SEEN
            table.add_row(one.name, state.value, str(item.attempt if item else 0), following, why)
    plain_console(PLAIN_WIDTH).print(table)


def _next(found: Found, step: Step, now: float, settings: Settings) -> str:
    if found.problem:
        return "is refused" if step == "look" else ""
    starts_at = waits(found, now, Limits().lead_hours, zoneinfo.ZoneInfo(settings.timezone))
    if starts_at and step not in ("nothing", "settling"):
        return f"waits for its publication at {found.fields.publish_at}"
    return NEXT[step]


def _obstacle(found: Found, inbox: Inbox, settings: Settings) -> str:
    """What would keep an item from being started; it is read as a firing reads it, into the store."""
    try:
        prepare_item(found, Limits(), inbox.output_of(found.name, None), open_store(settings), settings)
    except BadInput as error:
        return str(error)
    return ""


def _again(inbox: Inbox, name: str, ledger: Ledger) -> None:
    item: Item | None = ledger.items.read(inbox.address).items.get(name)
    if item is None or item.state is ItemState.SEEN:
        raise SettingError(f"no item {name!r} was ever started or refused.", where="--again")
    ledger.decide(Decision(kind=AGAIN, video=item.video or name, subject=name, value=inbox.address, by=whoever()))
