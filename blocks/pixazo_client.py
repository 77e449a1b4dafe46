"""Pixazo's gateway on the wire. It documents no way to cancel a job, and none to find one whose answer was lost."""

from __future__ import annotations

from typing import Any, Literal, NoReturn
from urllib.parse import quote

import httpx
from pydantic import SecretStr
from typing_extensions import override

from blocks.polled_provider import PolledProvider, id_in, is_web_address, origin_of, refuse_what_is_not_taken
from blocks.reasons import cleaned, reason_in
from longtake.errors import AccountRefused, InputRefused, JobFailed, OutcomeUnknown, ProviderBusy, ResultGone
from longtake.models import Offer
from longtake.providers import Accepted, Lookup, Outcome, Status, Submission, Ticket
from longtake.providers.wire import ask, json_of, post_once

NAME = "pixazo"
STATUS_PATH = "/v2/requests/status/"
GATEWAYS = {"bytedance-omnihuman-v1-5": "bytedance-omnihuman-v1-5-290"}
"""Models whose gateway is called otherwise than the model (Pixazo, OmniHuman v1.5 documentation)."""


class PixazoClient(PolledProvider):
    """One Pixazo account."""

    name = NAME

    @override
    async def submit(self, submission: Submission) -> Accepted:
        refuse_what_is_not_taken(submission)
        content = {
            "image_url": submission.image_url.get_secret_value(),
            "audio_url": submission.audio_url.get_secret_value(),
        }
        if "resolution" in submission.offer.takes:
            content["resolution"] = submission.resolution
        headers = {**self._headers, "Cache-Control": "no-cache"}
        if submission.webhook_url:
            headers["X-Webhook-URL"] = submission.webhook_url
        url = self._base_url + submit_path(submission.offer.endpoint)
        response = await post_once(self._client, url, content=content, headers=headers, pace=self._pace)
        if not response.is_success:
            raise_submit_verdict(response, self._key.get_secret_value())
        body = json_of(response)
        request_id = id_in(body.get("request_id"))
        if request_id is None:
            raise OutcomeUnknown(f"{NAME} answered a submit with {response.status_code} and without a request id")
        status_url = self._ours(body.get("polling_url"))
        return Accepted(ticket=Ticket(request_id=request_id, endpoint=submission.offer.endpoint, status_url=status_url))

    @override
    async def status(self, ticket: Ticket) -> Status:
        built = f"{self._base_url}{STATUS_PATH}{quote(ticket.request_id, safe='')}"
        url = self._ours(ticket.status_url) or built
        response = await ask(lambda: self._client.get(url, headers=self._headers), self._pace)
        if not response.is_success:
            raise_status_verdict(response, self._key.get_secret_value())
        return status_in(json_of(response), self._key.get_secret_value())

    @override
    async def find(self, submission_id: str, offer: Offer, submitted_at: float) -> Lookup:
        return Lookup(answer="cannot tell")

    @property
    def _headers(self) -> dict[str, str]:
        return {"Ocp-Apim-Subscription-Key": self._key.get_secret_value()}

    def _ours(self, url: object) -> str | None:
        """The address, if it is on the host that has our key already; else None."""
        if not is_web_address(url):
            return None
        return str(url) if origin_of(str(url)) == origin_of(self._base_url) else None


def submit_path(endpoint: str) -> str:
    """Where a model is asked for; an endpoint that begins with a slash is the path itself."""
    if endpoint.startswith("/"):
        return endpoint
    return f"/{GATEWAYS.get(endpoint, endpoint)}/v1/{endpoint}-request"


def status_in(body: dict[str, Any], key: str) -> Status:
    """How far a job is. Raises JobFailed for one that failed, ProviderBusy for a body without a status."""
    word = body.get("status")
    if not isinstance(word, str) or not word:
        raise ProviderBusy(f"{NAME} answered without a status")
    upper = word.upper()
    if upper in ("FAILED", "ERROR"):
        # "ERROR: system error, not charged"; of FAILED the documents say no such thing.
        reason = reason_in(body.get("error"), key)
        message = f"the job ended as {word}: {reason.told}."
        raise JobFailed(message, provider=NAME, kind=upper, billed="no" if upper == "ERROR" else "assumed")
    if upper != "COMPLETED":
        phase: Literal["queued", "running"] = "queued" if upper == "QUEUED" else "running"
        return Status(phase=phase, word=cleaned(word, key))
    return Status(phase="done", word=word, outcome=Outcome(video_url=SecretStr(_video_url(body))))


def _video_url(body: dict[str, Any]) -> str:
    """Out of `output.media_url`: a list by the documents, a plain string as seen."""
    output = body.get("output")
    found = output.get("media_url") if isinstance(output, dict) else None
    for url in found if isinstance(found, list) else [found]:
        if is_web_address(url):
            return str(url)
    raise JobFailed("the job ended as COMPLETED, and names no video.", provider=NAME, billed="assumed")


def raise_submit_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what a submit's answer below or above 2xx means. It was surely not accepted."""
    status, reason = response.status_code, reason_in(json_of(response), key)
    said = f"{status}: {reason.told}"
    if status in (401, 402, 403):
        _refuse_account(status, said, reason.kind)
    if status == 400 and reason.kind.lower() == "insufficient balance":
        _refuse_account(402, said, reason.kind)
    if status in (400, 413, 415, 422) and reason.kind.lower() != "model not found":
        raise InputRefused(f"it refuses the request ({said}).", provider=NAME, kind=reason.kind)
    raise AccountRefused(
        f"it does not serve this model at this address ({said}).",
        provider=NAME,
        kind=reason.kind,
        hint="Check the offer's endpoint and LONGTAKE_PIXAZO_URL.",
    )


def raise_status_verdict(response: httpx.Response, key: str) -> NoReturn:
    """Raise what an answer to a look at a job means, if it is not 2xx."""
    status, reason = response.status_code, reason_in(json_of(response), key)
    said = f"{status}: {reason.told}"
    if status in (401, 402, 403):
        _refuse_account(status, said, reason.kind)
    if status in (404, 410) and json_of(response).get("error"):  # a gateway's own page or body has no `error`
        raise ResultGone(f"it does not know the job ({said}).", provider=NAME, kind=reason.kind)
    raise ProviderBusy(f"{NAME} answered {said}")


def _refuse_account(status: int, said: str, kind: str) -> NoReturn:
    message, hint = {
        401: ("it refuses the key", "Check PIXAZO_API_KEY, or the block's key."),
        402: ("the account is out of credit", "Top it up, or choose another provider."),
        403: ("the account may not use this model", "Check its subscription, or choose another provider."),
    }[status]
    raise AccountRefused(f"{message} ({said}).", provider=NAME, kind=kind, hint=hint)
