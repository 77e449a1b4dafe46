"""Where a block's key and address come from: its own field, else the environment, else what is known."""

from __future__ import annotations

import os

import httpx
from pydantic import AnyHttpUrl, SecretStr

from longtake.errors import SettingError

THIS_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
"""Where a key may be sent without encryption."""


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
    if url.scheme == "http" and url.host not in THIS_MACHINE:
        hint = "Use https: http is for this machine alone."
        raise SettingError(f"the key would go to {url.host} for all to read.", where=variable, hint=hint)
    return address.rstrip("/")


def fal_key_in_environment() -> SecretStr | None:
    """FAL_KEY, else FAL_KEY_ID and FAL_KEY_SECRET, as fal's own client takes them."""
    whole = os.environ.get("FAL_KEY", "").strip()
    parts = [os.environ.get(name, "").strip() for name in ("FAL_KEY_ID", "FAL_KEY_SECRET")]
    key = whole or (":".join(parts) if all(parts) else "")
    return SecretStr(key) if key else None
