"""Reading a script of any kind."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

from longtake.errors import ScriptError
from longtake.script.files import Files
from longtake.script.heads import front_matter_data
from longtake.script.json_data import load_json
from longtake.script.languages import languages_in
from longtake.script.lines import Lines
from longtake.script.markdown import parse_markdown
from longtake.script.plain import parse_plain
from longtake.script.source import Source, read_source
from longtake.script.structured import parse_structured
from longtake.script.yaml_data import load_yaml
from longtake.storyboard import Storyboard

ScriptKind: TypeAlias = Literal["markdown", "text", "yaml", "json"]

KINDS: dict[str, ScriptKind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".txt": "text",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".json": "json",
}
"""What a script's suffix tells of its kind."""


def read_script(
    path: Path,
    *,
    name: str | None = None,
    base: str | None = None,
    noted: dict[str, str] | None = None,
    language: str | None = None,
) -> Storyboard:
    """The storyboard of a script file. The files it names become absolute paths, and are there; addresses stay.

    Of a script that was fetched, `name` is what messages call it, and `base` its address: names in it are taken from
    there. `noted` is told where the script first names each address. `language` chooses in a script that names
    several; one that names none is read as it is.

    Raises ScriptError that names the file and, where there is one, the line.
    """
    source, kind = _opened(path, name)
    return _parse(source, kind, Files(source, path.parent, base=base, noted=noted), language)


def read_languages(path: Path, *, name: str | None = None) -> tuple[str, ...]:
    """The languages that a script file names, none where it is in one alone. Raises ScriptError."""
    source, kind = _opened(path, name)
    if kind == "text":
        return ()
    data, lines = front_matter_data(source)[:2] if kind == "markdown" else _data(source, kind)
    return languages_in(source, data, lines)


def _opened(path: Path, name: str | None) -> tuple[Source, ScriptKind]:
    kind = KINDS.get(path.suffix.lower())
    if kind is None and not path.is_dir():
        raise ScriptError(
            f"{path.suffix or 'a name without a suffix'} is no kind of script.",
            where=name or str(path),
            hint=f"Name it with one of {', '.join(KINDS)}; a recording is given with --audio.",
        )
    return read_source(path, name), kind or "text"


def parse_script(
    text: str, *, kind: ScriptKind, source_name: str, folder: Path | None = None, language: str | None = None
) -> Storyboard:
    """The storyboard of a script's text. Files are looked for from `folder`; without one, names stay as written.

    `language` chooses in a script that names several. Raises ScriptError that names `source_name` and, where there is
    one, the line.
    """
    if kind not in get_args(ScriptKind):
        raise ScriptError(f"{kind!r} is no kind of script.", where=source_name, hint=f"Known: {', '.join(KINDS)}.")
    source = Source(text, source_name)
    return _parse(source, kind, Files(source, folder), language)


def _parse(source: Source, kind: ScriptKind, files: Files, language: str | None) -> Storyboard:
    if kind == "markdown":
        return parse_markdown(source, files, language)
    if kind == "text":
        return parse_plain(source)
    return parse_structured(source, *_data(source, kind), files, language)


def _data(source: Source, kind: ScriptKind) -> tuple[Any, Lines]:
    return load_yaml(source) if kind == "yaml" else load_json(source)
