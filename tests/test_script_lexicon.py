"""The lexicon: whole words, the longest first, in any case or in one, and never twice."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from longtake.script.lexicon import respelled


@pytest.mark.parametrize(
    ("text", "say", "spoken"),
    [
        ("Run kubectl now.", {"kubectl": "cube control"}, "Run cube control now."),
        ("KUBECTL, Kubectl's “kubectl”", {"kubectl": "cube control"}, "cube control, cube control's “cube control”"),
        ("The US and us.", {"US": "you ess"}, "The you ess and us."),
        ("Go, go", {"go": "b", "Go": "a"}, "a, b"),
        ("kubectls kubectl_x xkubectl", {"kubectl": "x"}, "kubectls kubectl_x xkubectl"),
        ("New York City, New York, York", {"York": "a", "New York": "b", "New York City": "c"}, "c, b, a"),
        ("New\n York", {"New  York": "b"}, "b"),
        ("a b", {"a": "b", "b": "a"}, "b a"),
        ("x", {"x": "x x x"}, "x x x"),
        ("C++ and C", {"C++": "see plus plus", "C": "see"}, "see plus plus and see"),
        ("use .NET (.NET)", {".NET": "dot net"}, "use dot net (dot net)"),
        ("café Café", {"cafe\u0301": "kaffay"}, "kaffay kaffay"),
        ("ÉCOLE école écoles", {"école": "x"}, "x x écoles"),
        ("СССР ссср", {"ссср": "эс"}, "эс эс"),
        ("हिन्दी हिन्द", {"हिन्द": "x"}, "हिन्दी x"),
        ("عَرَب عرب", {"عرب": "x"}, "عَرَب x"),
        ("使用kubectl部署", {"kubectl": "库贝"}, "使用库贝部署"),
        ("東京は東京都の一部", {"東京": "とうきょう"}, "とうきょうはとうきょう都の一部"),
        ("ราคา10บาท", {"บาท": "x"}, "ราคา10x"),
        ("한국어는 한국어", {"한국어": "x"}, "한국어는 x"),
        ("10 km, 10km", {"km": "kilometres"}, "10 kilometres, 10km"),
        (r"a\1b $1", {r"a\1b": r"\g<0>"}, r"\g<0> $1"),
        ("Straße", {"straße": "x"}, "x"),
        ("same", {}, "same"),
        ("", {"a": "b"}, ""),
    ],
)
def test_words_are_spoken_otherwise(text: str, say: dict[str, str], spoken: str) -> None:
    assert respelled(text, say) == spoken


@given(st.text(), st.dictionaries(st.text(min_size=1, max_size=4).map(str.strip).filter(bool), st.just("\ue000")))
def test_any_lexicon_does_for_any_text(text: str, say: dict[str, str]) -> None:
    spoken = respelled(text, say)
    assert respelled(spoken, {}) == spoken
    if not say:
        assert spoken == text


@given(st.lists(st.sampled_from(["alpha", "beta", "alpha beta", "gamma", ","])))
def test_what_is_put_in_is_not_looked_up_again(words: list[str]) -> None:
    say = {"alpha": "beta", "beta": "gamma", "alpha beta": "alpha"}
    spoken = respelled(" ".join(words), say)
    expected = re.sub(r"alpha beta|alpha|beta", lambda found: say[found[0]], " ".join(words))
    assert spoken == expected


def test_a_large_lexicon_is_compiled_once_for_a_whole_script() -> None:
    from longtake.script import lexicon

    say = {f"word{number}": f"term {number}" for number in range(500)}
    lexicon._compiled.cache_clear()
    for number in range(200):
        assert respelled(f"This is word{number}.", say) == f"This is term {number}."
    assert lexicon._compiled.cache_info().misses == 1
