"""A file of another kind, read and written as a script that is checked before it is kept."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from longtake.assets import parse_address
from longtake.errors import ScriptError, SettingError
from longtake.frozen import Frozen
from longtake.importing.lists import read_list
from longtake.importing.said import Said, with_names
from longtake.importing.subtitles import read_subtitles
from longtake.importing.tables import read_table
from longtake.importing.writing import markdown_of, yaml_of
from longtake.remote import is_uri
from longtake.script import KINDS, parse_script
from longtake.script.source import LARGEST_SCRIPT_BYTES, LARGEST_TRANSCRIPT_BYTES, Source, read_source

IMPORTED_KINDS: dict[str, Callable[[Source], list[Said]]] = {
    ".srt": read_subtitles,
    ".vtt": read_subtitles,
    ".csv": read_table,
    ".tsv": read_table,
    ".json": read_list,
}
"""What can be imported, by the file's suffix."""

_WRITTEN = {".md": "markdown", ".markdown": "markdown", ".yaml": "yaml", ".yml": "yaml"}


class Imported(Frozen):
    """A script that was written: where, and what is in it."""

    path: Path
    lines: int
    speakers: tuple[str, ...]


def import_file(path: Path, output: Path | None = None) -> Imported:
    """Write a file of another kind as a script, `output` or a Markdown file of its name in the current folder.

    Raises ScriptError that names the file and the row or line, and SettingError for an output that is there already.
    """
    read = IMPORTED_KINDS.get(path.suffix.lower())
    if read is None:
        raise ScriptError(
            f"{path.suffix or 'a name without a suffix'} cannot be imported.",
            where=str(path),
            hint=f"Known: {', '.join(IMPORTED_KINDS)}."
            + (" This is a script already." if path.suffix.lower() in KINDS else ""),
        )
    target = output or Path(f"{path.stem}.md")
    kind = _WRITTEN.get(target.suffix.lower())
    if kind is None:
        raise SettingError(f"{target} is no script.", where="--output", hint="Name it talk.md or talk.yaml.")
    source = read_source(path, what="file", most_bytes=LARGEST_TRANSCRIPT_BYTES)
    said = list(with_names(_placed(read(source), path.parent, target.parent)))
    text = script_of(said, source, kind)
    try:
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        hint = "Move it, or choose another name with --output."
        raise SettingError("this file is there already.", where=str(target), hint=hint) from None
    except OSError as error:
        raise SettingError(f"it cannot be written: {error.strerror}.", where=str(target)) from error
    return Imported(path=target, lines=len(said), speakers=tuple(dict.fromkeys(one.speaker or "" for one in said)))


def script_of(said: Sequence[Said], source: Source, kind: str) -> str:
    """The script of what is said, which reads as just that. Raises ScriptError that names the file."""
    speakers = _speakers(said, source)
    text = markdown_of(said, speakers) if kind == "markdown" else yaml_of(said, speakers)
    if len(text.encode()) > LARGEST_SCRIPT_BYTES:
        hint = "Split the file into several videos."
        raise source.error(f"it makes a script of more than {LARGEST_SCRIPT_BYTES // 1_000_000} MB.", hint=hint)
    board = parse_script(text, kind="markdown" if kind == "markdown" else "yaml", source_name=source.name)
    back = [(line.speaker, line.text) for scene in board.scenes for line in scene.lines]
    for (speaker, words), one in zip(back, said, strict=True):
        if (speaker, words) != (one.speaker, one.text):
            raise source.error(f"{one.text[:60]!r} cannot be written as a script.", hint="Try --output talk.yaml.")
    return text


def _speakers(said: Sequence[Said], source: Source) -> dict[str, dict[str, str]]:
    """Everybody who speaks, each with one picture and one voice at most. Raises ScriptError."""
    speakers: dict[str, dict[str, str]] = {}
    for one in said:
        known = speakers.setdefault(one.speaker or "", {})
        for field, value in (("image", one.image), ("voice", one.voice)):
            if value and known.setdefault(field, value) != value:
                raise source.error(
                    f"{one.speaker} has the {field} {known[field]!r}, and later {value!r}.",
                    hint=f"Give one {field} to each speaker; a speaker of another name can have another.",
                )
    return speakers


def _placed(said: list[Said], folder: Path, target: Path) -> list[Said]:
    """The same with pictures as they are named from the script's own folder."""

    def placed(name: str) -> str:
        if is_uri(name) or (name.startswith("asset:") and parse_address(name)) or Path(name).is_absolute():
            return name
        return os.path.relpath(folder / name, target)

    return [one.model_copy(update={"image": placed(one.image)}) if one.image else one for one in said]
