"""Captions: cues that keep to the conventions, and files that a small reader of our own understands."""

from __future__ import annotations

import html
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.captions import Cue, caption_cues, write_srt, write_vtt
from longtake.captions.words import Words
from longtake.prepared import TimedText

TIME = re.compile(r"(\d{2,}):(\d\d):(\d\d)([.,])(\d{3})")


def timed(*sentences: tuple[str, float, float]) -> list[TimedText]:
    return [TimedText(text=text, start_seconds=start, end_seconds=end) for text, start, end in sentences]


def shown(*sentences: tuple[str, float, float]) -> list[tuple[int, int, str]]:
    return [(cue.start_milliseconds, cue.end_milliseconds, cue.text) for cue in caption_cues(timed(*sentences))]


def letters(text: str) -> str:
    return "".join(text.split())


def milliseconds(text: str, point: str) -> int:
    found = TIME.fullmatch(text)
    assert found and found[4] == point
    hours, minutes, seconds, thousandths = (int(found[group]) for group in (1, 2, 3, 5))
    assert minutes < 60 and seconds < 60
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def parsed(blocks: str, point: str) -> list[tuple[int, int, str]]:
    cues = []
    for block in filter(None, blocks.split("\n\n")):
        rows = block.strip("\n").split("\n")
        if point == ",":
            assert rows.pop(0) == str(len(cues) + 1)
        start, arrow, end = rows.pop(0).split(" ")
        assert arrow == "-->" and rows and all(rows) and not any("-->" in row for row in rows)
        cues.append((milliseconds(start, point), milliseconds(end, point), "\n".join(rows)))
    return cues


def parse_srt(text: str) -> list[tuple[int, int, str]]:
    return [(start, end, told.replace("\u2060", "")) for start, end, told in parsed(text, ",")]


def parse_vtt(text: str) -> list[tuple[int, int, str]]:
    head, _, blocks = text.partition("\n")
    assert head == "WEBVTT"
    cues = parsed(blocks, ".")
    assert not any("<" in told or ">" in told for _, _, told in cues)
    return [(start, end, html.unescape(told)) for start, end, told in cues]


def test_a_short_sentence_is_one_line() -> None:
    assert shown(("Hello there.", 1.0, 2.5)) == [(1000, 2500, "Hello there.")]


def test_two_lines_break_after_punctuation() -> None:
    text = "When the light came back, nobody in the whole street said a word."
    assert shown((text, 0, 5)) == [(0, 5000, text.replace("back, ", "back,\n"))]


def test_a_long_sentence_is_cut_where_a_reader_pauses_and_time_goes_by_characters() -> None:
    first = "The machines that make a portrait speak are wonderful,"
    second = "but they run out of breath after thirty seconds, and then they simply stop."
    cues = shown((f"{first} {second}", 10.0, 20.0))
    assert [text.replace("\n", " ") for _, _, text in cues] == [first, second]
    characters = len(letters(first)), len(letters(second))
    middle = 10_000 + round(10_000 * characters[0] / sum(characters))
    assert [cue[:2] for cue in cues] == [(10_000, middle), (middle, 20_000)]


def test_short_cues_are_held_for_a_second_where_there_is_room() -> None:
    assert [cue[:2] for cue in shown(("No.", 0, 0.3), ("Yes.", 5, 5.2))] == [(0, 1000), (5000, 6000)]
    long = "Whatever they say, nobody here has ever seen anything like that before, I believe."
    assert [cue[:2] for cue in shown(("No.", 0, 0.3), (long, 0.7, 5))] == [(0, 700), (700, 5000)]


def test_a_sentence_that_the_next_follows_too_soon_is_shown_with_it() -> None:
    assert shown(("No.", 0, 0.3), ("Yes.", 0.7, 0.9), ("Well, perhaps.", 1.1, 2)) == [
        (0, 1100, "No. Yes."),
        (1100, 2100, "Well, perhaps."),
    ]
    assert shown(("不。", 0, 0.3), ("好。", 0.7, 1.9)) == [(0, 1900, "不。好。")]


def test_small_gaps_are_closed_and_large_ones_stay() -> None:
    assert [cue[:2] for cue in shown(("One one.", 0, 2), ("Two two.", 2.4, 4), ("Three.", 4.5, 6))] == [
        (0, 2400),
        (2400, 4000),
        (4500, 6000),
    ]


def test_what_is_said_fast_is_held_until_it_can_be_read() -> None:
    text = "Sixty characters of speech went by in no more than a second."
    assert [cue[:2] for cue in shown((text, 0, 1), ("And then.", 9, 10))] == [(0, 2950), (9000, 10_000)]
    assert [cue[:2] for cue in shown((text, 0, 1), ("And then.", 2.5, 3.5))] == [(0, 2500), (2500, 3500)]


def test_slow_speech_is_not_shown_for_longer_than_seven_seconds() -> None:
    assert shown(("Stop.", 0, 30)) == [(0, 7000, "Stop.")]
    assert len(shown(("aa bb cc dd ee ff", 0, 18))) == 3


def test_chinese_has_sixteen_characters_a_line_and_no_spaces() -> None:
    text = "我们把很长的视频分成许多短的片段，然后再把它们准确地连接起来，一帧也不会丢失，一句话也不会说错。"
    lines = [line for cue in caption_cues(timed((text, 0, 12))) for line in cue.lines]
    assert "".join(lines) == text
    assert max(map(len, lines)) <= 16 and min(map(len, lines)) >= 7
    assert not any(line[0] in "，。" for line in lines)


