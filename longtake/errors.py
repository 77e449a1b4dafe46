"""Every error that Longtake raises on purpose, split by what the caller can do about it.

LongtakeError
├── BadInput               the user's file, line or field is wrong: mend it (exit code 2)
│   ├── ScriptError        ... at a line of a script
│   ├── MediaError         ... an audio or video file that cannot be used
│   ├── ImageError         ... a picture that cannot be used
│   └── SettingError       ... an option or a setting
├── MissingComponent       a program or library that this machine lacks
├── PassingFault           trying again may help
│   ├── AssetMissing       a stored file is gone; what made it can make it again
│   ├── AssetCorrupt       a stored file no longer has its hash, and was set aside
│   └── VoiceFailed        the voice gave no sound for a sentence
├── StoreFailed            the store's disk is full, read-only or gone
├── ToolFailed             a program ended with an error (its command and last words are kept)
├── ClipRejected           a clip came, and is not what was ordered
└── HolesLeft              the run ended, but some slots have no clip
"""

from __future__ import annotations

from typing import Any


def _rebuild(kind: type[LongtakeError], args: tuple[Any, ...], state: dict[str, Any]) -> LongtakeError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class LongtakeError(Exception):
    """The root of all errors of this project. Survives pickling, whatever its constructor takes."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.args, self.__dict__)


class BadInput(LongtakeError):
    """The user's input is wrong. `where` names the file, `file:line` or the field; `hint` says what to do."""

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.where}: {self.message}" if self.where else self.message
        return f"{text} {self.hint}" if self.hint else text


class ScriptError(BadInput):
    """A script says something that cannot be understood or done."""


class MediaError(BadInput):
    """An audio or video file cannot be used."""


class ImageError(BadInput):
    """A picture cannot be used."""


class SettingError(BadInput):
    """An option or setting has a value that cannot be used."""


class MissingComponent(LongtakeError):
    """A program or library is not on this machine."""


class PassingFault(LongtakeError):
    """Something failed that may succeed when tried again."""


class AssetMissing(PassingFault):
    """A stored file is gone."""


class AssetCorrupt(PassingFault):
    """A stored file's bytes are no longer those of its name."""


class VoiceFailed(PassingFault):
    """The voice gave no sound for a sentence."""


class StoreFailed(LongtakeError):
    """The store cannot be written or read: its disk is full, read-only or gone."""


class ToolFailed(LongtakeError):
    """A program ended with an error. `stderr` holds its last words, `command` how it was called."""

    def __init__(self, message: str, *, command: str = "", code: int = 0, stderr: str = "") -> None:
        super().__init__(message)
        self.command = command
        self.code = code
        self.stderr = stderr


class ClipRejected(LongtakeError):
    """A clip came, and is not what was ordered."""


class HolesLeft(LongtakeError):
    """The run ended, but some slots of the video have no clip."""
