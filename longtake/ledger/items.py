"""The items of inboxes: what was seen, what was started for it, and what came of that.

Every write names the row as its writer has read it, by the row's revision: of two schedulers, one goes on.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from pydantic import Field
from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from longtake.frozen import Frozen
from longtake.ledger.rows import LONGEST_REASON
from longtake.ledger.tables import items
from longtake.ledger.transaction import Database, Transaction


class ItemState(StrEnum):
    """Where an item stands."""

    SEEN = "seen"
    """Nothing was started for it yet."""
    STARTED = "started"
    """A run was claimed for it; `run_id` once it was made."""
    FINISHED = "finished"
    FAILED = "failed"
    NEEDS_APPROVAL = "needs_approval"
    """Its run would have cost more than may be spent without a person."""


class Item(Frozen):
    """An item as it stands in the ledger. Times are seconds since 1970."""

    inbox: str
    name: str
    revision: int
    state: ItemState
    stamp: str = Field(description="Stands for the names, sizes and times of its files, as last seen.")
    unchanged_since: float = Field(description="Since when the stamp is what it is.")
    handled_stamp: str | None = Field(None, description="The stamp that was started, or refused, last.")
    content_hash: str | None = Field(None, description="Stands for all that it was rendered from last.")
    attempt: int = Field(0, description="How many runs were claimed for it. It never goes back.")
    tries: int = Field(0, description="How many of those repeated one that met a passing fault, for this content.")
    video: str | None = None
    parameters: str | None = Field(None, description="What its last run was, or is to be, started with: JSON.")
    cost_micro_usd: int = Field(0, description="What its last run could have cost at most, where a cap asks for it.")
    run_id: str | None = None
    reason: str = Field("", description="Why it waits, or did not end well.")
    blocked_by: str = Field("", description="Ids of the jobs whose money is, or may be, spent in vain; spaces between.")
    not_before: float | None = Field(None, description="Failed: tried again from then on. Seen: not started earlier.")
    first_seen_at: float
    started_at: float | None = None
    ended_at: float | None = None


class NewRun(Frozen):
    """A run that is to be made for an item. It is written down first, so that it is made once."""

    stamp: str
    content_hash: str
    video: str
    parameters: str
    cost_micro_usd: int = 0
    tries: int = 0


class Look(NamedTuple):
    """An inbox as the ledger knows it, and the ledger's time."""

    now: float
    items: dict[str, Item]


class Items:
    """The items of all inboxes. What has been moved on by another process answers None, and is left to it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def see(self, inbox: str, stamps: Mapping[str, str]) -> Look:
        """Note what lies in an inbox now. An item that is gone stays as it was."""
        with self._database.writing() as transaction:
            known = _rows(transaction, inbox)
            for name, stamp in sorted(stamps.items()):
                old = known.get(name)
                if old is None:
                    _insert(transaction, inbox, name, stamp)
                elif old.stamp != stamp:
                    _update(transaction, old, stamp=stamp, unchanged_since=transaction.now)
            return Look(transaction.now, _rows(transaction, inbox))

    def read(self, inbox: str) -> Look:
        """What the ledger knows of an inbox."""
        with self._database.reading() as transaction:
            return Look(transaction.now, _rows(transaction, inbox))

    def claim(self, item: Item, run: NewRun) -> Item | None:
        """The item with a new attempt, which is ours to make a run for; None when it is no longer as it was."""
        return self._write(
            item,
            state=ItemState.STARTED.value,
            handled_stamp=run.stamp,
            attempt=item.attempt + 1,
            run_id=None,
            reason="",
            blocked_by="",
            not_before=None,
            ended_at=None,
            started_at=_NOW,
            **run.model_dump(exclude={"stamp"}),
        )

    def note_run(self, item: Item, run_id: str) -> Item | None:
        """The run that was made for the claimed attempt."""
        return self._write(item, run_id=run_id)

    def end(
        self,
        item: Item,
        state: ItemState,
        reason: str = "",
        *,
        not_before: float | None = None,
        blocked_by: str = "",
    ) -> Item | None:
        """The item's run has ended so."""
        return self._write(
            item, state=state.value, reason=reason, not_before=not_before, blocked_by=blocked_by, ended_at=_NOW
        )

    def go_on(self, item: Item) -> Item | None:
        """The run that had ended goes on: a person has it tried again."""
        values: dict[str, Any] = {"reason": "", "not_before": None, "blocked_by": "", "ended_at": None}
        return self._write(item, state=ItemState.STARTED.value, started_at=_NOW, **values)

    def refuse(self, item: Item, stamp: str, reason: str) -> Item | None:
        """What was seen cannot be started as it is."""
        return self._write(
            item,
            state=ItemState.FAILED.value,
            handled_stamp=stamp,
            content_hash=None,
            reason=reason,
            not_before=None,
            blocked_by="",
            ended_at=_NOW,
        )

    def note_same(self, item: Item, stamp: str) -> Item | None:
        """Its files were touched, and hold what they held."""
        return self._write(item, handled_stamp=stamp)

    def wait(self, item: Item, until: float, reason: str) -> Item | None:
        """It is not started before then."""
        return self._write(item, not_before=until, reason=reason)

    def _write(self, item: Item, **values: Any) -> Item | None:
        with self._database.writing() as transaction:
            now = {name: transaction.now for name, value in values.items() if value is _NOW}
            if not _update(transaction, item, **(values | now)):
                return None
            return _rows(transaction, item.inbox, item.name)[item.name]


_NOW = object()


def _rows(transaction: Transaction, inbox: str, name: str | None = None) -> dict[str, Item]:
    query = select(items).where(items.c.inbox == inbox).order_by(items.c.name)
    if name is not None:
        query = query.where(items.c.name == name)
    rows = transaction.connection.execute(query).mappings()
    return {row["name"]: Item.model_validate(dict(row)) for row in rows}


def _insert(transaction: Transaction, inbox: str, name: str, stamp: str) -> None:
    new = Item(
        inbox=inbox,
        name=name,
        revision=1,
        state=ItemState.SEEN,
        stamp=stamp,
        unchanged_since=transaction.now,
        first_seen_at=transaction.now,
    )
    insert = postgresql.insert if transaction.is_postgres else sqlite.insert
    row = new.model_dump() | {"state": new.state.value}
    transaction.connection.execute(insert(items).values(row).on_conflict_do_nothing())


def _update(transaction: Transaction, item: Item, **values: Any) -> bool:
    """Whether the row was as the caller has read it, and now holds the values."""
    if "reason" in values:
        values["reason"] = values["reason"][:LONGEST_REASON]
    is_it = (items.c.inbox == item.inbox, items.c.name == item.name, items.c.revision == item.revision)
    done = transaction.connection.execute(update(items).where(*is_it).values(revision=item.revision + 1, **values))
    return done.rowcount == 1
