"""Where nobody else can tell what became of a job, a person is asked once all others are settled."""

from __future__ import annotations

from emulators.faults import Rule
from flows.asking.forms import Answer, Word
from flows.asking.job_words import note_answer, question
from flows.asking.words import LEFT
from longtake.ledger import Ledger
from tests.asking.desk import Producer
from tests.asking.story import Story
from tests.ledger.making import unknown

LINES = ("This one is black, says {}.", "Of this one nobody knows, says {}.", "And this one is fine, says {}.")


def test_a_clip_that_is_good_enough_and_a_job_of_which_nobody_knows(producer: Producer) -> None:
    paid = producer.paid.paid
    black = Rule(where="media", fault="black", nth=(1,))
    dropped = Rule(where="submit", fault="accept-then-drop", nth=(2,))
    with producer.paid.faults(black, dropped):
        run = producer.start("doubtful", LINES, provider="pixazo", approve_above_usd=None)
        assert producer.ended(run) == "Suspended", producer.log(run)
    jobs = {job.state.value: job for job in producer.paid.jobs("doubtful")}
    assert sorted(jobs) == ["completed", "rejected", "unknown"], "all others are settled before anybody is asked"
    choices = {"rejected": [Word.NOTHING, Word.USE_IT], "unknown": [Word.NOTHING, Word.PAID, Word.NOT_ACCEPTED]}
    words = {"rejected": Word.USE_IT, "unknown": Word.NOTHING}

    first, second = sorted(words, key=lambda state: jobs[state].clip)
    for state, next_state in ((first, "Suspended"), (second, "Failed")):
        assert f"job {jobs[state].id[:8]} at pixazo" in producer.form(run)[0]
        assert producer.choices(run) == choices[state]
        assert producer.answer(run, words[state]) == next_state, producer.log(run)
    assert "1 of 3 clips could not be rendered" in producer.message(run)
    states = {job.id: job.state.value for job in producer.paid.jobs("doubtful")}
    assert states[jobs["rejected"].id] == "accepted"
    assert states[jobs["unknown"].id] == "unknown", "nothing was decided about it"

    assert producer.retry(run) == "Suspended", "a retry asks again"
    assert f"job {jobs['unknown'].id[:8]}" in producer.form(run)[0]
    assert producer.paid.paid == paid + 3, "what may be paid is not paid again"


def test_what_is_said_of_a_job_is_done_once_and_in_doubt_nothing(story: Story, ledger: Ledger, other: Ledger) -> None:
    paid, free, left = (unknown(ledger, key) for key in story.orders(ledger))
    words = {paid: Word.PAID, free: Word.NOT_ACCEPTED, left: "something else"}
    for job, word in words.items():
        row = question(ledger, job, "this run")
        assert question(ledger, job, "this run") == row
        note_answer(ledger, story.store, row, Answer(decision=word))
        note_answer(other, story.store, row, Answer(decision=word))  # as after a crash before it was settled
    assert [ledger.job(job.id).state for job in words] == ["lost", "released", "unknown"]
    assert [row.subject for row in ledger.decisions(kind=LEFT)] == [left.id]
