"""The storyboard: who says what, in which picture. What every kind of script is read into.

Text is the written text, free of markup. `[pause 0.8]` inside it is 0.8 seconds of silence.
Pictures, masks and recordings are named by a path, or by an `asset:` address once they are stored.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints, model_validator

from longtake.around import Logo, Music
from longtake.frozen import Frozen

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
LanguageTag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{1,8})*$")]

NARRATOR = "Narrator"
"""The speaker of a script that names none."""


class Speaker(Frozen):
    """One who speaks: a portrait, a voice, and how the person should act."""

    image: str | None = Field(None, description="Portrait: a path, or an asset: address.")
    voice: str | None = Field(None, description="Voice, such as espeak:en-us+f3. Default: the language's own.")
    prompt: str | None = Field(None, max_length=2000, description="How the person acts, for models that take a prompt.")
    mask: str | None = Field(None, description="Mask of the portrait's size: the person in its white area speaks.")


class Line(Frozen):
    """What one speaker says without interruption: a text, or a recording."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [field], "properties": {field: {"type": "string"}}} for field in ("text", "audio")]
        }
    )

    speaker: Name = NARRATOR
    text: str | None = Field(None, description="The written text; [pause 0.8] is 0.8 s of silence.")
    audio: str | None = Field(None, description="A recording of the line, in place of a text.")
    transcript: str | None = Field(
        None, description="What a recording says and when: an SRT or VTT file, a path or an asset: address."
    )
    source_line: int | None = Field(
        None, ge=1, description="Line number in the script file, for messages; set anew when a script is read."
    )

    @model_validator(mode="after")
    def _is_text_or_recording(self) -> Line:
        if (self.text is None) == (self.audio is None):
            raise ValueError("a line has either text or audio")
        return self


class Scene(Frozen):
    """A run of lines in one setting. Its start is always a cut, and a chapter when it has a title."""

    title: str | None = Field(None, max_length=500)
    image: str | None = Field(None, description="Picture of this scene, in place of the speakers' portraits.")
    prompt: str | None = Field(None, max_length=2000, description="In place of the speakers' prompts.")
    lines: tuple[Line, ...] = Field(min_length=1)


class Look(Frozen):
    """What a line is rendered with: the picture, the mask in it, the prompt."""

    image: str | None
    mask: str | None
    prompt: str | None


class Storyboard(Frozen):
    """A whole video as its author means it. Every line's speaker is declared in `speakers`."""

    id: Name | None = Field(None, description="Lasting name of the video: budgets and takes belong to it.")
    title: str | None = Field(None, max_length=500)
    language: LanguageTag = Field("en", description="Language of the text, such as en, en-GB, pt-BR.")
    say: dict[Name, Name] = Field(
        default_factory=dict, description="How words are spoken that are written otherwise: {kubectl: cube control}."
    )
    intro: str | None = Field(None, description="A video in front of all: a path, or an asset: address.")
    outro: str | None = Field(None, description="A video behind all: a path, or an asset: address.")
    music: Music | None = None
    logo: Logo | None = None
    speakers: dict[Name, Speaker] = Field(default_factory=dict)
    scenes: tuple[Scene, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _speakers_are_declared(self) -> Storyboard:
        for scene in self.scenes:
            for line in scene.lines:
                if line.speaker != NARRATOR and line.speaker not in self.speakers:
                    known = ", ".join(self.speakers) or "none"
                    raise ValueError(f"speaker {line.speaker!r} is not declared (declared: {known})")
        return self

    def speaker(self, name: str) -> Speaker:
        """The speaker of that name; the narrator needs no declaration."""
        return self.speakers.get(name, Speaker())

    def look(self, scene: Scene, line: Line) -> Look:
        """What to render `line` of `scene` with: the scene's own picture and prompt come first."""
        speaker = self.speaker(line.speaker)
        return Look(
            image=scene.image or speaker.image,
            mask=speaker.mask,
            prompt=scene.prompt or speaker.prompt,
        )
