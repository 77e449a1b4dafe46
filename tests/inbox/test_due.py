"""What is done next about an item, by how it stands, and what the end of a run means."""

from __future__ import annotations

import inspect
import zoneinfo
from typing import Any

import pytest

from flows.long_form import long_form_video
from longtake.errors import HolesLeft, InputRefused, JobFailed, OverBudget, ProviderBusy
from longtake.inbox import (
    NEEDS_APPROVAL,
    Found,
    ItemFields,
    Limits,
    Word,
    is_free,
    jobs_in_vain,
    judge,
    next_day,
    order_of,
    step_of,
    waits,
)
from longtake.inbox.fields import FILES
from longtake.jobs.hints import told
from longtake.ledger import Caps, Item, ItemState, Ledger
from longtake.work import Work
from tests.ledger.making import DOLLAR, completed, failed, new_job, rejected, unknown

NOW = 1_790_000_000.0
BERLIN = zoneinfo.ZoneInfo("Europe/Berlin")
S = ItemState
EXCEPTION = "Flow run encountered an exception: "


def item(**values: Any) -> Item:
    known: dict[str, Any] = {
        "inbox": "/in",
        "name": "talk",
        "revision": 1,
        "state": S.SEEN,
        "stamp": "s1",
        "unchanged_since": NOW - 60,
        "first_seen_at": NOW - 100,
    }
    return Item(**(known | values))


ENDED = {"handled_stamp": "s1", "content_hash": "c", "started_at": NOW - 50, "ended_at": NOW - 20}


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ({}, "look"),
        ({"unchanged_since": NOW - 59}, "settling"),
        ({"not_before": NOW + 1}, "later"),
        ({"not_before": NOW}, "look"),
        ({"state": S.STARTED}, "nothing"),
        ({"state": S.STARTED, **ENDED, "stamp": "s2"}, "nothing"),
        ({"state": S.FINISHED, **ENDED}, "nothing"),
        ({"state": S.FINISHED, **ENDED, "stamp": "s2"}, "look"),
        ({"state": S.FINISHED, **ENDED, "stamp": "s2", "unchanged_since": NOW - 1}, "settling"),
        ({"state": S.FAILED, **ENDED}, "nothing"),
        ({"state": S.FAILED, **ENDED, "not_before": NOW - 20}, "retry"),
        ({"state": S.FAILED, **ENDED, "not_before": NOW + 1}, "later"),
        ({"state": S.FAILED, **ENDED, "not_before": NOW + 1, "stamp": "s2"}, "look"),
        ({"state": S.NEEDS_APPROVAL, **ENDED}, "nothing"),
    ],
)
def test_the_next_step(values: dict[str, Any], step: str) -> None:
    assert step_of(item(**values), NOW, 60) == step


@pytest.mark.parametrize("state", [S.FAILED, S.NEEDS_APPROVAL, S.FINISHED])
def test_a_persons_word_since_the_start_starts_it_again(state: ItemState) -> None:
    ended = item(state=state, **ENDED)
    if_open = "nothing" if state is S.FINISHED else "again"
    early, late = NOW - 51, NOW - 40  # made while the run ended, it is not missed
    assert step_of(ended, NOW, 60, Word(decided_at=late)) == if_open
    assert step_of(ended, NOW, 60, Word(is_free=True)) == if_open
    assert step_of(ended, NOW, 60, Word(asked_at=late)) == "again"
    assert step_of(ended, NOW, 60, Word(decided_at=early, asked_at=early)) == "nothing"


def test_what_was_refused_is_looked_at_again_after_a_word_about_that() -> None:
    refused = item(state=S.FAILED, **ENDED).model_copy(update={"content_hash": None})
    assert step_of(refused, NOW, 60, Word(decided_at=NOW - 40)) == "nothing"
    assert step_of(refused, NOW, 60, Word(decided_at=NOW - 10)) == "again"


def found(publish_at: str | None) -> Found:
    return Found(name="talk", where="talk.md", stamp="s1", fields=ItemFields(publish_at=publish_at))


def test_publication_is_by_the_clock_of_the_time_zone() -> None:
    # 2026-09-21 14:13:20 UTC, 16:13:20 in Berlin
    assert waits(found(None), NOW, 24, BERLIN) is None
    assert waits(found("2026-09-22 16:13:20"), NOW, 24, BERLIN) is None
    assert waits(found("2026-09-22 16:14"), NOW, 24, BERLIN) == NOW + 40
    assert waits(found("2026-09-22T16:14:00Z"), NOW, 24, BERLIN) == NOW + 40 + 7200
    assert waits(found("2026-09-23"), NOW, 0, BERLIN) == NOW + 31 * 3600 + 46 * 60 + 40
    assert next_day(NOW, BERLIN) == NOW + 7 * 3600 + 46 * 60 + 40
    names = sorted(["2026-09-24", None, "2026-09-20"], key=lambda at: order_of(found(at), item(), BERLIN))
    assert names == ["2026-09-20", None, "2026-09-24"]


