"""What a job was given, read and checked as a provider does it when the job leaves the queue."""

from __future__ import annotations

import base64
import binascii
import datetime
import io
import time
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote, unquote_to_bytes, urlsplit

import httpx

from emulators.faults import ProviderName
from emulators.refusals import Refused, reason_for
from longtake.frozen import Frozen
from longtake.models import Offer, all_offers

FETCH_TIMEOUT_SECONDS = 20.0
MOST_IMAGE_BYTES = 5_000_000
MOST_IMAGE_PIXELS_A_SIDE = 4096
"""BytePlus, who made the model: at most 5 MB and 4096 pixels a side."""

URL_FIELDS = ("image_url", "audio_url", "mask_url")
_FIELD_OF = {"prompt": "prompt", "mask": "mask_url", "turbo": "turbo_mode", "resolution": "resolution"}
_USUAL_RESOLUTION = "1080p"


class Inputs(Frozen):
    """A job's files, and the length of its audio."""

    image: bytes
    audio: bytes
    mask: bytes | None
    seconds: float


def offer_at(provider: ProviderName, endpoint: str) -> Offer | None:
    """What the provider offers under this name; None for nothing."""
    return next((offer for offer in all_offers() if (offer.provider, offer.endpoint) == (provider, endpoint)), None)


def audio_name_of(given: dict[str, Any]) -> str:
    """The last part of the audio's address."""
    url = given.get("audio_url")
    return "" if not isinstance(url, str) or url.startswith("data:") else unquote(urlsplit(url).path.split("/")[-1])


def check_fields(given: dict[str, Any], offer: Offer) -> None:
    """Raise Refused for a field that is missing, unknown, or has a value that is not permitted."""
    known = {"image_url", "audio_url", *(_FIELD_OF[name] for name in offer.takes)}
    needed = {"image_url", "audio_url", *(_FIELD_OF[name] for name in offer.needs)}
    if offer.frame_count:
        known.add(offer.frame_count.field)
        needed.add(offer.frame_count.field)
    for name in sorted(needed - given.keys()):
        raise Refused(reason_for("missing", field=name))
    for name in sorted(given.keys() - known):
        raise Refused(reason_for("extra_forbidden", field=name))
    if "resolution" in given and given["resolution"] not in offer.limit_seconds:
        raise Refused(reason_for("literal_error", field="resolution"))
    count = offer.frame_count
    if count and not (isinstance(given[count.field], int) and count.minimum <= given[count.field] <= count.maximum):
        raise Refused(reason_for("less_than_equal", field=count.field))
    for name in URL_FIELDS:
        if name in given and not isinstance(given[name], str):
            raise Refused(reason_for("string_type", field=name))


def limit_seconds(given: dict[str, Any], offer: Offer) -> float:
    """The length that the audio must stay under."""
    limits = dict(offer.limit_seconds)
    asked = given.get("resolution", _USUAL_RESOLUTION)
    return limits.get(asked, min(limits.values()))


@cache
def client() -> httpx.AsyncClient:
    """What the emulated providers fetch and call others with; it stays open as long as the process."""
    return httpx.AsyncClient(timeout=FETCH_TIMEOUT_SECONDS, follow_redirects=True, trust_env=False)


async def fetch(url: str, field: str) -> bytes:
    """The bytes behind an https, http or data address. Raises Refused."""
    if url.startswith("data:"):
        return _from_data_uri(url, field)
    if is_past_its_signature(url):
        raise Refused(reason_for("file_download_error", field=field))
    try:
        response = await client().get(url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Refused(reason_for("file_download_error", field=field)) from error
    if not response.is_success:
        raise Refused(reason_for("file_download_error", field=field))
    return response.content


def is_past_its_signature(url: str) -> bool:
    """Whether an address was signed for S3 (Signature Version 4) and its time is over.

    Test servers of S3 do not look at that; S3 itself does.
    """
    query = dict(parse_qsl(urlsplit(url).query))
    try:
        signed = datetime.datetime.strptime(query["X-Amz-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=datetime.UTC)
        return time.time() > signed.timestamp() + int(query["X-Amz-Expires"])
    except (KeyError, ValueError):
        return False


def _from_data_uri(url: str, field: str) -> bytes:
    head, _, data = url.partition(",")
    try:
        return base64.b64decode(data, validate=True) if head.endswith(";base64") else unquote_to_bytes(data)
    except binascii.Error as error:
        raise Refused(reason_for("file_download_error", field=field)) from error


def check_image(image: bytes, field: str, smallest_pixels: int) -> None:
    """Raise Refused for what is no picture, or is too small or too large."""
    from PIL import Image, UnidentifiedImageError

    if len(image) > MOST_IMAGE_BYTES:
        raise Refused(reason_for("file_too_large", field=field))
    try:
        with Image.open(io.BytesIO(image)) as picture:
            picture.load()
            sides = picture.size
    except (UnidentifiedImageError, OSError) as error:
        raise Refused(reason_for("image_load_error", field=field)) from error
    if min(sides) < smallest_pixels:
        raise Refused(reason_for("image_too_small", field=field))
    if max(sides) > MOST_IMAGE_PIXELS_A_SIDE:
        raise Refused(reason_for("image_too_large", field=field))


def audio_seconds(audio: bytes) -> float:
    """The length of the audio, decoded. Raises Refused for what is none."""
    from emulators.sound import decoded

    samples, rate = decoded(audio)
    if not samples.size:
        raise Refused(reason_for("unsupported_audio_format"))
    return float(samples.size / rate)
