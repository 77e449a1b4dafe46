"""Requests to voices in the ledger: within the caps that clips share, told apart, and never forgotten."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.errors import JobMoved, OverBudget
from longtake.ledger import Caps, Ledger, SpeechRequest, SpeechState, open_ledger
from tests.ledger.making import CAPS, STALE_SECONDS, Clock, Opener, new_job, new_speech, reserved

_FOLDER = tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None)


def begun(ledger: Ledger, text: str = "a text", *, caps: Caps = CAPS, **fields: Any) -> SpeechRequest:
    answer = ledger.begin_speech(new_speech(text, **fields), caps, most_tries=3)
    assert answer.request, answer
    return answer.request


def answer_of(ledger: Ledger, text: str, *, caps: Caps = CAPS, **fields: Any) -> str:
    return ledger.begin_speech(new_speech(text, **fields), caps, most_tries=3).answer


def test_what_is_on_its_way_is_waited_for_until_it_cannot_be_any_more(
    ledger: Ledger, other: Ledger, clock: Clock
) -> None:
    first = begun(ledger)
    assert answer_of(other, "a text") == "wait"
    assert answer_of(other, "another text") == "go"
    clock.sleep(STALE_SECONDS - 1)
    assert ledger.beat_speech() == 1
    clock.sleep(STALE_SECONDS - 1)
    assert answer_of(other, "a text") == "wait", "its process lives"
    clock.sleep(2)
    begun(other)
    assert other.spent_micro_usd("talk") == 3 * 2_000, "one that nobody heard the end of counts"
    ended = ledger.end_speech(first, SpeechState.SPOKEN, charged_micro_usd=1_500)
    assert (ended.state, ended.charged_micro_usd, ended.reason) == ("spoken", 1_500, "")
    with pytest.raises(JobMoved, match="has ended before"):
        ledger.end_speech(first, SpeechState.REFUSED, charged_micro_usd=0)


def test_an_account_has_so_many_places(ledger: Ledger) -> None:
    two = CAPS.model_copy(update={"in_progress": 2})
    first, _ = [begun(ledger, text, caps=two) for text in ("one", "two")]
    assert answer_of(ledger, "three", caps=two) == "no place"
    assert answer_of(ledger, "three", caps=two, account="openai:another") == "go"
    ledger.end_speech(first, SpeechState.SPOKEN, charged_micro_usd=2_000)
    assert answer_of(ledger, "four", caps=two) == "go"


def test_a_process_asks_for_one_text_so_often_and_no_more(ledger: Ledger, other: Ledger) -> None:
    for state in (SpeechState.WASTED, SpeechState.UNKNOWN, SpeechState.UNKNOWN):
        ledger.end_speech(begun(ledger), state, charged_micro_usd=2_000)
    assert answer_of(ledger, "a text") == "enough"
    assert answer_of(ledger, "another text") == "go"
    assert answer_of(other, "a text") == "go"


def test_what_was_refused_is_no_try_and_costs_nothing(ledger: Ledger) -> None:
    for _ in range(5):
        ledger.end_speech(begun(ledger), SpeechState.REFUSED, charged_micro_usd=0, reason="busy")
    assert ledger.spent_micro_usd("talk") == 0
    assert ledger.costs("provider") == ()
    assert {one.reason for one in ledger.speech(video="talk")} == {"busy"}


def test_clips_and_speech_share_a_budget_and_a_day(ledger: Ledger, clock: Clock) -> None:
    caps = Caps(video_micro_usd=1_003_000, day_micro_usd=2_003_000, in_progress=9)
    reserved(ledger, caps=caps)
    begun(ledger, "fits", caps=caps)
    with pytest.raises(OverBudget, match=r"the budget of 'talk'.*100 characters of speech may cost up to \$0.0020"):
        begun(ledger, "does not", caps=caps)
    reserved(ledger, caps=caps, video="another")
    with pytest.raises(OverBudget, match="the cap of the day"):
        begun(ledger, "of another", caps=caps, video="another")
    (talk,) = (row for row in ledger.costs("video") if row.name == "talk")
    assert (talk.jobs, talk.characters, talk.charged_micro_usd) == (1, 100, 1_002_000)
    assert (talk.open_micro_usd, talk.assumed_micro_usd) == (1_000_000, 2_000)
    clock.sleep(86_400)
    begun(ledger, "of another", caps=caps, video="another")


ENDS = {SpeechState.SPOKEN: 1.0, SpeechState.UNKNOWN: 1.0, SpeechState.WASTED: 1.0, SpeechState.REFUSED: 0.0}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("clip"), st.integers(1, 400)),
        st.tuples(st.just("speech"), st.integers(1, 400)),
        st.tuples(st.just("end"), st.sampled_from(sorted(ENDS))),
    ),
    max_size=30,
)


@settings(max_examples=40, deadline=None)
@given(cap=st.integers(0, 1_000), steps=STEPS)
def test_whatever_is_asked_for_in_whatever_order_no_cap_is_passed(cap: int, steps: list[tuple[str, Any]]) -> None:
    ledger = open_ledger(f"sqlite:///{_FOLDER}/{uuid.uuid4().hex}.sqlite", clock=Clock())
    caps = Caps(video_micro_usd=cap, in_progress=99)
    open_requests: list[SpeechRequest] = []
    expected = 0
    try:
        for number, (what, value) in enumerate(steps):
            if what == "end":
                if open_requests:
                    request = open_requests.pop()
                    charged = round(request.reserve_micro_usd * ENDS[value])
                    ledger.end_speech(request, value, charged_micro_usd=charged)
                    expected -= request.reserve_micro_usd - charged
                continue
            fits = expected + value <= cap
            try:
                if what == "clip":
                    ledger.reserve(new_job(reserve_micro_usd=value), caps)
                else:
                    open_requests.append(begun(ledger, f"text {number}", caps=caps, reserve_micro_usd=value))
            except OverBudget:
                assert not fits
                continue
            assert fits
            expected += value
            assert ledger.spent_micro_usd("talk") == expected <= cap
    finally:
        ledger.dispose()


def test_speech_is_in_a_ledger_of_the_second_version(opened: Opener, ledger: Ledger) -> None:
    with ledger._database.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE longtake_speech")
        connection.exec_driver_sql("UPDATE longtake_version SET version = 2")
    assert begun(opened("again")).state == "sending"
