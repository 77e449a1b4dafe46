"""Sentences: nothing is lost, none is too short or too long."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from longtake.speech import split_sentences


def squeezed(*texts: str) -> str:
    return "".join("".join(texts).split())


@pytest.mark.parametrize(
    ("language", "text", "sentences"),
    [
        ("en", "It is late. We go home now! Do you come?", ["It is late.", "We go home now!", "Do you come?"]),
        ("en-GB", "Dr. Smith paid 3.50 to Mr. Jones. He left.", ["Dr. Smith paid 3.50 to Mr. Jones.", "He left."]),
        ("fr", "M. Dupont est là. Il dort.", ["M. Dupont est là.", "Il dort."]),
        ("en", "I said it. No.", ["I said it. No."]),
        ("en", "Why? Because it works.", ["Why? Because it works."]),
        ("en", "That is it. 😀", ["That is it. 😀"]),
        ("zh", "今天天气很好。我们去公园吧！好！", ["今天天气很好。", "我们去公园吧！好！"]),
        ("ja", "今日は晴れです。行きましょう。", ["今日は晴れです。", "行きましょう。"]),
        ("ar", "هذا يوم جميل. هل تأتي معنا؟", ["هذا يوم جميل.", "هل تأتي معنا؟"]),
        ("en", "Yes.", ["Yes."]),
        ("en", "   ", []),
        ("", "One two. Three four.", ["One two.", "Three four."]),
    ],
)
def test_texts_are_split_where_a_reader_would(language: str, text: str, sentences: list[str]) -> None:
    assert list(split_sentences(text, language)) == sentences


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["word", "Dr.", "M.", "no.", "Yes!", "好。", "的", "...", "😀", "3.5", ",", "\n", "\r\n", "\t", "é", "ك؟"]
        )
        | st.text(max_size=6),
        max_size=60,
    ).map(" ".join),
    st.sampled_from(["en", "fr", "zh", "ar", "th", "de-DE", "xx", "pt-BR"]),
    st.integers(1, 40),
)
def test_nothing_is_lost_and_nothing_is_too_long(text: str, language: str, longest: int) -> None:
    sentences = split_sentences(text, language, longest_characters=longest)
    assert squeezed(*sentences) == squeezed(text)
    assert all(0 < len(sentence) <= longest for sentence in sentences)


def test_a_sentence_of_50_000_characters_is_parted_at_commas_then_spaces() -> None:
    with_commas = "and on it goes, " * 3125
    parts = split_sentences(with_commas, "en")
    assert squeezed(*parts) == squeezed(with_commas)
    assert all(part.endswith(",") and len(part) <= 600 for part in parts)
    assert len(parts) == 85
    spaced = split_sentences("word " * 10_000, "en")
    assert all(set(part.split()) == {"word"} and len(part) <= 600 for part in spaced)


def test_a_long_sentence_without_any_space_is_parted_anywhere() -> None:
    assert [len(part) for part in split_sentences("好" * 1500, "zh")] == [599, 599, 302]


def test_a_number_is_not_parted_at_its_comma() -> None:
    parts = split_sentences("It cost 1,000,000 crowns " * 40, "en", longest_characters=100)
    assert all("1,000,000" in part for part in parts)


def test_a_letter_stays_with_its_marks() -> None:
    text = "e\u0301" * 40
    assert all(part[0] == "e" for part in split_sentences(text, "en", longest_characters=9))
