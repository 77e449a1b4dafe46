"""A script in Markdown. docs/script.md tells how each of Markdown's parts is taken."""

from __future__ import annotations

from typing import Any, NamedTuple

from markdown_it.token import Token

from longtake.script.builder import Builder
from longtake.script.cast import Cast
from longtake.script.files import Files
from longtake.script.headings import split_heading
from longtake.script.heads import read_front_matter
from longtake.script.marks import PAUSE, split_recording
from longtake.script.markup import (
    MOST_BRACKETS,
    SourceLine,
    line_of_too_many_brackets,
    parser,
    plain_text,
    source_lines,
)
from longtake.script.schema import Head
from longtake.script.source import Source
from longtake.script.tags import Tags
from longtake.script.text import join_lines, written_text
from longtake.storyboard import Storyboard

_UNSPEAKABLE = {"fence": "a block of code", "table_open": "a table"}


def parse_markdown(source: Source, files: Files, language: str | None = None) -> Storyboard:
    """The storyboard of a Markdown script, as it reads in a language. Raises ScriptError at the line of a mistake."""
    head, lines, used, tongue = read_front_matter(source, files, language)
    tags = Tags(source, tongue)
    rows = source.text.split("\n")
    body = "\n" * used + _without_comments(source, "\n".join(rows[used:]), used)
    _check_brackets(source, body)
    reader = _Reader(source, files, head, tags, body.split("\n"))
    environment: dict[str, Any] = {}
    tokens = parser().parse(body, environment)
    tags.check_links(environment)
    for place, token in enumerate(tokens):
        reader.take(token, tokens[place + 1] if place + 1 < len(tokens) else None)
    if head.title is None and reader.title_line:
        lines[("title",)] = reader.title_line
    return reader.builder.finish(head.model_copy(update={"title": head.title or reader.title}), lines)


def _check_brackets(source: Source, body: str) -> None:
    line = line_of_too_many_brackets(body)
    if line is not None:
        raise source.error(
            f"with this paragraph there are more than {MOST_BRACKETS:,} opening brackets in paragraphs full of them.",
            line + 1,
            hint="Take them out, or save the script as .txt, where brackets are nothing but text.",
        )


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

    def __init__(self, source: Source, files: Files, head: Head, tags: Tags, rows: list[str]) -> None:
        self.builder = Builder(source)
        self.title: str | None = None
        self.title_line: int | None = None
        self._source = source
        self._files = files
        self._tags = tags
        self._rows = rows
        self._cast = Cast(head)
        self._speaker = self._cast.first
        self._quotes = 0
        self._begun = False
        self._in_title = False

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
        language, content = self._tags.split(text.content, line)
        raw, attributes = split_heading(self._source, content, line)
        title = written_text(plain_text(raw))
        if self._tags.is_other(language):
            self._take_other_title(token, title, attributes, line, is_wanted=self._tags.is_wanted(language))
            return
        self._in_title = token.tag == "h1" and not self._begun
        if self._in_title:
            self._refuse_attributes(attributes, line)
            self.title, self.title_line = self.title or title or None, line
        else:
            image = self._files.find_optional(attributes.get("image"), line)
            self.builder.begin_scene(line, title, image, attributes.get("prompt") or None)
        self._begun = True

    def _take_other_title(
        self, token: Token, title: str, attributes: dict[str, str], line: int, *, is_wanted: bool
    ) -> None:
        """A heading in another language names what the heading before it began."""
        is_title = token.tag == "h1" and (self._in_title or not self._begun)
        if attributes and not is_title:
            raise self._source.error(
                "the heading in another language takes no attributes.",
                line,
                hint="They are shared: put them behind the scene's first heading.",
            )
        self._refuse_attributes(attributes, line)
        if not is_wanted:
            return
        if is_title:
            self.title, self.title_line = title or None, line
        else:
            self.builder.entitle(title)

    def _refuse_attributes(self, attributes: dict[str, str], line: int) -> None:
        if attributes:
            raise self._source.error(
                "the script's title takes no attributes.", line, hint="Put them into the front matter."
            )

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
        self._begun, self._in_title = True, False
        parts: list[_Part] = []
        for line in source_lines(inline):
            name, language, text = self._attributed(line)
            if name or language or not parts:
                self._speaker = name or self._speaker
                parts.append(_Part(self._speaker, language or (parts[-1].language if parts else None), []))
            parts[-1].lines.append(SourceLine(line.number, text, line.recordings))
        for part in parts:
            self._take_said(part)

    def _attributed(self, line: SourceLine) -> tuple[str | None, str | None, str]:
        """Who says a line in which language, as far as it tells, and its text: `[de] Ada: …` or `Ada: [de] …`."""
        language, text = self._tags.split(line.text, line.number + 1)
        name, text = self._cast.split(text)
        if language is None and name:
            language, text = self._tags.split(text, line.number + 1)
        return name, language, text

    def _take_said(self, part: _Part) -> None:
        """Take what one speaker says in a paragraph: a text, or a recording on its own."""
        number = part.lines[0].number + 1
        recordings = [name for line in part.lines for name in line.recordings]
        text = join_lines([line.text for line in part.lines])
        if not self._tags.is_wanted(part.language) and not (part.language is None and _is_silence(text, recordings)):
            if text or recordings:
                self.builder.pass_over(number)
            return
        if not recordings:
            self.builder.say(part.speaker, text, number)
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
        self.builder.record(part.speaker, *found, number)


class _Part(NamedTuple):
    """Lines of a paragraph that one speaker says in one language; None: the first."""

    speaker: str
    language: str | None
    lines: list[SourceLine]


def _is_silence(text: str, recordings: list[str]) -> bool:
    """Whether a paragraph is nothing but pauses, which are the same in all languages."""
    return not recordings and text != "" and not PAUSE.sub("", text).strip()


def _first_line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1
