"""What paid voices cost: each text is paid once and kept, and what may have been charged counts."""

from __future__ import annotations

from collections import Counter

import pytest

from emulators.voices.rules import VoiceRule
from longtake.errors import AccountRefused, OverBudget, VoiceFailed
from longtake.ledger import SpeechState
from tests.spoken.studio import SENTENCES, USD_PER_CHARACTER, Studio


def test_each_sentence_is_paid_once_and_found_ever_after(here: Studio) -> None:
    hashes = here.speak()
    billed = here.emulator.billed("openai")
    assert sorted(entry.characters for entry in billed) == sorted(map(len, SENTENCES))
    assert [one.state for one in here.requests()] == ["spoken"] * len(SENTENCES)
    assert here.charged_usd == pytest.approx(sum(map(len, SENTENCES)) * USD_PER_CHARACTER)
    assert here.speak() == hashes
    assert len(here.emulator.book()) == len(billed)


def test_an_edit_pays_for_its_own_sentence_alone(here: Studio) -> None:
    here.speak()
    here.emulator.reset()
    here.write(SENTENCES[0], "Another sentence stands here now.", *SENTENCES[2:])
    here.speak()
    assert [entry.characters for entry in here.emulator.billed()] == [len("Another sentence stands here now.")]


def test_a_budget_that_is_too_small_is_never_passed(here: Studio) -> None:
    one = len(SENTENCES[0]) * USD_PER_CHARACTER
    with pytest.raises(OverBudget, match="the budget of 'talk'"):
        here.speak(budget_usd=one * 2.5)
    assert 0 < here.billed_usd <= one * 2.5
    assert here.charged_usd == pytest.approx(here.billed_usd)


def test_an_answer_that_is_lost_counts_and_is_asked_for_again(here: Studio) -> None:
    here.emulator.set_faults([VoiceRule(fault="drop", match=SENTENCES[1][:20], limit=1)])
    here.speak()
    states = Counter(one.state for one in here.requests())
    assert states == {SpeechState.SPOKEN: len(SENTENCES), SpeechState.UNKNOWN: 1}
    assert here.charged_usd == pytest.approx(here.billed_usd)
    with here.ledger() as ledger:
        (costs,) = ledger.costs("provider")
    assert costs.assumed_micro_usd == round(len(SENTENCES[1]) * USD_PER_CHARACTER * 1e6)
    assert costs.characters == sum(map(len, SENTENCES)) + len(SENTENCES[1])


@pytest.mark.parametrize(("fault", "state"), [("half-body", "unknown"), ("silence", "wasted"), ("empty", "wasted")])
def test_a_run_asks_three_times_at_most_for_what_it_pays_in_vain(here: Studio, fault: str, state: str) -> None:
    here.emulator.set_faults([VoiceRule.model_validate({"fault": fault, "match": SENTENCES[2][:20]})])
    with pytest.raises(VoiceFailed, match="was asked 3 times"):
        here.speak()
    assert [one.state for one in here.requests() if one.state != "spoken"] == [state] * 3
    assert here.charged_usd == pytest.approx(here.billed_usd)
    here.emulator.set_faults([])
    here.speak(run_id="the next run")
    assert here.charged_usd == pytest.approx(here.billed_usd)


def test_who_is_busy_is_asked_again_and_nothing_is_charged_for_it(here: Studio) -> None:
    here.emulator.set_faults([VoiceRule(fault="busy", nth=(1, 2, 3))])
    here.speak()
    assert here.charged_usd == pytest.approx(here.billed_usd)
    assert sum(one.charged_micro_usd for one in here.requests(SpeechState.REFUSED)) == 0


def test_an_account_without_credit_is_told_and_costs_nothing(here: Studio) -> None:
    here.emulator.set_faults([VoiceRule(fault="quota")])
    with pytest.raises(AccountRefused):
        here.speak()
    assert here.charged_usd == here.billed_usd == 0


def test_two_processes_at_once_pay_for_each_sentence_once(here: Studio) -> None:
    here.emulator.set_faults([VoiceRule(fault="slow", seconds=0.5)])
    both = [here.start("--run-id", name) for name in ("one", "two")]
    told = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], told
    assert told[0][0] == told[1][0]
    assert Counter(entry.text_sha256 for entry in here.emulator.billed()).most_common(1)[0][1] == 1


@pytest.mark.parametrize("point", ["speaking", "spoken", "kept"])
def test_a_kill_at_each_line_costs_no_more_than_what_was_on_its_way(here: Studio, point: str) -> None:
    process = here.start("--kill-at", point, "--at-count", "2")
    process.communicate(timeout=120)
    assert process.returncode == -9
    open_requests = here.requests(SpeechState.SENDING)
    hashes = here.speak(run_id="the next run")
    paid = Counter(entry.text_sha256 for entry in here.emulator.billed())
    assert set(paid.values()) <= {1, 2}
    assert sum(count - 1 for count in paid.values()) <= len(open_requests)
    assert here.charged_usd >= here.billed_usd - 1e-9, "what may have been charged counts"
    if point == "kept":
        assert set(paid.values()) == {1} or len(open_requests) > 1
    assert here.speak(run_id="a third") == hashes
