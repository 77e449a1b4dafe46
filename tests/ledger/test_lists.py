"""Looking jobs up, and adding up what they cost."""

from __future__ import annotations

import pytest

from longtake.errors import LongtakeError
from longtake.ledger import JobState, Ledger, Spending
from tests.ledger.making import DOLLAR, Clock, completed, failed, in_state, rejected, reserved, submitted


def test_jobs_are_filtered_newest_first(ledger: Ledger) -> None:
    first = reserved(ledger, "o1", video="a", clip="001")
    second = submitted(ledger, "o2", video="a", clip="002", provider="pixazo")
    third = completed(ledger, "o3", video="b", clip="001")
    assert ledger.jobs() == (third, second, first)
    assert ledger.jobs(video="a") == (second, first)
    assert ledger.jobs(provider="pixazo") == (second,)
    assert ledger.jobs(clip="001") == (third, first)
    assert ledger.jobs(clip="001", video="b") == (third,)
    assert ledger.jobs(order_key="o2") == (second,)
    assert ledger.jobs(states={JobState.RESERVED, JobState.COMPLETED}) == (third, first)
    assert ledger.jobs(states=frozenset()) == ()
    assert ledger.jobs(limit=2) == (third, second)
    assert ledger.live() == (second, first)


def test_the_latest_job_of_an_order(ledger: Ledger) -> None:
    assert ledger.latest("o1") is None
    in_state(ledger, JobState.RELEASED, "o1")
    second = in_state(ledger, JobState.CANCELLED, "o1")
    assert ledger.latest("o1") == second
    assert ledger.latest("o2") is None


def test_a_job_is_named_by_the_beginning_of_its_id(ledger: Ledger) -> None:
    job = reserved(ledger)
    assert ledger.job(job.id) == ledger.job(job.id[:4]) == job
    with pytest.raises(LongtakeError, match="too short"):
        ledger.job(job.id[:3])
    for wrong in ("zzzz", "%%%%", "____", job.id + "0"):
        with pytest.raises(LongtakeError, match="no job"):
            ledger.job(wrong)


def test_a_beginning_that_two_jobs_have_is_refused(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = iter(["abcdef01" + "0" * 24, "abcdef02" + "0" * 24])

    class Named:
        @property
        def hex(self) -> str:
            return next(ids)

    monkeypatch.setattr("longtake.ledger.rows.uuid.uuid4", Named)
    first = reserved(ledger, "o1")
    reserved(ledger, "o2")
    with pytest.raises(LongtakeError, match="several jobs"):
        ledger.job("abcd")
    assert ledger.job("abcdef01") == first


def test_costs_tell_paid_open_and_perhaps_paid_apart(ledger: Ledger, clock: Clock) -> None:
    ledger.complete(submitted(ledger, video="a"), cost_micro_usd=700_000, clip_sha256="c")
    rejected(ledger, video="a", provider="pixazo")
    submitted(ledger, video="a")
    failed(ledger, video="a", billed="assumed")
    failed(ledger, video="a", billed="yes")
    failed(ledger, video="a", billed="no")
    in_state(ledger, JobState.RELEASED)
    in_state(ledger, JobState.CANCELLED)
    clock.sleep(86_400)
    completed(ledger, video="b")
    assert ledger.costs("video") == (
        Spending(
            name="a",
            jobs=5,
            seconds=125.0,
            charged_micro_usd=4_700_000,
            paid_micro_usd=2_700_000,
            open_micro_usd=DOLLAR,
            assumed_micro_usd=DOLLAR,
        ),
        Spending(
            name="b",
            jobs=1,
            seconds=25.0,
            charged_micro_usd=DOLLAR,
            paid_micro_usd=DOLLAR,
            open_micro_usd=0,
            assumed_micro_usd=0,
        ),
    )
    assert [(row.name, row.jobs) for row in ledger.costs("provider")] == [("fal", 5), ("pixazo", 1)]
    days = ledger.costs("day")
    assert [row.charged_micro_usd for row in days] == [4_700_000, DOLLAR]
    assert [row.name for row in days] == sorted(row.name for row in days)


def test_an_empty_ledger_costs_nothing(ledger: Ledger) -> None:
    assert ledger.costs("day") == ()
    assert ledger.spent_micro_usd("talk") == ledger.spent_on_day_micro_usd() == ledger.repeats_micro_usd("talk") == 0
