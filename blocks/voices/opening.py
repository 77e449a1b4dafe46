"""Opening a hosted voice by its name. Nothing heavy is imported before one is opened."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any

from blocks.voices.names import EXAMPLES, VoiceName, parse_name, prefix_of
from longtake.errors import SettingError

if TYPE_CHECKING:
    from longtake.providers import Pace
    from longtake.speech.voice import HostedVoice, VoiceInfo

HOSTED: tuple[str, ...] = tuple(EXAMPLES)
"""What the names of hosted voices begin with."""

BLOCKS = {
    "openai": ("blocks.voices.openai", "OpenAIVoices"),
    "elevenlabs": ("blocks.voices.elevenlabs", "ElevenLabsVoices"),
    "polly": ("blocks.voices.polly", "PollyVoices"),
    "fal": ("blocks.voices.fal", "FalVoices"),
    "aimlapi": ("blocks.voices.aimlapi", "AimlapiVoices"),
}
"""Where the block of each of them is."""


LISTED = ("openai", "elevenlabs", "polly")
"""Those that tell what voices they have."""


def is_hosted(spec: str | None) -> bool:
    """Whether the name is that of a hosted voice, which may cost money. Needs no key, and looks nothing up."""
    return prefix_of(spec) is not None


async def open_hosted(spec: str, language: str, pace: Pace) -> HostedVoice | None:
    """The voice of that name, ready to speak; None when the name is none of a hosted voice. Nothing is sent yet.

    `openai@team:onyx` is opened by the block `team`, `openai:onyx` by what the environment says. Raises SettingError
    for a name without a voice, a block that is not there, a key or an address that is missing.
    """
    if not is_hosted(spec):
        return None
    name = parse_name(spec)
    block = await _block(name)
    voice: HostedVoice = await asyncio.to_thread(block.open, name, language, pace)  # boto3 reads files for a while
    return voice


async def open_unkeyed(spec: str, language: str) -> HostedVoice:
    """The same voice without a key, equal in identity, limits and price: to find what it spoke, and to price the rest.

    Its `speak` raises SettingError. So does this, for a name without a voice and a block that is not there.
    """
    name = parse_name(spec)
    voice: HostedVoice = (await _block(name)).open_unkeyed(name, language)
    return voice


async def list_hosted(at: str, pace: Pace) -> tuple[VoiceInfo, ...]:
    """The voices that there are at a provider, `elevenlabs`, or by the key of a block, `openai@team`.

    Raises SettingError for a provider that cannot be asked.
    """
    prefix, _, block = at.strip().partition("@")
    prefix = prefix.lower()
    if prefix not in LISTED:
        raise SettingError(
            f"{at[:60]!r} cannot be asked for its voices.", where="--at", hint=f"One of: {', '.join(LISTED)}."
        )
    opened = await _block(VoiceName(prefix, block or None, None, ""))
    voices: tuple[VoiceInfo, ...] = await opened.list_voices(f"{prefix}@{block}" if block else prefix, pace)
    return voices


async def _block(name: VoiceName) -> Any:
    module, kind_name = BLOCKS[name.prefix]
    kind = getattr(importlib.import_module(module), kind_name)
    if name.block is None:
        return kind()
    try:
        return await kind.aload(name.block)
    except ValueError as error:
        raise SettingError(
            f"there is no block {kind.get_block_type_slug()}/{name.block}.",
            where="voice",
            hint=f"Make one in Prefect's UI, or leave out @{name.block} and set the key in the environment.",
        ) from error
