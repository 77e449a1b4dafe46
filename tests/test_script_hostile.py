"""Hostile scripts end in sound text or in a clear error, in bounded memory; long ones are read in linear work."""

from __future__ import annotations

import subprocess
import sys
import unicodedata
from textwrap import dedent

import pytest

from longtake.errors import ScriptError
from longtake.script import ScriptKind, parse_script, split_pauses, spoken_text
from longtake.script.lexicon import respelled
from longtake.script.markup import line_of_too_many_brackets
from longtake.speech import split_sentences
from longtake.storyboard import Storyboard
from tests.command_line import ROOT

MOST_MEGABYTES = 400


def read(text: str, kind: ScriptKind = "markdown", language: str | None = None) -> Storyboard:
    return parse_script(text, kind=kind, source_name="a", language=language)


def spoken(text: str, kind: ScriptKind = "markdown") -> list[str]:
    lines = [line for scene in read(text, kind).scenes for line in scene.lines]
    return [spoken_text(piece) for line in lines for piece in split_pauses(line.text or "") if isinstance(piece, str)]


HOSTILE = {
    "zero width": ("He\u200bllo\u2060 wo\ufeffrld\u00ad.", "Hello world."),
    "right-to-left override": ("abc \u202egnp.exe\u202c def", "abc gnp.exe def"),
    "isolates": ("\u2066abc\u2069 \u2067def\u2069", "abc def"),
    "controls": ("a\x07b\x1b[31mc\x7fd", "ab[31mcd"),
    "line separators": ("a\u2028b\u2029c\x85d\x0be\x0cf", "a b c d e f"),
    "tags of a flag": ("Hi \U0001f3f4\U000e0067\U000e0062\U000e007f there", "Hi there"),
    "combining marks": ("a" + "\u0301" * 5_000 + " b", None),
    "private use": ("a \ue000\U000f0000 b", "a b"),
    "noncharacters": ("a\U0001fffe b", "a b"),
    "variation selectors": ("ok\ufe0f \u2764\ufe0f yes", "ok yes"),
    "other digits and spaces": ("\u0661\u0662\u2003\u3000x", "\u0661\u0662 x"),
    "interlinear": ("a\ufff9b\ufffac\ufffbd", "abcd"),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["markdown", "text"])
def test_what_cannot_be_seen_is_not_spoken(name: str, kind: ScriptKind) -> None:
    written, told = HOSTILE[name]
    (text,) = spoken(written, kind)
    assert told is None or text == told
    assert all(unicodedata.category(character)[0] != "C" for character in text)


def test_a_right_to_left_override_never_reaches_the_captions() -> None:
    (line,) = read("abc \u202egnp.exe\u202c def").scenes[0].lines
    assert line.text == "abc gnp.exe\u202c def"


@pytest.mark.parametrize("text", ["🎉", "👩‍👩‍👧 🇩🇪", "\u200b\u200d", "\u202e", "— … —", "\u0301"])
@pytest.mark.parametrize("kind", ["markdown", "text", "json"])
def test_a_line_without_a_word_is_a_clear_error(text: str, kind: ScriptKind) -> None:
    script = f'{{"scenes": [{{"lines": [{{"text": "{text}"}}]}}]}}' if kind == "json" else f"Hello.\n\n{text}"
    if kind != "json" and not text.strip("\u202e"):
        assert spoken(script, kind) == ["Hello."]
        return
    with pytest.raises(ScriptError, match=r"^a:\d+: (nothing in|this line says nothing)"):
        read(script, kind)


