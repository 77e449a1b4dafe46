"""A person's word: on jobs, and as decisions."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from longtake.errors import LongtakeError
from longtake.ledger import Decision, JobState, Ledger
from tests.ledger.making import (
    DOLLAR,
    STALE_SECONDS,
    START,
    Clock,
    Opener,
    failed,
    in_state,
    lost,
    rejected,
    submitted,
    unknown,
)


@pytest.mark.parametrize(("paid", "state", "charged"), [(True, "lost", DOLLAR), (False, "released", 0)])
def test_an_unknown_job_is_resolved(ledger: Ledger, other: Ledger, paid: bool, state: str, charged: int) -> None:
    job = other.resolve(unknown(ledger).id[:8], paid=paid, by="ann")
    assert (job.state, job.charged_micro_usd) == (state, charged)
    assert job.reason.startswith("ann says: ")
    (decision,) = ledger.decisions(video="talk", kind="resolve")
    assert (decision.subject, decision.by, decision.value) == (job.id, "ann", "paid" if paid else "not accepted")
    assert decision.settled_at == START


@pytest.mark.parametrize(("paid", "billed", "charged"), [(True, "yes", DOLLAR), (False, "no", 0)])
def test_a_failed_job_that_may_have_been_billed_is_resolved(
    ledger: Ledger, other: Ledger, paid: bool, billed: str, charged: int
) -> None:
    job = other.resolve(failed(ledger).id, paid=paid, by="ann")
    assert (job.state, job.billed, job.charged_micro_usd) == ("failed", billed, charged)
    assert "it broke" in job.reason
    assert len(ledger.decisions(kind="resolve")) == 1
    with pytest.raises(LongtakeError, match=f"is failed .billed: {billed}."):
        other.resolve(job.id, paid=paid, by="ann")


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.UNKNOWN, JobState.FAILED}))
def test_no_other_job_waits_for_a_word(ledger: Ledger, state: JobState) -> None:
    job = in_state(ledger, state)
    before = ledger.decisions()
    with pytest.raises(LongtakeError, match=f"is {state.value}"):
        ledger.resolve(job.id, paid=True, by="ann")
    assert ledger.job(job.id) == job
    assert ledger.decisions() == before


def test_a_rejected_clip_is_accepted(ledger: Ledger, other: Ledger) -> None:
    job = other.accept(rejected(ledger).id, by="ann")
    assert (job.state, job.charged_micro_usd, job.clip_sha256) == ("accepted", DOLLAR, "c1")
    assert job.reason == "accepted by ann (it is black)"
    (decision,) = ledger.decisions(kind="accept")
    assert (decision.subject, decision.by, decision.video) == (job.id, "ann", "talk")


@pytest.mark.parametrize("state", sorted(set(JobState) - {JobState.REJECTED}))
def test_nothing_else_is_accepted(ledger: Ledger, state: JobState) -> None:
    job = in_state(ledger, state)
    with pytest.raises(LongtakeError, match=f"is {state.value}"):
        ledger.accept(job.id, by="ann")
    assert ledger.job(job.id) == job


def decision(**words: object) -> Decision:
    return Decision.model_validate(
        {"kind": "approval", "video": "talk", "subject": "plan", "value": "yes", "by": "ann", **words}
    )


def test_decisions_are_kept_with_their_plan_and_amount(ledger: Ledger, other: Ledger, clock: Clock) -> None:
    first = ledger.decide(decision(plan_hash="p1", amount_micro_usd=7 * DOLLAR, run_id="r1"))
    clock.sleep(5)
    second = ledger.decide(decision(kind="budget", value="12"))
    third = ledger.decide(decision(video="another"))
    assert (len(first.id), first.created_at, first.settled_at) == (32, START, None)
    assert (first.plan_hash, first.amount_micro_usd, first.run_id) == ("p1", 7 * DOLLAR, "r1")
    assert other.decisions() == (third, second, first)
    assert other.decisions(video="talk") == (second, first)
    assert other.decisions(video="talk", kind="approval") == (first,)


def test_a_take_is_allotted_once_a_run(ledger: Ledger, other: Ledger) -> None:
    assert ledger.takes("talk") == {}
    assert ledger.allot_take("talk", "c1", "r1", "ann") == 2
    assert other.allot_take("talk", "c1", "r1", "ann") == 2
    assert ledger.allot_take("talk", "c2", "r1", "ann") == 2
    assert ledger.allot_take("another", "c1", "r9", "ann") == 2
    assert ledger.takes("talk") == {"c1": 2, "c2": 2}
    assert len(ledger.decisions(video="talk", kind="take")) == 2


def test_a_redo_after_a_killed_one_goes_on_with_its_take(ledger: Ledger) -> None:
    assert ledger.allot_take("talk", "c1", "killed", "ann") == 2
    assert ledger.allot_take("talk", "c1", "next", "ann") == 2


@pytest.mark.parametrize("ending", [rejected, lost, failed])
def test_a_redo_after_one_that_was_paid_in_vain_gets_another_take(ledger: Ledger, ending: Any) -> None:
    take = ledger.allot_take("talk", "c1", "first", "ann")
    ending(ledger, "o1", content_key="c1", take=take)
    assert ledger.allot_take("talk", "c1", "first", "ann") == take, "its own retry pays no other"
    assert ledger.allot_take("talk", "c1", "second", "ann") == take + 1


def test_a_submitted_job_waits_for_a_word_when_it_is_overdue_and_left(ledger: Ledger, clock: Clock) -> None:
    left, paid = submitted(ledger, "o1"), submitted(ledger, "o2")
    clock.sleep(3600 + 1)
    ledger.beat()
    with pytest.raises(LongtakeError, match="no run looks after"):
        ledger.resolve(left.id, paid=False, by="ann")
    clock.sleep(STALE_SECONDS + 1)
    with pytest.raises(LongtakeError, match="over 120 minutes ago"):
        ledger.resolve(left.id, paid=False, by="ann", overdue_after_seconds=7200)
    gone, was_paid = ledger.resolve(left.id, paid=False, by="ann"), ledger.resolve(paid.id, paid=True, by="ann")
    assert (gone.state, gone.charged_micro_usd) == (JobState.CANCELLED, 0)
    assert (was_paid.state, was_paid.charged_micro_usd) == (JobState.LOST, paid.charged_micro_usd)


def test_a_redo_after_a_finished_one_gets_another_take(ledger: Ledger) -> None:
    ledger.allot_take("talk", "c1", "r1", "ann")
    ledger.allot_take("another", "c1", "r1", "ann")
    ledger.settle_takes("talk")
    assert ledger.decisions(video="talk", kind="take", open_only=True) == ()
    assert len(ledger.decisions(video="another", open_only=True)) == 1
    assert ledger.allot_take("talk", "c1", "r1", "ann") == 2  # a retry of the run that was finished
    assert ledger.allot_take("talk", "c1", "r2", "ann") == 3
    assert ledger.takes("talk") == {"c1": 3}


def test_a_person_goes_back_to_an_older_take(ledger: Ledger) -> None:
    ledger.allot_take("talk", "c1", "r1", "ann")
    ledger.decide(decision(kind="take", subject="c1", value="1"))
    assert ledger.takes("talk") == {"c1": 1}
    assert ledger.allot_take("talk", "c1", "r2", "ann") == 3  # 2 was there before, and has its clip
    assert ledger.takes("talk") == {"c1": 3}


def test_takes_are_settled_without_other_decisions(ledger: Ledger) -> None:
    approval = ledger.decide(decision())
    ledger.settle_takes("talk")
    assert ledger.decisions(open_only=True) == (approval,)


def test_two_redos_at_once_get_one_take(opened: Opener) -> None:
    ledgers = [opened(f"p{number}") for number in range(6)]
    gate, takes = threading.Barrier(len(ledgers)), []

    def redo(number: int, ledger: Ledger) -> None:
        gate.wait()
        takes.append(ledger.allot_take("talk", "c1", f"run {number}", "ann"))

    threads = [threading.Thread(target=redo, args=pair) for pair in enumerate(ledgers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert takes == [2] * len(ledgers)
    assert len(ledgers[0].decisions(kind="take")) == 1
