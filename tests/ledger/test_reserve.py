"""Reserving: what it answers, what it refuses, and what it counts."""

from __future__ import annotations

import datetime
import zoneinfo
from collections.abc import Callable
from functools import partial

import pytest
from pydantic import ValidationError

from longtake.errors import OverBudget
from longtake.ledger import IN_PROGRESS, Caps, JobState, Ledger
from longtake.ledger.states import LIVE
from tests.ledger.making import (
    CAPS,
    DOLLAR,
    STALE_SECONDS,
    Clock,
    Opener,
    failed,
    in_state,
    lost,
    new_job,
    rejected,
    reserved,
    submitted,
    submitting,
    ticket,
    unknown,
)


def caps(**words: int | None) -> Caps:
    return CAPS.model_copy(update=words)


def test_a_job_holds_all_that_was_said(ledger: Ledger) -> None:
    new = new_job("o1", first_words="Grüße, 'Welt'", inputs=("x", "y"), order_json='{"a": "ü"}')
    answer = ledger.reserve(new, CAPS)
    assert answer.answer == "reserved"
    assert answer.job
    assert answer.job.model_dump(include=set(type(new).model_fields)) == new.model_dump()
    assert (answer.job.state, answer.job.is_repeat, len(answer.job.id)) == ("reserved", False, 32)
    assert ledger.latest("o1") == answer.job


@pytest.mark.parametrize("state", sorted(LIVE))
def test_an_order_with_a_live_job_is_answered_with_it(ledger: Ledger, other: Ledger, state: JobState) -> None:
    job = in_state(ledger, state, "o1")
    answer = other.reserve(new_job("o1"), caps(video_micro_usd=0, repeat_micro_usd=100 * DOLLAR))
    assert (answer.answer, answer.job) == ("live", job)
    assert len(ledger.jobs()) == 1


@pytest.mark.parametrize(
    "state", [JobState.COMPLETED, JobState.ACCEPTED, JobState.REJECTED, JobState.LOST, JobState.FAILED]
)
def test_an_order_whose_money_is_spent_is_settled(ledger: Ledger, state: JobState) -> None:
    job = in_state(ledger, state, "o1")
    answer = ledger.reserve(new_job("o1"), CAPS)
    assert (answer.answer, answer.job) == ("settled", job)


@pytest.mark.parametrize("state", [JobState.RELEASED, JobState.CANCELLED])
def test_an_order_that_cost_nothing_is_reserved_again(ledger: Ledger, state: JobState) -> None:
    job = in_state(ledger, state, "o1")
    again = reserved(ledger, "o1")
    assert again.id != job.id
    assert not again.is_repeat


def test_an_order_that_failed_unbilled_is_reserved_again(ledger: Ledger) -> None:
    failed(ledger, "o1", billed="no")
    assert not reserved(ledger, "o1").is_repeat


@pytest.mark.parametrize("make", [rejected, lost, partial(failed, billed="yes")])
def test_what_was_paid_in_vain_is_repeated_inside_its_allowance(ledger: Ledger, make: Callable[..., object]) -> None:
    make(ledger, "o1")
    allowed = caps(repeat_micro_usd=DOLLAR)
    assert ledger.reserve(new_job("o1"), caps(repeat_micro_usd=DOLLAR - 1)).answer == "settled"
    answer = ledger.reserve(new_job("o1"), allowed)
    assert answer.job
    assert (answer.answer, answer.job.is_repeat) == ("reserved", True)
    assert ledger.repeats_micro_usd("talk") == DOLLAR
    make(ledger, "o2")
    assert ledger.reserve(new_job("o2"), allowed).answer == "settled"
    make(ledger, "o3", video="another")
    assert ledger.reserve(new_job("o3", video="another"), allowed).answer == "reserved"


@pytest.mark.parametrize("state", [JobState.COMPLETED, JobState.ACCEPTED, JobState.FAILED])
def test_no_allowance_repeats_a_clip_that_counts_or_a_bill_that_is_open(ledger: Ledger, state: JobState) -> None:
    job = in_state(ledger, state, "o1")
    answer = ledger.reserve(new_job("o1"), caps(repeat_micro_usd=100 * DOLLAR))
    assert (answer.answer, answer.job) == ("settled", job)


