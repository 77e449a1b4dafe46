"""Markdown as markdown-it-py reads it, and the plain text of a paragraph, source line by source line."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from longtake.script.marks import MARK, inside_mark

MOST_BRACKETS = 20_000
"""In paragraphs with many of them. For each, markdown-it looks for its end up to fifty levels down."""

_MANY_BRACKETS = 50
_BRACKET = re.compile(r"(?<!\\)\[")
_BREAK_TAG = re.compile(r"<br\s*/?>", re.IGNORECASE)


@dataclass(frozen=True)
class SourceLine:
    """A line of a paragraph, free of markup: its number in the file, its text, the recordings that it names."""

    number: int
    text: str
    recordings: tuple[str, ...] = ()


@functools.cache
def parser() -> MarkdownIt:
    """CommonMark, where indented text is a paragraph, `---` never makes a heading, and our marks are tokens."""
    markdown = MarkdownIt("commonmark", {"maxNesting": 50})
    markdown.enable(["table", "strikethrough"])
    markdown.disable(["code", "lheading", "html_block"])
    markdown.inline.ruler.before("link", "mark", _mark)
    return markdown


def _mark(state: StateInline, silent: bool) -> bool:
    """An inline rule of markdown-it: a mark keeps its inside as written, such as a file's name with stars."""
    if state.src[state.pos] != "[":
        return False
    found = MARK.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        token = state.push("mark", "", 0)
        token.info = found[1].lower()
        token.content = inside_mark(found[2])
    state.pos = found.end()
    return True


def has_many_brackets(paragraph: str) -> bool:
    """Whether reading a paragraph takes long for its opening brackets."""
    return len(_BRACKET.findall(paragraph)) > _MANY_BRACKETS


def line_of_too_many_brackets(body: str) -> int | None:
    """The line, counted from 0, of the paragraph in which a text passes MOST_BRACKETS."""
    total = number = 0
    for is_text, group in groupby(body.split("\n"), key=lambda row: bool(row.strip())):
        rows = list(group)
        brackets = len(_BRACKET.findall("\n".join(rows))) if is_text else 0
        total += brackets if brackets > _MANY_BRACKETS else 0
        if total > MOST_BRACKETS:
            return number
        number += len(rows)
    return None


def source_lines(inline: Token) -> Iterator[SourceLine]:
    """The lines of an inline token, without markup, pictures and struck-out words. Lines count from 0."""
    assert inline.map is not None
    number = inline.map[0]
    for tokens in _split_at_breaks(inline.children or ()):
        text, recordings = _plain(tokens)
        yield SourceLine(number, text, recordings)
        number += 1 + sum(token.content.count("\n") for token in tokens)


def plain_text(markup: str) -> str:
    """The text of some inline Markdown, without its markup."""
    (inline,) = parser().parseInline(markup)
    return _plain(inline.children or ())[0]


def _split_at_breaks(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    line: list[Token] = []
    for token in tokens:
        if token.type in ("softbreak", "hardbreak"):
            yield line
            line = []
        else:
            line.append(token)
    yield line


def _plain(tokens: Sequence[Token]) -> tuple[str, tuple[str, ...]]:
    text: list[str] = []
    recordings: list[str] = []
    struck_out = 0
    for token in tokens:
        if token.type in ("s_open", "s_close"):
            struck_out += token.nesting
        elif struck_out:
            continue
        elif token.type in ("text", "code_inline"):
            text.append(token.content)
        elif token.type == "mark" and token.info == "audio":
            recordings.append(token.content)
        elif token.type == "mark":
            text.append(f"[pause {token.content}]")
        elif token.type == "html_inline" and _BREAK_TAG.fullmatch(token.content):
            text.append(" ")
    return "".join(text), tuple(recordings)
