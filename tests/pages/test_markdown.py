"""Whatever people write is shown on pages as they wrote it: it makes no markup, no link, no further cell."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from flows.pages.markdown import LONGEST_CELL, cell, clock, code, plain, spreadsheet, table

JOINER = "\N{WORD JOINER}"
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])

HOSTILE = (
    "a | b || c",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example me@evil.example mailto:me@evil.example",
    "**bold** _it_ `code` ~~gone~~ # head",
    "# head",
    "- item",
    "1. item",
    "1) item",
    "> quote",
    "---",
    "===",
    "```",
    "line\nline\r\n\n| a | b |\n|---|---|",
    "\\| \\[ &lt;b&gt; &#60;b&#62; &amp;",
    "[x]: https://evil.example\n\n[x]",
    "{{ mustache }} ${dollar} $math$",
    ":smile: :::note",
    "\u202etxt.exe\u202c \u2066x\u2069 \ufeff\x00\x1b[31m",
    "<https://evil.example>",
    "\tcode",
)


def inline_of(text: str) -> list[Token]:
    """The tokens of a text that stands alone, as a paragraph."""
    tokens = RENDERER.parse(text)
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"], text
    return tokens[1].children or []


def cells_of(text: str) -> list[list[Token]]:
    """The cells of the one row of a table."""
    tokens = RENDERER.parse(text)
    rows = [at for at, token in enumerate(tokens) if token.type == "tr_open"]
    return [token.children or [] for token in tokens[rows[1] :] if token.type == "inline"]


def shown(tokens: list[Token]) -> str:
    """What a person reads; fails when there is anything but text."""
    assert {token.type for token in tokens} <= {"text", "text_special"}, tokens
    return "".join(token.content for token in tokens).replace(JOINER, "")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_it_is(text: str) -> None:
    told = shown(inline_of(plain(text)))
    visible = "".join(
        letter if letter.isprintable() or letter.isspace() else "" for letter in text.replace("\x1b", " ")
    )
    assert told.split() == visible.replace("\x00", " ").split()


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_text_leaves_its_cell(text: str) -> None:
    row = table(("a", ">b", "c"), [("before", cell(text), "after")])
    cells = cells_of(row)
    assert len(cells) == 3
    assert [shown(cells[0]), shown(cells[2])] == ["before", "after"]
    assert len(shown(cells[1])) <= LONGEST_CELL
    assert "\n" not in cell(text)


@given(st.text(alphabet="[]()<>|`*_~#-=!\\&;:/.@1w \nhttps", max_size=60))
@settings(max_examples=500, deadline=None)
def test_marks_make_no_markup(text: str) -> None:
    told = plain(text)
    if told:
        assert shown(inline_of(told)).split() == text.split()


@pytest.mark.parametrize(
    "text", ["https://evil.example", "HTTP://evil.example", "www.evil.example", "WWW.e.x", "a@b.example"]
)
def test_bare_addresses_have_a_joiner_in_them_where_renderers_look_for_links(text: str) -> None:
    told = "".join(token.content for token in inline_of(plain(text)))
    assert told.replace(JOINER, "") == text
    for start in ("://", "www.", "WWW.", "a@"):
        assert start not in told


def test_long_text_is_cut_before_it_is_escaped() -> None:
    assert plain("|" * 100, 10) == "\\|" * 9 + "…"
    assert cell("") == "–"


@pytest.mark.parametrize("text", ["/v/it's [final] *1*.mp4", "s3://b/a|b.mp4", "`a`", "a``b`", "<b>", "a\nb"])
def test_an_address_can_be_copied_as_it_is(text: str) -> None:
    (token,) = inline_of(code(text))
    assert (token.type, token.content) == ("code_inline", text.replace("\n", " "))


def test_joiners_that_letters_need_stay() -> None:
    assert plain("می‌خواهم") == "می‌خواهم"


def test_times_are_read_as_a_clock() -> None:
    assert [clock(0), clock(1), clock(1499), clock(90_000 * 10 + 26)] == [
        "0:00:00.00",
        "0:00:00.04",
        "0:00:59.96",
        "10:00:01.04",
    ]


def test_a_spreadsheet_works_nothing_out() -> None:
    rows = [("=1+1", "@x", "+1", "-1", -1, None, 'a "quoted", text\nof two lines')]
    (heads, row) = csv.reader(io.StringIO(spreadsheet(("a",), rows).decode()))
    assert heads == ["a"]
    assert row == ["'=1+1", "'@x", "'+1", "'-1", "-1", "", 'a "quoted", text\nof two lines']
