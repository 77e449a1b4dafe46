"""Where a block's key and address come from: its own field, else the environment, else what is known."""

from __future__ import annotations

import os

import httpx
from pydantic import AnyHttpUrl, SecretStr

from longtake.errors import SettingError


def key_of(given: SecretStr | None, variable: str, provider: str) -> SecretStr:
    """The block's key, else the environment's. Raises SettingError that names the variable."""
    key = (given.get_secret_value() if given else os.environ.get(variable, "")).strip()
    if not key:
        raise SettingError(
            f"there is no key for {provider}.", where=variable, hint="Set this variable, or the key of its block."
        )
    if not key.isascii() or not key.isprintable():
        raise SettingError(f"the key for {provider} holds a character that no key has.", where=variable)
    return SecretStr(key)


def address_of(given: AnyHttpUrl | None, variable: str, default: str) -> str:
    """The block's base address, else the environment's, else the default; without a slash at its end."""
    address = str(given) if given else os.environ.get(variable) or default
    try:
        url = httpx.URL(address)
    except httpx.InvalidURL as error:
        raise SettingError(f"{address!r} is no address.", where=variable) from error
    if url.scheme not in ("http", "https") or not url.host:
        raise SettingError(f"{address!r} is no address.", where=variable, hint=f"One is {default}.")
    return address.rstrip("/")
