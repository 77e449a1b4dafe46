"""What a script may declare: the head that Markdown's front matter and YAML share, and the whole of a YAML script."""

from __future__ import annotations

import json
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field

from longtake.around import Logo, Music
from longtake.frozen import Frozen
from longtake.storyboard import NARRATOR, LanguageTag, Line, Name, Scene, Speaker

DESCRIPTION = "A Longtake script in YAML or JSON. Paths are taken from the script's own folder."


def _or_empty(value: Any) -> Any:
    return {} if value is None else value


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


ScriptMusic: TypeAlias = Annotated[
    Music | None, BeforeValidator(_as_file, json_schema_input_type=Annotated[Music | str | None, Field()])
]
ScriptLogo: TypeAlias = Annotated[
    Logo | None, BeforeValidator(_as_file, json_schema_input_type=Annotated[Logo | str | None, Field()])
]
Lexicon: TypeAlias = Annotated[
    dict[Name, Name], BeforeValidator(_or_empty, json_schema_input_type=dict[Name, Name] | None)
]
ShortLine: TypeAlias = Annotated[
    dict[str, str],
    Field(
        min_length=1,
        max_length=1,
        title="Name: text",
        description="The short form of a line: its speaker, and what is said.",
        json_schema_extra={"propertyNames": {"not": {"enum": list(Line.model_fields)}}},
    ),
]
DeclaredSpeaker: TypeAlias = Annotated[Speaker, BeforeValidator(_or_empty, json_schema_input_type=Speaker | None)]
Cast: TypeAlias = Annotated[
    dict[Name, DeclaredSpeaker],
    BeforeValidator(_or_empty, json_schema_input_type=dict[Name, DeclaredSpeaker] | None),
]
ScriptLine: TypeAlias = Annotated[
    Line, BeforeValidator(expand_short_line, json_schema_input_type=Annotated[Line | ShortLine, Field()])
]


_OF_THE_VIDEO = {"id", "title", "language", "say", "intro", "outro", "music", "logo"}


class Head(Frozen):
    """What a script says before its first scene."""

    id: Name | None = Field(None, description="Lasting name of the video: budgets and takes belong to it.")
    title: str | None = Field(None, max_length=500)
    language: LanguageTag = Field("en", description="Language of the text, such as en, en-GB, pt-BR.")
    image: str | None = Field(None, description="Portrait of the narrator, and of speakers who have none.")
    voice: str | None = Field(None, description="Voice of the narrator, and of speakers who have none.")
    prompt: str | None = Field(None, max_length=2000, description="How the narrator, and speakers without one, act.")
    mask: str | None = Field(None, description="Mask of that portrait.")
    say: Lexicon = Field(
        default_factory=dict, description="How words are spoken that are written otherwise: {kubectl: cube control}."
    )
    intro: str | None = Field(None, description="A video in front of all.")
    outro: str | None = Field(None, description="A video behind all.")
    music: ScriptMusic = Field(None, description="Music under the whole video: a file, or one with its levels.")
    logo: ScriptLogo = Field(None, description="A picture over a corner: a file, or one with its place.")
    speakers: Cast = Field(default_factory=dict)

    @property
    def named(self) -> dict[str, Any]:
        """What the script says of the whole video, as far as it says it."""
        return self.model_dump(include=_OF_THE_VIDEO, exclude_unset=True)

    @property
    def defaults(self) -> Speaker:
        """The narrator, and what other speakers leave out."""
        return Speaker(image=self.image, voice=self.voice, prompt=self.prompt, mask=self.mask)

    def cast(self, *, narrated: bool) -> dict[str, Speaker]:
        """The speakers with the defaults filled in; the narrator is one of them if any line is `narrated`."""
        declared = dict(self.speakers)
        if narrated and self.defaults != Speaker():
            declared.setdefault(NARRATOR, Speaker())
        return {name: _filled(speaker, self.defaults) for name, speaker in declared.items()}


def _filled(speaker: Speaker, defaults: Speaker) -> Speaker:
    """What a speaker leaves out, taken from the defaults. A mask belongs to its picture and is taken only with it."""
    return Speaker(
        image=speaker.image or defaults.image,
        voice=speaker.voice or defaults.voice,
        prompt=speaker.prompt or defaults.prompt,
        mask=speaker.mask or (None if speaker.image else defaults.mask),
    )


class ScriptScene(Scene):
    """A scene of a YAML script: its lines may be written in the short form."""

    lines: tuple[ScriptLine, ...] = Field(min_length=1)


class Script(Head):
    """A whole script in YAML or JSON."""

    scenes: tuple[ScriptScene, ...] = Field(min_length=1)


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a script in YAML or JSON, as it is published in docs/storyboard.schema.json."""
    schema = Script.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "Longtake script",
        "description": DESCRIPTION,
    }


def storyboard_schema_text() -> str:
    """The schema as it is printed and published: JSON, indented, with a line end."""
    return json.dumps(json_schema(), indent=2) + "\n"
