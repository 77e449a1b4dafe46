"""What is sent to fal's queue, and what its answers say of a job that is well."""

from __future__ import annotations

import math
from typing import Any, Literal

import httpx
from pydantic import SecretStr

from blocks.fal_list import names_job
from blocks.fal_verdicts import NAME
from blocks.polled_provider import is_web_address, refuse_what_is_not_taken
from blocks.reasons import cleaned
from longtake.errors import JobFailed, ProviderBusy, SettingError
from longtake.providers import Outcome, Status, Submission
from longtake.providers.wire import json_of

PHASES: dict[str, Literal["queued", "running", "done"]] = {
    "IN_QUEUE": "queued", "IN_PROGRESS": "running", "COMPLETED": "done"
}  # fmt: skip

MOST_QUEUED = 10**9


def refuse_what_cannot_be_sent(submission: Submission) -> None:
    """Raise SettingError, before anything is sent, for a field too many or too few, or a job that none could find."""
    refuse_what_is_not_taken(submission)
    offer = submission.offer
    given = {"prompt": submission.prompt, "mask": submission.mask_url, "turbo": True, "resolution": True}
    missing = [name for name in sorted(offer.needs) if not given[name]]
    if missing:
        raise SettingError(f"{offer.provider} needs a {' and a '.join(missing)} for {offer.model}.", where=missing[0])
    if not names_job(submission.audio_url.get_secret_value(), submission.job_id):
        raise SettingError(
            "the name of the sound does not hold the job's id: if the answer were lost, nobody could find the job.",
            where="inputs",
            hint="Inputs must keep the names of the files.",
        )


def arguments_of(submission: Submission) -> dict[str, Any]:
    """The body of a submit: what the endpoint takes, by its offer."""
    offer = submission.offer
    content: dict[str, Any] = {
        "image_url": submission.image_url.get_secret_value(),
        "audio_url": submission.audio_url.get_secret_value(),
    }
    if submission.mask_url:
        content["mask_url"] = submission.mask_url.get_secret_value()
    if submission.prompt:
        content["prompt"] = submission.prompt
    if "turbo" in offer.takes:
        content["turbo_mode"] = submission.turbo
    if "resolution" in offer.takes:
        content["resolution"] = submission.resolution
    if offer.frame_count:
        wanted = math.ceil(submission.sent_seconds * offer.frame_count.per_second)
        content[offer.frame_count.field] = min(max(wanted, offer.frame_count.minimum), offer.frame_count.maximum)
    return content


def status_in(body: dict[str, Any], key: str) -> Status:
    """How far a job is. A word that is not known means that it is still under way."""
    word = body.get("status")
    if not isinstance(word, str) or not word:
        raise ProviderBusy(f"{NAME} answered without a status")
    lines = body.get("logs")
    messages = [line.get("message") for line in lines if isinstance(line, dict)] if isinstance(lines, list) else []
    return Status(
        phase=PHASES.get(word, "running"),
        word=cleaned(word, key),
        queue_position=position_in(body),
        logs=tuple(cleaned(str(message), key) for message in messages if message),
    )


def position_in(body: dict[str, Any]) -> int | None:
    """The place in the queue, where one is told."""
    position = body.get("queue_position")
    is_place = isinstance(position, int) and not isinstance(position, bool) and 0 <= position < MOST_QUEUED
    return position if is_place else None


def outcome_in(response: httpx.Response) -> Outcome:
    """The clip of a result. `duration` is what is billed (fal, OmniHuman); else the header counts the seconds."""
    body = json_of(response)
    if not body:
        raise ProviderBusy(f"{NAME} answered a result that cannot be read")
    video = body.get("video")
    video_url = video.get("url") if isinstance(video, dict) else video
    if not is_web_address(video_url):
        raise JobFailed("the job is done, and its result names no video.", provider=NAME, billed="assumed")
    billed = _seconds(body.get("duration")) or _seconds(response.headers.get("X-Fal-Billable-Units"))
    return Outcome(video_url=SecretStr(str(video_url)), billed_seconds=billed)


def _seconds(value: object) -> float | None:
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    return seconds if 0 < seconds < math.inf else None
