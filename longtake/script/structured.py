"""A script in YAML or JSON: the storyboard itself, with the front matter's defaults and the short form of a line."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from longtake.script.builder import checked_pieces
from longtake.script.complaints import complaint, unknown_word
from longtake.script.files import Files
from longtake.script.heads import with_files
from longtake.script.languages import in_language
from longtake.script.lines import Lines, Path
from longtake.script.schema import Script, ScriptScene
from longtake.script.source import Source
from longtake.script.text import written_text
from longtake.storyboard import NARRATOR, Line, Scene, Storyboard


def parse_structured(source: Source, data: Any, lines: Lines, files: Files, language: str | None = None) -> Storyboard:
    """The storyboard that some data describes. Raises ScriptError at the line of what is wrong."""
    if data is None:
        raise source.error("the script is empty.", hint="docs/script.md shows the form.")
    data, lines, _ = in_language(source, data, lines, language)
    try:
        script = Script.model_validate(data)
    except ValidationError as error:
        raise complaint(source, error, lines) from error
    head = with_files(script, lines, files)
    scenes = tuple(_scene(source, script, index, lines, files) for index in range(len(script.scenes)))
    narrated = any(line.speaker == NARRATOR for scene in scenes for line in scene.lines)
    return Storyboard(**head.named, speakers=head.cast(narrated=narrated), scenes=scenes)


def _scene(source: Source, script: Script, index: int, lines: Lines, files: Files) -> Scene:
    scene: ScriptScene = script.scenes[index]
    path: Path = ("scenes", index)
    return Scene(
        title=written_text(scene.title or "") or None,
        image=files.find_optional(scene.image, lines[(*path, "image")]),
        prompt=scene.prompt or None,
        lines=tuple(
            _line(source, script, line, lines[(*path, "lines", number)], files)
            for number, line in enumerate(scene.lines)
        ),
    )


def _line(source: Source, script: Script, line: Line, number: int | None, files: Files) -> Line:
    if line.speaker != NARRATOR and line.speaker not in script.speakers:
        message, hint = unknown_word("speaker", line.speaker, script.speakers)
        raise source.error(message, number, hint=hint)
    if line.audio is not None:
        return Line(
            speaker=line.speaker,
            audio=files.find(line.audio, number),
            transcript=files.find_optional(line.transcript, number),
            source_line=number,
        )
    if line.transcript:
        raise source.error(
            "a transcript goes with a recording, and this line has none.", number, hint="Name the recording as audio."
        )
    text = written_text(line.text or "")
    if not any(isinstance(piece, str) for piece in checked_pieces(source, text, number)):
        raise source.error(
            "this line says nothing.", number, hint="Give it words; a pause belongs to the text before or after it."
        )
    return Line(speaker=line.speaker, text=text, source_line=number)
