"""Reading a script of any kind."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias, get_args

from longtake.errors import ScriptError
from longtake.script.files import Files
from longtake.script.json_data import load_json
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
    path: Path, *, name: str | None = None, base: str | None = None, noted: dict[str, str] | None = None
) -> Storyboard:
    """The storyboard of a script file. The files it names become absolute paths, and are there; addresses stay.

    Of a script that was fetched, `name` is what messages call it, and `base` its address: names in it are taken from
    there. `noted` is told where the script first names each address.

    Raises ScriptError that names the file and, where there is one, the line.
    """
    kind = KINDS.get(path.suffix.lower())
    if kind is None and not path.is_dir():
        raise ScriptError(
            f"{path.suffix or 'a name without a suffix'} is no kind of script.",
            where=name or str(path),
            hint=f"Name it with one of {', '.join(KINDS)}; a recording is given with --audio.",
        )
    source = read_source(path, name)
    return _parse(source, kind or "text", Files(source, path.parent, base=base, noted=noted))


def parse_script(text: str, *, kind: ScriptKind, source_name: str, folder: Path | None = None) -> Storyboard:
    """The storyboard of a script's text. Files are looked for from `folder`; without one, names stay as written.

    Raises ScriptError that names `source_name` and, where there is one, the line.
    """
    if kind not in get_args(ScriptKind):
        raise ScriptError(f"{kind!r} is no kind of script.", where=source_name, hint=f"Known: {', '.join(KINDS)}.")
    source = Source(text, source_name)
    return _parse(source, kind, Files(source, folder))


def _parse(source: Source, kind: ScriptKind, files: Files) -> Storyboard:
    if kind == "markdown":
        return parse_markdown(source, files)
    if kind == "text":
        return parse_plain(source)
    data, lines = load_yaml(source) if kind == "yaml" else load_json(source)
    return parse_structured(source, data, lines, files)
