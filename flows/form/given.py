"""What stands in the form's fields: checked, completed by the presenter, and read into a storyboard."""

from __future__ import annotations

import asyncio

from pydantic import Field

from blocks.presenter import Presenter
from longtake.assets import Asset, Store, parse_address
from longtake.errors import BadInput, SettingError
from longtake.frozen import Frozen
from longtake.inputs import pin_inputs, read_inputs
from longtake.remote import Fetcher, check_public
from longtake.settings import Settings
from longtake.speech.opening import may_be_hosted, open_voice
from longtake.storyboard import Storyboard

LARGEST_TEXT_BYTES = 200_000
"""Prefect takes 512 KiB of parameters, in which a line end or an accent may take six bytes."""


UPLOAD_HINT = "Upload it again, and use the address that answers."


class Given(Frozen):
    """What a run is to be made of. None: nothing was given, or nothing but blanks."""

    text: str | None = Field(None, description="A script in Markdown.")
    script: str | None = None
    audio: str | None = None
    transcript: str | None = None
    image: str | None = None
    voice: str | None = None
    language: str | None = None
    prompt: str | None = None
    mask: str | None = None

    @property
    def files(self) -> dict[str, str | None]:
        """The fields that name a file."""
        return self.model_dump(include={"script", "audio", "transcript", "image", "mask"})

    def read(self, store: Store, fetcher: Fetcher) -> Storyboard:
        """The storyboard, with every file in the store. Raises BadInput that names the field, the file or the line."""
        assets = {name: _asset(name, word) for name, word in self.files.items()}
        for name, asset in assets.items():
            if asset and not store.exists(asset):
                raise SettingError("this file is not in the store.", where=name, hint=UPLOAD_HINT)
        asset = assets["script"]
        if asset is None:
            return self._read(self.script, store, fetcher)
        with store.local(asset) as path:
            return self._read(str(path), store, fetcher)

    def _read(self, script: str | None, store: Store, fetcher: Fetcher) -> Storyboard:
        words = self.model_dump(exclude={"script"})
        storyboard = read_inputs(script, **words, fetcher=fetcher)
        if self.voice and not may_be_hosted(self.voice):
            open_voice(self.voice, storyboard.language)  # a name that nobody knows is told before anything is done
        return pin_inputs(storyboard, store)


def _asset(field: str, word: str | None) -> Asset | None:
    try:
        return parse_address(word) if word else None
    except BadInput as error:
        raise SettingError(error.message, where=field, hint=UPLOAD_HINT) from error


async def gather_given(presenter: Presenter | str | None, settings: Settings, **fields: str | None) -> Given:
    """The fields, and the presenter's where they are empty. Raises SettingError that names the field."""
    given = Given(**{name: (word or "").strip() or None for name, word in fields.items()})
    _check_source(given)
    _check_length(given.text or "", settings)
    check_public(**given.files)
    if isinstance(presenter, str):
        presenter = await _named(presenter.strip()) if presenter.strip() else None
    return _presented(given, presenter) if presenter else given


def _check_source(given: Given) -> None:
    """Raise SettingError unless one of text, script and audio is given."""
    named = [name for name in ("text", "script", "audio") if getattr(given, name)]
    if not named:
        raise SettingError(
            "there is nothing to say.", where="text", hint="Write it here, or give a file as script or audio."
        )
    if len(named) > 1:
        raise SettingError(
            f"{named[0]} and {named[1]} are both given, and only one of them can be said.",
            where=named[1],
            hint=f"Empty {named[0]} or {named[1]}; in a script, [audio ...] names the recording of a line.",
        )


def _check_length(text: str, settings: Settings) -> None:
    size_bytes = len(text.encode(errors="replace"))
    if size_bytes > LARGEST_TEXT_BYTES:
        at = f" at {settings.door_address}" if settings.door_address else ""
        raise SettingError(
            f"it has {size_bytes / 1000:,.0f} KB, and a form takes {LARGEST_TEXT_BYTES // 1000} KB at most.",
            where="text",
            hint=f"Upload it as a file{at}, and give the address that answers as script.",
        )


async def _named(name: str) -> Presenter:
    try:
        return await Presenter.aload(name)
    except ValueError as error:
        raise SettingError(
            f"there is no presenter {name[:60]!r}.",
            where="presenter",
            hint="Choose one of the list, or add one to it.",
        ) from error


def _presented(given: Given, presenter: Presenter) -> Given:
    """The fields completed. A mask belongs to its picture, and is taken only with it."""
    for address in (presenter.portrait, presenter.mask):
        check_public(presenter=address)
    return given.model_copy(
        update={
            "image": given.image or presenter.portrait.strip(),
            "voice": given.voice or presenter.voice.strip() or None,
            "prompt": given.prompt or presenter.prompt.strip() or None,
            "mask": given.mask or (None if given.image else presenter.mask.strip() or None),
        }
    )


async def read_given(given: Given, store: Store, fetcher: Fetcher) -> Storyboard:
    """The storyboard, read beside the event loop."""
    return await asyncio.to_thread(given.read, store, fetcher)
