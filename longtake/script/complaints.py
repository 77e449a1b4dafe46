"""What pydantic finds wrong with a script's data, as a plain sentence with the line it is about."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from longtake.around import Logo, Music
from longtake.errors import ScriptError
from longtake.script.lines import Lines, Path
from longtake.script.schema import Script, ScriptScene
from longtake.script.source import Source
from longtake.storyboard import Line, Speaker

_SENTENCES = {
    "string_type": "must be a text, in quotes",
    "string_unicode": "holds half a character (a lone surrogate)",
    "string_too_short": "is empty",
    "string_too_long": "is longer than {max_length} characters",
    "too_short": "is empty; at least one is needed",
    "too_long": "holds more than {max_length}",
    "tuple_type": "must be a list",
    "dict_type": "must hold keys with values (name: value)",
    "model_type": "must hold keys with values (key: value)",
    "model_attributes_type": "must hold keys with values (key: value)",
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "finite_number": "must be a number",
    "literal_error": "must be {expected}",
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that `word` is most likely meant to be, if any is near."""
    by_folded = {name.casefold(): name for name in known}
    near = difflib.get_close_matches(word[:100].casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[near[0]] if near else None


def unknown_word(what: str, word: str, known: Iterable[str]) -> tuple[str, str]:
    """The message and the hint for a word that is none of the known ones."""
    names = list(known)
    near = nearest(word, names)
    hint = f"Did you mean {near!r}?" if near else f"Known: {', '.join(names) or 'none'}."
    return f"there is no {what} {word[:80]!r}.", hint


def complaint(source: Source, error: ValidationError, lines: Lines) -> ScriptError:
    """The first of pydantic's errors, as an error of the script at its line."""
    errors = error.errors(include_url=False, include_context=True)
    inner = {each["loc"][:length] for each in errors for length in range(len(each["loc"]))}
    errors = [each for each in errors if each["loc"] not in inner]  # a list with a bad item is called empty, too
    first = min(errors, key=lambda each: (each["type"] == "missing", lines[each["loc"]] or 0))
    message, hint = _sentence(first)
    more = len(errors) - 1
    if more:
        hint = f"{hint} ({more} more {'mistake' if more == 1 else 'mistakes'} after this one.)"
    return source.error(message, lines[first["loc"]], hint=hint)


def _sentence(error: ErrorDetails) -> tuple[str, str]:
    path, kind = error["loc"], error["type"]
    name = _named(path)
    if kind == "extra_forbidden":
        return unknown_word("key", str(path[-1]), _fields_at(path[:-1]))
    if kind == "missing":
        return f"{_named(path[:-1])} has no {path[-1]!r}.", "Add it; docs/script.md shows the form."
    if kind == "string_pattern_mismatch":
        return f"{name} {str(error['input'])[:40]!r} is no language tag.", "Write one such as en, en-GB or pt-BR."
    if len(path) > 1 and path[0] == "say":
        return _say_sentence(str(path[1]), "string_too_short" if error["input"] is None else kind, name)
    if kind == "value_error":
        return f"{name}: {error.get('ctx', {}).get('error', error['msg'])}.", "docs/script.md shows the form."
    told = "is empty" if kind == "string_type" and error["input"] is None else _SENTENCES.get(kind)
    text = told.format(**error.get("ctx", {})) if told else f"cannot be used ({error['msg']})"
    return f"{name} {text}.", "docs/script.md shows the form."


def _say_sentence(word: str, kind: str, name: str) -> tuple[str, str]:
    hint = "Write how it is spoken: {kubectl: cube control}."
    if not word.strip():
        return "say has an entry without a word.", hint
    told = {"string_too_long": "is longer than 200 characters", "string_too_short": "says nothing"}.get(kind)
    return f"{name} {told or 'must be words'}.", hint


def _named(path: Path) -> str:
    """A path as a person would say it, such as `scenes[1].lines[3].text`; lists count from 1."""
    told = ""
    for part in path:
        if part == "[key]":
            continue
        told += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return told.removeprefix(".")[:200] or "the script"


def _fields_at(path: Path) -> list[str]:
    around: dict[str | int, type[BaseModel]] = {"music": Music, "logo": Logo}
    kinds: dict[int, type[BaseModel]] = {2: Speaker} if path[:1] == ("speakers",) else {2: ScriptScene, 4: Line}
    kind = around[path[0]] if path and path[0] in around else kinds.get(len(path), Script)
    return list(kind.model_fields)
