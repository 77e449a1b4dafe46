"""A person's files: read and checked, so that nothing that follows needs their paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from longtake.assets import parse_address
from longtake.errors import BadInput, ScriptError, SettingError
from longtake.pinning import address_inputs, asset_of, map_files, on_the_network, pin_inputs, told_by_given_names
from longtake.remote import Fetcher, Kind, is_uri, shown
from longtake.storyboard import NARRATOR, Line, Scene, Storyboard

__all__ = [
    "TEXT",
    "address_inputs",
    "asset_of",
    "languages_of",
    "map_files",
    "pin_inputs",
    "read_inputs",
    "told_by_given_names",
]

TEXT = "text"
"""What messages call a script that is no file."""


def read_inputs(
    script: str | Path | None,
    *,
    text: str | None = None,
    image: str | None = None,
    audio: str | None = None,
    voice: str | None = None,
    language: str | None = None,
    prompt: str | None = None,
    mask: str | None = None,
    transcript: str | None = None,
    fetcher: Fetcher | None = None,
) -> Storyboard:
    """The storyboard of a script, of its text, or of a recording alone. The others are those of whoever has none.

    Each file is a path, an asset address, or an http(s) or s3 address, which `fetcher` brings into the store; so is all
    that the script names. `language` is that of a script which names none, and chooses in one that names several.
    Raises BadInput that names the file, line or option. Every line of the answer has a portrait.
    """
    if audio is not None and (script is not None or text is not None):
        raise BadInput(
            "give a script or a recording, not both.", where="--audio", hint="In a script, a line names its own."
        )
    if transcript is not None and audio is None:
        raise BadInput(
            "a transcript goes with a recording.",
            where="--transcript",
            hint="Give the recording with --audio; in a script: [audio take.wav transcript=take.srt].",
        )
    given = {
        "image": _existing(image, "--image") if image else None,
        "mask": _existing(mask, "--mask") if mask else None,
        "prompt": prompt or None,
        "voice": voice or None,
    }
    options = {"--image": image, "--mask": mask, "--audio": audio, "--transcript": transcript}
    noted = {name: option for option, name in options.items() if name}
    if script is not None:
        storyboard = _read_script(str(script), fetcher, noted, language)
    elif text is not None:
        storyboard = _read_text(text, noted, language)
    elif audio is not None:
        recording = _existing(audio, "--audio")
        words = _existing(transcript, "--transcript") if transcript else None
        storyboard = Storyboard(scenes=(Scene(lines=(Line(audio=recording, transcript=words),)),))
    else:
        raise BadInput(
            "there is nothing to say.", where="SCRIPT", hint="Name a script file, or a recording with --audio."
        )
    named = str(script or (TEXT if text else "")) or None
    told = shown(named) if named and is_uri(named) else named
    return _fetched(_with_portraits(_filled(_in_language(storyboard, language), given), told), fetcher, noted)


def _read_text(text: str, noted: dict[str, str], language: str | None) -> Storyboard:
    """The storyboard of a text, which lies in no folder: what it names has to be an address or a whole path."""
    from longtake.script import files_of, parse_script

    storyboard = parse_script(text, kind="markdown", source_name=TEXT, language=language)
    for name in files_of(storyboard):
        if is_uri(name):
            noted.setdefault(name, TEXT)
        elif parse_address(name) is None and not (Path(name).is_absolute() and Path(name).is_file()):
            raise ScriptError(
                f"there is no file {name[:200]!r}.",
                where=TEXT,
                hint="A text lies in no folder: name an address (asset:..., https://..., s3://...) or a whole path.",
            )
    return storyboard


def _in_language(storyboard: Storyboard, language: str | None) -> Storyboard:
    """The storyboard in that language, unless its script names one."""
    if not language or "language" in storyboard.model_fields_set:
        return storyboard
    try:
        return Storyboard.model_validate({**dict(storyboard), "language": language})
    except ValidationError as error:
        raise SettingError(
            f"{language[:60]!r} is no language tag.", where="--language", hint="Tags are such as en, en-GB or pt-BR."
        ) from error


def _read_script(
    script: str, fetcher: Fetcher | None, noted: dict[str, str], language: str | None = None
) -> Storyboard:
    from longtake.script import read_script

    if not is_uri(script):
        return read_script(Path(script), noted=noted, language=language)
    with _fetched_script(script, fetcher) as path:
        return read_script(path, name=shown(script), base=script, noted=noted, language=language)


def languages_of(script: str | Path, fetcher: Fetcher | None = None) -> tuple[str, ...]:
    """The languages that a script names, none where it is in one alone. Raises BadInput."""
    from longtake.script import read_languages

    if not is_uri(str(script)):
        return read_languages(Path(script))
    with _fetched_script(str(script), fetcher) as path:
        return read_languages(path, name=shown(str(script)))


@contextmanager
def _fetched_script(script: str, fetcher: Fetcher | None) -> Iterator[Path]:
    if fetcher is None:
        raise on_the_network(script, "SCRIPT")
    with fetcher.script(script, "SCRIPT") as path:
        yield path


def _fetched(storyboard: Storyboard, fetcher: Fetcher | None, noted: Mapping[str, str]) -> Storyboard:
    """The storyboard with what lies elsewhere brought into the store. `noted` says where each address was named."""

    def fetch(name: str, kind: Kind) -> str:
        if not is_uri(name):
            if kind is Kind.TRANSCRIPT and parse_address(name) is None:
                kind.check(Path(name), name)  # its lines are told by the name that the person gave
            return name
        if fetcher is None:
            raise on_the_network(name, noted.get(name))
        return fetcher.asset(name, kind, noted.get(name)).address

    return map_files(storyboard, fetch)


def _existing(name: str, option: str) -> str:
    if parse_address(name) or is_uri(name):
        return name
    path = Path(name).expanduser()
    if not path.is_file():
        raise BadInput(f"no such file: {name}", where=option, hint="Check the path.")
    return str(path.absolute())


def _filled(storyboard: Storyboard, given: dict[str, str | None]) -> Storyboard:
    """The storyboard with what was given for every speaker who has none of it."""
    if not any(given.values()):
        return storyboard
    speakers = {}
    for name in dict.fromkeys((NARRATOR, *storyboard.speakers)):
        speaker = storyboard.speaker(name)
        missing = {field: word for field, word in given.items() if word and not getattr(speaker, field)}
        if given["image"] and speaker.image:
            missing.pop("mask", None)  # it belongs to the picture that it was given with
        speakers[name] = speaker.model_copy(update=missing)
    return storyboard.model_copy(update={"speakers": speakers})


def _with_portraits(storyboard: Storyboard, script: str | None) -> Storyboard:
    for scene in storyboard.scenes:
        for line in scene.lines:
            if storyboard.look(scene, line).image is None:
                where = f"{script}:{line.source_line}" if script and line.source_line else script or "--image"
                raise ScriptError(
                    f"{line.speaker} has no portrait.", where=where, hint="Give --image, or image: for the speaker."
                )
    return storyboard
