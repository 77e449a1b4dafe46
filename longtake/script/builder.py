"""A storyboard that grows line by line, as Markdown and plain text are read."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydantic import ValidationError

from longtake.errors import ScriptError
from longtake.script.complaints import complaint
from longtake.script.languages import nothing_said
from longtake.script.lines import Lines
from longtake.script.marks import split_pauses
from longtake.script.schema import Head
from longtake.script.source import Source
from longtake.script.text import spoken_text, written_text
from longtake.storyboard import NARRATOR, Line, Scene, Storyboard

NOTHING_TO_SAY = "the script has nothing to say."
NOTHING_HINT = "Write at least one paragraph that can be spoken."


@dataclass
class _Line:
    speaker: str
    source_line: int
    text: list[str] = field(default_factory=list)
    audio: str | None = None
    transcript: str | None = None


@dataclass
class _Scene:
    source_line: int
    title: str | None = None
    image: str | None = None
    prompt: str | None = None
    lines: list[_Line] = field(default_factory=list)
    heard_elsewhere: int | None = None


class Builder:
    """Takes scenes, texts and recordings in order. Pauses that stand alone join the line before them."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._scenes = [_Scene(1)]
        self._last: _Line | None = None
        self._waiting: list[str] = []
        self._waiting_since = 1

    def begin_scene(self, line: int, title: str | None, image: str | None, prompt: str | None) -> None:
        """Begin a scene. One that gets no line leaves no trace."""
        self._scenes.append(_Scene(line, written_text(title or "") or None, image, prompt))

    def entitle(self, title: str) -> None:
        """Give the scene that was begun another title, as in another language."""
        self._scenes[-1].title = written_text(title) or self._scenes[-1].title

    def pass_over(self, line: int) -> None:
        """Note that the scene says something there that is left out, for it is in another language."""
        self._scenes[-1].heard_elsewhere = self._scenes[-1].heard_elsewhere or line

    def say(self, speaker: str, text: str, line: int) -> None:
        """Add a paragraph of a speaker. One of pauses alone joins the line before, or else the next."""
        text = written_text(text)
        pieces = checked_pieces(self._source, text, line)
        if not pieces:
            return
        if not any(isinstance(piece, str) for piece in pieces):
            self._add_pauses(text, line)
            return
        self._last = _Line(speaker, line, [*self._waiting, text])
        self._waiting = []
        self._scenes[-1].lines.append(self._last)

    def _add_pauses(self, text: str, line: int) -> None:
        if self._last and self._last.audio is None:
            self._last.text.append(text)
        else:
            self._waiting.append(text)
            self._waiting_since = line

    def record(self, speaker: str, audio: str, transcript: str | None, line: int) -> None:
        """Add a recording in place of a text, with what it says where that is known."""
        self._refuse_waiting()
        self._last = _Line(speaker, line, audio=audio, transcript=transcript)
        self._scenes[-1].lines.append(self._last)

    def _refuse_waiting(self) -> None:
        if self._waiting:
            raise self._source.error(
                "this pause has no text beside it, only recordings.",
                self._waiting_since,
                hint="Put the silence into the recording.",
            )

    def finish(self, head: Head, lines: Lines) -> Storyboard:
        """The whole storyboard. Raises ScriptError when nothing is spoken, or a title or prompt is too long."""
        for scene in self._scenes:
            if scene.heard_elsewhere and not scene.lines:
                line = scene.source_line if scene.title else scene.heard_elsewhere
                raise nothing_said(self._source, line, head.language)
        scenes = [scene for scene in self._scenes if scene.lines]
        if not scenes:
            raise self._source.error(NOTHING_TO_SAY, hint=NOTHING_HINT)
        self._refuse_waiting()
        spoken_by = {line.speaker for scene in scenes for line in scene.lines}
        frozen = tuple(self._frozen(scene) for scene in scenes)
        try:
            return Storyboard(**head.named, speakers=head.cast(narrated=NARRATOR in spoken_by), scenes=frozen)
        except ValidationError as error:
            raise complaint(self._source, error, lines) from error

    def _frozen(self, scene: _Scene) -> Scene:
        lines = tuple(
            Line(
                speaker=line.speaker,
                text=" ".join(line.text) if line.audio is None else None,
                audio=line.audio,
                transcript=line.transcript,
                source_line=line.source_line,
            )
            for line in scene.lines
        )
        try:
            return Scene(title=scene.title, image=scene.image, prompt=scene.prompt, lines=lines)
        except ValidationError as error:
            where = Lines()
            where[()] = scene.source_line
            raise complaint(self._source, error, where) from error


def checked_pieces(source: Source, text: str, line: int | None) -> tuple[str | float, ...]:
    """A line's pieces of text and pauses. Raises ScriptError at `line` for a bad pause, or a text without words."""
    try:
        pieces = split_pauses(text)
    except ScriptError as error:
        raise source.error(error.message, line, hint=error.hint) from error
    texts = [piece for piece in pieces if isinstance(piece, str)]
    if texts and not any(map(spoken_text, texts)):
        raise source.error(
            f"nothing in {text[:60]!r} can be spoken.",
            line,
            hint="Give it words, or make it a note (> …) or a comment.",
        )
    return pieces
