"""Sound is read by what it is, not by what its headers say; and times of words by whether they make sense."""

from __future__ import annotations

import io
import json

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from blocks.voices.sound import read_pcm, read_sound, with_true_sizes
from blocks.voices.word_times import words_of_alignment, words_of_marks
from emulators.voices.sounds import with_made_up_size
from longtake.errors import VoiceFailed
from longtake.speech.voice import SpokenWord

RATE = 24_000
TONE = (8_000 * np.sin(2 * np.pi * 220 * np.arange(RATE // 2) / RATE)).astype(np.int16)


def encoded(samples: np.ndarray = TONE, file_format: str = "WAV", subtype: str | None = "PCM_16") -> bytes:
    written = io.BytesIO()
    soundfile.write(written, samples, RATE, format=file_format, subtype=subtype)
    return written.getvalue()


@settings(max_examples=150, deadline=None)
@given(size=st.integers(0, 0xFFFFFFFF), count=st.integers(1, 400))
def test_a_wav_of_any_made_up_size_is_read_whole(size: int, count: int) -> None:
    samples = TONE[1 : count + 1]
    spoiled = with_made_up_size(encoded(samples), size)
    read, rate = read_sound(spoiled, "voice")
    assert rate == RATE
    assert np.array_equal(read, samples)


def test_a_chunk_behind_the_sound_is_not_heard() -> None:
    wav = encoded() + b"LIST" + (4).to_bytes(4, "little") + b"INFO"
    assert with_true_sizes(wav) == wav
    assert np.array_equal(read_sound(wav, "voice")[0], TONE)


@pytest.mark.parametrize(("file_format", "subtype"), [("FLAC", "PCM_16"), ("WAV", "FLOAT"), ("WAVEX", "PCM_24")])
def test_other_lossless_formats_give_the_same_samples(file_format: str, subtype: str) -> None:
    exact = TONE.astype(np.float64) / 32768
    samples, rate = read_sound(encoded(exact, file_format, subtype), "voice")
    assert rate == RATE and len(samples) == len(TONE)
    assert np.abs(samples.astype(int) - TONE).max() <= 1


@pytest.mark.parametrize(("file_format", "subtype"), [("MP3", None), ("OGG", "VORBIS"), ("OGG", "OPUS")])
def test_lossy_formats_keep_the_length(file_format: str, subtype: str | None) -> None:
    samples, rate = read_sound(encoded(TONE, file_format, subtype), "voice")
    assert len(samples) / rate == pytest.approx(0.5, abs=0.03)
    assert samples.any()


def test_two_channels_become_one() -> None:
    samples, _ = read_sound(encoded(np.column_stack([TONE, TONE])), "voice")
    assert len(samples) == len(TONE)
    assert np.corrcoef(samples, TONE)[0, 1] > 0.999


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.binary(max_size=200), st.binary(max_size=60).map(lambda rest: encoded()[:30] + rest)))
def test_anything_else_is_told_as_no_sound(data: bytes) -> None:
    """Never another error: what came was paid, and that must be told."""
    try:
        samples, _ = read_sound(data, "voice")
    except VoiceFailed as error:
        assert "voice" in str(error)
    else:
        assert samples.any()


@pytest.mark.parametrize(
    ("data", "told"),
    [(b"", "it is empty"), (b'{"error": 1}', "it is JSON"), (b"<html></html>", "it is a page"), (b"x" * 99, "else")],
)
def test_what_came_instead_is_told(data: bytes, told: str) -> None:
    with pytest.raises(VoiceFailed, match=told):
        read_sound(data, "voice")


def test_silence_is_no_sound() -> None:
    for data in (encoded(np.zeros(RATE, np.int16)), encoded(np.zeros(0, np.int16))):
        with pytest.raises(VoiceFailed):
            read_sound(data, "voice")
    with pytest.raises(VoiceFailed, match="only silence"):
        read_pcm(bytes(100), "voice")
    assert read_pcm(b"\x01\x02\x03", "voice").tolist() == [0x0201]


def alignment(text: str) -> dict[str, object]:
    return {
        "characters": list(text),
        "character_start_times_seconds": [at / 10 for at in range(len(text))],
        "character_end_times_seconds": [(at + 1) / 10 for at in range(len(text))],
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hi, you.", ["Hi,", "you."]),
        ("  a\n b ", ["a", "b"]),
        ("今日は。", ["今", "日", "は。"]),
        ("Use API 今天", ["Use", "API", "今", "天"]),
        ("", []),
        ("   ", []),
    ],
)
def test_words_of_an_alignment(text: str, words: list[str]) -> None:
    found = words_of_alignment(alignment(text))
    assert [word.text for word in found] == words
    for word in found:
        at = text.index(word.text)
        assert word.start_seconds == pytest.approx(at / 10)
        assert word.end_seconds == pytest.approx((at + len(word.text)) / 10)


NONSENSE = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(NONSENSE, NONSENSE, NONSENSE)
def test_times_that_make_no_sense_give_no_words(characters: object, starts: object, ends: object) -> None:
    told = {"characters": characters, "character_start_times_seconds": starts, "character_end_times_seconds": ends}
    for word in (*words_of_alignment(told), *words_of_alignment(characters)):
        assert 0 <= word.start_seconds <= word.end_seconds


def test_words_of_speech_marks() -> None:
    marks = [
        {"time": 0, "type": "sentence", "start": 0, "end": 9, "value": "Mary had."},
        {"time": 6, "type": "word", "start": 0, "end": 4, "value": "Mary"},
        {"time": 373, "type": "word", "start": 5, "end": 8, "value": "had"},
    ]
    lines = "".join(json.dumps(mark) + "\n" for mark in marks).encode()
    assert words_of_marks(lines, 0.8) == (
        SpokenWord(text="Mary", start_seconds=0.006, end_seconds=0.373),
        SpokenWord(text="had", start_seconds=0.373, end_seconds=0.8),
    )
    assert words_of_marks(b"", 1) == ()


@given(st.binary(max_size=100))
def test_marks_that_make_no_sense_give_no_words(lines: bytes) -> None:
    words_of_marks(lines, 1.0)
