"""Submitting to fal: what is sent for each offer, what each answer means, and what it means for money."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from blocks.fal_client import FalClient
from longtake.errors import (
    AccountRefused,
    InputRefused,
    JobFailed,
    LongtakeError,
    OutcomeUnknown,
    ProviderBusy,
    ProviderVerdict,
    SettingError,
)
from longtake.models import Offer, all_offers
from longtake.providers import Accepted
from tests.providers.answering import Answer, Asked, Fault, answering
from tests.providers.fal import AUDIO_URL, ENDPOINT, JOB_PATH, QUEUED, client, submission, told
from tests.providers.gateways import IMAGE_URL, JOB_ID, KEY, SIGNATURE, offer_of, tells_no_secret, with_provider

MASK_URL = f"https://bucket.example/mask.png?{SIGNATURE}3"


def submit(*answers: Answer, **fields: Any) -> tuple[Accepted, list[Asked]]:
    accepted, server = told(lambda provider: provider.submit(submission(**fields)), *answers)
    return accepted, server.asked


def sent(offer: Offer, **fields: Any) -> Any:
    """The body of a submit."""
    _, (asked,) = submit(Answer(200, QUEUED), offer=offer, **fields)
    assert asked.target == f"/{offer.endpoint}"
    return asked.json


def test_a_submit_answers_with_a_ticket_and_a_place() -> None:
    accepted, (asked,) = submit(Answer(200, QUEUED))
    assert (asked.method, asked.target, asked.headers["authorization"]) == ("POST", f"/{ENDPOINT}", f"Key {KEY}")
    assert accepted.ticket.request_id == "R1"
    assert accepted.ticket.endpoint == ENDPOINT
    assert (accepted.queue_position, accepted.price_micro_usd) == (3, None)
    assert tells_no_secret(accepted.ticket, accepted.ticket.model_dump_json())


def test_every_field_goes_where_the_offer_has_it() -> None:
    body = sent(offer_of("fal"), mask_url=SecretStr(MASK_URL), prompt="She smiles.", turbo=True, resolution="1080p")
    assert body == {
        "image_url": IMAGE_URL,
        "audio_url": AUDIO_URL,
        "mask_url": MASK_URL,
        "prompt": "She smiles.",
        "turbo_mode": True,
        "resolution": "1080p",
    }


INPUTS = {"image_url": IMAGE_URL, "audio_url": AUDIO_URL}


SENT: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("omnihuman-1.5", "720p", {}, {"turbo_mode": False, "resolution": "720p"}),
    ("omnihuman-1", "1080p", {}, {}),
    ("omnihuman-2", "1080p", {}, {}),
    ("omnihuman-2", "1080p", {"prompt": "Calm."}, {"prompt": "Calm."}),
    ("kling-avatar-2-standard", "1080p", {}, {}),
    ("kling-avatar-2-pro", "1080p", {"prompt": "Calm."}, {"prompt": "Calm."}),
    ("veed-fabric-1", "480p", {}, {"resolution": "480p"}),
    ("sync-lipsync-3", "1080p", {}, {}),
    ("infinitalk", "720p", {"prompt": "P", "sent_seconds": 1.64}, {"prompt": "P", "num_frames": 41}),
    ("infinitalk", "720p", {"prompt": "P", "sent_seconds": 10.001}, {"prompt": "P", "num_frames": 251}),
    ("infinitalk", "720p", {"prompt": "P", "sent_seconds": 0.5}, {"prompt": "P", "num_frames": 41}),
    ("infinitalk", "720p", {"prompt": "P", "sent_seconds": 40}, {"prompt": "P", "num_frames": 721}),
]


@pytest.mark.parametrize(("model", "resolution", "fields", "more"), SENT)
def test_each_endpoint_gets_its_own_fields(model: str, resolution: str, fields: Any, more: Any) -> None:
    assert sent(offer_of("fal", model), resolution=resolution, **fields) == INPUTS | more


def test_no_offer_of_fal_is_left_out() -> None:
    assert {model for model, *_ in SENT} == {offer.model for offer in all_offers() if offer.provider == "fal"}


@pytest.mark.parametrize(
    ("model", "fields", "where"),
    [
        ("omnihuman-1", {"prompt": "smile"}, "prompt"),
        ("omnihuman-1", {"mask_url": SecretStr(MASK_URL)}, "mask"),
        ("omnihuman-1", {"turbo": True}, "turbo"),
        ("omnihuman-1", {"resolution": "720p"}, "resolution"),
        ("infinitalk", {"resolution": "720p"}, "prompt"),
        ("omnihuman-1", {"audio_url": SecretStr("https://x/renamed.wav")}, "inputs"),
        ("omnihuman-1", {"audio_url": SecretStr(f"https://x/longtake-{JOB_ID}/renamed.wav")}, "inputs"),
    ],
)
def test_what_cannot_be_sent_or_found_again_is_never_sent(model: str, fields: dict[str, Any], where: str) -> None:
    with pytest.raises(SettingError) as error:
        submit(**({"offer": offer_of("fal", model), "resolution": "1080p"} | fields))
    assert error.value.where == where
    assert tells_no_secret(error.value)


def test_the_status_url_is_kept_where_it_is_fals_own_and_no_other() -> None:
    with answering(Answer(200, QUEUED)) as server:
        server.left[0].body = QUEUED | {"status_url": f"{server.url}{JOB_PATH}/status?token=secret"}
        accepted = with_provider(lambda: client(server.url), lambda provider: provider.submit(submission()))
    assert accepted.ticket.status_url == f"{server.url}{JOB_PATH}/status"


@pytest.mark.parametrize(
    "url",
    [
        "https://queue.fal.run.evil.example/fal-ai/bytedance/requests/R1/status",
        "http://127.0.0.1:1/fal-ai/bytedance/requests/R1/status",
        "http://127.0.0.1@evil.example/",
        "file:///etc/passwd",
        "//evil.example/",
        "",
        7,
        None,
    ],
)
def test_an_address_elsewhere_is_not_kept(url: object) -> None:
    accepted, _ = submit(Answer(200, QUEUED | {"status_url": url}))
    assert accepted.ticket.status_url is None


@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        (Answer(401, {"detail": "No key"}), AccountRefused, r"refused \(401\): No key\. Check the key: FAL_KEY"),
        (Answer(402, {"detail": "Payment required"}), AccountRefused, r"402.*balance"),
        (
            Answer(403, {"detail": "User is locked. Reason: Exhausted balance."}),
            AccountRefused,
            r"Exhausted balance\. See your balance",
        ),
        (
            Answer(404, {"detail": "Application not found"}),
            AccountRefused,
            r"not found \(404\)\. Check the offer's endpoint",
        ),
        (
            Answer(
                422, {"detail": [{"loc": ["body", "audio_url"], "msg": "too long", "type": "audio_duration_too_long"}]}
            ),
            InputRefused,
            r"too long \(422\)",
        ),
        (Answer(400, {"detail": "bad", "error_type": "bad_request"}), InputRefused, "bad"),
        (Answer(413, b"<html>nginx</html>"), InputRefused, "413"),
        (
            Answer(504, {"detail": "Request timed out"}, {"X-Fal-Request-Timeout-Type": "user"}),
            JobFailed,
            "did not start in the time",
        ),
        (
            Answer(307, b"", {"Location": "https://elsewhere.example/"}),
            AccountRefused,
            "must not go.*LONGTAKE_FAL_QUEUE_URL",
        ),
        (Answer(429, {"detail": "Too many requests"}), ProviderBusy, "429"),
        (Answer(425, {}), ProviderBusy, "425"),
    ],
)
def test_a_refused_submit_is_told_apart_and_made_once(answer: Answer, kind: type[LongtakeError], text: str) -> None:
    with pytest.raises(kind, match=text) as error:
        submit(answer)
    assert type(error.value) is kind
    assert getattr(error.value, "billed", "no") == "no"
    assert tells_no_secret(error.value)


@pytest.mark.parametrize("code", [303, 408, 409, 500, 502, 503, 504, 520])
def test_a_submit_that_may_have_been_accepted_is_unknown_and_made_once(code: int) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(code, b"<html>nginx</html>"))


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_lost_answer_is_unknown_and_made_once(fault: Fault) -> None:
    with pytest.raises(OutcomeUnknown):
        submit(Answer(200, QUEUED, fault=fault))


@pytest.mark.parametrize("body", [b"", b"{", b"[]", {}, {"request_id": None}, {"request_id": True}, {"request_id": ""}])
def test_a_success_without_an_id_is_unknown_and_made_once(body: object) -> None:
    with pytest.raises(OutcomeUnknown, match="without a request id"):
        submit(Answer(200, body))


def test_no_secret_that_a_refusal_quotes_is_told_on() -> None:
    quoted = f"key {KEY} cannot read {AUDIO_URL}"
    for code in (400, 401, 403, 404, 422):
        with pytest.raises(ProviderVerdict) as error:
            submit(Answer(code, {"detail": quoted}))
        assert tells_no_secret(error.value)
        assert "https://v3b.fal.media/files/b/abc/" in str(error.value)


def test_the_client_shows_no_secret() -> None:
    shown: list[Any] = []

    async def look(provider: FalClient) -> None:
        shown.extend([provider, vars(provider), provider.inputs, vars(provider.inputs), provider.account])

    told(look)
    assert tells_no_secret(*shown)
    assert shown[-1] == "fal:328d9784"
