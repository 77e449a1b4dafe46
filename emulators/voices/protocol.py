"""What a provider's protocol of speech must say of itself to be emulated."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from emulators.server import Request, Response
from emulators.voices.rules import VoiceProvider
from emulators.voices.sounds import Sound


@dataclass(frozen=True)
class Asked:
    """A request for speech, as any provider understands it. `wanted` is the format; `key` is whatever was sent.

    `origin` is where the emulator was reached, for addresses that it names.
    """

    key: str
    model: str
    voice: str
    text: str
    wanted: str
    before: str = ""
    after: str = ""
    origin: str = ""


class SpeechProtocol(ABC):
    """One provider's way to be asked, to answer and to refuse."""

    provider: VoiceProvider
    longest_text: int

    def __init__(self) -> None:
        self.files: dict[str, Response] = {}
        """What answers named, by its path, where they do not hold the sound."""

    @abstractmethod
    def read(self, request: Request) -> Asked | None:
        """What is asked for; None for what is no request for speech."""

    def listing(self, request: Request) -> Response | None:  # noqa: ARG002  most have none
        """The list of voices, where that is what is asked for."""
        return None

    @abstractmethod
    def answer(self, asked: Asked, sound: Sound, data: bytes | None, *, good_times: bool) -> Response:
        """The answer that holds the sound: `data` in place of the sound as it was wanted, where that is given."""

    @abstractmethod
    def refuse(self, status: int, kind: str, message: str) -> Response:
        """An answer in the provider's way to say no."""

    @property
    @abstractmethod
    def wrong_key(self) -> tuple[int, str]:
        """The status and the word for a key that nobody has."""

    @property
    @abstractmethod
    def no_credit(self) -> tuple[int, str]:
        """The status and the word for an account without money."""

    @property
    @abstractmethod
    def too_long(self) -> tuple[int, str]:
        """The status and the word for a text that is too long."""

    @property
    @abstractmethod
    def busy(self) -> tuple[int, str]:
        """The status and the word for too many requests."""


def text_in(body: dict[str, object], *names: str) -> str:
    """The first of these fields that holds text, or nothing."""
    return next((str(body[name]) for name in names if isinstance(body.get(name), str)), "")


def bearer_in(request: Request, scheme: str = "Bearer") -> str:
    """The key in the header Authorization."""
    return request.headers.get("authorization", "").removeprefix(scheme).strip()
