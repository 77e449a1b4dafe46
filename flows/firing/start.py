"""Starting an item: read, priced where a cap asks for it, claimed in the ledger, and made a run of."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from flows.asking.quote import clips_to_pay, with_speech
from flows.asking.words import WANTED
from flows.firing.report import Telling
from flows.firing.runs import make_run
from flows.request import Request
from longtake.assets import Store
from longtake.costs import highest_micro_usd
from longtake.errors import BadInput, LongtakeError
from longtake.inbox import Found, Inbox, Limits, Prepared, Step, Word, is_free, next_day, prepare_item
from longtake.ledger import Item, ItemState, Ledger, NewRun
from longtake.money import micro_usd, usd_text
from longtake.redo import current_takes
from longtake.settings import Settings

AGAIN = "again"
"""The kind of the ledger's row that says that a person wants an item to be started again."""

_NOBODYS = frozenset({WANTED, "told"})
"""Kinds of rows that runs write."""


def words_of(ledger: Ledger, items: Iterable[Item]) -> dict[str, Word]:
    """What has been done about each item since its run, by the items' names."""
    decided: dict[str, float] = {}
    asked: dict[str, float] = {}
    for decision in ledger.decisions():  # the newest first
        if decision.kind not in _NOBODYS:
            decided.setdefault(decision.video, decision.created_at)
        if decision.kind == AGAIN:
            asked.setdefault(decision.video, decision.created_at)
    return {
        item.name: Word(
            decided_at=decided.get(item.video or item.name, 0),
            asked_at=asked.get(item.video or item.name, 0),
            is_free=is_free(ledger, item),
        )
        for item in items
    }


@dataclass(frozen=True)
class Starter:
    """What a firing starts items with."""

    inbox: Inbox
    limits: Limits
    out: str | None
    deployment: UUID
    store: Store
    ledger: Ledger
    settings: Settings
    now: float
    found: Mapping[str, Found]
    items: dict[str, Item]
    """As they stand; kept up with what is started."""

    async def start(self, item: Item, step: Step, telling: Telling) -> None:
        """Start an item that is due, or tell why not. What goes wrong with one does not stop the others."""
        found = self.found[item.name]
        try:
            prepared = await asyncio.to_thread(self._prepared, found)
            if step == "look" and prepared.is_settled_by(item):
                await asyncio.to_thread(self.ledger.items.note_same, item, found.stamp)
                return
            cost, obstacle = await self._fits_today(prepared)
            if obstacle:
                if item.state is ItemState.SEEN:
                    until = next_day(self.now, zoneinfo.ZoneInfo(self.settings.timezone))
                    await asyncio.to_thread(self.ledger.items.wait, item, until, obstacle)
                telling.waits(item, obstacle)
                return
            claimed = await asyncio.to_thread(self.ledger.items.claim, item, _run_of(prepared, found, item, step, cost))
            if claimed:
                await self.make(claimed, telling)
        except BadInput as error:
            telling.refused(await asyncio.to_thread(self.ledger.items.refuse, item, found.stamp, str(error)))
        except Exception as error:  # whatever a store or a bucket makes of it: the next firing begins anew
            telling.waits(item, f"it could not be read ({type(error).__name__}: {error})")

    async def make(self, claimed: Item, telling: Telling) -> None:
        """Make the run of a claimed attempt. When the server fails, the next firing asks for the very same one."""
        self.items[claimed.name] = claimed
        try:
            made = await make_run(claimed, self.deployment, self.ledger)
        except Exception as error:  # no answer of the server tells that it made none
            telling.waits(claimed, f"its run could not be made ({type(error).__name__}); the next firing goes on")
            return
        if made:
            self.items[made.name] = made
            telling.started(made)

    def _prepared(self, found: Found) -> Prepared:
        """The item in the store, with its run's parameters. Raises BadInput for one that cannot be rendered."""
        if found.problem:
            raise BadInput(found.problem)
        output = self.inbox.output_of(found.name, self.out)
        prepared = prepare_item(found, self.limits, output, self.store, self.settings)
        for one in self.items.values():
            if one.name == found.name or one.video != prepared.video:
                continue
            if one.name in self.found:
                raise BadInput(
                    f"{prepared.video!r} is the video of the item {one.name!r} already.",
                    where=found.where,
                    hint="Give its script an `id` of its own.",
                )
            if one.state is ItemState.STARTED:  # as when it was renamed
                raise LongtakeError(f"a run of {prepared.video!r} goes on, for what was the item {one.name!r}")
        return prepared

    async def _fits_today(self, prepared: Prepared) -> tuple[int, str | None]:
        """What the item may cost at most, where a daily cap asks for it; and why it has to wait for tomorrow.

        Raises BadInput for one that no day has room for.
        """
        if prepared.options.is_preview or self.settings.daily_cap_usd is None:
            return 0, None
        cap = micro_usd(self.settings.daily_cap_usd)
        request = Request.from_parameters(prepared.video, prepared.storyboard, prepared.parameters)
        takes = await asyncio.to_thread(current_takes, self.ledger, prepared.video)
        plan = await request.plan(self.store, takes)
        due = await asyncio.to_thread(clips_to_pay, request, plan, self.ledger, self.store)
        cost = with_speech(highest_micro_usd(due, request.options, request.spending.usd_per_second) or 0, plan.unspoken)
        if cost > cap:
            raise BadInput(
                f"it may cost up to {usd_text(cost)}, which is more than a whole day's cap of {usd_text(cap)}.",
                where="LONGTAKE_DAILY_CAP_USD",
                hint=f"Raise it, then: longtake inbox {self.inbox.address} --again NAME.",
            )
        taken = await asyncio.to_thread(self._taken_today)
        if taken + cost <= cap:
            return cost, None
        return cost, (
            f"it may cost up to {usd_text(cost)}, and of today's cap of {usd_text(cap)} {usd_text(taken)} is spent or "
            "spoken for; it waits for tomorrow"
        )

    def _taken_today(self) -> int:
        """What counts against today's cap, and what started items may yet reserve of it."""
        taken = self.ledger.spent_on_day_micro_usd()
        for item in self.items.values():
            if item.state is ItemState.STARTED and item.cost_micro_usd and item.video:
                jobs = self.ledger.jobs(video=item.video)
                since = item.started_at or 0.0
                spent = sum(job.charged_micro_usd for job in jobs if job.created_at >= since)
                spent += self.ledger.spoken_micro_usd(item.video, since)
                taken += max(0, item.cost_micro_usd - spent)
        return taken


def _run_of(prepared: Prepared, found: Found, item: Item, step: Step, cost_micro_usd: int) -> NewRun:
    """The run to be claimed. One that had to wait for the next day is no further try."""
    is_counted = step == "retry" and (item.not_before or 0) <= (item.ended_at or 0)
    return NewRun(
        stamp=found.stamp,
        content_hash=prepared.content_hash,
        video=prepared.video,
        parameters=prepared.parameters_json,
        cost_micro_usd=cost_micro_usd,
        tries=item.tries + is_counted if prepared.content_hash == item.content_hash else 0,
    )
