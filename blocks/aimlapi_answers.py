"""What AIML API's answers mean: its prices, its status words, its refusals.

Sources: AIML API's documents of OmniHuman, "Request Tracing and Cost Headers", "Errors with status code 4xx".
"""

from __future__ import annotations

import re
from decimal import ROUND_CEILING, Decimal
from typing import Any, Literal, NoReturn

import httpx
from pydantic import SecretStr

from blocks.polled_provider import is_web_address
from blocks.reasons import Reason, cleaned, reason_in
from longtake.errors import AccountRefused, InputRefused, JobFailed, OutcomeUnknown, ProviderBusy, ResultGone
from longtake.providers import Outcome, Status
from longtake.providers.wire import json_of

NAME = "aimlapi"
CREDITS_PER_MICRO_USD = 2
"""2,000,000 credits are one dollar."""

MOST_MICRO_USD = 10**12
"""No clip costs a million dollars: such a price is none."""

DONE_WORDS = frozenset({"completed", "complete", "succeeded"})
FAILED_WORDS = frozenset({"error", "failed", "cancelled", "canceled"})
EXPIRED_WORD = "expired"
"""No document says what has expired: a job that never began, or the result of one that was paid."""

QUEUED_WORD = "queued"

INPUT_KINDS = frozenset(
    {
        "content_policy_violation",
        "face_detection_error",
        "audio_duration_too_long",
        "audio_duration_too_short",
        "unsupported_audio_format",
        "unsupported_image_format",
        "image_too_small",
        "image_too_large",
        "image_load_error",
        "file_too_large",
    }
)
"""fal's words for what is wrong with an input; AIML API hands them on."""

_INPUT_TEXT = re.compile(
    r"content.?polic|moderation|nsfw|sensitive|inappropriate|unsafe"
    r"|\bsafety (check|concern|filter|guideline|polic|reason|rule|system|violation)"
    r"|\bface\b"
    r"|\baudio( file| clip| track| input)?( (is|was) too (long|short)| (exceeds|must|should)| (duration|length)\b)"
    r"|unsupported (audio|image|format)|image[^.]*\b(small|large)\b",
    re.IGNORECASE,
)
"""Of an input. A worker's "safety timeout" and an "audio service" that is late are AIML API's own trouble."""

GONE = (404, 410)
NO_ID = (400, 422)
"""For an id of a form that it does not take. Of a job that it took this tells nothing."""

_CHECK_KEY = "Check AIML_API_KEY, or the block's key."
_TOP_UP = "Top up the account or raise the key's limit, or choose another provider."


def price_in(body: dict[str, Any]) -> int | None:
    """Micro-dollars out of `meta.usage`, rounded up; None where it tells nothing, or nothing above zero."""
    usage = (body.get("meta") or {}).get("usage") if isinstance(body.get("meta"), dict | None) else None
    if not isinstance(usage, dict):
        return None
    counted = next(filter(_positive, (usage.get("credits_used"), usage.get("tokens_used"))), None)
    return micro_usd(usage.get("usd_spent"), counted)


def micro_usd(usd: object, credits_used: object) -> int | None:
    """The price that two fields tell; credits first: they are whole."""
    for number, per_micro_usd in ((_positive(credits_used), CREDITS_PER_MICRO_USD), (_positive(usd), Decimal("1e-6"))):
        if number is not None and number < MOST_MICRO_USD * per_micro_usd:
            return int((number / per_micro_usd).to_integral_value(ROUND_CEILING))
    return None


