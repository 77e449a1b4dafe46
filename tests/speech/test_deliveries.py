"""How a line is said: words in another spelling, sentences together where that flows better, and what stands around."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from longtake.assets import FolderStore
from longtake.loudness import preset_named
from longtake.prepared import PreparedLine
from longtake.speech import prepare_spoken_line
from longtake.speech.utterances import delivery_of
from longtake.storyboard import Line
from tests.speech.counting_voice import CountingVoice

FOUR = "The first one is short. The second one is, too. [pause 0.6] A third comes later. And a fourth one ends it."


class FlowingVoice(CountingVoice):
    """One that speaks sentences together, or hears what stands around them."""

    def __init__(self, *, best: int = 0, hears: bool = False) -> None:
        super().__init__()
        self._best = best
        self._hears = hears
        self.around: list[tuple[str, str]] = []

    @property
    @override
    def best_characters(self) -> int:
        return self._best

    @property
    @override
    def hears_context(self) -> bool:
        return self._hears

    @override
    async def speak(self, text: str, *, before: str = "", after: str = ""):  # type: ignore[no-untyped-def]
        self.around.append((before, after))
        return await super().speak(text, before=before, after=after)


@pytest.fixture
def store(tmp_path) -> FolderStore:  # type: ignore[no-untyped-def]
    return FolderStore(tmp_path / "store")


def prepared(text: str, voice: CountingVoice, store: FolderStore, **more: object) -> PreparedLine:
    return asyncio.run(
        prepare_spoken_line(
            Line(text=text),
            voice=voice,
            language="en",
            preset=preset_named("podcast"),
            store=store,
            **more,  # type: ignore[arg-type]
        )
    )


def test_a_word_of_the_lexicon_is_spoken_otherwise_and_written_as_it_was(store: FolderStore) -> None:
    voice = CountingVoice()
    say = {"kubectl": "cube control"}
    line = prepared("Type kubectl apply now. Nothing else is needed.", voice, store, say=say)
    assert voice.spoken[:2] == ["Type cube control apply now.", "Nothing else is needed."]
    voice.spoken.clear()
    assert line.sentences[0].text == "Type kubectl apply now."
    prepared("Nothing else is needed. Type kubectl apply now.", voice, store, say=say | {"unused": "never said"})
    assert not voice.spoken, "another entry changes no sentence that has it not"


def test_sentences_are_spoken_together_up_to_the_best_length_and_never_over_a_marked_pause(store: FolderStore) -> None:
    voice = FlowingVoice(best=200)
    line = prepared(FOUR, voice, store)
    assert sorted(voice.spoken) == [
        "A third comes later. And a fourth one ends it.",
        "The first one is short. The second one is, too.",
    ]
    assert [sentence.text for sentence in line.sentences] == [
        "The first one is short. The second one is, too.",
        "A third comes later. And a fourth one ends it.",
    ]
    assert len(line.cuts) == 1


def test_a_voice_that_hears_its_context_speaks_a_sentence_anew_where_that_changed(store: FolderStore) -> None:
    voice = FlowingVoice(hears=True)
    prepared("One comes first. Two is in the middle. Three is after it. Four ends all.", voice, store)
    assert ("One comes first.", "Three is after it.") in voice.around
    assert ("", "Two is in the middle.") in voice.around
    voice.spoken.clear()
    prepared("One comes first. Two is in the middle. Three is after it. Five ends all.", voice, store)
    assert sorted(voice.spoken) == ["Five ends all.", "Three is after it."]
    deaf = FlowingVoice()
    prepared("One comes first. Two is in the middle.", deaf, store)
    deaf.spoken.clear()
    prepared("Two is in the middle. One comes first.", deaf, store)
    assert not deaf.spoken


@given(
    lengths=st.lists(st.integers(1, 40), min_size=1, max_size=12),
    best=st.integers(0, 300),
    maximum=st.integers(150, 2000),
)
def test_whatever_is_joined_is_all_there_in_order_and_no_longer_than_it_may_be(
    lengths: list[int], best: int, maximum: int
) -> None:
    text = " ".join(f"Say {'word ' * length}{number}." for number, length in enumerate(lengths))
    alone = delivery_of(Line(text=text), "en", maximum_characters=maximum)
    joined = delivery_of(Line(text=text), "en", maximum_characters=maximum, best_characters=best)
    for delivery in (alone, joined):
        assert "".join(each.spoken for each in delivery.utterances).replace(" ", "") == text.replace(" ", "")
        assert all(len(each.spoken) <= maximum for each in delivery.utterances)
    longest_alone = max(len(each.spoken) for each in alone.utterances)
    assert all(len(each.spoken) <= max(best, longest_alone) for each in joined.utterances)
    afters = [each.after for each in joined.utterances]
    assert afters == [*(each.spoken for each in joined.utterances[1:]), ""]
