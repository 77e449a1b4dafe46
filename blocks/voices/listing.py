"""The voices that an account has at a provider, by the names that a script has for them. Asking costs nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import httpx

from blocks.voices.posting import Door, raise_verdict
from longtake.errors import ProviderBusy
from longtake.providers.wire import ask, json_of, keyed_client
from longtake.speech.voice import VoiceInfo


async def asked_list(door: Door, headers: Mapping[str, str]) -> Mapping[str, Any]:
    """What the door's address answers to a GET. Raises AccountRefused, InputRefused or ProviderBusy."""
    async with keyed_client(door.pace) as client:
        response: httpx.Response = await ask(lambda: client.get(door.url, headers=dict(headers)), door.pace)
    if not response.is_success:
        raise_verdict(door, response)
    body = json_of(response)
    if not isinstance(body, dict):
        raise ProviderBusy(f"{response.url.host} gave no list of voices")
    return body


def named_voices(prefix: str, rows: Iterable[Any], *, key: str = "id") -> tuple[VoiceInfo, ...]:
    """The voices of a list: names alone, or objects that hold one under `key`. What is neither is left out."""
    found = []
    for row in rows:
        fields = row if isinstance(row, dict) else {key: row}
        voice = fields.get(key)
        if isinstance(voice, str) and voice.isprintable():
            labels = fields.get("labels")
            language = fields.get("language") or (labels.get("language") if isinstance(labels, dict) else None)
            title = fields.get("name")
            found.append(VoiceInfo(name=f"{prefix}:{voice}", language=str(language or ""), title=str(title or voice)))
    return tuple(found)
