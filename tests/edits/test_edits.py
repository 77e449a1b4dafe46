"""Change a sentence, pay for a sentence: with real speech, what is left to render after an edit of a script."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile

from longtake.loudness import measure_samples
from tests.edits.shelf import HearingVoice, Plan, Shelf
from tests.edits.talks import Talk, edits_of, sentence_of, talk_of

WORDS = 2000
"""Ten minutes."""


class Rendered:
    """A talk whose clips all exist."""

    def __init__(self, folder: Path, talk: Talk, resolution: str, voice: HearingVoice | None = None) -> None:
        self.shelf = Shelf(folder, voice, resolution=resolution)
        self.talk = talk
        self.plan = self.shelf.plan(talk)
        self.shelf.render(self.plan)

    def after(self, talk: Talk) -> Plan:
        return self.shelf.plan(talk)


@pytest.fixture(scope="module")
def talk() -> Talk:
    return talk_of(WORDS, scenes=5)


@pytest.fixture(scope="module")
def base(talk: Talk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rendered]:
    yield Rendered(tmp_path_factory.mktemp("plain"), talk, "1080p")


def check_local(plan: Plan, text: str) -> None:
    """What is new holds the sentence, but for one neighbour at most."""
    holding = plan.holding(text)
    assert {shot.number for shot in holding} <= {shot.number for shot in plan.to_pay}
    assert len(plan.to_pay) <= len(holding) + 1


def test_without_an_edit_nothing_is_paid(base: Rendered) -> None:
    assert base.plan.timeline.seconds > 570
    assert len(base.plan.to_pay) == len(base.plan.shots) > 20
    again = base.after(base.talk)
    assert again.to_pay == [] and len(again.shots) == len(base.plan.shots)


@pytest.mark.parametrize("seed", [1, 2])
def test_an_edit_costs_the_clips_that_hold_it_and_one_neighbour_at_most(base: Rendered, seed: int) -> None:
    change, delete, insert, move = (edit.after for edit in edits_of(base.talk, random.Random(seed)))
    check_local(base.after(change), "Changed: ")
    check_local(base.after(insert), "New: ")
    assert 1 <= len(base.after(delete).to_pay) <= 2
    assert move != base.talk and base.after(move).to_pay == []


def test_a_sentence_of_a_long_paragraph_costs_no_more(tmp_path: Path) -> None:
    """Three minutes without a paragraph: were the line levelled as one, all of it would be new."""
    chance = random.Random(4)
    talk = Talk((((*(sentence_of(chance) for _ in range(38)),),),))
    rendered = Rendered(tmp_path, talk, "1080p")
    assert len(rendered.plan.shots) >= 6
    for at in (20, 36):
        check_local(rendered.after(talk.changed(0, 0, at, f"Changed: {sentence_of(chance)}")), "Changed: ")
    assert 1 <= len(rendered.after(talk.deleted(0, 0, 28)).to_pay) <= 2
    (piece, _) = rendered.plan.timeline.pieces
    assert piece.audio
    with rendered.shelf.store.local(piece.audio) as path:
        measured = measure_samples(*soundfile.read(path, dtype="int16"))
    assert measured.integrated_lufs == pytest.approx(-16, abs=0.75)


def test_with_prosody_an_edit_reaches_the_sentences_beside_it_and_no_further(talk: Talk, tmp_path: Path) -> None:
    voice = HearingVoice()
    rendered = Rendered(tmp_path, talk, "720p", voice)
    voice.spoken.clear()
    line = talk.scenes[1][2]
    assert len(line) >= 4
    plan = rendered.after(talk.changed(1, 2, 1, "Changed: it is quite another sentence now."))
    assert sorted(voice.spoken) == sorted(["Changed: it is quite another sentence now.", line[0], line[2]])
    check_local(plan, "Changed: ")
    voice.spoken.clear()
    assert rendered.after(talk.moved(3, 0)).to_pay == []
    assert voice.spoken == []
