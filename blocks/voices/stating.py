"""How each block states the terms of a voice: from its name, what is known of its model, and the block's fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import SecretStr

from blocks.voices.names import VoiceName
from blocks.voices.rates import find_rate
from blocks.voices.terms import Identity, Terms, account_of
from longtake.errors import SettingError


@dataclass(frozen=True)
class Stated:
    """What a block says of a voice, in the words of its fields. None: as is known of the model.

    `address` is where it speaks, if that is not the provider's own; `usual_longest` the longest text of a model that
    nothing is known of; `identity` what else determines its sound.
    """

    model: str
    key: SecretStr | None
    address: str | None
    usual_longest: int
    in_progress_limit: int
    best_characters: int
    price_usd_per_character: float | None
    maximum_characters: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)
    identity: Mapping[str, str] = field(default_factory=dict)
    hears_context: bool = False


def terms_of(name: VoiceName, language: str, stated: Stated) -> Terms:
    """The terms. Neither the key nor the price is part of the voice's identity. Raises SettingError."""
    rate = find_rate(name.prefix, stated.model)
    price = stated.price_usd_per_character
    if price is None and rate:
        price = rate.usd_per_character(language)
    identity: Identity = {"engine": name.prefix, "model": stated.model, "voice": name.voice, **stated.identity}
    if stated.extra:
        identity["extra"] = json.dumps(stated.extra, sort_keys=True)
    if stated.address:
        if httpx.URL(stated.address).userinfo:
            raise SettingError("an address with a name and a password in it cannot be used.", where="voice")
        identity["base_url"] = stated.address
    return Terms(
        name=name.text,
        provider=name.prefix,
        account=account_of(name.prefix, stated.key, httpx.URL(stated.address).host if stated.address else ""),
        model=stated.model,
        identity=identity,
        price_usd_per_character=price,
        maximum_characters=stated.maximum_characters or (rate.maximum_characters if rate else stated.usual_longest),
        in_progress_limit=stated.in_progress_limit,
        best_characters=stated.best_characters,
        hears_context=stated.hears_context,
    )


def without_ours(extra: dict[str, Any], ours: frozenset[str]) -> dict[str, Any]:
    """The extra fields. Raises ValueError for one that is set by what is spoken."""
    if taken := sorted(ours & extra.keys()):
        raise ValueError(f"{', '.join(taken)} cannot be set here")
    return extra
