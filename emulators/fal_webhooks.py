"""fal's webhooks: signed with Ed25519, and now and then sent more than once.

Source: fal, "Webhooks": the signature is over request id, user id, time and the body's SHA-256, a line each.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import random
import time
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from emulators.inputs import client
from emulators.jobs import Job
from emulators.settings import EmulatorSettings

USER_ID = "emulated-user"
_sending: set[asyncio.Task[None]] = set()


class Signer:
    """An Ed25519 key pair, from 32 bytes."""

    def __init__(self, private_bytes: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(private_bytes)

    @classmethod
    def of(cls, settings: EmulatorSettings) -> Signer:
        """The pair of the emulated fal."""
        return cls(hashlib.sha256(f"fal/{settings.seed}".encode()).digest())

    @property
    def jwks(self) -> dict[str, Any]:
        """The public half, as /.well-known/jwks.json has it."""
        raw = self._private.public_key().public_bytes_raw()
        return {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": base64.urlsafe_b64encode(raw).rstrip(b"=").decode()}]}

    def headers(self, request_id: str, user_id: str, timestamp: str, body: bytes) -> dict[str, str]:
        """The headers that sign a webhook."""
        message = "\n".join([request_id, user_id, timestamp, hashlib.sha256(body).hexdigest()])
        return {
            "X-Fal-Webhook-Request-Id": request_id,
            "X-Fal-Webhook-User-Id": user_id,
            "X-Fal-Webhook-Timestamp": timestamp,
            "X-Fal-Webhook-Signature": self._private.sign(message.encode()).hex(),
        }


def deliver(job: Job, status: int, payload: Any, settings: EmulatorSettings) -> None:
    """Send the webhook of an ended job, in the background."""
    body: dict[str, Any] = {"request_id": job.request_id, "gateway_request_id": job.request_id}
    body |= {"status": "OK", "payload": payload} if status == 200 else _error(status, payload)
    times = settings.webhook_repeats or random.Random(f"{settings.seed}/{job.audio_name}").randint(1, 3)  # noqa: S311
    data = json.dumps(body, separators=(",", ":")).encode()
    headers = Signer.of(settings).headers(job.request_id, USER_ID, str(int(time.time())), data)
    send(job.webhook_url, data, headers, times)


def send(url: str, data: bytes, headers: dict[str, str], times: int = 1) -> None:
    """POST to a webhook, in the background; nobody hears of it when that fails."""
    task = asyncio.get_running_loop().create_task(_post(url, data, headers, times))
    _sending.add(task)
    task.add_done_callback(_sending.discard)


async def _post(url: str, data: bytes, headers: dict[str, str], times: int) -> None:
    for _ in range(times):
        try:
            await client().post(url, content=data, headers={"Content-Type": "application/json", **headers})
        except (httpx.HTTPError, httpx.InvalidURL):
            continue


def _error(status: int, payload: Any) -> dict[str, Any]:
    return {"status": "ERROR", "error": f"Unexpected status code: {status}", "payload": payload}
