"""What the tests of AIML API and Pixazo share: an impatient pace, submissions, a key that must never be told."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import SecretStr

from longtake.models import Offer, all_offers
from longtake.providers import Pace, Provider, Submission

T = TypeVar("T")

KEY = "planted-key-0123456789abcdef"
SIGNATURE = "X-Amz-Signature=planted-signature"
IMAGE_URL = f"https://bucket.example/portrait.png?{SIGNATURE}1"
AUDIO_URL = f"https://bucket.example/longtake-job.wav?{SIGNATURE}2"
JOB_ID = "0e5c8a4b3f6f4a0a9d4f6a3c2b1d0e9f"
PACE = Pace(
    attempts=3,
    retry_seconds=0.01,
    connect_timeout_seconds=2,
    submit_timeout_seconds=0.3,
    read_timeout_seconds=0.3,
    poll_seconds=0.05,
    longest_poll_seconds=0.1,
)


def offer_of(provider: str, model: str = "omnihuman-1.5") -> Offer:
    return next(offer for offer in all_offers() if (offer.provider, offer.model) == (provider, model))


def submission(provider: str, **fields: Any) -> Submission:
    given: dict[str, Any] = {
        "job_id": JOB_ID,
        "offer": offer_of(provider),
        "image_url": SecretStr(IMAGE_URL),
        "audio_url": SecretStr(AUDIO_URL),
        "resolution": "1080p",
        "sent_seconds": 12.0,
    }
    return Submission(**(given | fields))


def with_provider(make: Callable[[], Provider], act: Callable[[Any], Awaitable[T]]) -> T:
    """What `act` answers of a provider that is opened and closed again."""

    async def run() -> T:
        provider = make()
        try:
            return await act(provider)
        finally:
            await provider.aclose()

    return asyncio.run(run())


def tells_no_secret(*values: object) -> bool:
    """Whether neither the words nor the pickles hold a key or a signature."""
    for value in values:
        told = f"{value} {value!r}".encode() + (pickle.dumps(value) if isinstance(value, Exception) else b"")
        if KEY.encode() in told or SIGNATURE.encode() in told:
            return False
    return True