def test_thai_breaks_within_no_syllable() -> None:
    text = "ภาษาไทยไม่มีช่องว่างระหว่างคำและประโยคนี้ยาวพอที่จะต้องแบ่งเป็นหลายบรรทัด"
    lines = [line for cue in caption_cues(timed((text, 0, 8))) for line in cue.lines]
    assert "".join(lines) == text
    assert not any(line[0] in "ะาำ่้ั็ิีึืุู์" or line[-1] in "เแโใไ" for line in lines)


def test_text_from_right_to_left_keeps_its_order() -> None:
    text = "שלום לכולם, היום נדבר על סרטונים ארוכים מאוד ועל הדרך שבה הם נוצרים כאן."
    assert " ".join(line for cue in caption_cues(timed((text, 0, 6))) for line in cue.lines) == text


def test_a_word_wider_than_a_line_stays_whole() -> None:
    word = "https://example.org/" + "x" * 200
    lines = [line for cue in caption_cues(timed((f"Look at {word} now.", 0, 6))) for line in cue.lines]
    assert word in lines


def test_nothing_to_show_is_no_cue() -> None:
    assert caption_cues(timed(("", 0, 1), (" \u0007 ", 1, 2))) == ()
    assert (write_srt(()), write_vtt(())) == ("", "WEBVTT\n")


def test_markup_arrows_and_entities_are_text_in_both_formats() -> None:
    text = "a --> b <i>c</i> & {\\an8} &lt; </v>"
    (cue,) = caption_cues(timed((text, 0, 2)))
    assert parse_srt(write_srt([cue])) == parse_vtt(write_vtt([cue])) == [(0, 2000, text)]
    assert "&lt;i&gt;c&lt;/i&gt; &amp; {\\an8} &amp;lt;" in write_vtt([cue])
    assert not re.search(r"</?[a-z]|\{\\", write_srt([cue]))


def test_the_formats_to_the_letter() -> None:
    cues = [
        Cue(start_milliseconds=0, end_milliseconds=1500, lines=("One,", "two.")),
        Cue(start_milliseconds=360_061_001, end_milliseconds=360_062_000, lines=("Late.",)),
    ]
    assert write_srt(cues) == (
        "1\n00:00:00,000 --> 00:00:01,500\nOne,\ntwo.\n\n2\n100:01:01,001 --> 100:01:02,000\nLate.\n"
    )
    assert write_vtt(cues) == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500\nOne,\ntwo.\n\n100:01:01.001 --> 100:01:02.000\nLate.\n"
    )


WORDS = st.lists(st.text("abcdé,.;:!?'—-", min_size=1, max_size=14), min_size=1, max_size=60).map(" ".join)
ANY_TEXT = st.text(max_size=150)


@st.composite
def speech(draw: st.DrawFn, texts: st.SearchStrategy[str]) -> list[TimedText]:
    sentences, clock = [], draw(st.floats(0, 400_000))
    for text in draw(st.lists(texts, max_size=8)):
        start = clock + draw(st.sampled_from([0, 0.0004, 0.2, 0.35, 0.8, 3, 60]))
        clock = start + draw(st.one_of(st.floats(0.3, 40), st.floats(0, 0.01)))
        sentences.append(TimedText(text=text, start_seconds=start, end_seconds=clock))
    return sentences


def in_order(cues: tuple[Cue, ...]) -> bool:
    spans = [(cue.start_milliseconds, cue.end_milliseconds) for cue in cues]
    return all(start < end for start, end in spans) and all(one[1] <= two[0] for one, two in pairwise(spans))


@settings(max_examples=300, deadline=None)
@given(speech(WORDS))
def test_cues_keep_to_the_conventions(sentences: list[TimedText]) -> None:
    cues = caption_cues(sentences)
    assert in_order(cues)
    spoken = " ".join(sentence.text for sentence in sentences)
    assert letters("".join(cue.text for cue in cues)) == letters(spoken)
    assert set(" ".join(cue.text for cue in cues).split()) >= {word for word in spoken.split() if "—" not in word}
    for cue in cues:
        assert len(cue.lines) <= 2
        assert all(0 < len(line) <= 42 for line in cue.lines)
        assert cue.end_milliseconds - cue.start_milliseconds <= 7000
    for cue, following in pairwise(cues):
        assert (
            cue.end_milliseconds - cue.start_milliseconds >= 1000
            or cue.end_milliseconds == following.start_milliseconds
        )
    assert parse_srt(write_srt(cues)) == parse_vtt(write_vtt(cues))
    assert parse_vtt(write_vtt(cues)) == [(cue.start_milliseconds, cue.end_milliseconds, cue.text) for cue in cues]


@settings(max_examples=200, deadline=None)
@given(speech(ANY_TEXT))
def test_whatever_is_said_nothing_visible_is_lost_and_no_format_breaks(sentences: list[TimedText]) -> None:
    cues = caption_cues(sentences)
    assert in_order(cues)
    assert all(line.strip() for cue in cues for line in cue.lines)
    visible = "".join(letters("".join(cue.lines)) for cue in cues)
    wanted = "".join(
        letters(Words(sentence.text).line(0, len(Words(sentence.text))))
        for sentence in sentences
        if len(Words(sentence.text))
    )
    assert visible == wanted
    times = [(cue.start_milliseconds, cue.end_milliseconds) for cue in cues]
    assert [cue[:2] for cue in parse_srt(write_srt(cues))] == times
    assert [cue[:2] for cue in parse_vtt(write_vtt(cues))] == times


@pytest.mark.parametrize("text", ["word " * 20_000, "字" * 60_000])
def test_an_hour_in_one_sentence(text: str) -> None:
    cues = caption_cues(timed((text, 0, 6000)))
    assert in_order(cues)
    assert letters("".join(cue.text for cue in cues)) == letters(text)