def test_without_an_allowance_nothing_is_repeated_even_for_nothing(ledger: Ledger) -> None:
    rejected(ledger, "o1")
    assert ledger.reserve(new_job("o1", reserve_micro_usd=0), CAPS).answer == "settled"


def test_a_repeat_stays_within_the_budget(ledger: Ledger) -> None:
    rejected(ledger, "o1")
    with pytest.raises(OverBudget):
        ledger.reserve(new_job("o1"), caps(video_micro_usd=2 * DOLLAR - 1, repeat_micro_usd=5 * DOLLAR))


def test_a_clip_that_counts_is_not_hidden_by_a_later_job(ledger: Ledger, other: Ledger) -> None:
    """The first was taken for absent and came late, while the second was paid in vain."""
    first = submitting(ledger, "o1")
    other.note_absent(ledger.note_unknown(first, "silent"), "not listed")
    rejected(other, "o1")
    done = ledger.complete(ledger.note_accepted(first, ticket(), None), cost_micro_usd=None, clip_sha256="c")
    answer = ledger.reserve(new_job("o1"), caps(repeat_micro_usd=100 * DOLLAR))
    assert (answer.answer, answer.job) == ("settled", done)


def test_the_budget_of_a_video_holds_over_all_runs_and_states(ledger: Ledger) -> None:
    budget = caps(video_micro_usd=5 * DOLLAR)
    reserved(ledger, run_id="a")
    submitted(ledger, run_id="b")
    unknown(ledger, run_id="c")
    failed(ledger, billed="assumed")
    reserved(ledger, video="another")
    in_state(ledger, JobState.RELEASED)
    assert ledger.reserve(new_job(), budget).answer == "reserved"
    with pytest.raises(OverBudget) as refused:
        ledger.reserve(new_job(clip="012"), budget)
    text = str(refused.value)
    assert "the budget of 'talk' is $5.00" in text
    assert "$1.00 of it is spent" in text
    assert "$4.00 is reserved" in text
    assert "clip 012 may cost up to $1.00" in text
    assert "--budget" in text
    assert ledger.spent_micro_usd("talk") == 5 * DOLLAR
    assert ledger.reserve(new_job(video="another"), budget).answer == "reserved"


@pytest.mark.parametrize(("asked", "fits"), [(DOLLAR, True), (DOLLAR + 1, False)])
def test_a_cap_is_reached_exactly_and_never_passed(ledger: Ledger, asked: int, fits: bool) -> None:
    reserved(ledger)
    if fits:
        assert ledger.reserve(new_job(reserve_micro_usd=asked), caps(video_micro_usd=2 * DOLLAR)).job
    else:
        with pytest.raises(OverBudget):
            ledger.reserve(new_job(reserve_micro_usd=asked), caps(video_micro_usd=2 * DOLLAR))
        assert len(ledger.jobs()) == 1


def test_the_cap_of_a_day_holds_over_all_videos(ledger: Ledger, clock: Clock) -> None:
    cap = caps(day_micro_usd=2 * DOLLAR)
    reserved(ledger, video="a")
    reserved(ledger, video="b")
    with pytest.raises(OverBudget, match=r"the cap of the day 2026-09-\d\d is \$2\.00.*LONGTAKE_DAILY_CAP_USD"):
        ledger.reserve(new_job(video="c"), cap)
    ledger.beat()
    clock.sleep(86_400)
    ledger.beat()
    assert ledger.reserve(new_job(video="c"), cap).answer == "reserved"
    assert ledger.spent_on_day_micro_usd() == DOLLAR


def test_a_job_counts_on_the_day_of_its_reservation(ledger: Ledger, clock: Clock) -> None:
    job = submitted(ledger)
    clock.sleep(86_400)
    ledger.complete(job, cost_micro_usd=None, clip_sha256="c")
    assert ledger.spent_on_day_micro_usd() == 0
    assert ledger.spent_on_day_micro_usd(job.day) == DOLLAR


