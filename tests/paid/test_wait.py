"""Waiting for a job at fal, answer by answer: what a deadline, a cancellation and a lost result mean to money."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.fal import FalProvider
from longtake import progress
from longtake.assets import FolderStore
from longtake.errors import DecisionNeeded, JobCancelled, ResultGone
from longtake.jobs import Account, Desk, fetch
from longtake.jobs.wait import wait_for_outcome
from longtake.ledger import Job, open_ledger
from longtake.providers import Outcome
from tests.ledger import making
from tests.providers.answering import Answer, answering
from tests.providers.gateways import KEY, PACE, offer_of

QUEUED = Answer(202, {"status": "IN_QUEUE", "queue_position": 2})
RUNNING = Answer(202, {"status": "IN_PROGRESS", "logs": []})
DONE = Answer(200, {"status": "COMPLETED"})
CANCELLED = Answer(200, {"status": "COMPLETED", "error": "Cancelled", "error_type": "client_cancelled"})
CLIP = Answer(200, {"video": {"url": "https://v3b.fal.media/o.mp4"}, "duration": 25.0})
GONE = Answer(404, {"detail": "Request not found"})
TAKEN = Answer(202, {"status": "CANCELLATION_REQUESTED"})
TOO_LATE = Answer(400, {"status": "ALREADY_COMPLETED"})
HOUR = 3600.0
QUICK = PACE.model_copy(update={"poll_seconds": 0.01, "longest_poll_seconds": 0.01, "attempts": 1})


class Notes(progress.Silence):
    """Keeps what a person is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def note(self, text: str) -> None:
        self.told.append(text)


def waited(
    folder: Path, *answers: Answer, age_seconds: float = 0.0, **pace: Any
) -> tuple[Outcome, list[str], list[str]]:
    """The outcome of a job that was submitted so long ago; what was told, and what was asked."""
    notes = Notes()

    async def act(url: str) -> Outcome:
        progress.listen(notes)
        provider = FalProvider(api_key=SecretStr(KEY), queue_url=url).open(QUICK)
        account = Account(provider, offer_of("fal"), 0.14)
        ledger = open_ledger(f"sqlite:///{folder / 'ledger.sqlite'}")
        job = making.submitted(ledger, account=provider.account)
        job = Job(**(job.model_dump() | {"status_url": None, "submitted_at": time.time() - age_seconds}))
        desk = Desk(ledger, (account,), FolderStore(folder / "store"), QUICK.model_copy(update=pace))
        try:
            return await wait_for_outcome(desk, account, job)
        finally:
            ledger.dispose()
            await provider.aclose()

    with answering(*answers) as server:
        outcome = asyncio.run(act(server.url))
    return outcome, notes.told, [f"{asked.method} {asked.target.rpartition('/')[2]}" for asked in server.asked]


def test_a_job_is_looked_at_until_its_clip_is_there_and_only_changes_are_told(tmp_path: Path) -> None:
    odd = Answer(200, {"status": "PAUSED"})
    looks = [QUEUED, QUEUED, RUNNING, RUNNING, QUEUED, odd, Answer(503), RUNNING, DONE]
    outcome, told, asked = waited(tmp_path, *looks, CLIP)
    assert outcome.billed_seconds == 25.0
    assert len(asked) == len(looks) + 1
    said = [text.removeprefix("clip 007: fal ") for text in told]
    assert [text for text in said if "cannot be asked" not in text] == [
        "IN_QUEUE, position 2",
        "IN_PROGRESS",
        "IN_QUEUE, position 2",
        "PAUSED",
        "IN_PROGRESS",
        "COMPLETED",
    ]


def test_each_line_of_the_log_is_told_once(tmp_path: Path) -> None:
    one, two = {"message": "Loading"}, {"message": "Rendering"}
    looks = [Answer(202, {"status": "IN_PROGRESS", "logs": lines}) for lines in ([one], [one], [one, two], [])]
    _, told, _ = waited(tmp_path, *looks, DONE, CLIP)
    assert [text for text in told if "clip 007, fal" in text] == ["clip 007, fal: Loading", "clip 007, fal: Rendering"]


def test_a_result_that_fails_after_the_end_is_asked_for_again(tmp_path: Path) -> None:
    outcome, _, _ = waited(tmp_path, DONE, Answer(504), DONE, Answer(400, {"detail": "still in progress"}), DONE, CLIP)
    assert outcome.billed_seconds == 25.0