def _positive(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = Decimal(str(value))
    except ArithmeticError:
        return None
    return number if number.is_finite() and number > 0 else None


def status_in(body: dict[str, Any], key: str) -> Status:
    """How far a job is. Raises the verdict of one that failed, ProviderBusy for a body without a status."""
    word = body.get("status")
    if not isinstance(word, str) or not word:
        raise ProviderBusy(f"{NAME} answered without a status")
    lower = word.lower()
    if lower in FAILED_WORDS:
        reason = reason_in(body.get("error") or body.get("message"), key)
        raise job_verdict(reason, f"the job ended as {word}")
    if lower == EXPIRED_WORD:
        reason = reason_in(body.get("error") or body.get("message"), key)
        raise JobFailed(f"the job ended as {word}: {reason.told}.", provider=NAME, kind=reason.kind, billed="assumed")
    if lower not in DONE_WORDS:
        phase: Literal["queued", "running"] = "queued" if lower == QUEUED_WORD else "running"
        return Status(phase=phase, word=cleaned(word, key))
    video = body.get("video")
    url = video.get("url") if isinstance(video, dict) else None
    if not is_web_address(url):
        raise JobFailed(f"the job ended as {word}, and names no video.", provider=NAME, billed="assumed")
    outcome = Outcome(video_url=SecretStr(str(url)), price_micro_usd=price_in(body))
    return Status(phase="done", word=word, outcome=outcome)


def job_verdict(reason: Reason, what: str) -> InputRefused | JobFailed:
    """The verdict on a job that failed: AIML API bills none of those, it rolls the hold back."""
    message = f"{what}: {reason.told}."
    if is_about_the_input(reason):
        return InputRefused(message, provider=NAME, kind=reason.kind, billed="no")
    return JobFailed(message, provider=NAME, kind=reason.kind, billed="no")


def is_about_the_input(reason: Reason) -> bool:
    """Whether it speaks of a face, a length, a format or a policy: by fal's words, else by the sentence."""
    return reason.kind in INPUT_KINDS or bool(_INPUT_TEXT.search(reason.text))


def raise_submit_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what a submit's answer below or above 2xx means. It was surely not accepted."""
    body = json_of(response)
    status, reason = _status_of(response, body), reason_in(body, key)
    said = f"{status}: {reason.told}"
    if status in (425, 429):
        raise ProviderBusy(f"{NAME} answered {said}")
    if status in (408, 409) or status >= 500:
        raise OutcomeUnknown(f"{NAME} answered a submit with {said}")
    if status == 401:
        raise AccountRefused(f"it refuses the key ({said}).", provider=NAME, kind=reason.kind, hint=_CHECK_KEY)
    if reason.kind in INPUT_KINDS or status in (400, 413, 415, 422):
        raise InputRefused(f"it refuses the request ({said}).", provider=NAME, kind=reason.kind)
    if status in (402, 403):
        raise AccountRefused(f"the account may not render ({said}).", provider=NAME, kind=reason.kind, hint=_TOP_UP)
    raise AccountRefused(
        f"it does not serve this model at this address ({said}).",
        provider=NAME,
        kind=reason.kind,
        hint="Check the offer's endpoint and LONGTAKE_AIMLAPI_URL.",
    )


def raise_status_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what an answer to a look at a job means, if it is not 2xx."""
    body = json_of(response)
    status, reason = _status_of(response, body), reason_in(body, key)
    said = f"{status}: {reason.told}"
    if status in (408, 409, 425, 429) or status >= 500:
        raise ProviderBusy(f"{NAME} answered {said}")
    if status in (401, 402, 403):
        hint = _CHECK_KEY if status == 401 else _TOP_UP
        raise AccountRefused(f"it answers no question ({said}).", provider=NAME, kind=reason.kind, hint=hint)
    if response.is_client_error and _has_detail(body):
        raise job_verdict(reason, f"the job failed ({status})")
    if status in GONE and says_no_job(response):
        raise ResultGone(f"it does not know the job ({said}).", provider=NAME, kind=reason.kind)
    raise ProviderBusy(f"{NAME} answered {said}")


def says_no_job(response: httpx.Response) -> bool:
    """Whether AIML API itself, not a gateway on the way, says that nothing can be looked at under an id."""
    body = json_of(response)
    is_its_own = bool(body.get("message") or body.get("error"))
    return is_its_own and not _has_detail(body) and _status_of(response, body) in (*GONE, *NO_ID)


def _status_of(response: httpx.Response, body: dict[str, Any]) -> int:
    """The answer's code; the body's own `statusCode`, which is text, where that says more than a bare 4xx."""
    inner = str(body.get("statusCode", ""))
    if 400 <= response.status_code < 500 and re.fullmatch(r"[45]\d\d", inner):
        return int(inner)
    return response.status_code


def _has_detail(body: dict[str, Any]) -> bool:
    """Whether it is fal's verdict on a job: only that carries a list of details, bare or under `error`."""
    error = body.get("error")
    nested = error.get("detail") if isinstance(error, dict) else None
    return isinstance(body.get("detail"), list) or isinstance(nested, list)
