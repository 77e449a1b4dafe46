"""What a script may declare: the head that Markdown's front matter and YAML share, and the whole of a YAML script."""

from __future__ import annotations

import json
from typing import Any

from pydantic import Field

from longtake.frozen import Frozen
from longtake.script.forms import Cast, Lexicon, Localised, LocalisedTitle, ScriptLine, ScriptLogo, ScriptMusic
from longtake.storyboard import NARRATOR, LanguageTag, Name, Scene, Speaker

DESCRIPTION = "A Longtake script in YAML or JSON. Paths are taken from the script's own folder."


_OF_THE_VIDEO = {"id", "title", "language", "say", "intro", "outro", "music", "logo"}


class Head(Frozen):
    """What a script says before its first scene."""

    id: Name | None = Field(None, description="Lasting name of the video: budgets and takes belong to it.")
    title: LocalisedTitle = None
    language: LanguageTag = Field("en", description="Language of the text, such as en, en-GB, pt-BR.")
    languages: tuple[LanguageTag, ...] = Field(
        (), min_length=1, description="In place of one language: a video is made for each. They need an id."
    )
    image: str | None = Field(None, description="Portrait of the narrator, and of speakers who have none.")
    voice: Localised = Field(None, description="Voice of the narrator, and of speakers who have none.")
    prompt: str | None = Field(None, max_length=2000, description="How the narrator, and speakers without one, act.")
    mask: str | None = Field(None, description="Mask of that portrait.")
    say: Lexicon = Field(
        default_factory=dict, description="How words are spoken that are written otherwise: {kubectl: cube control}."
    )
    intro: Localised = Field(None, description="A video in front of all.")
    outro: Localised = Field(None, description="A video behind all.")
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
        declared: dict[str, Speaker] = dict(self.speakers)
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

    title: LocalisedTitle = None
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
