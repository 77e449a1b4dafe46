"""The page of a run that goes on, and what its log tells: bounded, whatever happens and however long it takes."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from flows.pages.live_page import (
    LEAST_PAUSE_SECONDS,
    LONGEST_PAUSE_SECONDS,
    MOST_ROWS,
    Standing,
    live_text,
    pause_seconds,
)
from flows.pages.money import money_of
from flows.telling.run_log import ClipState, RunLog
from longtake.errors import ClipRejected, InputRefused
from longtake.ledger import Job, JobState
from tests.ledger.making import CAPS, DOLLAR, Clock, Opener, new_job
from tests.pages.shots import record_of, shots_of
from tests.pages.test_plan_page import rows_of

HOUR = 3600.0


def job_of(state: JobState, clip: str = "001", *, charged: int = DOLLAR, order: str = "", **more: object) -> Job:
    """A job as it stands in the ledger."""
    return Job(
        **new_job(order or f"order of {clip}", clip=clip).model_dump(),
        id=f"{clip}-{state.value}",
        state=state,
        owner="me",
        heartbeat_at=0,
        created_at=0,
        day="2026-01-31",
        charged_micro_usd=charged,
        is_repeat=False,
        **more,
    )


def test_a_run_tells_how_far_it_is_and_where_each_clip_stands() -> None:
    shots = shots_of(5, rendered=1)
    standing = Standing(shots, 50 * DOLLAR)
    for shot in shots[:4]:
        standing.begin(shot)
    for shot in shots[:2]:
        standing.end(shot, record_of(shot))
    jobs = [job_of(JobState.SUBMITTED, "003"), job_of(JobState.UNKNOWN, "004"), job_of(JobState.COMPLETED, "002")]
    text = live_text(standing, jobs, {"003": ClipState("fal", "IN_QUEUE", 7)}, money_of(jobs))
    assert "**40%**" in text
    assert "reload this page" in text
    assert "**2 of 5 clips** · 56.0 s of 2 min 20 s · 1 were rendered before" in text
    assert "paid **$1.00**, reserved **$1.00**, unknown, perhaps billed **$1.00**, of a budget of $50.00" in text
    assert [row[4] for row in rows_of(text, "clip")[1:]] == [
        "done",
        "done by fal",
        "fal: IN_QUEUE, position 7",
        "unknown at fal",
        "waits",
    ]


def test_failures_are_told_once_for_each_reason_with_all_their_clips() -> None:
    shots = shots_of(4)
    standing = Standing(shots, None)
    refused = InputRefused("a face | <b>cannot</b> be seen", provider="fal")
    for shot in shots[:3]:
        told = InputRefused(f"clip {shot.label}: change the picture", provider="fal")
        told.__cause__ = refused
        standing.end(shot, told)
    standing.end(shots[3], ClipRejected("it is black"))
    text = live_text(standing, [], {}, money_of([]))
    rows = rows_of(text, "clips")[1:]
    assert [row[0] for row in rows] == ["001, 002, 003", "004"]
    assert "clip 001: change the picture" in rows[0][1]
    assert "**4 cannot be had**" in text
    assert "Retry" not in text
    standing.is_over = True
    assert "reload this page" not in live_text(standing, [], {}, money_of([]))
    assert "Retry, above on the run's page, goes on from here" in live_text(standing, [], {}, money_of([]))


def test_what_to_do_about_a_paid_clip_is_told_for_whoever_has_no_terminal() -> None:
    shots = shots_of(1)
    standing = Standing(shots, 50 * DOLLAR)
    standing.begin(shots[0])
    standing.end(shots[0], ClipRejected("it is black. Use it: longtake accept talk. Another: longtake redo talk."))
    standing.is_over = True
    text = live_text(standing, [], {}, money_of([]))
    assert "It asks you whether a clip that failed its check is used all the same." in text
    assert "Copy to new run, with a clip's number in the field redo, pays for another take" in text


def test_money_is_counted_by_what_it_is() -> None:
    jobs = [
        job_of(JobState.COMPLETED, "001", charged=1),
        job_of(JobState.REJECTED, "002", charged=2),
        job_of(JobState.LOST, "003", charged=4),
        job_of(JobState.FAILED, "004", charged=8, billed="yes"),
        job_of(JobState.FAILED, "005", charged=16, billed="assumed"),
        job_of(JobState.UNKNOWN, "006", charged=32),
        job_of(JobState.SUBMITTED, "007", charged=64),
        job_of(JobState.SUBMITTING, "008", charged=128),
        job_of(JobState.RESERVED, "009", charged=256),
        job_of(JobState.FAILED, "007", charged=0, billed="no"),
        job_of(JobState.RELEASED, "007", charged=0),
    ]
    money = money_of(jobs)
    assert (money.paid_micro_usd, money.unknown_micro_usd, money.reserved_micro_usd) == (15, 48, 448)
    assert money.retries == 1


def test_the_sums_are_the_ledgers_own(tmp_path: object) -> None:
    opener = Opener(f"sqlite:///{tmp_path}/ledger.sqlite", Clock())
    ledger = opener("me")
    try:
        for _ in range(5):
            assert ledger.reserve(new_job(), CAPS).job
        money = money_of(ledger.jobs(video="talk"))
        assert money.reserved_micro_usd == ledger.spent_micro_usd("talk") == 5 * DOLLAR
    finally:
        opener.close()


def test_twelve_hundred_clips_fit_on_a_page_with_those_that_matter() -> None:
    shots = shots_of(1200, words="[x](http://e)" * 9)
    standing = Standing(shots, None)
    for shot in shots[:600]:
        standing.end(shot, record_of(shot))
    for shot in shots[600:800]:
        standing.end(shot, ClipRejected(f"reason {shot.number} " + "|" * 900))
    for shot in shots[800:810]:
        standing.begin(shot)
    text = live_text(standing, [], {}, None)
    assert len(text.encode()) < 60_000
    rows = rows_of(text, "clip")[1:]
    assert len(rows) == MOST_ROWS
    assert f"and {1200 - MOST_ROWS} more" in text
    assert {shot.label for shot in shots[800:810]} <= {row[0] for row in rows}
    assert "600" in {row[0] for row in rows}
    assert len(rows_of(text, "clips")) == 1 + 20
    assert "and 180 reasons more, in the run's log" in text


def test_a_day_of_rendering_writes_the_page_a_bounded_number_of_times() -> None:
    now, writes = 0.0, 0
    while now < 24 * HOUR:
        now += pause_seconds(now)
        writes += 1
    assert writes < 24 * 60 + 100
    assert pause_seconds(0) == LEAST_PAUSE_SECONDS
    assert pause_seconds(24 * HOUR) == LONGEST_PAUSE_SECONDS


@contextmanager
def run_log(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[RunLog, list[str]]]:
    """A run's log outside a run: the same lines, kept here."""
    lines: list[str] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    logger = logging.Logger("run")
    logger.addHandler(Kept())
    monkeypatch.setattr("flows.telling.run_log.get_run_logger", lambda: logger)
    yield RunLog(), lines


