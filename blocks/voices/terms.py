"""All of a hosted voice but its speaking: what it is, takes and costs. The same with a key and without one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from pydantic import SecretStr
from typing_extensions import override

from longtake.errors import InputRefused, SettingError
from longtake.speech.voice import HostedVoice, Speech

KEY_DIGITS = 8

Identity = dict[str, str | int | float | bool | None]


@dataclass(frozen=True)
class Terms:
    """What a voice tells of itself; each field is the property of that name."""

    name: str
    provider: str
    account: str
    model: str
    identity: Identity
    price_usd_per_character: float | None
    maximum_characters: int
    in_progress_limit: int
    best_characters: int = 0
    hears_context: bool = False


class TermedVoice(HostedVoice):
    """A hosted voice on terms that a block states."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms

    @property
    @override
    def name(self) -> str:
        return self.terms.name

    @property
    @override
    def identity(self) -> Identity:
        return dict(self.terms.identity)

    @property
    @override
    def price_usd_per_character(self) -> float | None:
        return self.terms.price_usd_per_character

    @property
    @override
    def maximum_characters(self) -> int:
        return self.terms.maximum_characters

    @property
    @override
    def best_characters(self) -> int:
        return min(self.terms.best_characters, self.terms.maximum_characters)

    @property
    @override
    def hears_context(self) -> bool:
        return self.terms.hears_context

    @property
    @override
    def provider(self) -> str:
        return self.terms.provider

    @property
    @override
    def account(self) -> str:
        return self.terms.account

    @property
    @override
    def model(self) -> str:
        return self.terms.model

    @property
    @override
    def in_progress_limit(self) -> int:
        return self.terms.in_progress_limit

    def check_length(self, text: str) -> None:
        """Raise InputRefused, before anything is sent, for a text that is longer than the voice takes."""
        if len(text) > self.maximum_characters:
            raise InputRefused(
                f"{len(text)} characters are more than {self.model} takes at once ({self.maximum_characters}).",
                provider=self.provider,
                kind="too_long",
            )


class UnkeyedVoice(TermedVoice):
    """A voice that cannot speak, for want of a key: for what it costs, and for what it spoke before."""

    def __init__(self, terms: Terms, variable: str) -> None:
        super().__init__(terms)
        self._variable = variable

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        raise SettingError(
            f"the voice {self.name} was opened without a key, and cannot speak.",
            where=self._variable,
            hint="Set this variable, or the key of its block.",
        )

    @override
    async def close(self) -> None:
        return


def account_of(provider: str, key: SecretStr | None, place: str = "") -> str:
    """Whose money it is, without telling the key: a few digits of its hash, and the place where that is another."""
    secret = key.get_secret_value() if key else ""
    digits = hashlib.sha256(secret.encode()).hexdigest()[:KEY_DIGITS] if secret else ""
    return ":".join(filter(None, (provider, place, digits)))
