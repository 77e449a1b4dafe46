"""Is a call to our webhook really fal's? Source: fal, "Webhooks", and a recorded vector in tests/oracle."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from longtake.errors import WebhookRefused
from longtake.frozen import Frozen

TOLERANCE_SECONDS = 300.0
"""How old, or how far ahead, a call may be."""

LONGEST_TIME_DIGITS = 15

_PREFIX = "x-fal-webhook-"
_SIGNED = ("request-id", "user-id", "timestamp")


class WebhookCall(Frozen):
    """What a call that is fal's tells: that a request has ended. Its result is asked for as ever."""

    request_id: str
    status: str


def verify_fal_webhook(
    headers: Mapping[str, str],
    body: bytes,
    jwks: Mapping[str, Any],
    *,
    now: float,
    tolerance_seconds: float = TOLERANCE_SECONDS,
) -> WebhookCall:
    """The call, if one of fal's keys signed it at about `now` (seconds since 1970). Raises WebhookRefused.

    The same call may come more than once, and is as good each time.
    """
    given = {name.lower(): value for name, value in headers.items()}
    signed = [_line(given, name) for name in _SIGNED]
    _check_time(signed[-1], now, tolerance_seconds)
    message = "\n".join([*signed, hashlib.sha256(body).hexdigest()]).encode()
    try:
        signature = binascii.unhexlify(_line(given, "signature"))
    except ValueError as error:
        raise WebhookRefused("a webhook's signature cannot be read.") from error
    if not any(_is_signed_by(key, signature, message) for key in _keys_in(jwks)):
        raise WebhookRefused("a webhook was not signed by fal.")
    return _call_in(body)


def _line(given: Mapping[str, str], name: str) -> str:
    value = given.get(_PREFIX + name, "")
    if not value or "\n" in value:
        raise WebhookRefused(f"a webhook has no {_PREFIX}{name}.")
    return value


def _check_time(timestamp: str, now: float, tolerance_seconds: float) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= LONGEST_TIME_DIGITS):
        raise WebhookRefused("a webhook's time cannot be read.")
    if abs(now - int(timestamp)) > tolerance_seconds:
        raise WebhookRefused("a webhook is of another time: it is an old one, or a clock is wrong.")


def _keys_in(jwks: Mapping[str, Any]) -> Iterator[Ed25519PublicKey]:
    """The Ed25519 keys of a set; others are passed over."""
    entries = jwks.get("keys")
    for entry in entries if isinstance(entries, list) else ():
        x = entry.get("x") if isinstance(entry, dict) else None
        if not isinstance(x, str) or entry.get("kty", "OKP") != "OKP" or entry.get("crv", "Ed25519") != "Ed25519":
            continue
        try:
            yield Ed25519PublicKey.from_public_bytes(base64.urlsafe_b64decode(x + "=" * (-len(x) % 4)))
        except ValueError:
            continue


def _is_signed_by(key: Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _call_in(body: bytes) -> WebhookCall:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise WebhookRefused("a webhook's body is no JSON.") from error
    request_id = found.get("request_id") if isinstance(found, dict) else None
    if not isinstance(request_id, str) or not request_id:
        raise WebhookRefused("a webhook names no request.")
    return WebhookCall(request_id=request_id, status=str(found.get("status", "")))
