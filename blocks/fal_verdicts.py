"""What fal's answers mean: whose fault it is, whether asking again helps, and whether it was billed."""

from __future__ import annotations

from typing import Any, NoReturn

import httpx

from blocks.reasons import Reason, reason_in
from longtake.errors import AccountRefused, Billed, InputRefused, JobFailed, ProviderBusy, ProviderVerdict, ResultGone
from longtake.providers.wire import json_of

NAME = "fal"
NOT_THE_INPUTS_FAULT = frozenset({"file_download_error", "internal_server_error", "generation_timeout"})
"""Types of a 422 that tell of fal's own trouble (fal, errors reference): the same input may do elsewhere."""

KEY_HINT = "Check the key: FAL_KEY, or the one in the block."
CREDIT_HINT = "See your balance and limits in fal's dashboard, then run the same command again."


def reason_of(response: httpx.Response, key: str) -> Reason:
    """fal's own word and sentence; the platform's errors have their type in a header."""
    reason = reason_in(json_of(response), key)
    return reason if reason.kind else reason.model_copy(update={"kind": response.headers.get("X-Fal-Error-Type", "")})


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
        raise ProviderVerdict(f"it sends to another address ({status}), where the key must not go.", provider=NAME)
    raise ProviderVerdict(f"the request is refused: {told}", provider=NAME, kind=reason.kind)


def raise_result_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what the answer to a status or a result means that is no success.

    A model's own error, a list of `detail`, may have been billed; the platform's never is (fal, errors reference).
    """
    status, reason = response.status_code, reason_of(response, key)
    if status in (401, 402, 403):
        raise_account_verdict(response, key)
    if status in (404, 410):
        raise ResultGone(f"it no longer knows the job ({status}).", provider=NAME)
    body = json_of(response)
    if status == 422 or isinstance(body.get("detail"), list):
        raise_model_error(reason, billed="assumed")
    if status == 400 and "progress" in reason.text.lower():
        raise ProviderBusy(f"{NAME} says that the job is still in progress")
    if status >= 500:
        raise JobFailed(f"{reason.told} ({status}).", provider=NAME, kind=reason.kind, billed="no")
    raise JobFailed(f"{reason.told} ({status}).", provider=NAME, kind=reason.kind, billed="assumed")


def raise_model_error(reason: Reason, *, billed: Billed) -> NoReturn:
    """Raise what a model says of its input, or of itself."""
    if reason.kind in NOT_THE_INPUTS_FAULT:
        raise JobFailed(f"{reason.told}.", provider=NAME, kind=reason.kind, billed=billed)
    raise InputRefused(f"{reason.told}.", provider=NAME, kind=reason.kind, billed=billed)


def raise_status_error(body: dict[str, Any], key: str) -> None:
    """Raise JobFailed when a status says COMPLETED with an error of the platform, which is not billed."""
    if body.get("error") or body.get("error_type"):
        reason = reason_in(body, key)
        kind = str(body.get("error_type") or reason.kind)
        raise JobFailed(f"the job ended with an error: {reason.told}.", provider=NAME, kind=kind, billed="no")
