"""What is said, written as a script in Markdown or YAML."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from longtake.importing.said import Said
from longtake.script.marks import PAUSE
from longtake.script.markup import has_many_brackets, parser, plain_text
from longtake.storyboard import NARRATOR, Line

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+\-.!<>&|~=])")


def markdown_of(said: Sequence[Said], speakers: Mapping[str, dict[str, str]]) -> str:
    """The script in Markdown. With speakers, each paragraph tells its own."""
    named = speakers.keys() != {NARRATOR}
    head: dict[str, Any] = {"speakers": dict(speakers)} if named else dict(speakers[NARRATOR])
    blocks = [f"---\n{_yaml(head)}---"] if head else []
    for scene, one in _with_scenes(said):
        if scene:
            blocks.append(f"## {_escaped(scene, heading=True)}")
        blocks.append(_escaped(f"{one.speaker}: {one.text}" if named else one.text))
    return "\n\n".join(blocks) + "\n"


def yaml_of(said: Sequence[Said], speakers: Mapping[str, dict[str, str]]) -> str:
    """The script in YAML."""
    named = speakers.keys() != {NARRATOR}
    data: dict[str, Any] = {"speakers": dict(speakers)} if named else dict(speakers[NARRATOR])
    scenes: list[dict[str, Any]] = []
    for scene, one in _with_scenes(said):
        if scene or not scenes:
            scenes.append(({"title": scene} if scene else {}) | {"lines": []})
        scenes[-1]["lines"].append(_line(one) if named else {"text": one.text})
    return _yaml(data | {"scenes": scenes})


def _line(one: Said) -> dict[str, str]:
    name = one.speaker or NARRATOR
    return {"speaker": name, "text": one.text} if name in Line.model_fields else {name: one.text}


def _with_scenes(said: Sequence[Said]) -> Iterator[tuple[str | None, Said]]:
    """Each paragraph, with the scene that it begins, if it does."""
    current: str | None = None
    for one in said:
        begins = one.scene if one.scene != current else None
        current = one.scene or current
        yield begins, one


def _yaml(data: dict[str, Any]) -> str:
    return str(yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=1_000_000))


def _escaped(text: str, *, heading: bool = False) -> str:
    """A text as Markdown that reads as that very text; as it is, where that will do. Marks of pauses stay marks."""
    if not heading and _reads_as_itself(text):
        return text
    parts: list[str] = []
    end = 0
    for mark in PAUSE.finditer(text):
        parts += [_SPECIAL.sub(r"\\\1", text[end : mark.start()]), mark[0]]
        end = mark.end()
    escaped = "".join([*parts, _SPECIAL.sub(r"\\\1", text[end:])])
    if not heading:
        return escaped
    if "{" not in text and "#" not in text and not has_many_brackets(text) and plain_text(text) == text:
        return text
    return escaped.replace("\\{", "&#123;").replace("\\}", "&#125;")


def _reads_as_itself(text: str) -> bool:
    if has_many_brackets(text):
        return False
    tokens = parser().parse(text)
    is_paragraph = [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"]
    return is_paragraph and "<!--" not in text and plain_text(text) == text
