"""What fal's answers mean: whose fault it is, whether asking again helps, and whether it was billed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NoReturn

import httpx

from blocks.reasons import Reason, cleaned, reason_in
from longtake.errors import (
    AccountRefused,
    Billed,
    InputRefused,
    JobCancelled,
    JobFailed,
    ProviderBusy,
    ResultGone,
)
from longtake.providers.wire import json_of

NAME = "fal"
CANCELLED = "client_cancelled"
CANCELLED_STATUS = 499

RUNNER_FAILURES = frozenset({
    "runner_connection_error", "runner_connection_refused", "runner_connection_timeout",
    "runner_disconnected", "runner_incomplete_response", "runner_scheduling_failure", "runner_server_error",
    "startup_timeout",
})  # fmt: skip
"""How a job ends when its machine fails, always with a 5xx, which is not billed (fal, "Request error types")."""

PLATFORM_FAILURES = RUNNER_FAILURES | {"internal_error", "internal_server_error", "request_timeout"}
"""The same, with those that may also tell of the very request that asks: only a status tells them of the job."""

NOT_THE_INPUTS_FAULT = frozenset({
    "downstream_service_error", "downstream_service_unavailable", "file_download_error", "generation_timeout",
    "internal_server_error",
})  # fmt: skip
"""Types of a model's error that tell of fal's own trouble (fal, "Model errors"): the same input may do elsewhere."""

FEWEST_ALIKE = 3
"""A failed result is kept as it is: one that is asked for again answers the same each time."""

ADDRESS_HINT = "Check the offer's endpoint and LONGTAKE_FAL_QUEUE_URL."
KEY_HINT = "Check the key: FAL_KEY, or the one in the block."
CREDIT_HINT = "See your balance and limits in fal's dashboard, then run the same command again."


def reason_of(response: httpx.Response, key: str) -> Reason:
    """fal's own word and sentence; the platform's errors have their type in a header."""
    reason = reason_in(json_of(response), key)
    kind = reason.kind or cleaned(response.headers.get("X-Fal-Error-Type", ""), key)
    return reason.model_copy(update={"kind": kind})


def raise_account_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what a 401, 402 or 403 means."""
    reason = reason_of(response, key)
    hint = KEY_HINT if response.status_code == 401 else CREDIT_HINT
    raise AccountRefused(
        f"the account is refused ({response.status_code}): {reason.told}.", provider=NAME, kind=reason.kind, hint=hint
    )


def raise_submit_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what a submit's answer means that surely accepted nothing."""
    status, reason = response.status_code, reason_of(response, key)
    if status in (401, 402, 403):
        raise_account_verdict(response, key)
    told = f"{reason.told} ({status})."
    if status in (400, 413, 422):
        raise InputRefused(told, provider=NAME, kind=reason.kind)
    if status == 504:
        raise JobFailed(f"it did not start in the time that was asked for: {told}", provider=NAME, billed="no")
    if response.is_redirect:
        told = f"it sends to another address ({status}), where the key must not go."
    raise AccountRefused(
        f"it does not serve this model at this address: {told}", provider=NAME, kind=reason.kind, hint=ADDRESS_HINT
    )


def raise_status_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what the answer to a status means that is no success. How a job ended is told by its result alone."""
    status = response.status_code
    if status in (401, 402, 403):
        raise_account_verdict(response, key)
    if status in (404, 410) and json_of(response).get("detail"):  # a gateway's own page has none
        raise ResultGone(f"it no longer knows the job ({status}).", provider=NAME)
    raise ProviderBusy(f"{NAME} answered {status}")


def raise_result_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what the answer to a result means that is no success: a verdict if it is a 4xx with `detail`.

    A model's own error, a list of `detail`, may have been billed.
    """
    status, detail = response.status_code, json_of(response).get("detail")
    if status == CANCELLED_STATUS:
        raise JobCancelled("the job was given up.", provider=NAME, kind=CANCELLED)
    if detail is None or status in (401, 402, 403, 404, 410) or not response.is_client_error:
        raise_status_verdict(response, key)
    reason = reason_of(response, key)
    if status == 400 and "progress" in reason.text.lower():
        raise ProviderBusy(f"{NAME} says that the job is still in progress")
    if status == 422 or isinstance(detail, list):
        raise_model_error(reason, billed="assumed")
    raise JobFailed(f"{reason.told} ({status}).", provider=NAME, kind=reason.kind, billed="assumed")


def raise_model_error(reason: Reason, *, billed: Billed) -> NoReturn:
    """Raise what a model says of its input, or of itself."""
    if reason.kind in NOT_THE_INPUTS_FAULT:
        raise JobFailed(f"{reason.told}.", provider=NAME, kind=reason.kind, billed=billed)
    raise InputRefused(f"{reason.told}.", provider=NAME, kind=reason.kind, billed=billed)


def kept_failure(answers: Sequence[httpx.Response], key: str) -> JobFailed | None:
    """What the 5xx of a machine that failed says of the job, if every answer to its result was that same one.

    A gateway on the way may say so of the very request that asks, for a minute or more, while the clip lies there:
    it is believed only with a proof from elsewhere, `is_unbilled` or fal's list.
    """
    told = {(answer.status_code, reason_of(answer, key)) for answer in answers}
    if len(told) != 1:
        return None
    status, reason = told.pop()
    last = answers[-1]
    is_models = isinstance(json_of(last).get("detail"), list)
    if status < 500 or not (is_models or _is_start_timeout(last) or reason.kind in RUNNER_FAILURES):
        return None
    return JobFailed(f"{reason.told} ({status}).", provider=NAME, kind=reason.kind, billed="no")


def is_unbilled(answers: Sequence[httpx.Response]) -> bool:
    """Whether answers enough say that the job was billed nothing, or that it never began: no gateway can know that."""
    if len(answers) < FEWEST_ALIKE:
        return False
    return all(_is_start_timeout(answer) or _bills_nothing(answer) for answer in answers)


def _is_start_timeout(answer: httpx.Response) -> bool:
    return str(answer.headers.get("X-Fal-Request-Timeout-Type")).lower() == "user"


def _bills_nothing(answer: httpx.Response) -> bool:
    try:
        return float(str(answer.headers.get("X-Fal-Billable-Units"))) == 0
    except ValueError:
        return False


def status_error(body: dict[str, Any], key: str) -> Reason | None:
    """The error that a status tells with COMPLETED; None without one.

    Raises JobFailed when the platform failed, which is not billed, and JobCancelled.
    """
    if not body.get("error") and not body.get("error_type"):
        return None
    reason = reason_in({name: body.get(name) for name in ("error", "error_type")}, key)
    if reason.kind == CANCELLED:
        raise JobCancelled("the job was given up.", provider=NAME, kind=CANCELLED)
    if reason.kind in PLATFORM_FAILURES:
        raise JobFailed(f"the job ended with an error: {reason.told}.", provider=NAME, kind=reason.kind, billed="no")
    return reason
