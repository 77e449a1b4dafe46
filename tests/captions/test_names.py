"""Who speaks: a name in front of what is said where the speaker changes, and WebVTT's voice tags."""

from __future__ import annotations

import html
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.captions import Cue, caption_cues, write_srt, write_vtt
from longtake.captions.names import speaker_label
from longtake.captions.words import text_width
from longtake.prepared import TimedText
from longtake.storyboard import NARRATOR

LONG = "Nobody who has ever seen this place would say that it was built in less than a hundred years, or by one man."


def said(*turns: tuple[str | None, str], seconds: float = 4.0) -> list[TimedText]:
    return [
        TimedText(text=text, start_seconds=seconds * number, end_seconds=seconds * (number + 1) - 0.4, speaker=speaker)
        for number, (speaker, text) in enumerate(turns)
    ]


def lines(*turns: tuple[str | None, str]) -> list[str]:
    return [" | ".join(cue.lines) for cue in caption_cues(said(*turns))]


def test_the_name_stands_where_the_speaker_changes_and_only_there() -> None:
    assert lines(("Ada", "Good morning."), ("Ada", "It is late."), ("Ben", "It is."), ("Ada", "So it is.")) == [
        *("ADA: Good morning.", "It is late.", "BEN: It is.", "ADA: So it is.")
    ]


def test_who_is_alone_is_not_named() -> None:
    assert lines((None, "Good morning."), (None, "It is late.")) == ["Good morning.", "It is late."]


def test_only_the_first_cue_of_a_turn_has_the_name_and_all_have_the_voice_tag() -> None:
    cues = caption_cues(said(("Ada", LONG), ("Ben", "I see.")))
    assert len(cues) == 3
    assert [cue.lines[0].startswith(("ADA: ", "BEN: ")) for cue in cues] == [True, False, True]
    told = [row for row in write_vtt(cues).splitlines() if row.startswith("<v ")]
    assert [row.split(">")[0] for row in told] == [f"<v {name}" for cue in cues for name in cue.speakers or ()]
    assert "<v" not in write_srt(cues)
    assert "ADA: Nobody" in write_srt(cues) and "ADA: Nobody" in write_vtt(cues)


def test_the_name_takes_no_time() -> None:
    plain = caption_cues(said((None, LONG), (None, LONG)))
    named = caption_cues(said(("Ada", LONG), ("Ada", LONG)))
    assert named[0].start_milliseconds == plain[0].start_milliseconds
    assert named[-1].end_milliseconds == plain[-1].end_milliseconds


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("Ada", "ADA:"),
        (NARRATOR, "\u2013"),
        ("小明", "小明："),
        ("Dr. Ada Lovelace", "DR. ADA LOVELACE:"),
        ("  Zoë\u202e ", "ZOË:"),
        ("A" * 200, "A" * 20 + "…:"),
        ("The Very Reverend Archibald", "THE VERY REVEREND AR…:"),
        ("王" * 30, "王" * 7 + "…："),
        ("عمر", "عمر:"),
    ],
)
def test_labels(name: str, label: str) -> None:
    assert speaker_label(name) == label


def test_a_chinese_name_needs_no_space() -> None:
    assert lines(("小明", "早上好。"), ("Ben", "Hello.")) == ["小明：早上好。", "BEN: Hello."]


def test_a_word_wider_than_a_line_stands_below_the_name() -> None:
    word = "https://example.org/" + "x" * 60
    cues = caption_cues(said(("Ada", word)))
    assert [cue.lines for cue in cues] == [("ADA:", word)]


def test_a_quick_answer_is_shown_with_what_it_answers() -> None:
    turns = said(("Ada", "Really?"), ("Ben", "Yes & no."), ("Ada", "I see."), seconds=0.8)
    cues = caption_cues(turns)
    assert [(cue.start_milliseconds, cue.end_milliseconds, cue.lines) for cue in cues] == [
        (0, 1600, ("ADA: Really?", "BEN: Yes & no.")),
        (1600, 2600, ("ADA: I see.",)),
    ]
    assert cues[0].speakers == ("Ada", "Ben")
    assert "\n<v Ada>ADA: Really?</v>\n<v Ben>BEN: Yes &amp; no.\n" in write_vtt(cues)
    assert "\nADA: Really?\nBEN: Yes & no.\n" in write_srt(cues)


def test_a_quick_answer_that_is_long_is_a_cue_of_its_own() -> None:
    question, _ = said(("Ada", "Really?"), ("Ben", ""), seconds=0.8)
    answer = TimedText(text=LONG[:70], start_seconds=0.8, end_seconds=4.8, speaker="Ben")
    cues = caption_cues([question, answer])
    assert [(cue.speakers, len(cue.lines)) for cue in cues] == [(("Ada",), 1), (("Ben",), 2)]


def test_a_hebrew_answer_to_an_english_question_runs_its_own_way() -> None:
    (cue,) = caption_cues(said(("Ada", "Really?"), ("דנה", "YouTube, כן בוודאי."), seconds=0.8))
    assert cue.shown_lines == ("ADA: Really?", "\u202bדנה: YouTube, כן בוודאי.\u202c")


def test_names_break_no_format() -> None:
    cues = caption_cues(said(("A<b>&-->", "Hello there.")))
    assert "<v A&lt;b&gt;&amp;--&gt;>A&lt;B&gt;&amp;--&gt;: Hello" in write_vtt(cues)
    (row,) = [row for row in write_srt(cues).splitlines() if "Hello" in row]
    assert "-->" not in row and "<B" not in row


NAMES = st.sampled_from(["Ada", "Ben", NARRATOR, "小明", "A Very Long Name Of Somebody Or Other", "דנה", None])
WORDS = st.lists(st.text("abcdé,.!?'—", min_size=1, max_size=14), min_size=1, max_size=40).map(" ".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(NAMES, WORDS), max_size=7), st.sampled_from([0.6, 2.0, 4.0, 12.0]))
def test_a_dialogue_keeps_to_the_conventions(turns: list[tuple[str | None, str]], seconds: float) -> None:
    sentences = said(*turns, seconds=seconds)
    cues = caption_cues(sentences, video_seconds=seconds * len(turns))
    assert all(one.end_milliseconds <= two.start_milliseconds for one, two in pairwise(cues))
    assert all(len(cue.lines) <= 2 and text_width(line) <= 42.001 for cue in cues for line in cue.lines)
    assert not cues or cues[-1].end_milliseconds <= 1000 * seconds * len(turns) + 1
    rows = [(name, line) for cue in cues for name, line in zip(names_of_lines(cue), cue.lines, strict=True)]
    assert changes([name for name, _ in rows]) == changes([name for name, _ in turns])
    said_in_rows = (without_label(row, last) for last, row in zip([None, *rows], rows, strict=False))
    assert "".join("".join(text.split()) for text in said_in_rows) == "".join("".join(t.split()) for _, t in turns)
    assert html.unescape(write_vtt(cues)).count("<v ") == sum(len(cue.speakers or ()) for cue in cues)


Row = tuple[str | None, str]


def names_of_lines(cue: Cue) -> tuple[str | None, ...]:
    """Who says each line."""
    speakers = cue.speakers or (None,)
    return speakers if len(speakers) == len(cue.lines) else speakers * len(cue.lines)


def changes(names: list[str | None]) -> list[str | None]:
    return [name for last, name in zip([0, *names], names, strict=False) if last != name]


def without_label(row: Row, last: Row | None) -> str:
    name, text = row
    if name and (last is None or last[0] != name):
        label = speaker_label(name)
        assert text.startswith(label)
        return text[len(label) :]
    return text
