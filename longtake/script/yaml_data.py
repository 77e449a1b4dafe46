"""YAML as plain data that knows its lines. Every scalar is text as written, so that `no` stays a word."""

from __future__ import annotations

from typing import Any

import yaml
from yaml.reader import Reader

from longtake.errors import ScriptError
from longtake.script.lines import DEEPEST_NESTING, Lines, Path
from longtake.script.source import Source

MOST_REPEATED_VALUES = 10_000

_NULLS = ("", "~", "null", "Null", "NULL")
_Loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)


def load_yaml(source: Source, text: str | None = None, first_line: int = 1) -> tuple[Any, Lines]:
    """The data of a YAML document, and its lines. `text` is a part of the source that begins at `first_line`.

    Raises ScriptError for what is no YAML, for doubled keys, tags, deep nesting and aliases that multiply.
    """
    text = source.text if text is None else text
    odd = Reader.NON_PRINTABLE.search(text)
    if odd:
        raise source.error(
            f"there is a control character ({ord(odd[0]):#04x}).",
            text.count("\n", 0, odd.start()) + first_line,
            hint="Remove it.",
        )
    builder = _YamlBuilder(source, first_line)
    try:
        for event in yaml.parse(text, Loader=_Loader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        raise _yaml_error(source, error, text, first_line) from error
    except (yaml.YAMLError, UnicodeError) as error:
        raise source.error(f"this is no YAML: {' '.join(str(error).split())}.", first_line) from error
    return builder.data, builder.lines


def _yaml_error(source: Source, error: yaml.MarkedYAMLError, text: str, first_line: int) -> ScriptError:
    mark = error.problem_mark or error.context_mark
    if mark and mark.line >= text.rstrip("\n").count("\n") + 1:  # what has no end is noticed at the end of the text
        mark = error.context_mark or mark
    line = mark.line + first_line if mark else first_line
    problem = error.problem or error.context or "something is wrong here"
    hint = "Check the indentation and the quotes here and on the line above."
    if "mapping values" in problem:
        problem, hint = "a colon stands where none may", "Put a text with a colon in it in quotes."
    elif "cannot start any token" in problem or "tab character" in problem:
        row = text.split("\n")[mark.line] if mark else ""
        begins = row[mark.column : mark.column + 1] if mark else ""
        if begins == "\t" or "tab" in problem:
            problem, hint = "there is a tab", "YAML is indented with spaces."
        else:
            problem, hint = f"a value begins with {begins!r}", "Put it in quotes."
    return source.error(f"this is no YAML: {problem}.", line, hint=hint)


class _YamlBuilder:
    """Builds plain data of YAML's events, one at a time: nothing recurses, so nesting cannot overflow the stack."""

    def __init__(self, source: Source, first_line: int) -> None:
        self.data: Any = None
        self.lines = Lines()
        self._source = source
        self._first_line = first_line
        self._open: list[_Container] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._values = 0
        self._repeated = 0
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        mark = event.start_mark
        line = (mark.line if mark else 0) + self._first_line
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise self._source.error("a second document begins here.", line, hint="A script is one document.")
        elif isinstance(event, yaml.AliasEvent):
            self._place(self._repeat(event.anchor or "", line), line)
        elif isinstance(event, yaml.ScalarEvent):
            self._refuse_tag(event.tag, line)
            plain = not event.style
            value = None if plain and event.value in _NULLS else event.value
            self._values += 1
            self._remember(event.anchor, value, 1)
            self._place(value, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._refuse_tag(event.tag, line)
            self._begin(event, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            done = self._open.pop()
            self._remember(done.anchor, done.value, self._values - done.values_before)

    def _begin(self, event: yaml.CollectionStartEvent, line: int) -> None:
        self._values += 1
        value: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
        path = self._place(value, line)
        self._open.append(_Container(value, path, event.anchor, self._values))
        if len(self._open) > DEEPEST_NESTING:
            raise self._source.error("the data is nested too deeply.", line, hint="See docs/script.md for its form.")

    def _place(self, value: Any, line: int) -> Path:
        """Put a value where it belongs, in the innermost open container; answers its path."""
        if not self._open:
            self.data = value
            self.lines[()] = line
            return ()
        inside = self._open[-1]
        if isinstance(inside.value, list):
            path = (*inside.path, len(inside.value))
            inside.value.append(value)
        elif inside.key is None:
            return self._place_key(inside, value, line)
        else:
            path = (*inside.path, inside.key)
            inside.value[inside.key] = value
            inside.key = None
            return path
        self.lines[path] = line
        return path

    def _place_key(self, inside: _Container, key: Any, line: int) -> Path:
        if not isinstance(key, str):
            raise self._source.error("a key must be a word or a name.", line, hint="Write it as `key: value`.")
        path = (*inside.path, key)
        if path in self.lines:
            raise self._source.error(
                f"{key!r} stands here a second time (first on line {self.lines[path]}).",
                line,
                hint="Keep one of them.",
            )
        inside.key = key
        self.lines[path] = line
        return path

    def _remember(self, anchor: str | None, value: Any, size: int) -> None:
        if anchor:
            self._anchors[anchor] = (value, size)

    def _repeat(self, anchor: str, line: int) -> Any:
        """The value of an anchor. What repetition would add to the data is counted, so that it cannot explode."""
        if anchor not in self._anchors:
            raise self._source.error(
                f"*{anchor} repeats a value that is nowhere above.",
                line,
                hint="Put a text that begins with * in quotes.",
            )
        value, size = self._anchors[anchor]
        self._values += size
        self._repeated += size
        if self._repeated > MOST_REPEATED_VALUES:
            raise self._source.error("aliases repeat too much.", line, hint="Write the values out.")
        return value

    def _refuse_tag(self, tag: str | None, line: int) -> None:
        if tag and tag not in ("!", "tag:yaml.org,2002:str"):
            raise self._source.error(f"the tag {tag[:60]!r} is not taken.", line, hint="Write the value without a tag.")


class _Container:
    """A list or mapping that is still being read; `key` is the one whose value comes next."""

    def __init__(self, value: Any, path: Path, anchor: str | None, values: int) -> None:
        self.value = value
        self.path = path
        self.anchor = anchor
        self.values_before = values - 1
        self.key: str | None = None
