"""Voices by name: `espeak:en-us+f3`. The part before the colon says who speaks."""

from __future__ import annotations

from collections.abc import Callable

from longtake.errors import SettingError
from longtake.speech.espeak import PREFIX as ESPEAK
from longtake.speech.espeak import espeak_voices, open_espeak
from longtake.speech.piper import PREFIX as PIPER
from longtake.speech.piper import open_piper, piper_voices
from longtake.speech.voice import Voice, VoiceInfo

VoiceOpener = Callable[[str, str], Voice]
"""Given a name without its prefix (empty: the language's own) and a language tag, opens the voice, cheaply."""

HOSTED_PREFIXES = ("openai", "elevenlabs", "polly", "fal", "aimlapi")
"""What the names of voices at providers begin with. They are opened elsewhere, for they need keys."""

_openers: dict[str, VoiceOpener] = {ESPEAK: open_espeak, PIPER: open_piper}


def register_voices(prefix: str, opener: VoiceOpener) -> None:
    """Let `opener` open the voices whose names begin with `prefix` and a colon."""
    _openers[prefix] = opener


def may_be_hosted(spec: str | None) -> bool:
    """Whether a name may be that of a voice at a provider: `openai:onyx`, `openai@team:onyx`."""
    prefix, colon, _ = (spec or "").partition(":")
    return bool(colon) and prefix.partition("@")[0].strip().lower() in HOSTED_PREFIXES


def open_voice(spec: str | None, language: str) -> Voice:
    """The voice that a script names; the language's own voice of espeak-ng when it names none.

    A name without a prefix is one of espeak-ng's. Raises SettingError for a name that nobody knows, before anything
    is spoken.
    """
    prefix, colon, name = (spec or "").strip().partition(":")
    if not colon:
        prefix, name = ESPEAK, prefix
    opener = _openers.get(prefix.strip().lower())
    if opener is None:
        known = ", ".join(f"{each}:" for each in (*sorted(_openers), *HOSTED_PREFIXES))
        raise SettingError(
            f"there is no kind of voice {prefix[:60]!r}.", where="voice", hint=f"A voice's name begins with: {known}"
        )
    return opener(name.strip(), language)


def list_voices() -> tuple[VoiceInfo, ...]:
    """Every voice that this machine can speak with, without a key or a network."""
    from longtake.settings import load_settings

    return (*piper_voices(load_settings().piper_path), *espeak_voices())
