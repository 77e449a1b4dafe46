"""A run whose process dies is neither asked twice for the same, nor forgets what was said, nor pays twice."""

from __future__ import annotations

from flows.asking.forms import Choice
from flows.asking.words import APPROVAL, WANTED
from longtake.money import usd_text
from tests.asking.desk import Producer


def test_killed_before_it_waits_and_before_and_after_its_answer_is_written_down(producer: Producer) -> None:
    paid = producer.paid.paid
    producer.kill_next_at("asked")
    run = producer.start("killed")
    assert producer.ended(run) == "Crashed"
    assert producer.retry(run) == "Suspended", producer.log(run)
    assert len(producer.rows(run, WANTED)) == 1
    producer.kill_next_at("heard")
    assert producer.answer(run, Choice.ALL) == "Crashed"
    assert not producer.rows(run, APPROVAL)
    for point in ("answered", "submitted"):
        producer.kill_next_at(point)
        assert producer.retry(run) == "Crashed"
        assert [row.value for row in producer.rows(run, APPROVAL)] == ["yes"]
    assert producer.retry(run) == "Completed", producer.log(run)
    assert len(producer.rows(run)) == 2, "it was asked once, and answered once"
    assert producer.paid.paid == paid + 2


def test_killed_in_the_first_clip_it_goes_on_with_that_one_alone_and_then_asks_again(producer: Producer) -> None:
    paid = producer.paid.paid
    run = producer.start("canary")
    assert producer.ended(run) == "Suspended"
    producer.kill_next_at("submitted")
    assert producer.answer(run, Choice.FIRST_CLIP) == "Crashed"
    assert producer.retry(run) == "Suspended", producer.log(run)
    assert producer.paid.paid == paid + 1
    (job,) = producer.paid.jobs("canary")
    assert (job.clip, job.state) == ("001", "completed")
    told, _ = producer.form(run)
    assert f"Clip 1 is rendered: [watch it]({producer.up.server.door_url}/asset/{job.clip_sha256}/" in told
    assert "Rendering 1 of the 2 clips of canary" in told
    assert f"{usd_text(job.charged_micro_usd)} of the video's budget is spent" in told
    assert producer.choices(run) == [Choice.STOP, Choice.ALL]
    assert producer.answer(run, Choice.ALL) == "Completed", producer.log(run)
    assert producer.paid.paid == paid + 2
