"""A script in Markdown. docs/script.md tells how each of Markdown's parts is taken."""

from __future__ import annotations

import re
import unicodedata
from itertools import groupby

from markdown_it.token import Token

from longtake.script.builder import Builder
from longtake.script.files import Files
from longtake.script.headings import split_heading
from longtake.script.heads import read_front_matter
from longtake.script.marks import split_recording
from longtake.script.markup import SourceLine, parser, plain_text, source_lines
from longtake.script.schema import Head
from longtake.script.source import Source
from longtake.script.text import join_lines, written_text
from longtake.storyboard import NARRATOR, Speaker, Storyboard

_COLON = re.compile(r"\s*[:：]\s*")
_UNSPEAKABLE = {"fence": "a block of code", "table_open": "a table"}


def parse_markdown(source: Source, files: Files) -> Storyboard:
    """The storyboard of a Markdown script. Raises ScriptError with the line of what is wrong."""
    head, lines, used = read_front_matter(source, files)
    rows = source.text.split("\n")
    body = "\n" * used + _without_comments(source, "\n".join(rows[used:]), used)
    reader = _Reader(source, files, head, body.split("\n"))
    tokens = parser().parse(body)
    for place, token in enumerate(tokens):
        reader.take(token, tokens[place + 1] if place + 1 < len(tokens) else None)
    if head.title is None and reader.title_line:
        lines[("title",)] = reader.title_line
    return reader.builder.finish(head.model_copy(update={"title": head.title or reader.title}), lines)


def _without_comments(source: Source, body: str, lines_before: int) -> str:
    """The text without its comments; line ends stay, so that every line keeps its number."""
    kept: list[str] = []
    end = 0
    while (begin := body.find("<!--", end)) >= 0:
        close = body.find("-->", begin + 4)
        if close < 0:
            raise source.error(
                "the comment that begins here has no end.",
                lines_before + body.count("\n", 0, begin) + 1,
                hint="Close it with -->.",
            )
        kept += [body[end:begin], "\n" * body.count("\n", begin, close)]
        end = close + 3
    return "".join([*kept, body[end:]])


class _Reader:
    """Walks over markdown-it's tokens and tells the builder what is said."""

    def __init__(self, source: Source, files: Files, head: Head, rows: list[str]) -> None:
        self.builder = Builder(source)
        self.title: str | None = None
        self.title_line: int | None = None
        self._source = source
        self._files = files
        self._rows = rows
        self._cast = _Cast(head)
        self._speaker = self._cast.first
        self._quotes = 0
        self._begun = False

    def take(self, token: Token, following: Token | None) -> None:
        """Take a block token. `following` is the one after it: a heading's or a paragraph's text."""
        if token.type.startswith("blockquote"):
            self._quotes += token.nesting
        elif token.type == "heading_open" and following:
            self._take_heading(token, following)
        elif token.type == "paragraph_open" and following:
            if self._quotes:
                self._check_note(following)
            else:
                self._take_paragraph(following)
        elif token.type in _UNSPEAKABLE and not self._quotes:
            raise self._source.error(
                f"{_UNSPEAKABLE[token.type]} cannot be read aloud.",
                _first_line(token),
                hint="Put it into words, or make it a note: a > before each of its lines.",
            )

    def _take_heading(self, token: Token, text: Token) -> None:
        if self._quotes or token.tag not in ("h1", "h2"):
            return
        line = _first_line(token)
        raw, attributes = split_heading(self._source, text.content, line)
        title = written_text(plain_text(raw))
        if token.tag == "h1" and not self._begun:
            if attributes:
                raise self._source.error(
                    "the script's title takes no attributes.", line, hint="Put them into the front matter."
                )
            self.title, self.title_line = title or None, line
        else:
            image = self._files.find_optional(attributes.get("image"), line)
            self.builder.begin_scene(line, title, image, attributes.get("prompt") or None)
        self._begun = True

    def _check_note(self, text: Token) -> None:
        """Refuse a note that runs on without `>`: Markdown counts it as quoted, its author may mean it to be spoken."""
        first, last = text.map or (0, 0)
        for number in range(first + 1, last):
            if not self._rows[number].lstrip().startswith(">"):
                raise self._source.error(
                    "this line follows a note without a blank line between them.",
                    number + 1,
                    hint="Begin it with > if it belongs to the note; put a blank line before it if it is spoken.",
                )

    def _take_paragraph(self, inline: Token) -> None:
        self._begun = True
        heard = [self._attributed(line) for line in source_lines(inline)]
        part = 0
        parts: list[int] = []
        for name, _ in heard:
            part += name is not None
            parts.append(part)
        for _, group in groupby(zip(parts, heard, strict=True), key=lambda pair: pair[0]):
            said = [pair[1] for pair in group]
            self._speaker = said[0][0] or self._speaker
            self._take_said([line for _, line in said])

    def _attributed(self, line: SourceLine) -> tuple[str | None, SourceLine]:
        name, text = self._cast.split(line.text)
        return name, SourceLine(line.number, text, line.recordings)

    def _take_said(self, lines: list[SourceLine]) -> None:
        """Take what one speaker says in a paragraph: a text, or a recording on its own."""
        number = lines[0].number + 1
        recordings = [name for line in lines for name in line.recordings]
        text = join_lines([line.text for line in lines])
        if not recordings:
            self.builder.say(self._speaker, text, number)
            return
        if len(recordings) > 1 or text:
            raise self._source.error(
                "a recording stands alone: this paragraph has something else beside it.",
                number,
                hint="Give [audio …] a paragraph of its own.",
            )
        audio, transcript = split_recording(recordings[0])
        if not audio:
            raise self._source.error("[audio] names no file.", number, hint="Write it as [audio take.wav].")
        if transcript == "":
            hint = "Write it as [audio take.wav transcript=take.srt]."
            raise self._source.error("transcript= names no file.", number, hint=hint)
        found = self._files.find(audio, number), self._files.find_optional(transcript, number)
        self.builder.record(self._speaker, *found, number)


class _Cast:
    """The declared speakers, found by name whatever its case."""

    def __init__(self, head: Head) -> None:
        narrator = () if head.defaults == Speaker() else (NARRATOR,)
        self._names = {_folded(name): name for name in (*narrator, *reversed(head.speakers))}
        alone = len(head.speakers) == 1 and head.defaults == Speaker()
        self.first = next(iter(head.speakers)) if alone else NARRATOR

    def split(self, text: str) -> tuple[str | None, str]:
        """The speaker that a text begins with, `Name: …`, and what is said."""
        colon = _COLON.search(text, 0, 400)
        name = self._names.get(_folded(text[: colon.start()])) if colon and self._names else None
        return (name, text[colon.end() :]) if colon and name else (None, text)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", written_text(name)).casefold()


def _first_line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
