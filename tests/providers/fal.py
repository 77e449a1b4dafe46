"""What the tests of fal share: a client that speaks with a scripted server, and submissions that it takes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import SecretStr

from blocks.fal_client import FalAddresses, FalClient
from longtake.providers import Submission, Ticket
from tests.providers import gateways
from tests.providers.answering import Answer, Server, answering
from tests.providers.gateways import JOB_ID, KEY, PACE, SIGNATURE, with_provider

T = TypeVar("T")

ENDPOINT = "fal-ai/bytedance/omnihuman/v1.5"
JOB_PATH = "/fal-ai/bytedance/requests/R1"
TICKET = Ticket(request_id="R1", endpoint=ENDPOINT)
AUDIO_URL = f"https://v3b.fal.media/files/b/abc/xyz_longtake-{JOB_ID}.wav?{SIGNATURE}"
QUEUED = {"status": "IN_QUEUE", "request_id": "R1", "queue_position": 3}

CLIP_URL = f"https://v3b.fal.media/files/b/o.mp4?{SIGNATURE}"
CLIP = {"video": {"url": CLIP_URL, "content_type": "video/mp4"}, "duration": 3.2}
NGINX = b"<html><head><title>502 Bad Gateway</title></head></html>"


def client(url: str, **fields: Any) -> FalClient:
    given: dict[str, Any] = {"in_progress_limit": 2, "result_lifetime_seconds": 3600}
    addresses = FalAddresses(queue=url, rest=url, api=url)
    return FalClient(SecretStr(fields.pop("key", KEY)), addresses, PACE, None, **(given | fields))


def submission(**fields: Any) -> Submission:
    return gateways.submission("fal", **({"audio_url": SecretStr(AUDIO_URL), "resolution": "720p"} | fields))


def told(act: Callable[[FalClient], Awaitable[T]], *answers: Answer, **fields: Any) -> tuple[T, Server]:
    """What `act` answers when the server gives these answers, and the server as it was left."""
    with answering(*answers) as server:
        return with_provider(lambda: client(server.url, **fields), act), server


def detail(kind: str, text: str = "It is not possible.") -> dict[str, Any]:
    return {"detail": [{"loc": ["body", "image_url"], "msg": text, "type": kind, "url": "https://docs.fal.ai/errors"}]}
