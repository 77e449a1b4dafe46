"""Items in the ledger: claimed once, whoever else looks at them, and kept through everything."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import text

from longtake.ledger import Item, ItemState, Ledger, NewRun, open_ledger
from longtake.ledger.tables import VERSION
from tests.ledger.making import Clock, Opener

ROOT = Path(__file__).parents[2]
INBOX = "/inbox"


def new_run(stamp: str = "s1", content: str = "c1") -> NewRun:
    return NewRun(stamp=stamp, content_hash=content, video="talk", parameters="{}")


def seen(ledger: Ledger, stamp: str = "s1") -> Item:
    return ledger.items.see(INBOX, {"talk": stamp}).items["talk"]


def test_an_item_is_as_old_as_its_last_change(ledger: Ledger, clock: Clock) -> None:
    first = seen(ledger)
    clock.sleep(100)
    assert seen(ledger) == first
    changed = seen(ledger, "s2")
    assert (changed.first_seen_at, changed.unchanged_since) == (first.first_seen_at, first.unchanged_since + 100)
    assert changed.state is ItemState.SEEN


def test_what_is_gone_stays_as_it_was_and_inboxes_are_apart(ledger: Ledger) -> None:
    first = seen(ledger)
    assert ledger.items.see(INBOX, {}).items == {"talk": first}
    assert ledger.items.see("/other", {}).items == {}


def test_of_two_that_saw_the_same_one_claims(ledger: Ledger, other: Ledger) -> None:
    mine, theirs = seen(ledger), seen(other)
    claimed = ledger.items.claim(mine, new_run())
    assert claimed
    assert (claimed.state, claimed.attempt, claimed.run_id) == (ItemState.STARTED, 1, None)
    assert other.items.claim(theirs, new_run()) is None
    assert other.items.refuse(theirs, "s1", "no") is None
    assert other.items.wait(theirs, 1.0, "no") is None
    noted = other.items.note_run(claimed, "run 1")
    assert noted
    assert ledger.items.end(claimed, ItemState.FINISHED) is None, "it has moved on since"
    ended = ledger.items.end(noted, ItemState.FAILED, "why" * 2000, not_before=1.0)
    assert ended
    assert (ended.run_id, len(ended.reason), ended.not_before) == ("run 1", 2000, 1.0)


def test_a_change_while_it_runs_is_kept_for_later(ledger: Ledger) -> None:
    claimed = ledger.items.claim(seen(ledger), new_run())
    assert claimed
    changed = seen(ledger, "s2")
    assert (changed.state, changed.stamp, changed.handled_stamp) == (ItemState.STARTED, "s2", "s1")


def test_a_run_that_had_ended_may_go_on(ledger: Ledger, clock: Clock) -> None:
    claimed = ledger.items.claim(seen(ledger), new_run())
    assert claimed
    noted = ledger.items.note_run(claimed, "run 1")
    assert noted
    failed = ledger.items.end(noted, ItemState.FAILED, "why", not_before=1.0, blocked_by="j1")
    assert failed
    clock.sleep(5)
    again = ledger.items.go_on(failed)
    assert again
    assert again == noted.model_copy(update={"revision": again.revision, "started_at": clock.now})


def test_an_attempt_never_comes_again_even_for_content_that_does(ledger: Ledger) -> None:
    attempts = []
    for content in ("c1", "c2", "c1"):
        claimed = ledger.items.claim(seen(ledger, content), new_run(content, content))
        assert claimed
        attempts.append(claimed.attempt)
        assert ledger.items.end(claimed, ItemState.FINISHED)
    assert attempts == [1, 2, 3]


@pytest.mark.parametrize("what", ["see", "claim"])
def test_many_schedulers_at_the_same_moment_claim_each_item_once(url: str, what: str) -> None:
    """Real processes that meet between reading and writing; without the revision in its WHERE each would claim."""
    command = [sys.executable, "-m", "tests.inbox.racers", url, "8", what]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    claimed = [name for answer in json.loads(done.stdout) for name in answer]
    assert sorted(claimed) == ["one", "three", "two"]


def test_a_ledger_of_the_first_version_gets_the_table(opened: Opener, ledger: Ledger) -> None:
    with ledger._database.engine.begin() as connection:
        connection.execute(text("DROP TABLE longtake_items"))
        connection.execute(text("UPDATE longtake_version SET version = 1"))
    again = opened("again")
    assert again.items.see(INBOX, {"talk": "s"}).items["talk"].state is ItemState.SEEN
    with again._database.engine.begin() as connection:
        assert connection.execute(text("SELECT version FROM longtake_version")).scalars().all() == [VERSION]


class ItemMachine(RuleBasedStateMachine):
    """Schedulers that read at one time and write at another, in any order: what each holds may be old."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else Path("/tmp")
        self.path = self.folder / f"lt-items-{id(self)}.sqlite"
        self.ledger = open_ledger(f"sqlite:///{self.path}", clock=Clock())
        self.held: dict[int, Item] = {}
        self.claims: list[int] = []
        self.running = 0

    def teardown(self) -> None:
        self.ledger.dispose()
        for path in self.folder.glob(f"{self.path.name}*"):
            path.unlink()

    who = st.integers(0, 2)

    @rule(who=who, stamp=st.sampled_from(["s1", "s2"]))
    def see(self, who: int, stamp: str) -> None:
        self.held[who] = seen(self.ledger, stamp)

    @rule(who=who)
    def claim(self, who: int) -> None:
        item = self.held.get(who)
        if item is None or item.state is ItemState.STARTED:
            return
        claimed = self.ledger.items.claim(item, new_run(item.stamp))
        if claimed:
            self.running += 1
            self.claims.append(claimed.attempt)
            self.held[who] = claimed

    @rule(who=who, state=st.sampled_from([ItemState.FINISHED, ItemState.FAILED, ItemState.NEEDS_APPROVAL]))
    def end(self, who: int, state: ItemState) -> None:
        item = self.held.get(who)
        if item is None or item.state is not ItemState.STARTED:
            return
        ended = self.ledger.items.end(item, state)
        if ended:
            self.running -= 1
            self.held[who] = ended

    @rule(who=who)
    def note(self, who: int) -> None:
        item = self.held.get(who)
        if item and item.state is ItemState.STARTED and item.run_id is None:
            self.held[who] = self.ledger.items.note_run(item, f"run {item.attempt}") or item

    @invariant()
    def one_run_at_a_time_and_each_attempt_once(self) -> None:
        assert self.running in (0, 1)
        assert self.claims == list(range(1, len(self.claims) + 1))


TestItemMachine = ItemMachine.TestCase
TestItemMachine.settings = settings(
    max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)
