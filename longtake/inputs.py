"""A person's files: read, checked and brought into the store, so that nothing that follows needs their paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from longtake.assets import Asset, Store, parse_address
from longtake.assets.asset import describe
from longtake.errors import BadInput, ScriptError
from longtake.storyboard import NARRATOR, Line, Scene, Speaker, Storyboard

Pin = Callable[[str], str]


def read_inputs(
    script: Path | None,
    *,
    image: str | None = None,
    audio: str | None = None,
    prompt: str | None = None,
    mask: str | None = None,
) -> Storyboard:
    """The storyboard of a script file, or of a recording alone. The others are those of whoever has none.

    Raises BadInput that names the file, line or option. Every line of the answer has a portrait.
    """
    if script is not None and audio is not None:
        raise BadInput(
            "give a script or a recording, not both.", where="--audio", hint="In a script, a line names its own."
        )
    given = {
        "image": _existing(image, "--image") if image else None,
        "mask": _existing(mask, "--mask") if mask else None,
        "prompt": prompt or None,
    }
    if script is not None:
        from longtake.script import read_script

        storyboard = read_script(script)
    elif audio is not None:
        recording = _existing(audio, "--audio")
        storyboard = Storyboard(scenes=(Scene(lines=(Line(audio=recording),)),))
    else:
        raise BadInput(
            "there is nothing to say.", where="SCRIPT", hint="Name a script file, or a recording with --audio."
        )
    return _with_portraits(_filled(storyboard, given), script)


def _existing(name: str, option: str) -> str:
    if parse_address(name):
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
        speakers[name] = speaker.model_copy(update=missing)
    return storyboard.model_copy(update={"speakers": speakers})


def _with_portraits(storyboard: Storyboard, script: Path | None) -> Storyboard:
    for scene in storyboard.scenes:
        for line in scene.lines:
            if storyboard.look(scene, line).image is None:
                where = f"{script}:{line.source_line}" if script and line.source_line else str(script or "--image")
                raise ScriptError(
                    f"{line.speaker} has no portrait.", where=where, hint="Give --image, or image: for the speaker."
                )
    return storyboard


def map_files(storyboard: Storyboard, pin: Pin) -> Storyboard:
    """The storyboard with each file name replaced by what `pin` makes of it."""

    def mapped(name: str | None) -> str | None:
        return pin(name) if name else name

    def of_speaker(speaker: Speaker) -> Speaker:
        return speaker.model_copy(update={"image": mapped(speaker.image), "mask": mapped(speaker.mask)})

    def of_line(line: Line) -> Line:
        return line.model_copy(update={"audio": mapped(line.audio)})

    def of_scene(scene: Scene) -> Scene:
        return scene.model_copy(update={"image": mapped(scene.image), "lines": tuple(map(of_line, scene.lines))})

    return storyboard.model_copy(
        update={
            "speakers": {name: of_speaker(speaker) for name, speaker in storyboard.speakers.items()},
            "scenes": tuple(map(of_scene, storyboard.scenes)),
        }
    )


def address_inputs(storyboard: Storyboard) -> Storyboard:
    """The storyboard with every file named by its content. Reads each file once, stores nothing."""
    seen: dict[str, str] = {}

    def pin(name: str) -> str:
        if name not in seen:
            seen[name] = (parse_address(name) or describe(_local_file(name))).address
        return seen[name]

    return map_files(storyboard, pin)


def pin_inputs(storyboard: Storyboard, store: Store) -> Storyboard:
    """The storyboard with every file in the store, named by its content. An asset that is named must be there."""
    seen: dict[str, str] = {}

    def pin(name: str) -> str:
        if name not in seen:
            seen[name] = _stored(name, store).address
        return seen[name]

    return map_files(storyboard, pin)


def _stored(name: str, store: Store) -> Asset:
    asset = parse_address(name)
    if asset is None:
        return store.put(_local_file(name))
    if not store.verify(asset):
        raise BadInput(f"{name} is not in the store.", hint="Upload the file again, and use the address that answers.")
    return asset


def _local_file(name: str) -> Path:
    if "://" in name:
        raise BadInput(f"{name} is on the network.", hint="Download the file and name its path.")
    return Path(name)


def asset_of(address: str | None) -> Asset:
    """The asset that a pinned storyboard names."""
    asset = parse_address(address or "")
    if asset is None:
        raise BadInput(f"{address!r} is no asset address.")
    return asset


@contextmanager
def told_by_given_names(given: Storyboard) -> Iterator[None]:
    """Errors about stored files speak of the names that the person gave."""
    try:
        yield
    except BadInput as error:
        from longtake.script import files_of

        for name in files_of(given):
            path = Path(name)
            if error.where and path.is_file() and describe(path).sha256 in error.where:
                error.where = name
        raise
