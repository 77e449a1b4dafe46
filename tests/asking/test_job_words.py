"""Where nobody else can tell what became of a job, a person is asked once all others are settled."""

from __future__ import annotations

from emulators.faults import Rule
from flows.asking.forms import Word
from tests.asking.desk import Producer

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
    assert producer.answer(run, Word.PAID) == "Failed"
    assert "its result is gone" in producer.message(run)
    assert producer.paid.paid == paid + 3, "what is known to be paid is not paid again"
