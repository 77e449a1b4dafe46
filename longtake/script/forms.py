"""The forms in which a script may write a speaker, a line, a file, a lexicon, and what differs by language."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Field, StringConstraints

from longtake.around import Logo, Music
from longtake.frozen import Frozen
from longtake.script.text import written_text
from longtake.storyboard import LanguageTag, Line, Name, Speaker

# What differs by language has been chosen before a script is checked by these types: the program only ever sees the
# text, and the mapping stands in the published schema.
ByLanguage: TypeAlias = Annotated[
    dict[LanguageTag, str],
    Field(
        title="By language",
        description="In a script of several languages: {en: …, de: …}.",
        json_schema_extra={"additionalProperties": False},
    ),
]


MOST_WORDS = 2_000
"""Of a lexicon: each text is searched for all of them."""


def _same(value: Any) -> Any:
    return value


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


def _as_words(say: Any) -> Any:
    """A lexicon whose words are spelled as texts are: composed, with single spaces."""
    if not isinstance(say, dict):
        return _or_empty(say)
    return {unicodedata.normalize("NFC", written_text(str(word))): spoken for word, spoken in say.items()}


def expand_short_line(value: Any) -> Any:
    """A line in its short form, `Ada: Hello.`, as its long form; anything else as it is."""
    if isinstance(value, dict) and len(value) == 1:
        ((name, text),) = value.items()
        if name not in Line.model_fields:
            return {"speaker": name, "text": text}
    return value


def _as_file(value: Any) -> Any:
    """`music: calm.mp3` is short for `music: {file: calm.mp3}`; an empty one is none."""
    if isinstance(value, str):
        return {"file": value} if value.strip() else None
    return value


Localised: TypeAlias = Annotated[
    str | None, BeforeValidator(_same, json_schema_input_type=Annotated[str | ByLanguage | None, Field()])
]
_Title = Annotated[str, StringConstraints(max_length=500)]
LocalisedTitle: TypeAlias = Annotated[
    _Title | None, BeforeValidator(_same, json_schema_input_type=Annotated[_Title | ByLanguage | None, Field()])
]
ScriptMusic: TypeAlias = Annotated[
    Music | None, BeforeValidator(_as_file, json_schema_input_type=Annotated[Music | str | None, Field()])
]
ScriptLogo: TypeAlias = Annotated[
    Logo | None, BeforeValidator(_as_file, json_schema_input_type=Annotated[Logo | str | None, Field()])
]
Lexicon: TypeAlias = Annotated[
    Annotated[dict[Name, Name], Field(max_length=MOST_WORDS)],
    BeforeValidator(_as_words, json_schema_input_type=Annotated[dict[Name, Name | dict[Name, Name]] | None, Field()]),
]


class ScriptSpeaker(Speaker):
    """One who speaks: a portrait, a voice, and how the person should act."""

    voice: Localised = Field(None, description="Voice, such as espeak:en-us+f3. Default: the language's own.")


class _LineForm(Frozen):
    """What one speaker says without interruption: a text, or a recording."""

    model_config = ConfigDict(
        title="Line",
        json_schema_extra={
            "oneOf": [
                {"required": [field], "properties": {field: {"type": ["string", "object"]}}}
                for field in ("text", "audio")
            ]
        },
    )

    speaker: Name = Line.model_fields["speaker"].default
    text: Localised = Field(None, description=Line.model_fields["text"].description)
    audio: Localised = Field(None, description=Line.model_fields["audio"].description)
    transcript: Localised = Field(None, description=Line.model_fields["transcript"].description)
    source_line: int | None = Field(None, ge=1, description=Line.model_fields["source_line"].description)


ShortLine: TypeAlias = Annotated[
    dict[str, str | ByLanguage],
    Field(
        min_length=1,
        max_length=1,
        title="Name: text",
        description="The short form of a line: its speaker, and what is said.",
        json_schema_extra={"propertyNames": {"not": {"enum": list(Line.model_fields)}}},
    ),
]
DeclaredSpeaker: TypeAlias = Annotated[
    ScriptSpeaker, BeforeValidator(_or_empty, json_schema_input_type=ScriptSpeaker | None)
]
Cast: TypeAlias = Annotated[
    dict[Name, DeclaredSpeaker],
    BeforeValidator(_or_empty, json_schema_input_type=dict[Name, DeclaredSpeaker] | None),
]
ScriptLine: TypeAlias = Annotated[
    Line, BeforeValidator(expand_short_line, json_schema_input_type=Annotated[_LineForm | ShortLine, Field()])
]
