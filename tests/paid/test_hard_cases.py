"""What goes wrong around a job holds no place for ever, strikes no other clip, and gives up nothing that was paid."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from longtake.errors import AssetMissing, ClipRejected, DecisionNeeded, LedgerFailed, LongtakeError, ResultGone
from longtake.generation import generate_clip
from longtake.jobs import recover_job
from longtake.ledger import Job, Ledger
from longtake.orders import ClipRecord
from longtake.providers import Accepted, Lookup, Outcome, Status, Submission, Ticket
from tests.paid.scripted import PACE, Stage, stage

LONG_SECONDS = 20


async def rendered(here: Stage, ledger: Ledger, *numbers: int, **words: object) -> list[ClipRecord | BaseException]:
    """What became of some works in one run."""
    async with here.maker(ledger, **words) as maker:  # type: ignore[arg-type]  # a test's own words
        clips = [generate_clip(here.works[number], maker, here.store) for number in numbers]
        return await asyncio.wait_for(asyncio.gather(*clips, return_exceptions=True), LONG_SECONDS)


def one(ended: list[ClipRecord | BaseException]) -> LongtakeError:
    (error,) = ended
    assert isinstance(error, LongtakeError), error
    return error


def test_a_place_that_a_dead_runs_job_holds_is_free_when_that_job_ends(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.left(0)
        ends_at = time.monotonic() + 1.5

        async def status(ticket: Ticket) -> Status:
            is_over = time.monotonic() > ends_at
            return Status(phase="done" if is_over else "running", word="x")

        here.provider.status = status  # type: ignore[method-assign]
        (clip,) = asyncio.run(rendered(here, here.ledger("me"), 1))
        assert isinstance(clip, ClipRecord)
        assert len(here.provider.posts) == 1


def test_places_that_are_held_for_good_are_told(tmp_path: Path) -> None:
    pace = PACE.model_copy(update={"deadline_seconds": 0.5})
    with stage(tmp_path) as here:

        async def status(ticket: Ticket) -> Status:
            return Status(phase="running", word="generating")

        here.provider.status = status  # type: ignore[method-assign]
        ledger = here.ledger("me")
        ended = asyncio.run(rendered(here, ledger, 0, 1, pace=pace))
        assert all(isinstance(error, DecisionNeeded) for error in ended)
        assert sum("past their deadline" in str(error) for error in ended) == 1
        assert len(here.provider.posts) == 1

        (job,) = ledger.jobs()
        with pytest.raises(LongtakeError, match="over 60 minutes ago"):
            ledger.resolve(job.id, paid=True, by="ann")
        time.sleep(PACE.stale_after_seconds)
        assert ledger.resolve(job.id, paid=False, by="ann", overdue_after_seconds=0.5).charged_micro_usd == 0


def test_a_bad_clip_of_another_video_strikes_no_clip_of_this_one(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        _, left = here.left(0)
        good = here.provider.fetch

        async def fetch(outcome: Outcome, target: Path) -> None:
            if outcome.video_url.get_secret_value() == left.id:
                raise ClipRejected("what was downloaded is no MP4")
            await good(outcome, target)

        here.provider.fetch = fetch  # type: ignore[method-assign]
        ledger = here.ledger("me")
        (clip,) = asyncio.run(rendered(here, ledger, 1))
        assert isinstance(clip, ClipRecord)
        assert ledger.job(left.id).state == "rejected"


def test_what_came_in_place_of_a_clip_does_not_end_the_looking(tmp_path: Path) -> None:
    with stage(tmp_path, clips=1) as here:
        good = here.provider.fetch

        async def fetch(outcome: Outcome, target: Path) -> None:
            raise ClipRejected("what was downloaded is no MP4")

        here.provider.fetch = fetch  # type: ignore[method-assign]
        error = one(asyncio.run(rendered(here, here.ledger("first"), 0)))
        assert "what came was no clip" in str(error) and "longtake accept" not in str(error)

        here.provider.fetch = good  # type: ignore[method-assign]
        ledger = here.ledger("second")
        (clip,) = asyncio.run(rendered(here, ledger, 0))
        assert isinstance(clip, ClipRecord)
        (job,) = ledger.jobs()
        assert job.state == "completed" and job.clip_sha256 == clip.asset.sha256
        assert len(here.provider.posts) == 1


def test_a_job_that_is_new_is_not_given_up_by_recover(tmp_path: Path) -> None:
    with stage(tmp_path, clips=1) as here:
        _, left = here.left(0, video="talk")
        done = here.provider.status

        async def status(ticket: Ticket) -> Status:
            raise ResultGone("it does not know it", provider="fal")

        here.provider.status = status  # type: ignore[method-assign]
        ledger = here.ledger("me")
        told = asyncio.run(recover_job(here.desk(ledger), left))
        assert not told.is_settled and ledger.job(left.id).state == "submitted"

        here.provider.status = done  # type: ignore[method-assign]
        ledger.let_go()
        (clip,) = asyncio.run(rendered(here, here.ledger("next"), 0, repeat_usd=10))
        assert isinstance(clip, ClipRecord)
        assert here.provider.posts == []


def test_a_lost_job_is_asked_for_before_anything_is_paid_again(tmp_path: Path) -> None:
    with stage(tmp_path, clips=1) as here:
        dead, left = here.left(0, video="talk")
        dead.lose(dead.take_over(left) or left, "gone")
        (clip,) = asyncio.run(rendered(here, here.ledger("me"), 0, repeat_usd=10))
        assert isinstance(clip, ClipRecord)
        assert here.provider.posts == []
        assert dead.job(left.id).state == "completed"


def test_what_a_person_called_paid_is_still_looked_up(tmp_path: Path) -> None:
    with stage(tmp_path, clips=1) as here:
        unknown = _unknown(here)
        unknown_ledger = here.ledger("person")
        unknown_ledger.resolve(unknown.id, paid=True, by="ann")

        async def find(submission_id: str, offer: object, submitted_at: float) -> Lookup:
            return Lookup(answer="found", ticket=Ticket(request_id=submission_id, endpoint=unknown.endpoint))

        here.provider.find = find  # type: ignore[method-assign]
        told = asyncio.run(recover_job(here.desk(unknown_ledger), unknown_ledger.job(unknown.id)))
        assert told.is_settled and told.job.state == "completed"


def _unknown(here: Stage) -> Job:
    from tests.ledger.making import submitting

    dead, work = here.ledger("dead"), here.works[0]
    words = {"account": here.provider.account, "clip": work.label, "order_json": work.model_dump_json()}
    return dead.note_unknown(submitting(dead, work.order.key, **words), "the answer was lost")


def test_an_error_before_anything_was_sent_keeps_no_place(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        ledger = here.ledger("me")
        begin = ledger.begin_submit
        failures = [LedgerFailed("the database is locked")]

        def begin_submit(job: Job) -> Job:
            if failures:
                raise failures.pop()
            return begin(job)

        ledger.begin_submit = begin_submit  # type: ignore[method-assign]
        ended = asyncio.run(rendered(here, ledger, 0, 1))
        assert sorted(type(each).__name__ for each in ended) == ["ClipRecord", "LedgerFailed"]
        assert {job.state.value for job in ledger.jobs()} == {"completed", "released"}


def test_inputs_that_are_gone_keep_no_place(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        here.store.delete(here.works[0].chunk)
        ledger = here.ledger("me")
        ended = asyncio.run(rendered(here, ledger, 0, 1))
        assert isinstance(ended[0], AssetMissing) and isinstance(ended[1], ClipRecord)
        assert {job.state.value for job in ledger.jobs()} == {"completed", "released"}


def test_a_machine_that_lacks_the_inputs_leaves_the_job_to_another(tmp_path: Path) -> None:
    with stage(tmp_path) as here:
        _, left = here.left(0)
        here.store.delete(here.works[0].chunk)
        ledger = here.ledger("me")
        told = asyncio.run(recover_job(here.desk(ledger), left))
        assert "not in this store" in told.told
        assert ledger.job(left.id).owner == "dead"


@pytest.mark.parametrize("stops", [1, 3])
def test_stops_in_the_middle_of_a_submit_are_obeyed_when_its_id_is_saved(tmp_path: Path, stops: int) -> None:
    with stage(tmp_path, clips=1) as here:
        submit = here.provider.submit

        async def slowly(submission: Submission) -> Accepted:
            accepted = await submit(submission)
            await asyncio.sleep(1)
            return accepted

        here.provider.submit = slowly  # type: ignore[method-assign]
        ledger = here.ledger("me")

        async def stopped() -> None:
            run = asyncio.create_task(rendered(here, ledger, 0))
            while not here.provider.posts:
                await asyncio.sleep(0.02)
            for _ in range(stops):
                run.cancel()
                await asyncio.sleep(0.1)
            await asyncio.wait([run])

        asyncio.run(stopped())
        (job,) = ledger.jobs()
        assert job.state == "submitted" and job.request_id == here.provider.posts[0]