def test_a_job_that_is_new_may_not_be_known_yet(tmp_path: Path) -> None:
    assert waited(tmp_path, GONE, GONE, RUNNING, DONE, CLIP)[0].billed_seconds == 25.0
    with pytest.raises(ResultGone):
        waited(tmp_path, GONE, GONE, age_seconds=120.0)
    with pytest.raises(ResultGone):
        waited(tmp_path, RUNNING, GONE, GONE)


def test_a_job_is_gone_when_the_provider_says_so_twice(tmp_path: Path) -> None:
    """A gateway in front of it may say so once."""
    assert waited(tmp_path, RUNNING, GONE, RUNNING, GONE, DONE, CLIP)[0].billed_seconds == 25.0


def test_a_job_past_its_deadline_is_given_up_when_the_provider_says_so(tmp_path: Path) -> None:
    with pytest.raises(JobCancelled):
        waited(tmp_path, QUEUED, TAKEN, QUEUED, CANCELLED, age_seconds=HOUR, deadline_seconds=HOUR)
    with pytest.raises(JobCancelled):
        waited(tmp_path, QUEUED, TAKEN, GONE, age_seconds=HOUR, deadline_seconds=HOUR)


@pytest.mark.parametrize("cancel", [TAKEN, TOO_LATE])
def test_a_job_that_ends_after_its_deadline_is_taken_all_the_same(tmp_path: Path, cancel: Answer) -> None:
    outcome, _, asked = waited(tmp_path, RUNNING, cancel, RUNNING, DONE, CLIP, age_seconds=HOUR, deadline_seconds=HOUR)
    assert outcome.billed_seconds == 25.0
    assert asked.count("PUT cancel") == 1


@pytest.mark.parametrize("cancel", [TOO_LATE, GONE])
def test_a_job_that_was_not_given_up_is_never_taken_for_unpaid(tmp_path: Path, cancel: Answer) -> None:
    """It may have ended, and been paid, before anybody asked: it is lost, not cancelled."""
    with pytest.raises(ResultGone):
        waited(tmp_path, Answer(502), cancel, GONE, GONE, age_seconds=HOUR, deadline_seconds=HOUR)


def test_a_cancel_that_cannot_be_asked_for_is_asked_again(tmp_path: Path) -> None:
    with pytest.raises(JobCancelled):
        waited(tmp_path, RUNNING, Answer(503), RUNNING, TAKEN, CANCELLED, age_seconds=HOUR, deadline_seconds=HOUR)


def test_a_job_that_ends_neither_way_is_left_as_it_is_and_a_person_is_told(tmp_path: Path) -> None:
    with pytest.raises(DecisionNeeded, match=r"60 min.*longtake recover"):
        waited(tmp_path, RUNNING, TAKEN, age_seconds=HOUR + 61, deadline_seconds=HOUR)


def test_a_stuck_queue_is_told_once_and_is_no_end(tmp_path: Path) -> None:
    _, told, _ = waited(tmp_path, QUEUED, QUEUED, RUNNING, DONE, CLIP, age_seconds=1000.0)
    assert sum("still IN_QUEUE after 15 min, position 2" in text for text in told) == 1


@pytest.mark.parametrize(
    ("billed_seconds", "price_micro_usd", "cost_micro_usd"),
    [
        (25.0, None, making.DOLLAR),
        (20.0, None, 800_000),
        (26.01, None, 1_040_400),
        (12.5, None, 500_000),
        (None, None, making.DOLLAR),
        (1.0, None, making.DOLLAR),
        (625.0, None, making.DOLLAR),
        (1.0, 420_000, 420_000),
    ],
)
def test_what_was_billed_counts_where_it_can_be_seconds(
    tmp_path: Path, billed_seconds: float | None, price_micro_usd: int | None, cost_micro_usd: int
) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    job = making.submitted(ledger)
    ledger.dispose()
    video_url = SecretStr("https://x.example/o.mp4")
    outcome = Outcome(video_url=video_url, billed_seconds=billed_seconds, price_micro_usd=price_micro_usd)
    assert fetch.cost_micro_usd(job, outcome) == cost_micro_usd