def test_an_item_may_ask_for_less_than_the_schedule_allows_and_not_for_more() -> None:
    limits = Limits(provider="fal", budget_usd=10, approve_above_usd=2)
    assert limits.applied({}) == {"provider": "fal", "budget_usd": 10, "approve_above_usd": 2}
    assert limits.applied({"budget_usd": 99, "approve_above_usd": 99, "provider": "pixazo"}) == {
        "provider": "pixazo",
        "budget_usd": 10,
        "approve_above_usd": 2,
    }
    assert limits.applied({"budget_usd": 1, "approve_above_usd": 1})["budget_usd"] == 1
    assert Limits().applied({"provider": "fal"})["approve_above_usd"] == 0, "without a word, nothing is spent unasked"
    assert Limits().applied({}) == {}
    assert Limits(price_per_second=0.2).applied({}) == {"price_per_second": 0.2}


def test_every_field_is_a_parameter_of_the_flow() -> None:
    parameters = set(inspect.signature(long_form_video.fn).parameters)
    assert set(ItemFields.model_fields) - parameters == {"publish_at"}
    of_a_run = {"video", "output", "redo", "takes", "price_per_second", "approval"}
    of_the_form = {"text", "presenter", "voice", "captions"}
    assert parameters - set(ItemFields.model_fields) == of_a_run | of_the_form
    assert set(FILES) <= parameters


@pytest.mark.parametrize(
    ("kind", "name", "message", "state", "again"),
    [
        ("COMPLETED", "Completed", "", S.FINISHED, False),
        ("FAILED", NEEDS_APPROVAL, "talk: may cost", S.NEEDS_APPROVAL, False),
        ("CANCELLED", "Cancelled", "", S.FAILED, False),
        ("CRASHED", "Crashed", "No heartbeat for 90 s.", S.FAILED, True),
        ("FAILED", "Failed", f"{EXCEPTION}ScriptError: talk.md:3: what is that", S.FAILED, False),
        ("FAILED", "Failed", f"{EXCEPTION}OverBudget: the budget of 'talk' is $1.00", S.FAILED, False),
        ("FAILED", "Failed", f"{EXCEPTION}DecisionNeeded: it was paid", S.FAILED, False),
        ("FAILED", "Failed", f"{EXCEPTION}AccountRefused: fal: it refuses the key", S.FAILED, False),
        ("FAILED", "Failed", f"{EXCEPTION}StoreFailed: the disk is full", S.FAILED, True),
        ("FAILED", "Failed", f"{EXCEPTION}LedgerFailed: the ledger cannot be used", S.FAILED, True),
        ("FAILED", "Failed", f"{EXCEPTION}ConnectError: all connection attempts failed", S.FAILED, True),
        ("FAILED", "Failed", "Validation of flow parameters failed with error: ...", S.FAILED, False),
    ],
)
def test_the_end_of_a_run(kind: str, name: str, message: str, state: ItemState, again: bool) -> None:
    end = judge(kind, name, message)
    assert (end.state, end.again) == (state, again)


_CLIP: dict[str, Any] = {"label": "007", "start_frame": 0, "end_frame": 100, "first_words": "It was"}
WORK = Work.model_construct(**_CLIP)
"""As far as messages tell of it."""


def holes(why: Exception) -> str:
    return f"{EXCEPTION}{HolesLeft.__name__}: 1 of 2 clips could not be rendered; all others are kept.\n{why}"


@pytest.mark.parametrize(
    ("why", "again"),
    [
        (JobFailed("it broke", provider="fal", billed="no"), True),
        (ProviderBusy("fal answers 503"), True),
        (InputRefused("no face", provider="fal", kind="face"), False),
        (OverBudget("the budget of 'talk' is $1.00: $1.00 of it is spent"), False),
    ],
)
def test_holes_are_tried_again_unless_another_run_would_miss_them_too(why: Any, again: bool) -> None:
    assert judge("FAILED", "Failed", holes(told(why, WORK, "talk"))).again is again


def test_the_cap_of_a_day_is_waited_out(ledger: Ledger) -> None:
    """The words are the ledger's own."""
    with pytest.raises(OverBudget) as raised:
        ledger.reserve(new_job(), Caps(video_micro_usd=None, day_micro_usd=DOLLAR - 1))
    for message in (holes(raised.value), f"{EXCEPTION}OverBudget: {raised.value}"):
        end = judge("FAILED", "Failed", message)
        assert (end.again, end.tomorrow) == (True, True)


def test_what_was_paid_in_vain_blocks_until_it_is_settled(ledger: Ledger) -> None:
    completed(ledger, "o1")
    failed(ledger, "o2", billed="no")
    assert jobs_in_vain(ledger, "talk") == ()
    bad, lost = rejected(ledger, "o3", run_id="other"), unknown(ledger, "o4")
    assert {job.id for job in jobs_in_vain(ledger, "talk")} == {bad.id, lost.id}
    (mine,) = jobs_in_vain(ledger, "talk", "other")
    for kind in ("FAILED", "CRASHED"):
        end = judge(kind, "x", f"{EXCEPTION}StoreFailed: the disk is full", [mine])
        assert (end.again, end.blocked_by) == (False, (bad.id,))
    blocked = item(video="talk", blocked_by=f"{bad.id} {lost.id}")
    assert not is_free(ledger, blocked)
    ledger.accept(bad.id, by="ann")
    assert not is_free(ledger, blocked)
    ledger.resolve(lost.id, paid=False, by="ann")
    assert is_free(ledger, blocked)
    assert not is_free(ledger, item(video="talk")), "nothing ever blocked it"
