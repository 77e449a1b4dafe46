"""Lines: spoken once, on the frame grid, at the preset's loudness, the same wherever they stand."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longtake.assets import FolderStore
from longtake.errors import ScriptError, VoiceFailed
from longtake.grid import SAMPLES_PER_FRAME
from longtake.loudness import LoudnessPreset, measure_samples, preset_named
from longtake.prepared import PreparedLine
from longtake.speech import (
    LINE_PAUSE_SECONDS,
    SENTENCE_PAUSE_SECONDS,
    SpokenWord,
    Voice,
    check_speakable,
    open_voice,
    prepare_spoken_line,
)
from longtake.speech.kept import spoken_sentence
from longtake.speech.utterances import delivery_of
from longtake.storyboard import Line, Scene, Storyboard
from tests.speech.counting_voice import CountingVoice

PODCAST = preset_named("podcast")
LONG = "The first sentence is of a middling length. Here comes the second one! And is this not already the third?"
PAUSED = "We begin here. [pause 1.2] Then there was [pause 0.5] a silence. [pause 2]"


def prepare(
    lines: Sequence[Line],
    store: FolderStore,
    *,
    voice: Voice | None = None,
    language: str = "en",
    preset: LoudnessPreset = PODCAST,
) -> list[PreparedLine]:
    opened = voice or open_voice(None, language)

    async def all_lines() -> list[PreparedLine]:
        return await asyncio.gather(
            *(prepare_spoken_line(each, voice=opened, language=language, preset=preset, store=store) for each in lines)
        )

    return asyncio.run(all_lines())


def prepare_one(text: str, store: FolderStore, **options: object) -> PreparedLine:
    return prepare([Line(text=text)], store, **options)[0]  # type: ignore[arg-type]


def sound_of(line: PreparedLine, store: FolderStore) -> NDArray[np.int16]:
    with store.local(line.audio) as path:
        info = soundfile.info(path)
        assert (info.samplerate, info.channels, info.subtype, info.format) == (48_000, 1, "PCM_16", "WAV")
        samples, _ = soundfile.read(path, dtype="int16")
    return samples


def stored(store: FolderStore) -> set[str]:
    return {*store.record_names("recipes/"), *(asset.sha256 for asset in store.assets())}


@pytest.mark.parametrize("text", [LONG, PAUSED, "Short.", "[pause 0.33] Late. [pause 0.01] Later on."])
def test_everything_stands_on_the_frame_grid(text: str, store: FolderStore) -> None:
    line = prepare_one(text, store)
    sound = sound_of(line, store)
    assert len(sound) == line.frames * SAMPLES_PER_FRAME
    ends = []
    for sentence in line.sentences:
        start, end = round(sentence.start_seconds * 48_000), round(sentence.end_seconds * 48_000)
        assert start % SAMPLES_PER_FRAME == 0
        # It is silent up to its very first sample, and speech follows within its margin.
        assert not sound[ends[-1] if ends else 0 : start].any()
        assert np.flatnonzero(sound[start:end])[0] <= 960
        assert np.abs(sound[start : start + 1920].astype(int)).max() > 150
        assert np.abs(sound[end - 4800 : end].astype(int)).max() > 150
        ends.append(end)
    assert not sound[ends[-1] :].any()
    assert line.tail_seconds == pytest.approx((len(sound) - ends[-1]) / 48_000, abs=1e-5)


def test_pauses_are_as_long_as_asked_and_at_most_a_frame_longer(store: FolderStore) -> None:
    line = prepare_one(PAUSED, store)
    asked = [SENTENCE_PAUSE_SECONDS + 1.2, 0.5]
    assert [sentence.text for sentence in line.sentences] == ["We begin here.", "Then there was", "a silence."]
    assert [cut.kind for cut in line.cuts] == ["pause", "pause"]
    for cut, seconds, before in zip(line.cuts, asked, line.sentences, strict=False):
        assert seconds <= cut.pause_seconds < seconds + 0.04
        assert cut.frame / 25 - before.end_seconds == pytest.approx(cut.pause_seconds, abs=1e-5)
    tail = LINE_PAUSE_SECONDS + 2
    assert tail <= line.tail_seconds < tail + 0.04


def test_each_sentence_begins_at_a_cut(store: FolderStore) -> None:
    line = prepare_one(LONG, store)
    assert [cut.kind for cut in line.cuts] == ["sentence", "sentence"]
    assert [cut.frame / 25 for cut in line.cuts] == [sentence.start_seconds for sentence in line.sentences[1:]]
    assert all(0 < cut.frame < line.frames for cut in line.cuts)


def test_what_is_longer_than_a_clip_can_be_cut(store: FolderStore) -> None:
    one_sentence = prepare_one("and then they went on and on without a stop " * 13, store)
    silence = prepare_one("We wait. [pause 60] [pause 60] It is over.", store)
    for line in (one_sentence, silence):
        frames = [0, *(cut.frame for cut in line.cuts), line.frames]
        assert line.frames > 30 * 25
        assert all(0 < later - earlier <= 8 * 25 for earlier, later in pairwise(frames))


@pytest.mark.parametrize("preset", ["podcast", "youtube", "broadcast"])
def test_a_line_has_the_presets_loudness(preset: str, store: FolderStore) -> None:
    target = preset_named(preset)
    line = prepare_one(LONG, store, preset=target)
    measured = measure_samples(sound_of(line, store))
    assert measured.integrated_lufs == pytest.approx(target.integrated_lufs, abs=0.5)
    assert measured.true_peak_dbtp is not None and measured.true_peak_dbtp <= target.true_peak_dbtp + 0.05


def test_short_lines_share_their_voices_gain(store: FolderStore) -> None:
    """Each by its own measure would be equally loud; by the fixed gain a soft word stays softer than a loud one."""
    voice = CountingVoice()
    texts = ("Oh no.", "Yes sir.", "Good day to you.")
    lines = prepare([Line(text=text) for text in texts], store, voice=voice, preset=preset_named("broadcast"))
    gains = []
    for line, text in zip(lines, texts, strict=True):
        raw = asyncio.run(voice.speak(text)).samples
        gains.append(int(np.abs(sound_of(line, store).astype(int)).max()) / int(np.abs(raw.astype(int)).max()))
    assert gains == pytest.approx([gains[0]] * 3, rel=0.02)


def test_a_line_is_the_same_in_another_place_and_storyboard(store: FolderStore, tmp_path: Path) -> None:
    here = prepare([Line(text=LONG, source_line=3), Line(text="Oh no.", speaker="Ann")], store)
    elsewhere = FolderStore(tmp_path / "elsewhere")
    there = prepare(
        [
            Line(text="Another line that is different stands before it."),
            Line(text="Oh no."),
            Line(text=LONG, source_line=99),
        ],
        elsewhere,
    )
    assert here == [there[2], there[1]]


def test_the_second_time_nothing_is_spoken_or_stored(store: FolderStore, tmp_path: Path) -> None:
    voice = CountingVoice()
    lines = [Line(text=LONG), Line(text=PAUSED), Line(text="Oh no.")]
    first = prepare(lines, store, voice=voice)
    before, spoken = stored(store), voice.spoken
    again = prepare(lines, FolderStore(store.root), voice=voice)
    assert again == first
    assert stored(store) == before
    assert voice.spoken == spoken and len(spoken) == 8  # seven sentences and the calibration


def test_an_edit_speaks_only_the_new_sentence(store: FolderStore) -> None:
    voice = CountingVoice()
    prepare([Line(text=LONG)], store, voice=voice)
    voice.spoken.clear()
    prepare([Line(text=LONG.replace("the second one", "another one"))], store, voice=voice)
    assert voice.spoken == ["Here comes another one!"]


def test_the_same_line_many_times_at_once_is_spoken_once(store: FolderStore) -> None:
    voice = CountingVoice()
    lines = prepare([Line(text=LONG)] * 20, store, voice=voice)
    assert len(voice.spoken) == 3
    assert all(line == lines[0] for line in lines)


def test_a_lost_line_is_made_again_with_the_same_bytes(store: FolderStore) -> None:
    voice = CountingVoice()
    line = prepare([Line(text=LONG)], store, voice=voice)[0]
    store.delete(line.audio)
    assert prepare([Line(text=LONG)], store, voice=voice) == [line]
    assert len(voice.spoken) == 3


def test_a_failed_sentence_leaves_the_others_for_the_next_try(store: FolderStore) -> None:
    voice = CountingVoice(fails_at="second")
    with pytest.raises(VoiceFailed):
        prepare([Line(text=LONG)], store, voice=voice)
    voice.fails_at = None
    voice.spoken.clear()
    prepare([Line(text=LONG)], store, voice=voice)
    assert voice.spoken == ["Here comes the second one!"]


@pytest.mark.parametrize(
    ("language", "text", "least", "most"),
    [
        ("en-GB", "Good morning, this is the news of the day.", 1.8, 4.5),
        ("de", "Guten Morgen, das sind die Nachrichten des Tages.", 1.8, 4.5),
        ("fr", "Bonjour, voici les nouvelles du jour.", 1.4, 4.0),
        ("pt-BR", "Bom dia, estas são as notícias do dia.", 1.6, 4.5),
        ("zh", "早上好，这是今天的新闻。", 1.5, 8.0),
        ("ja", "おはようございます、今日のニュースです。", 1.5, 8.0),
        ("ar", "صباح الخير، هذه أخبار اليوم.", 1.3, 5.0),
        ("he", "בוקר טוב, אלה חדשות היום.", 1.2, 5.0),
        ("hi", "सुप्रभात, यह आज की खबर है।", 1.3, 5.0),
        ("sr-Latn", "Dobro jutro, ovo su vesti dana.", 1.3, 4.0),
    ],
)
def test_languages_sound_for_a_plausible_time(
    language: str, text: str, least: float, most: float, store: FolderStore
) -> None:
    line = prepare_one(text, store, language=language)
    seconds = line.sentences[-1].end_seconds
    assert least < seconds < most
    sound = sound_of(line, store)[: round(seconds * 48_000)].astype(float)
    loud = np.sqrt(np.square(sound[: len(sound) // 2400 * 2400].reshape(-1, 2400)).mean(axis=1)) > 300
    assert loud.mean() > 0.5


def test_voices_differ(store: FolderStore) -> None:
    lines = [prepare_one(LONG, store, voice=open_voice(name, "en")) for name in ("en-us+f3", "gmw/en+m3")]
    assert lines[0].audio != lines[1].audio


@pytest.mark.parametrize("voice", ["fo", "kaa", "xex"])
def test_a_voice_that_lacks_its_dictionary_is_found_out(voice: str, store: FolderStore) -> None:
    with pytest.raises(VoiceFailed, match=f"/{voice} gave no sound for 'Hello there, how are you doing"):
        prepare_one("Hello there, how are you doing today?", store, voice=open_voice(voice, "en"))


HOSTILE = [
    "<speak><break time='9h'/></speak> & done",
    "[[h@'loU]] |- /etc/passwd \\n %s %n {0} ${HOME} `id`",
    "A\u0000B\u0007C and so on",
    "a" * 3000,
    "!" * 2000 + " well then",
    "١٢٣ ४५६ ๗๘๙ and numbers",
    "9" * 400 + " is a number",
    "e\u0301" * 500,
    "\u202eright to left\u202c and back",
    "Zalgo t\u0336\u0321\u0322h\u0337\u0323e\u0338 e\u0334nd of it",
    "👩‍👩‍👧‍👦 a family 👍🏽 says hello",
    "-v en --stdout is no option",
    ". . . . . yes . . . no",
    "\ud800 half a character here",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_spoken_or_refused_clearly(text: str, store: FolderStore) -> None:
    line = prepare_one(text, store)
    assert sound_of(line, store).any()


@pytest.mark.parametrize("text", ["😀", "...", "[pause 2]", "— !? —", "[pause 1] 🎉 [pause 1]"])
def test_a_line_with_nothing_to_say_is_refused_before_anything_is_spoken(text: str, store: FolderStore) -> None:
    scene = Scene(lines=(Line(text="Hello there."), Line(audio="a.wav"), Line(text=text, source_line=12)))
    with pytest.raises(ScriptError, match=r"talk.md:12: .*nothing that can be spoken\. Write some words"):
        check_speakable(Storyboard(scenes=(scene,)), "talk.md")
    voice = CountingVoice()
    with pytest.raises(ScriptError, match=r"line 12: .*nothing that can be spoken"):
        prepare(scene.lines[2:], store, voice=voice)
    assert voice.spoken == [] and stored(store) == set()


def test_speakable_lines_pass() -> None:
    check_speakable(Storyboard(scenes=(Scene(lines=(Line(text="Hi 😀"), Line(text="7"), Line(text="[pause 1] 好"))),)))


def test_an_emoji_stays_in_the_captions(store: FolderStore) -> None:
    line = prepare_one("We made it today. 🎉 [pause 1] 😀", store)
    assert [sentence.text for sentence in line.sentences] == ["We made it today. 🎉 😀"]
    same = prepare_one("We made it today. [pause 1]", store)
    assert same.audio == line.audio


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(["Hello there.", "😀", "well", "[pause 0.4]", "[pause 3]", "Really?", "好的。"]), max_size=9
    )
)
def test_no_word_and_no_pause_is_lost(pieces: list[str]) -> None:
    line = Line(text=" ".join(pieces))
    try:
        delivery = delivery_of(line, "en", maximum_characters=5000)
    except ScriptError:
        assert not any(character.isalnum() for piece in pieces if "[" not in piece for character in piece)
        return
    spoken = "".join(each.spoken for each in delivery.utterances)
    said = "".join(piece for piece in pieces if "[" not in piece and "😀" not in piece)
    assert "".join(spoken.split()) == "".join(said.split())
    asked = sum(float(piece[7:-1]) for piece in pieces if "[" in piece)
    pauses = delivery.tail_seconds + sum(each.pause_seconds for each in delivery.utterances)
    own = pauses - asked - LINE_PAUSE_SECONDS
    assert -1e-6 <= own <= (len(delivery.utterances) - 1) * SENTENCE_PAUSE_SECONDS + 1e-6


def test_a_voice_with_a_low_maximum_gets_shorter_texts(store: FolderStore) -> None:
    voice = CountingVoice(maximum=60)
    prepare([Line(text="This sentence has quite a lot of words in it, and they do not all fit.")], store, voice=voice)
    assert len(voice.spoken) > 2
    assert all(len(text) <= 60 for text in voice.spoken)


def test_word_times_are_kept_with_the_sentence(store: FolderStore) -> None:
    word = SpokenWord(text="Hello", start_seconds=0.1, end_seconds=0.4)
    voice = CountingVoice(words=(word,))
    kept = asyncio.run(spoken_sentence("Hello there.", voice=voice, store=store))
    assert [SpokenWord.model_validate(each) for each in kept.facts["words"]] == [word]
    assert asyncio.run(spoken_sentence("Hello there.", voice=voice, store=store)) == kept
    assert voice.spoken == ["Hello there."]


def test_a_long_run_without_spaces_loses_nothing(store: FolderStore) -> None:
    """espeak-ng itself stops after some 160 phonemes of a word."""
    text = "おはようございますきょうのにゅーすです"
    once, ten = (prepare_one(text * times, store, language="ja") for times in (1, 10))
    seconds = [line.sentences[-1].end_seconds for line in (once, ten)]
    assert seconds[1] == pytest.approx(10 * seconds[0], rel=0.15)
