"""fal's signature on a webhook, against a recorded call: one changed letter anywhere, and it is not fal's."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from emulators.fal_webhooks import Signer
from longtake.errors import WebhookRefused
from longtake.providers.webhooks import WebhookCall, verify_fal_webhook

VECTOR: dict[str, Any] = json.loads((Path(__file__).parent.parent / "oracle" / "fal_webhook_vector.json").read_text())
HEADERS: dict[str, str] = VECTOR["headers"]
BODY = VECTOR["body"].encode()
JWKS = VECTOR["jwks"]
NOW = float(HEADERS["X-Fal-Webhook-Timestamp"])


def verified(headers: dict[str, str] = HEADERS, body: bytes = BODY, jwks: Any = JWKS, now: float = NOW) -> WebhookCall:
    return verify_fal_webhook(headers, body, jwks, now=now)


def signed(body: bytes) -> dict[str, str]:
    return Signer(bytes.fromhex(VECTOR["seed_hex"])).headers("R1", "U1", str(int(NOW)), body)


def other_key() -> dict[str, str]:
    raw = Ed25519PrivateKey.generate().public_key().public_bytes_raw()
    return {"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw).decode()}


def test_the_recorded_call_is_fals_however_often_it_comes() -> None:
    for _ in range(3):
        assert verified() == WebhookCall(request_id="R1", status="OK")
    assert verified({name.lower(): value for name, value in HEADERS.items()}).request_id == "R1"


@pytest.mark.parametrize("name", sorted(HEADERS))
def test_one_changed_letter_of_a_header_is_refused(name: str) -> None:
    changed = HEADERS[name][:-1] + ("1" if HEADERS[name][-1] != "1" else "2")
    with pytest.raises(WebhookRefused, match="not signed by fal"):
        verified(HEADERS | {name: changed})


@pytest.mark.parametrize("name", sorted(HEADERS))
@pytest.mark.parametrize("value", [None, "", "a\nb", "\u00fc", "zz", "1" * 200, "1" * 5000])
def test_a_header_that_is_missing_or_odd_is_refused(name: str, value: str | None) -> None:
    headers = {key: text for key, text in HEADERS.items() if key != name} | ({name: value} if value else {})
    with pytest.raises(WebhookRefused):
        verified(headers)


def test_any_changed_byte_of_the_body_is_refused() -> None:
    for at in range(len(BODY)):
        changed = BODY[:at] + bytes([BODY[at] ^ 1]) + BODY[at + 1 :]
        with pytest.raises(WebhookRefused, match="not signed by fal"):
            verified(body=changed)


@pytest.mark.parametrize("seconds", [-301, 301, 86_400, -86_400])
def test_a_call_of_another_time_is_refused(seconds: float) -> None:
    with pytest.raises(WebhookRefused, match="another time"):
        verified(now=NOW + seconds)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_clocks_may_differ_a_little(seconds: float) -> None:
    assert verified(now=NOW + seconds).status == "OK"


def test_a_line_cannot_be_moved_from_one_header_into_another() -> None:
    with pytest.raises(WebhookRefused):
        verified(
            HEADERS
            | {"X-Fal-Webhook-Request-Id": "R1\nU1", "X-Fal-Webhook-User-Id": HEADERS["X-Fal-Webhook-Timestamp"]}
        )


def test_the_right_key_among_others_and_among_junk_will_do() -> None:
    junk: list[Any] = [
        None,
        7,
        "key",
        {},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "OKP", "crv": "X25519", "x": JWKS["keys"][0]["x"]},
        {"kty": "OKP", "crv": "Ed25519", "x": "short"},
        {"kty": "OKP", "crv": "Ed25519", "x": "\u00fc"},
        {"kty": "OKP", "crv": "Ed25519", "x": 7},
        other_key(),
    ]
    assert verified(jwks={"keys": [*junk, *JWKS["keys"], other_key()]}).request_id == "R1"
    with pytest.raises(WebhookRefused, match="not signed by fal"):
        verified(jwks={"keys": junk})


@pytest.mark.parametrize("jwks", [{}, {"keys": None}, {"keys": {}}, {"keys": []}])
def test_without_keys_nothing_is_fals(jwks: Any) -> None:
    with pytest.raises(WebhookRefused, match="not signed by fal"):
        verified(jwks=jwks)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"request_id": 7}', b'{"request_id": ""}', b"\xff"])
def test_a_signed_call_that_names_no_request_is_refused(body: bytes) -> None:
    with pytest.raises(WebhookRefused):
        verified(signed(body), body)


def test_a_failed_request_is_told_as_such() -> None:
    body = b'{"request_id": "R2", "status": "ERROR", "error": "x"}'
    assert verified(signed(body), body) == WebhookCall(request_id="R2", status="ERROR")
