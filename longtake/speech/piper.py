"""The voices of Piper: free, offline, and far better than espeak-ng's, from files that the user has."""

from __future__ import annotations

import asyncio
import atexit
import hashlib
import importlib.util
import json
import os
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from longtake.errors import MissingComponent, SettingError, VoiceFailed
from longtake.speech.voice import Speech, Voice, VoiceInfo

if TYPE_CHECKING:
    from longtake.speech.piper_process import PiperProcess

PREFIX = "piper"
SUFFIX = ".onnx"
EXAMPLE = "en_US-lessac-medium"

_TRIES = 2


class PiperVoice(Voice):
    """A voice that a process of its own speaks with, started at the first sentence. It speaks one at a time.

    Piper draws its breath by chance: a sentence said twice differs a little, so the first one is kept, as always.
    """

    def __init__(self, name: str, model: Path) -> None:
        """`model` is the file NAME.onnx, beside which NAME.onnx.json is."""
        self._name = name
        self._model = model
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="piper")
        self._lock = threading.Lock()
        self._process: PiperProcess | None = None

    @property
    @override
    def name(self) -> str:
        return f"{PREFIX}:{self._name}"

    @property
    @override
    def identity(self) -> dict[str, str | int | float | bool | None]:
        stamps = tuple(each.stat().st_mtime_ns for each in (self._model, _settings_of(self._model)))
        return {"engine": "piper", "voice_sha256": _hash_of(self._model, stamps)}

    @property
    @override
    def price_usd_per_character(self) -> float | None:
        return 0.0

    @property
    @override
    def maximum_characters(self) -> int:
        return 5_000

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        return await asyncio.get_running_loop().run_in_executor(self._worker, self._speak, text)

    def _speak(self, text: str) -> Speech:
        from longtake.speech.child_process import ChildDied, ChildRefused

        reason = ""
        for _ in range(_TRIES):
            try:
                speech = self._running().speak(text.replace("[[", "[ ["))  # in [[ and ]] Piper takes phonemes
            except ChildDied as error:
                self._let_go(at_once=True)
                reason = str(error)
                continue
            except ChildRefused as error:
                raise VoiceFailed(f"the voice {self.name} failed at {_shown(text)}: {error}") from error
            if not speech.samples.any():
                raise VoiceFailed(f"the voice {self.name} gave no sound for {_shown(text)}")
            return speech
        raise VoiceFailed(f"the voice {self.name} failed at {_shown(text)}: {reason}")

    def _running(self) -> PiperProcess:
        from longtake.speech.child_process import ChildDied, ChildRefused
        from longtake.speech.piper_process import PiperProcess

        with self._lock:
            if self._process is None:
                try:
                    self._process = PiperProcess(self._model)
                except (ChildDied, ChildRefused) as error:
                    raise SettingError(f"{self._model} is no voice of Piper: {error}.", where="voice") from error
                atexit.register(self._let_go)
            return self._process

    def _let_go(self, *, at_once: bool = False) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process:
            atexit.unregister(self._let_go)
            (process.kill if at_once else process.end)()

    @override
    async def close(self) -> None:
        await asyncio.to_thread(self._let_go)


def open_piper(name: str, _language: str) -> PiperVoice:
    """The voice of that name in the folder of the settings, or the file at a path. A voice has one language, its own.

    Raises SettingError for a voice that is not there, MissingComponent without Piper.
    """
    from longtake.settings import load_settings

    model = find_voice(name, load_settings().piper_path)
    if importlib.util.find_spec("piper") is None:
        raise MissingComponent("Piper is not on this machine: pip install 'longtake[piper]'")
    return _voice(name, model, os.getpid())


@cache
def _voice(name: str, model: Path, _process: int) -> PiperVoice:
    """One for all lines, for it starts a process; a fork of this process gets its own."""
    return PiperVoice(name, model)


def find_voice(name: str, folder: Path) -> Path:
    """The file NAME.onnx that a voice is in. Raises SettingError that tells the folder and what is missing there."""
    if not name:
        raise SettingError("a voice of Piper needs a name.", where="voice", hint=f"One is {PREFIX}:{EXAMPLE}.")
    is_path = "/" in name or "\\" in name or name.endswith(SUFFIX)
    model = Path(name).expanduser() if is_path else folder / f"{name}{SUFFIX}"
    missing = [each.name for each in (model, _settings_of(model)) if not each.is_file()]
    if missing:
        raise SettingError(
            f"the voice {name!r} is not there: {' and '.join(missing)} not found in {model.parent}.",
            where="voice",
            hint=f"Voices are at huggingface.co/rhasspy/piper-voices, two files each; `python -m piper.download_voices "
            f"--download-dir {model.parent} {EXAMPLE}` fetches one.",
        )
    return model


def piper_voices(folder: Path) -> tuple[VoiceInfo, ...]:
    """The voices in that folder, by name. What is no voice is left out."""
    return tuple(
        VoiceInfo(name=f"{PREFIX}:{model.stem}", language=language, title=model.stem)
        for model in sorted(folder.glob(f"*{SUFFIX}"))
        if (language := _language_of(_settings_of(model)))
    )


def _settings_of(model: Path) -> Path:
    return model.with_name(f"{model.name}.json")


def _language_of(settings: Path) -> str | None:
    """As a tag: `en-US` of `en_US`; espeak-ng's name where the file holds no other."""
    try:
        told: Any = json.loads(settings.read_text(encoding="utf-8"))
        code = told.get("language", {}).get("code") or told["espeak"]["voice"]
    except (OSError, ValueError, KeyError, AttributeError):
        return None
    return str(code).replace("_", "-")


@cache
def _hash_of(model: Path, _stamps: tuple[int, ...]) -> str:
    """Of both files. A voice has some 60 MB, which take a tenth of a second; it is read again when it has changed."""
    told = hashlib.sha256(_settings_of(model).read_bytes())
    with model.open("rb") as file:
        told.update(hashlib.file_digest(file, "sha256").digest())
    return told.hexdigest()


def _shown(text: str) -> str:
    return repr(text if len(text) <= 80 else text[:77] + "...")
