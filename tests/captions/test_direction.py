"""Right to left: the marks by which a player that knows nothing of direction shows a line as it is written."""

from __future__ import annotations

import pytest

from longtake.captions import caption_cues, write_srt, write_vtt
from longtake.captions.direction import direction_of
from longtake.prepared import TimedText

RLE, LRE, PDF = "\u202b", "\u202a", "\u202c"


def shown(text: str, speaker: str | None = None) -> list[str]:
    return caption_cues([TimedText(text=text, start_seconds=0, end_seconds=5, speaker=speaker)])[0].text.split("\n")


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("Good morning.", None),
        ("早上好。", None),
        ("2024!", None),
        ("שלום לכולם.", "rtl"),
        ("صباح الخير، أهلا!", "rtl"),
        ("YouTube הוא אתר נחמד.", "rtl"),
        ("The word שלום means peace.", "ltr"),
        ("שלום means peace, they say.", "ltr"),
    ],
)
def test_a_sentence_runs_as_most_of_its_letters_do(text: str, direction: str | None) -> None:
    assert direction_of(text) == direction


def test_every_line_that_runs_from_the_right_is_embedded_by_itself() -> None:
    text = "שלום לכולם, היום נדבר על סרטונים ארוכים מאוד ועל הדרך שבה הם נוצרים."
    lines = shown(text)
    assert len(lines) == 2
    assert all(line[0] == RLE and line[-1] == PDF and not {RLE, LRE, PDF} & set(line[1:-1]) for line in lines)
    assert " ".join(line[1:-1] for line in lines) == text


def test_a_latin_name_does_not_turn_a_hebrew_line_around() -> None:
    assert shown("שלום לכולם.", "Ada") == [f"{RLE}ADA: שלום לכולם.{PDF}"]
    assert shown("YouTube הוא אתר נחמד.") == [f"{RLE}YouTube הוא אתר נחמד.{PDF}"]


def test_a_hebrew_word_does_not_turn_an_english_line_around() -> None:
    text = "This is a rather long line of plain English, and שלום is the word that stands in it."
    cues = caption_cues([TimedText(text=text, start_seconds=0, end_seconds=7)])
    lines = [line for cue in cues for line in cue.text.split("\n")]
    assert len(lines) > 2
    assert all((line[0] == LRE and line[-1] == PDF) == ("שלום" in line) for line in lines)


def test_what_has_no_letter_from_the_right_has_no_marks() -> None:
    assert shown("Good morning, 你好, добрый день.") == ["Good morning, 你好, добрый день."]


def test_both_formats_have_the_marks_and_the_cues_own_lines_have_none() -> None:
    (cue,) = caption_cues([TimedText(text="שלום לכולם.", start_seconds=0, end_seconds=2)])
    assert cue.lines == ("שלום לכולם.",)
    assert f"{RLE}שלום לכולם.{PDF}\n" in write_srt([cue])
    assert f"{RLE}שלום לכולם.{PDF}\n" in write_vtt([cue])
