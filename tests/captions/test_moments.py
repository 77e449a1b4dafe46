"""Word times: from a voice, through trimming and the line, into what is written, and to the cues."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typing_extensions import override

from longtake.assets import FolderStore
from longtake.captions import caption_cues
from longtake.loudness import preset_named
from longtake.prepared import PreparedLine, TimedText
from longtake.speech import Speech, SpokenWord, Voice, open_voice, prepare_spoken_line
from longtake.speech.moments import spoken_moments, written_moments
from longtake.speech.sound import KEPT_BEFORE_SECONDS
from longtake.storyboard import Line
from tests.speech.counting_voice import CountingVoice

PODCAST = preset_named("podcast")
LEAD_SECONDS = 0.5


def spoken_words(*words: tuple[str, float, float]) -> list[SpokenWord]:
    return [SpokenWord(text=text, start_seconds=start, end_seconds=end) for text, start, end in words]


def prepared(text: str, voice: Voice, store: FolderStore, language: str = "en") -> PreparedLine:
    line = Line(text=text)
    return asyncio.run(prepare_spoken_line(line, voice=voice, language=language, preset=PODCAST, store=store))


class LateVoice(CountingVoice):
    """espeak-ng behind half a second of silence, as hosted voices have it; its words are told from the file's start."""

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        speech = await open_voice("en-us", "en").speak(text)
        silence = np.zeros(round(LEAD_SECONDS * speech.sample_rate_hz), np.int16)
        words = tuple(
            SpokenWord(text=w.text, start_seconds=w.start_seconds + LEAD_SECONDS, end_seconds=w.end_seconds + 1)
            for w in speech.words
        )
        return replace(speech, samples=np.concatenate([silence, speech.samples]), words=words)


def test_espeak_tells_when_each_word_is_heard(store: FolderStore) -> None:
    text = "The first words of it, and the others come behind a comma."
    speech = asyncio.run(open_voice("en-us", "en").speak(text))
    assert " ".join(word.text for word in speech.words) == text
    starts = [word.start_seconds for word in speech.words]
    assert starts == sorted(starts) and starts[0] == 0 and starts[-1] < len(speech.samples) / speech.sample_rate_hz
    behind = speech.words[text.split().index("and")].start_seconds
    window = round(behind * speech.sample_rate_hz)
    before, after = speech.samples[window - 2000 : window - 300], speech.samples[window : window + 2000]
    assert np.abs(before.astype(int)).max() < 200 < np.abs(after.astype(int)).max(), "the comma's silence ends here"


def test_a_number_takes_as_long_as_it_is_said(store: FolderStore) -> None:
    text = "In 1984 it was sold for $1,250.50, and nobody knew."
    moments = dict(prepared(text, open_voice("en-us", "en"), store).sentences[0].moments)
    sold, behind = (len("".join(text[: text.index(word)].split())) for word in ("sold", "and"))
    assert moments[behind] - moments[sold] > 2000, "by characters it would be a second"


def test_what_is_trimmed_in_front_of_the_words_is_taken_off(store: FolderStore) -> None:
    text = "One word after the other, each at its own time."
    late, plain = (prepared(text, voice, store) for voice in (LateVoice(), open_voice("en-us", "en")))
    assert late.sentences[0].end_seconds == pytest.approx(plain.sentences[0].end_seconds, abs=0.025)
    margin = KEPT_BEFORE_SECONDS * 1000 + 5  # silence is measured in steps of 5 ms
    assert 0 <= late.sentences[0].moments[0][1] <= margin
    for one, two in zip(late.sentences[0].moments, plain.sentences[0].moments, strict=True):
        assert one[0] == two[0] and abs(one[1] - two[1]) <= margin


def test_each_sentence_of_a_line_has_its_own_moments(store: FolderStore) -> None:
    line = prepared("First we say this. Then we say something else.", LateVoice(), store)
    first, second = line.sentences
    assert [moment[0] for moment in first.moments] == [0, 5, 7, 10]
    assert [moment[0] for moment in second.moments] == [0, 4, 6, 9, 18]
    assert second.moments[0][1] <= 1000 * KEPT_BEFORE_SECONDS + 5
    assert second.moments[-1][1] / 1000 < second.end_seconds - second.start_seconds


