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
│   ├── VoiceFailed        the voice gave no sound for a sentence
│   └── ProviderBusy       a provider could not answer just now; a submit was surely not accepted
├── ProviderVerdict        a provider said no, and would say it again
│   ├── AccountRefused     ... to the account: its key, its credit, its quota
│   ├── InputRefused       ... to what was sent: a face, a length, a format, a policy
│   ├── JobFailed          ... at the end of a job (`billed`: no, assumed or yes)
│   ├── JobCancelled       ... for it gave the job up, as it was asked to
│   └── ResultGone         ... to a result that is no longer kept
├── WebhookRefused         a call to our webhook is not the provider's, or cannot be read
├── OutcomeUnknown         a submit may have been accepted or not: it is looked up, never sent again
├── DecisionNeeded         money was spent, or may have been; a person must say how to go on
├── OverBudget             a cap on money would be passed
├── LedgerFailed           the ledger cannot be read or written, so nothing is submitted
├── JobMoved               another process has moved this job on; whoever held it stops
├── StoreFailed            the store's disk is full, read-only or gone
├── ToolFailed             a program ended with an error (its command and last words are kept)
├── ClipRejected           a clip came, and is not what was ordered
└── HolesLeft              the run ended, but some slots have no clip
"""

from __future__ import annotations

from typing import Any, Literal

Billed = Literal["no", "assumed", "yes"]
"""Whether a job that failed was paid: surely not, perhaps (then it counts as paid), surely."""


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


class ProviderBusy(PassingFault):
    """A provider could not answer just now. When it was a submit, it was surely not accepted.

    `retry_after_seconds` is what the provider asked for, if it asked.
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class ProviderVerdict(LongtakeError):
    """A provider said no. `kind` is its own word for why, `hint` what a person can do."""

    def __init__(self, message: str, *, provider: str = "", kind: str = "", hint: str | None = None) -> None:
        super().__init__(message)
        self.provider = provider
        self.kind = kind
        self.hint = hint

    def __str__(self) -> str:
        text = f"{self.provider}: {self.message}" if self.provider else self.message
        return f"{text} {self.hint}" if self.hint else text


class AccountRefused(ProviderVerdict):
    """The account may not render: a wrong key, no credit, a quota. It is not asked again in this run."""


class InputRefused(ProviderVerdict):
    """What was sent is refused, as it would be elsewhere: a face, a length, a format, a policy.

    `billed` says whether the job was paid all the same; at the submit it never is.
    """

    def __init__(
        self, message: str, *, provider: str = "", kind: str = "", hint: str | None = None, billed: Billed = "no"
    ) -> None:
        super().__init__(message, provider=provider, kind=kind, hint=hint)
        self.billed = billed


class JobFailed(ProviderVerdict):
    """An accepted job ended without a clip. `billed` says whether it was paid all the same."""

    def __init__(
        self, message: str, *, provider: str = "", kind: str = "", hint: str | None = None, billed: Billed = "assumed"
    ) -> None:
        super().__init__(message, provider=provider, kind=kind, hint=hint)
        self.billed = billed


class JobCancelled(ProviderVerdict):
    """The provider has given a job up, as it was asked to: it is not paid."""


class ResultGone(ProviderVerdict):
    """The provider no longer keeps the result, or does not know the job."""


class WebhookRefused(LongtakeError):
    """A call to our webhook is not signed by the provider, is too old, or cannot be read."""


class OutcomeUnknown(LongtakeError):
    """A submit was sent and its answer was lost, or made no sense: it may have been accepted, and so be paid."""


class DecisionNeeded(LongtakeError):
    """Money was spent without a usable clip, or may have been. The message names the job and the commands."""


class OverBudget(LongtakeError):
    """A cap on money would be passed."""


class LedgerFailed(LongtakeError):
    """The ledger cannot be read or written."""


class JobMoved(LongtakeError):
    """A job is not in the state, or not in the hands, that a transition expects."""


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
    """A clip came, and is not what was ordered. It is kept, unless what came was no clip at all."""

    def __init__(self, message: str, *, is_kept: bool = True) -> None:
        super().__init__(message)
        self.is_kept = is_kept


class HolesLeft(LongtakeError):
    """The run ended, but some slots of the video have no clip."""
