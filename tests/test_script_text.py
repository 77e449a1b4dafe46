"""Spoken and written text, and pauses."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.errors import ScriptError
from longtake.script import split_pauses, spoken_text
from longtake.script.text import join_lines, written_text


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Hi 🎉 there\u200b!", "Hi there!"),
        (" a\t b\u00a0c\n", "a b c"),
        ("\x00a\x07b", "ab"),
        ("a\u202eb\u2066c\u200f", "abc"),
        ("so\u00adft", "soft"),
        ("cafe\u0301", "caf\u00e9"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("क्\u200dष", "क्\u200dष"),
        ("a\u200cb\u200d", "ab"),
        ("1️⃣ family 👩‍👩‍👧 👍🏽 🇩🇪", "1 family"),
        ("20 °C ©", "20 °C ©"),
        ("…!? — 🎉", ""),
        ("\u200b", ""),
        ("", ""),
        ("你好", "你好"),
        ("42", "42"),
    ],
)
def test_spoken_text(written: str, spoken: str) -> None:
    assert spoken_text(written) == spoken


@given(st.text())
def test_spoken_text_is_clean_and_stays(text: str) -> None:
    spoken = spoken_text(text)
    assert spoken_text(spoken) == spoken
    assert not spoken or any(map(str.isalnum, spoken))
    joiners = {"\u200c", "\u200d"}
    assert all(unicodedata.category(c)[0] != "C" or c in joiners for c in spoken)
    assert "  " not in spoken and spoken == spoken.strip()


@given(st.text())
def test_written_text_keeps_every_visible_character(text: str) -> None:
    written = written_text(text)
    assert written_text(written) == written

    def visible(characters: str) -> list[str]:
        return [c for c in characters if unicodedata.category(c)[0] in "LNPS"]

    assert visible(written) == visible(text)


def test_pauses_are_split_off_in_order() -> None:
    assert split_pauses("A [pause 0.8] b[pause: 1s], c [PAUSE .5 sec]") == ("A", 0.8, "b", 1.0, ", c", 0.5)
    assert split_pauses("[pause 1][pause 60]") == (1.0, 60.0)
    assert split_pauses("[pauses] [pause-x] (pause 1)") == ("[pauses] [pause-x] (pause 1)",)
    assert split_pauses(" ") == ()


@pytest.mark.parametrize(
    "length", ["", "x", "-1", "0", "0.0", "60.01", "99999", "1e1", "nan", "inf", "1,5", "٣", "1 2", "1m"]
)
def test_a_bad_pause_is_refused(length: str) -> None:
    with pytest.raises(ScriptError, match="pause"):
        split_pauses(f"a [pause {length}] b")


@given(st.lists(st.one_of(st.floats(0.001, 60).map(lambda x: round(x, 3)), st.sampled_from(["a", "b c", "é."]))))
def test_what_was_put_together_is_taken_apart(parts: list[str | float]) -> None:
    text = " ".join(f"[pause {part}]" if isinstance(part, float) else part for part in parts)
    found = split_pauses(text)
    assert [part for part in found if isinstance(part, float)] == [part for part in parts if isinstance(part, float)]
    assert " ".join(part for part in found if isinstance(part, str)) == " ".join(
        part for part in parts if isinstance(part, str)
    )


def test_lines_are_joined_as_their_script_joins_words() -> None:
    assert join_lines(["a ", "", " b"]) == "a b"
    assert join_lines(["你好。", "世界"]) == "你好。世界"
    assert join_lines(["你好", "world"]) == "你好 world"
    assert join_lines(["안녕", "세상"]) == "안녕 세상"
