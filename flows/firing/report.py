"""What a firing of an inbox did, and how its items stand: for the run's log, its page and its answer."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from flows.pages.markdown import code, joined, listed, plain
from longtake.assets import content_key
from longtake.frozen import Frozen
from longtake.inbox import Found
from longtake.ledger import Item, ItemState
from longtake.ledger.items import Look

LONGEST_CELL = 300
MOST_LINES = 40


class Told(Frozen):
    """An item, and what is to be said about it."""

    name: str
    text: str = ""


class Row(Frozen):
    """How an item stands."""

    name: str
    state: ItemState
    attempt: int
    run_id: str | None
    reason: str


class Report(Frozen):
    """The answer of a firing."""

    inbox: str
    started: tuple[str, ...] = ()
    going_on: tuple[str, ...] = ()
    finished: tuple[str, ...] = Field((), description="Since the last firing, as all that follow.")
    failed: tuple[Told, ...] = ()
    newly_refused: tuple[Told, ...] = Field((), description="Cannot be rendered as they are: no run was made.")
    needs_approval: tuple[Told, ...] = ()
    waiting: tuple[Told, ...] = ()
    rows: tuple[Row, ...] = ()

    @property
    def summary(self) -> str:
        """How many items did what."""
        counts = {
            "started": len(self.started),
            "finished": len(self.finished),
            "failed": len(self.failed) + len(self.newly_refused),
            "waiting for approval": len(self.needs_approval),
            "going on": len(self.going_on),
            "waiting": len(self.waiting),
        }
        return ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing to do"

    @property
    def text(self) -> str:
        """In a few lines."""
        return "\n".join((self.summary, *self.lines))

    @property
    def lines(self) -> tuple[str, ...]:
        """A line for each item about which there is something to say."""
        told = (*self.failed, *self.newly_refused, *self.needs_approval, *self.waiting)
        return (
            *(f"{name}: started" for name in self.started),
            *(f"{name}: finished" for name in self.finished),
            *(f"{one.name}: {one.text}" for one in told),
        )

    @property
    def is_news(self) -> bool:
        """Whether anything has changed since the last firing."""
        return bool(self.started or self.finished or self.failed or self.newly_refused or self.needs_approval)


class Telling:
    """Collects what a firing does."""

    def __init__(self, inbox: str) -> None:
        self._inbox = inbox
        self._started: list[str] = []
        self._ended: list[Item] = []
        self._refused: list[Told] = []
        self._waiting: list[Told] = []

    @property
    def count_started(self) -> int:
        """How many runs were made."""
        return len(self._started)

    def started(self, item: Item | None) -> None:
        """A run was made for it, unless another scheduler was quicker."""
        self._started += [item.name] if item else []

    def ended(self, item: Item) -> None:
        """Its run has ended."""
        self._ended.append(item)

    def refused(self, item: Item | None) -> None:
        """It cannot be rendered as it is."""
        self._refused += [Told(name=item.name, text=item.reason)] if item else []

    def waits(self, item: Item, why: str) -> None:
        """It is not started yet."""
        self._waiting.append(Told(name=item.name, text=f"waits: {why}"))

    def report(self, look: Look, found: Mapping[str, Found]) -> Report:
        """All of it."""

        def of(state: ItemState) -> list[Item]:
            return [item for item in self._ended if item.state is state]

        items = [item for item in look.items.values() if item.name in found or item.state is ItemState.STARTED]
        return Report(
            inbox=self._inbox,
            started=tuple(self._started),
            going_on=tuple(i.name for i in items if i.state is ItemState.STARTED and i.name not in self._started),
            finished=tuple(item.name for item in of(ItemState.FINISHED)),
            failed=tuple(Told(name=item.name, text=_failure(item)) for item in of(ItemState.FAILED)),
            newly_refused=tuple(self._refused),
            needs_approval=tuple(Told(name=i.name, text=i.reason) for i in of(ItemState.NEEDS_APPROVAL)),
            waiting=tuple(self._waiting),
            rows=tuple(
                Row(name=i.name, state=i.state, attempt=i.attempt, run_id=i.run_id, reason=i.reason) for i in items
            ),
        )


def _failure(item: Item) -> str:
    return f"failed, and is tried again: {item.reason}" if item.not_before is not None else f"failed: {item.reason}"


def page_text(report: Report) -> str:
    """What stands above the table. Whoever can write into an inbox names its items: their words stay words."""
    more = len(report.lines) - MOST_LINES
    lines = [plain(line) for line in report.lines[:MOST_LINES]]
    return joined(
        (
            f"The items of {code(report.inbox)}: {report.summary}.",
            listed([*lines, *([f"and {more} more, in the run's log"] if more > 0 else [])]),
        )
    )


async def tell_table(report: Report) -> None:
    """Put how all items stand onto the page of the present run, when that has changed."""
    from prefect import get_run_logger
    from prefect.artifacts import acreate_table_artifact

    if not report.is_news:
        return
    rows = [
        {"item": r.name, "state": r.state.value, "attempt": r.attempt, "why": r.reason[:LONGEST_CELL]}
        for r in report.rows
    ]
    key = f"inbox-{content_key(report.inbox)[:8]}"
    try:
        await acreate_table_artifact(rows, key=key, description=page_text(report))
    except Exception as error:  # the server's database may be locked, full or gone
        get_run_logger().warning("The items are not on the run's page: %s", type(error).__name__)