@pytest.mark.parametrize("unit", ["a", "word ", "and so on, ", "好", "ال", "🎉a", "[pause 0.1] a "])
def test_a_sentence_of_50_000_characters_is_read_whole(unit: str) -> None:
    text = (unit * (50_000 // len(unit))).strip()
    pieces = spoken(text)
    assert "".join("".join(pieces).split()) == "".join(spoken_text(text.replace("[pause 0.1]", " ")).split())
    parts = [part for piece in pieces for part in split_sentences(piece, "en")]
    assert max(map(len, parts)) <= 600
    assert "".join("".join(parts).split()) == "".join("".join(pieces).split())


BOMBS = """
    from longtake.script import parse_script
    from longtake.errors import ScriptError
    n = 3_000
    inline = ["[", "![", "*a **b ", "`", "<a ", "[a](", "> ", "- ", "&a;", "~~", "{", "[pause ", "_a ", chr(92)]
    inline += ["[a]: b\\n"]
    markdown = ["word " + part * n for part in inline]
    markdown += ["> " * n + "a", "- " * n + "a", "*" * n + "a" + "*" * n, "[" * n + "a" + "](b)" * n, "<!--" * n]
    laughs = "a: &a [x,x,x,x,x,x,x,x,x,x]\\n" + "".join(
        f"{y}: &{y} [{','.join([f'*{x}'] * 10)}]\\n" for x, y in zip("abcdefgh", "bcdefghi"))
    heads = [laughs, "say:\\n" + "".join(f"  w{i}: v\\n" for i in range(20_000)), "k: v\\n" + "x" * 1_000_000,
             "languages: [" + ",".join(f"aa-{i}" for i in range(20_000)) + "]", "title: " + "x" * 1_000_000,
             "".join(f"k{i}: v\\n" for i in range(20_000)), "say: " + "{a: " * 5_000, "say: " + "[" * 100_000,
             "speakers:\\n" + "".join(f"  s{i}: {{voice: v}}\\n" for i in range(5_000))]
    scripts = [("markdown", each) for each in markdown] + [("markdown", f"---\\n{each}\\n---\\nHi") for each in heads]
    scripts += [("yaml", each) for each in heads] + [("json", "[" * 100_000), ("json", '{"a":' * 100_000)]
    told = []
    for kind, text in scripts:
        try:
            parse_script(text, kind=kind, source_name="a")
        except ScriptError as error:
            assert str(error).startswith("a"), error
            assert len(str(error)) < 600, error
            told.append(error)
    from tests.loudness_media import peak_memory_mb
    print(len(scripts), len(told), round(peak_memory_mb()))
"""


@pytest.mark.timeout(120)
def test_bombs_end_in_text_or_a_clear_error_in_bounded_memory() -> None:
    done = subprocess.run([sys.executable, "-c", dedent(BOMBS)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    scripts, told, megabytes = map(int, done.stdout.split())
    assert scripts == 40
    assert told >= 18
    assert megabytes < MOST_MEGABYTES


def long_script(paragraphs: int, kind: ScriptKind) -> str:
    if kind == "markdown":
        blocks = [
            f"## Part {n}\n\nAda: Line *{n}* is **here**. It has [a link](b).\n\nTheo: And, {n}?\n\n> A note.\n"
            for n in range(paragraphs // 2)
        ]
        return "---\nspeakers: {Ada: {}, Theo: {}}\nsay: {line: row}\n---\n" + "\n".join(blocks)
    if kind == "text":
        return "\n\n".join(f"Line {n} is here. It has two sentences." for n in range(paragraphs))
    lines = "".join(f"  - Ada: Line {n} is here. It has two sentences.\n" for n in range(paragraphs))
    return "speakers: {Ada: }\nscenes:\n- lines:\n" + lines


def calls_of(text: str, kind: ScriptKind) -> int:
    """How many functions are called to read a script and to split it into what is spoken."""
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        board = read(text, kind)
        for scene in board.scenes:
            for line in scene.lines:
                for sentence in split_sentences(line.text or "", "en"):
                    respelled(spoken_text(sentence), board.say)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("kind", ["markdown", "text", "yaml"])
def test_twice_the_lines_take_twice_the_work(kind: ScriptKind) -> None:
    calls_of(long_script(10, kind), kind)  # what is made once
    once, twice = (calls_of(long_script(paragraphs, kind), kind) for paragraphs in (600, 1_200))
    assert 1.8 < twice / once < 2.2


@pytest.mark.parametrize("mark", ["[", "![", "[a](", "[pause "])
def test_a_flood_of_brackets_is_refused_at_its_line(mark: str) -> None:
    with pytest.raises(ScriptError, match=r"^a:3: with this paragraph there are more than 20,000.*\.txt"):
        read(f"Hello.\n\n{mark * 20_001}", "markdown")
    assert read(mark * 20_001 + "a", "text")


def test_brackets_that_are_far_apart_or_escaped_are_no_flood() -> None:
    assert line_of_too_many_brackets("Hello [there], [you].\n\n" * 30_000) is None
    assert line_of_too_many_brackets("\\[" * 30_000) is None


def test_a_script_of_10_000_lines() -> None:
    board = read(long_script(10_000, "markdown"))
    lines = [line for scene in board.scenes for line in scene.lines]
    assert (len(board.scenes), len(lines)) == (5_000, 10_000)
    assert [line.speaker for line in lines[:2]] == ["Ada", "Theo"]
    assert lines[-1].text == "And, 4999?"
    assert lines[-1].source_line == 4 + 8 * 4_999 + 5
    sentences = [each for line in lines for each in split_sentences(line.text or "", "en")]
    assert len(sentences) == 15_000
    assert respelled(sentences[0], board.say) == "row 0 is here."
