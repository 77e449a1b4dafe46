"""Subtitles become paragraphs, at pauses and where the speaker changes."""

from __future__ import annotations

from itertools import product

import pytest
from typing_extensions import override

from longtake.errors import ScriptError
from longtake.importing.subtitles import _overlap, read_subtitles
from longtake.script.source import Source


def paragraphs(*cues: tuple[float, float, str]) -> list[tuple[str | None, str]]:
    clocks = [tuple(f"00:{each // 60:02.0f}:{each % 60:06.3f}" for each in cue[:2]) for cue in cues]
    rows = [f"{n}\n{clocks[n][0]} --> {clocks[n][1]}\n{cue[2]}\n" for n, cue in enumerate(cues)]
    return [(one.speaker, one.text) for one in read_subtitles(Source("\n".join(rows), "a.srt"))]


def texts(*cues: tuple[float, float, str]) -> list[str]:
    return [text for _, text in paragraphs(*cues)]


def test_cues_are_merged_into_sentences_and_paragraphs() -> None:
    assert texts(
        (1, 2, "This tower is"),
        (2, 3, "<i>older</i> than the town."),
        (3.2, 4, "It still\nworks."),
        (5.5, 6, "A new"),
        (7.2, 8, "paragraph."),
        (10.5, 11, "Another"),
        (13.5, 14, "one"),
    ) == ["This tower is older than the town. It still works.", "A new paragraph.", "Another", "one"]


def test_a_long_paragraph_ends_with_a_sentence() -> None:
    cues = [(float(n), n + 0.9, f"This is sentence number {n} of many.") for n in range(40)]
    found = texts(*cues)
    assert " ".join(found) == " ".join(text for _, _, text in cues)
    assert len(found) == 3
    assert all(text.endswith(".") and len(text) < 600 for text in found)


def test_speakers_are_told_by_capitals_and_by_voices() -> None:
    assert paragraphs(
        (0, 1, "It was dark."),
        (1, 2, "ADA: Who is there?"),
        (2, 3, "Say it. Note: now."),
        (3, 4, "DR. NO: Me."),
        (4, 5, ">> ADA: Oh."),
        (5, 6, "<v Theo>And me.</v>"),
        (6, 7, "- ADA: Two?\n- THEO: Two."),
        (8, 9, "At 10:30 THEY left."),
    ) == [
        (None, "It was dark."),
        ("Ada", "Who is there? Say it. Note: now."),
        ("Dr. No", "Me."),
        ("Ada", "Oh."),
        ("Theo", "And me."),
        ("Ada", "Two?"),
        ("Theo", "Two."),
        (None, "At 10:30 THEY left."),
    ]


def test_turns_without_names_are_paragraphs() -> None:
    assert texts(
        (0, 1, "Is it old?"), (1, 2, ">> Very old,"), (2, 3, "I think."), (3, 4, "- Good.\n- Well - yes.")
    ) == [*("Is it old?", "Very old, I think.", "Good.", "Well - yes.")]


def test_sounds_and_songs_are_left_out() -> None:
    assert texts(
        (0, 1, "[Music]"), (1, 2, "♪ la la ♪"), (2, 3, "(laughs)"), (3, 4, "[door] Hello (again)."), (4, 5, "...")
    ) == ["Hello (again)."]
    with pytest.raises(ScriptError, match="nobody speaks in these subtitles"):
        texts((0, 1, "[Music]"))


def test_words_that_rolling_subtitles_show_twice_are_said_once() -> None:
    assert texts(
        (0, 2, "so today we will"),
        (2, 2.01, "so today we will"),
        (2.01, 4, "so today we will\nlook at the tower"),
        (4, 6, "look at the tower\nno no no"),
        (6, 7, "no way."),
    ) == ["so today we will look at the tower no no no no way."]


class Compared(str):
    """A word that counts how often it is compared with another."""

    __slots__ = ()
    times = 0

    @override
    def __eq__(self, other: object) -> bool:
        Compared.times += 1
        return str.__eq__(self, other)

    __hash__ = str.__hash__


def test_repeated_words_are_found_in_one_walk() -> None:
    for before, words in product(product("ab", repeat=4), product("ab", repeat=5)):
        counts = [n for n in range(1, 5) if before[-n:] == words[:n] and n >= 3]
        assert _overlap([*before], [*words]) == max(counts, default=0)
    assert _overlap(["no"], ["no", "way"]) == 1, "all of what was shown"
    assert _overlap(["so", "no"], ["no", "way"]) == 0
    shown, words = ([Compared(sign) for sign in "x" * 1_000 + end] for end in "ab")
    assert _overlap([*shown], [*words]) == 0
    assert Compared.times < 10_000


def test_scripts_without_spaces_are_joined_without_them() -> None:
    assert texts((0, 1, "你好，"), (1, 2, "世界。")) == ["你好，世界。"]


def test_a_cue_that_cannot_be_read_is_told_by_its_line() -> None:
    with pytest.raises(ScriptError, match=r"^a\.srt:4: "):
        read_subtitles(Source("1\n00:01 --> 00:02\nHi.\n00:0x --> 00:03\nHo.", "a.srt"))