def test_a_log_tells_each_state_once_and_nothing_that_a_providers_machine_prints(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with run_log(monkeypatch) as (log, lines):
        log.stage("clips", 3, "clips")
        for note in (
            "clip 007: fal IN_QUEUE, position 3",
            "clip 007: fal IN_QUEUE, position 2",
            "clip 007: fal IN_QUEUE",
            "clip 007: fal IN_PROGRESS",
            "clip 007, fal: step 12 of 400",
            "clip 007, fal: loading weights",
            "clip 007: fal is past its deadline; asked to give it up: requested",
            "clip 007: failed, not billed, and tried again: no worker",
            "The ledger cannot be reached: it is locked",
        ):
            log.note(note)
        assert log.states["007"] == ClipState("fal", "IN_PROGRESS", None)
    assert lines == [
        "clip 007: fal IN_QUEUE",
        "clip 007: fal IN_PROGRESS",
        "clip 007: fal is past its deadline; asked to give it up: requested",
        "clip 007: failed, not billed, and tried again: no worker",
        "The ledger cannot be reached: it is locked",
    ]


def test_ten_hours_are_told_in_twenty_lines_and_what_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    with run_log(monkeypatch) as (log, lines):
        log.stage("clips", 1200, "clips")
        for number in range(1, 1201):
            for place in range(5, 0, -1):
                log.note(f"clip {number:03d}: fal IN_QUEUE, position {place}")
            log.note(f"clip {number:03d}: fal IN_PROGRESS")
            log.note(f"clip {number:03d}, fal: rendering")
            log.note(f"clip {number:03d}: fal COMPLETED")
            log.advance("clips", 1, 30.0)
        log.note("clip 012: fal may have accepted it (a lost answer); looking it up")
        assert len(log.states) == 1200
    assert len(lines) == 21
    assert lines[0] == "60 of 1200 clips, 30 min 00 s"
    assert lines[19] == "1200 of 1200 clips, 10 h 00 min 00 s"