@pytest.mark.parametrize(
    ("moment", "zone", "day"),
    [
        ("2026-03-28T22:59:59+00:00", "Europe/Berlin", "2026-03-28"),
        ("2026-03-28T23:00:00+00:00", "Europe/Berlin", "2026-03-29"),
        ("2026-03-29T21:59:59+00:00", "Europe/Berlin", "2026-03-29"),  # a day of 23 hours
        ("2026-03-29T22:00:00+00:00", "Europe/Berlin", "2026-03-30"),
        ("2026-10-24T22:00:00+00:00", "Europe/Berlin", "2026-10-25"),
        ("2026-10-25T22:59:59+00:00", "Europe/Berlin", "2026-10-25"),  # a day of 25 hours
        ("2026-10-25T23:00:00+00:00", "Europe/Berlin", "2026-10-26"),
        ("2026-01-01T05:59:59+00:00", "America/Chicago", "2025-12-31"),
        ("2026-01-01T00:00:00+00:00", "UTC", "2026-01-01"),
    ],
)
def test_a_day_is_one_of_the_ledgers_time_zone(opened: Opener, clock: Clock, moment: str, zone: str, day: str) -> None:
    clock.now = datetime.datetime.fromisoformat(moment).timestamp()
    ledger = opened("me", timezone=zone)
    assert reserved(ledger).day == day
    assert ledger.spent_on_day_micro_usd(day) == ledger.spent_on_day_micro_usd() == DOLLAR


def test_an_unknown_time_zone_is_refused(opened: Opener) -> None:
    with pytest.raises(zoneinfo.ZoneInfoNotFoundError):
        opened("me", timezone="Mars/Phobos")


@pytest.mark.parametrize("state", sorted({*IN_PROGRESS, JobState.RESERVED}))
def test_a_job_in_progress_takes_a_place(ledger: Ledger, other: Ledger, state: JobState) -> None:
    in_state(ledger, state)
    answer = other.reserve(new_job(), caps(in_progress=1))
    assert (answer.answer, answer.job, answer.in_progress) == ("no place", None, 1)
    assert answer.unknown == (state is JobState.UNKNOWN)
    assert other.reserve(new_job(account="fal:other"), caps(in_progress=1)).answer == "reserved"
    assert other.reserve(new_job(), caps(in_progress=2)).answer == "reserved"


@pytest.mark.parametrize("state", sorted(set(JobState) - LIVE))
def test_a_job_that_ended_takes_no_place(ledger: Ledger, state: JobState) -> None:
    in_state(ledger, state)
    assert ledger.reserve(new_job(), caps(in_progress=1)).answer == "reserved"


def test_a_job_that_the_provider_has_done_takes_no_place(ledger: Ledger) -> None:
    ledger.note_done(submitted(ledger))
    assert ledger.reserve(new_job(), caps(in_progress=1)).answer == "reserved"


def test_a_found_job_takes_its_place_again(ledger: Ledger) -> None:
    job = unknown(ledger)
    ledger.note_found(job, ticket(), None)
    assert ledger.reserve(new_job(), caps(in_progress=1)).answer == "no place"


def test_stale_reservations_are_freed_first(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    """Of money, of a place, and of the order itself."""
    stale = reserved(ledger, "o1")
    tight = caps(video_micro_usd=DOLLAR, day_micro_usd=DOLLAR, in_progress=1)
    clock.sleep(STALE_SECONDS)
    assert other.reserve(new_job("o1"), tight).job == stale
    clock.sleep(0.001)
    fresh = other.reserve(new_job("o1"), tight)
    assert fresh.answer == "reserved"
    freed = ledger.job(stale.id)
    assert (freed.state, freed.charged_micro_usd) == ("released", 0)
    assert ledger.history(stale.id)[-1].owner == "other"


@pytest.mark.parametrize("field", ["video_micro_usd", "day_micro_usd", "repeat_micro_usd"])
def test_amounts_below_nothing_are_refused(field: str) -> None:
    with pytest.raises(ValidationError):
        Caps(**{"video_micro_usd": 1, field: -1})
    with pytest.raises(ValidationError):
        new_job(reserve_micro_usd=-1)
