"""Lists in JSON: texts, texts with their speakers, and what speech recognition tells with times."""

from __future__ import annotations

from typing import Any

from pydantic import Field, ValidationError

from longtake.frozen import Frozen
from longtake.importing.said import COLUMNS, Row, Said
from longtake.importing.subtitles import paragraphs
from longtake.script.complaints import unknown_word
from longtake.script.json_data import load_json
from longtake.script.lines import Lines, Path
from longtake.script.source import Source
from longtake.script.text import written_text
from longtake.transcripts import TranscriptCue

_FORMS = (
    'Known: ["...", ...], [{"speaker": ..., "text": ...}, ...], '
    '{"segments": [{"start": 0, "end": 1.5, "text": ...}, ...]}.'
)


class _Segment(Frozen, extra="ignore"):
    """A piece of what speech recognition heard. It tells much more, which is not needed."""

    start: float = Field(ge=0, allow_inf_nan=False)
    end: float = Field(ge=0, allow_inf_nan=False)
    text: str
    speaker: str | None = None


def read_list(source: Source) -> list[Said]:
    """What a list says. Raises ScriptError that names the item, and what of it is wrong."""
    data, lines = load_json(source)
    path: Path = ()
    if isinstance(data, dict) and "scenes" in data:
        raise source.error("this is a script already.", hint="Give it to `longtake plan`.")
    if isinstance(data, dict) and "segments" in data:
        data, path = data["segments"], ("segments",)
    if not isinstance(data, list):
        raise source.error("this is no list that can be imported.", hint=_FORMS)
    if not data:
        raise source.error("the list is empty.", hint=_FORMS)
    if all(isinstance(item, dict) and {"start", "end"} <= item.keys() for item in data):
        return paragraphs([_cue(source, item, place, lines, path) for place, item in enumerate(data)])
    return [_said(source, item, place, lines) for place, item in enumerate(data)]


def _cue(source: Source, item: dict[str, Any], place: int, lines: Lines, path: Path) -> TranscriptCue:
    line = lines[(*path, place)]
    try:
        segment = _Segment.model_validate(item)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = str(first["loc"][0])
        at = lines[(*path, place, field)]
        message = f"item {place + 1}, {field}: {str(first['input'])[:60]!r} cannot be used ({first['msg']})."
        raise source.error(message, at, hint=_FORMS) from error
    return TranscriptCue(
        line=line or 1,
        start_seconds=segment.start,
        end_seconds=max(segment.start, segment.end),
        text=written_text(segment.text),
        speaker=written_text(segment.speaker or "") or None,
    )


def _said(source: Source, item: object, place: int, lines: Lines) -> Said:
    line = lines[(place,)]
    values: dict[str, object] = {"text": item} if isinstance(item, str) else item if isinstance(item, dict) else {}
    row = Row(source, "item", place + 1, line, {})
    if not values:
        raise row.error(None, "it is neither a text nor {…} with one.", _FORMS)
    told: dict[str, str] = {}
    for name, value in values.items():
        if name not in COLUMNS:
            message, hint = unknown_word("key", name, COLUMNS)
            raise row.error(None, message, hint)
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and not isinstance(value, str) and not (name == "pause" and is_number):
            raise row.error(name, f"{str(value)[:60]!r} is no text.", "Put it in quotation marks.")
        told[name] = "" if value is None else str(value)
    return Row(source, "item", place + 1, line, told).said()