def test_a_line_that_was_kept_without_word_times_is_found_and_timed_by_characters(store: FolderStore) -> None:
    text = "Nobody tells here when a word of this rather long sentence is heard, and so it goes by characters alone."
    silent, told = CountingVoice(), CountingVoice(words=tuple(spoken_words(("Nobody", 0, 0.2), ("tells", 0.2, 3))))
    first = prepared(text, silent, store)
    assert first.sentences[0].moments == ()
    again = prepared(text, told, store)
    assert again == first and told.spoken == []
    cues = caption_cues(first.sentences)
    letters = ["".join("".join(cue.lines).split()) for cue in cues]
    seconds = first.sentences[0].end_seconds
    assert cues[1].start_milliseconds == round(1000 * seconds * len(letters[0]) / sum(map(len, letters)))


def test_a_cue_begins_with_its_first_word(store: FolderStore) -> None:
    text = "A number such as 1,234,567,890 takes a long time to say, so that whatever stands behind it comes late."
    line = prepared(text, open_voice("en-us", "en"), store)
    sentence = line.sentences[0]
    cues = caption_cues(line.sentences)
    assert len(cues) == 2
    place = len("".join("".join(cues[0].lines).split()))
    assert cues[1].start_milliseconds == dict(sentence.moments)[place]


def test_words_that_are_not_in_the_text_have_no_moment() -> None:
    words = spoken_words(("one", 0, 1), ("hundred", 1, 2), ("and", 2, 3), ("three", 3, 4), ("and", 4, 5), ("so", 5, 6))
    moments = spoken_moments("one three, and so on.", words, trimmed_seconds=0, seconds=6)
    assert moments == ((0, 0), (3, 3000), (9, 4000), (12, 5000))


def test_moments_stay_within_the_trimmed_sound() -> None:
    words = spoken_words(("one", 0.1, 0.4), ("two", 0.5, 1), ("three", 9, 10))
    assert spoken_moments("one two three", words, trimmed_seconds=0.3, seconds=2) == ((0, 0), (3, 200), (6, 2000))


@pytest.mark.parametrize(
    ("written", "spoken", "places"),
    [
        ("We like it.", "We like it.", {0: 0, 2: 2, 6: 6}),
        ("We run kubectl here.", "We run cube control here.", {0: 0, 2: 2, 5: 5, 9: None, 16: 12}),
        ("Hi 😀 there 🎉 you.", "Hi there you.", {0: 0, 2: 3, 7: 9}),
        ("In 1999, yes.", "In nineteen ninety-nine, yes.", {0: 0, 2: 2, 10: None, 22: 7}),
        ("WELL, “quoted” words", "well quoted words", {0: 0, 4: 5, 10: 13}),
        ("我们用kubectl吧", "我们用立方控制吧", {0: 0, 1: 1, 2: 2, 3: 3, 7: 10}),
        ("Caf\u0065\u0301 au lait", "Caf\u00e9 au lait", {0: 0, 4: 5, 6: 7}),
    ],
)
def test_what_is_equal_in_both_texts_is_timed(written: str, spoken: str, places: dict[int, int | None]) -> None:
    moments = [(place, 100 * place) for place in places]
    expected = [(there, 100 * place) for place, there in places.items() if there is not None]
    assert list(written_moments(written, spoken, moments)) == expected


TEXTS = st.lists(
    st.sampled_from(["one", "two", "kubectl", "2024", "😀", "好", "的", "—", "e\u0301t\u00e9"]), max_size=30
)


@given(TEXTS, TEXTS)
def test_moments_ascend_within_the_written_text(written: Sequence[str], spoken: Sequence[str]) -> None:
    here, there = " ".join(spoken), " ".join(written)
    moments = [(place, 10 * place) for place in range(0, sum(map(len, spoken)), 2)]
    found = written_moments(there, here, moments)
    places = [place for place, _ in found]
    assert places == sorted(set(places))
    assert all(0 <= place < sum(map(len, written)) for place in places)
    assert {milliseconds for _, milliseconds in found} <= {milliseconds for _, milliseconds in moments}


def test_a_text_of_ten_thousand_words_is_aligned_at_once() -> None:
    words = ["word"] * 10_000
    moments = [(4 * place, place) for place in range(10_000)]
    found = written_moments(" ".join([*words, "😀"]), " ".join(words), moments)
    assert list(found) == moments
    assert len(written_moments(" ".join(["b", *words, "a"]), " ".join(["a", *words, "b"]), moments)) == 0


def test_a_sentence_that_was_cut_short_keeps_its_times_inside() -> None:
    sentence = TimedText(
        text="one two three four", start_seconds=1, end_seconds=2, moments=((0, 0), (3, 900), (6, 5000))
    )
    (cue,) = caption_cues([sentence])
    assert (cue.start_milliseconds, cue.end_milliseconds) == (1000, 2000)
