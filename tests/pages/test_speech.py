"""What pages tell of paid voices."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

from flows.pages.money import money_of
from flows.pages.plan_page import plan_text
from longtake.costs import highest_micro_usd
from longtake.ledger import SpeechState, open_ledger
from longtake.money import usd_text
from longtake.pictures.preview_video import PreviewVideo
from longtake.voices import Unspoken
from tests.ledger.making import CAPS, new_speech
from tests.pages.shots import asset, facts_of, shots_of


def test_a_plan_with_text_that_nobody_has_spoken_yet_is_told_to_be_an_estimate() -> None:
    facts = facts_of(shots_of(2))
    assert "estimate" not in plan_text(facts)
    unspoken = Unspoken(lines=2, characters=1_200, micro_usd=36_000, voices=("openai:onyx",))
    told = plan_text(replace(facts, unspoken=unspoken)).replace("\\", "")
    assert "**This is an estimate**: 1,200 characters to be spoken by openai:onyx for $0.04 first." in told


def test_a_plan_of_an_estimate_tells_the_price_that_is_asked_about() -> None:
    shots = shots_of(2)
    facts = facts_of(shots)
    unspoken = Unspoken(lines=2, characters=1_200, micro_usd=36_000, voices=("openai:onyx",))
    shown = PreviewVideo(asset=asset(5), seconds=56.0, is_whole=True)
    clips = highest_micro_usd(shots, facts.options, None)
    assert clips
    assert f"for at most **{usd_text(clips)}**" in plan_text(facts).replace("\\", "")
    told = plan_text(replace(facts, unspoken=unspoken, preview=shown)).replace("\\", "")
    assert f"for at most **{usd_text(math.ceil(clips * 1.15) + 36_000)}**" in told
    assert "clips 15% longer than estimated" in told
    assert "the same sound" not in told, "a stand-in speaks in the preview"


def test_voices_are_counted_with_the_clips(tmp_path: Path) -> None:
    ledger = open_ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    for number, state in enumerate((SpeechState.SPOKEN, SpeechState.WASTED, SpeechState.UNKNOWN, None)):
        answer = ledger.begin_speech(new_speech(f"text {number}"), CAPS, most_tries=3)
        assert answer.request
        if state:
            ledger.end_speech(answer.request, state, charged_micro_usd=2_000)
    money = money_of((), ledger.speech(video="talk"))
    ledger.dispose()
    assert (money.paid_micro_usd, money.unknown_micro_usd) == (4_000, 4_000)
    assert money.text.endswith("($0.0080 of it for voices)")
    assert "voices" not in money_of(()).text
