"""The head of a script, such as Markdown's front matter, checked and with its files found."""

from __future__ import annotations

from typing import Any, NamedTuple

from pydantic import ValidationError

from longtake.script.complaints import complaint
from longtake.script.files import Files
from longtake.script.languages import Tongue, in_language
from longtake.script.lines import Lines
from longtake.script.schema import Head
from longtake.script.source import Source
from longtake.script.yaml_data import load_yaml

_FENCE = "---"
_ENDS = ("---", "...")
_FILES = ("image", "mask", "intro", "outro")


class FrontMatter(NamedTuple):
    """The head between `---` lines at the top of a Markdown script, and how many lines it takes up."""

    head: Head
    lines: Lines
    rows: int
    tongue: Tongue | None


def read_front_matter(source: Source, files: Files, language: str | None = None) -> FrontMatter:
    """The head of a Markdown script, as it reads in a language. Raises ScriptError at the line of what is wrong."""
    data, lines, rows = front_matter_data(source)
    data, lines, tongue = in_language(source, data, lines, language)
    return FrontMatter(checked_head(source, data, lines, files), lines, rows, tongue)


def front_matter_data(source: Source) -> tuple[Any, Lines, int]:
    """What the front matter holds, where it stands, and how many lines it takes up."""
    rows = source.text.split("\n")
    first = next((number for number, row in enumerate(rows) if row.strip()), 0)
    if rows[first].rstrip() != _FENCE:
        return {}, Lines(), 0
    for number in range(first + 1, len(rows)):
        if rows[number].rstrip() in _ENDS:
            data, lines = load_yaml(source, "\n".join(rows[first + 1 : number]) + "\n", first + 2)
            return {} if data is None else data, lines, number + 1
    raise source.error(
        "the front matter that begins here has no end.", first + 1, hint="Close it with a line of three hyphens, ---."
    )


def checked_head(source: Source, data: Any, lines: Lines, files: Files) -> Head:
    """The head that some data is. Raises ScriptError at the line of what is wrong."""
    try:
        head = Head.model_validate(data)
    except ValidationError as error:
        raise complaint(source, error, lines) from error
    return with_files(head, lines, files)


def with_files(head: Head, lines: Lines, files: Files) -> Head:
    """The head with its files found."""
    speakers = {
        name: speaker.model_copy(
            update={
                "image": files.find_optional(speaker.image, lines["speakers", name, "image"]),
                "mask": files.find_optional(speaker.mask, lines["speakers", name, "mask"]),
            }
        )
        for name, speaker in head.speakers.items()
    }
    names = {name: files.find_optional(getattr(head, name), lines[(name,)]) for name in _FILES}
    around = {
        name: one.model_copy(update={"file": files.find(one.file, lines[name, "file"])})
        for name, one in (("music", head.music), ("logo", head.logo))
        if one
    }
    return _updated(head, {**names, **around, "speakers": speakers})


def _updated(head: Head, found: dict[str, Any]) -> Head:
    """The head with what was found; what the script leaves out stays left out."""
    return head.model_copy(update={name: value for name, value in found.items() if value != getattr(head, name)})
