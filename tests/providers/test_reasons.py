"""Reading why a provider said no: every documented body, any other, and never a key or a signature."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocks.pixazo_client import status_in as pixazo_status
from blocks.reasons import LONGEST_TEXT, cleaned, reason_in
from tests.providers.gateways import AUDIO_URL, KEY

FAL = {"detail": [{"loc": ["body"], "msg": "too long", "type": "audio_duration_too_long", "ctx": {"max": 30}}]}
NAMES = ("detail", "error", "errors", "message", "msg", "type", "name", "title", "error_type", "code", "loc")
QUOTES = (KEY, AUDIO_URL, quote(AUDIO_URL, safe=""), f"<Url>{AUDIO_URL}</Url>", f"data:image/png;base64,{KEY}")


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (FAL, "audio_duration_too_long", "too long"),
        ({"error": FAL}, "audio_duration_too_long", "too long"),
        ({"message": json.dumps({"error": FAL})}, "audio_duration_too_long", "too long"),
        ({"detail": [{"msg": "a", "type": "x"}, {"msg": "b", "type": "y"}]}, "x", "a; b"),
        ({"detail": "timed out", "error_type": "request_timeout"}, "request_timeout", "timed out"),
        ({"message": "Slow down", "statusCode": "429"}, "", "Slow down"),
        ({"message": ["model must be a string", "no url"]}, "", "model must be a string; no url"),
        ({"title": "Unauthorized", "status": 401, "message": "m", "error": {"name": "E", "message": "m"}}, "E", "m"),
        ({"error": "Insufficient Balance", "message": "empty"}, "Insufficient Balance", "empty"),
        ({"error": "broken"}, "", "broken"),
        ("plain", "", "plain"),
        ("{no json", "", "{no json"),
        ({"type": "timeout"}, "timeout", ""),
        ({}, "", ""),
        (None, "", ""),
        (7, "", ""),
    ],
)
def test_every_known_body_is_read(body: Any, kind: str, text: str) -> None:
    found = reason_in(body)
    assert (found.kind, found.text) == (kind, text)


def test_a_reason_is_one_line_of_bounded_length() -> None:
    assert reason_in("a\n  b\tc").text == "a b c"
    assert len(reason_in("x" * 10_000).text) == LONGEST_TEXT


@pytest.mark.parametrize("quoted", QUOTES)
@pytest.mark.parametrize("nest", [lambda q: q, lambda q: {"message": f"cannot read {q}"}, lambda q: {"error": [q, q]}])
def test_a_quoted_key_or_signature_is_cut(quoted: str, nest: Callable[[str], Any]) -> None:
    found = reason_in(nest(quoted), KEY)
    assert found.text
    assert KEY not in found.text
    assert "planted-signature" not in found.text


LEAVES = st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.sampled_from(QUOTES))
BODIES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner), max_leaves=12
)


@given(BODIES)
def test_whatever_is_sent_it_is_read_and_tells_no_secret(body: Any) -> None:
    for sent in (body, json.dumps(body), {"error": json.dumps(body)}):
        found = reason_in(sent, KEY)
        told = f"{found.kind} {found.text} {found.told}"
        assert KEY not in told
        assert "planted-signature" not in told
        assert len(found.text) <= LONGEST_TEXT


def test_pixazos_words_are_told_in_one_clean_line() -> None:
    word = pixazo_status({"status": f"odd {KEY}\x1b[2J\n" + "x" * 9000}, KEY).word
    assert word.startswith("odd ***[2J xxx")
    assert (word.isprintable(), len(word)) == (True, LONGEST_TEXT)


@given(st.text())
def test_whatever_is_told_is_one_printable_line_without_the_key(text: str) -> None:
    told = cleaned(f"{text}{KEY}{text}", KEY)
    assert told.isprintable()
    assert len(told) <= LONGEST_TEXT
    assert KEY not in told
