"""Our fal client sends what fal's official clients were recorded to send for the same act."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from longtake.providers import Ticket
from tests.providers.answering import Answer, Asked
from tests.providers.fal import ENDPOINT, told
from tests.providers.gateways import PACE, offer_of, submission

ORACLE = Path(__file__).parent.parent / "oracle"
RECORDED: list[dict[str, Any]] = [
    json.loads(line) for line in (ORACLE / "fal_client_requests.jsonl").read_text().splitlines()
]
KEY = "kid:secret"
OF_THE_CLIENT_ITSELF = {
    "host": "the server of the test",
    "accept": "each HTTP library's own",
    "accept-encoding": "what each HTTP library can unpack",
    "connection": "each HTTP library's own",
    "user-agent": "we are not fal-client",
}
LEFT_OUT = {
    "x-fal-store-io": "it would hide the request from the list in which a lost job is found",
    "x-fal-no-retry": "fal may try a job again that its own machine failed; that is not billed",
    "x-fal-runner-hint": "it asks for a machine that has served us before",
    "x-fal-queue-priority": "normal is what is asked for without it",
}
ADDED = {
    "x-app-fal-disable-fallback": "else a clip may be rendered by another model than all others",
    "x-fal-object-lifecycle-preference": "a clip need not be kept for ever",
    "x-fal-request-timeout": "a job that waits beyond its deadline must end, so that a lost one is listed in time",
}
STORED = {"x-fal-object-lifecycle", "x-fal-object-lifecycle-preference"}
PLAIN = offer_of("fal").model_copy(update={"takes": frozenset({"resolution"})})
TICKET = Ticket(request_id="R1", endpoint=ENDPOINT)
ACCEPTED = Answer(200, {"request_id": "R1"})


def recorded(scenario: str, method: str, part: str = "") -> dict[str, Any]:
    return next(
        seen
        for seen in RECORDED
        if (seen["scenario"], seen.get("method")) == (scenario, method) and part in seen["path"]
    )


def headers_of(seen: dict[str, Any]) -> dict[str, str]:
    given = {name.lower(): value for name, value in seen["headers"]}
    return {name: value for name, value in given.items() if name not in OF_THE_CLIENT_ITSELF | LEFT_OUT}


def same(asked: Asked, seen: dict[str, Any], added: Collection[str] = ()) -> None:
    ours = {name: value for name, value in asked.headers.items() if name not in {*OF_THE_CLIENT_ITSELF, *added}}
    theirs = {name: value for name, value in headers_of(seen).items() if name not in added}
    assert (asked.method, asked.target, ours) == (seen["method"], seen["path"], theirs)
    assert asked.body == seen["body"].encode()


def submitted(**fields: Any) -> Asked:
    webhook_url = fields.pop("webhook_url", None)
    given = submission(
        "fal",
        offer=PLAIN,
        job_id="a",
        image_url=SecretStr("https://x/i.png"),
        audio_url=SecretStr("https://x/a.mp3"),
        resolution="720p",
        webhook_url=webhook_url,
    )
    _, server = told(lambda provider: provider.submit(given), ACCEPTED, key=KEY, **fields)
    return server.asked[0]


def test_the_smallest_submit_is_the_same_but_for_what_we_add() -> None:
    asked = submitted()
    same(asked, recorded("B_submit_min", "POST"), ADDED)
    assert asked.headers["x-app-fal-disable-fallback"] == "true"
    assert float(asked.headers["x-fal-request-timeout"]) == PACE.deadline_seconds + 60


def test_a_submit_with_all_that_both_send_is_the_same() -> None:
    fields = {"time_to_start_seconds": 30.0, "webhook_url": "https://me.example/hook?x=1&y=2"}
    same(submitted(**fields), recorded("A_submit_full", "POST"))


def test_no_submit_hides_itself_from_the_list_of_requests() -> None:
    assert "x-fal-store-io" not in submitted(time_to_start_seconds=1.0).headers


def test_a_look_at_the_result_is_the_same() -> None:
    clip = Answer(200, {"video": {"url": "https://v3b.fal.media/o.mp4"}})
    _, server = told(lambda provider: provider.result(TICKET), clip, key=KEY)
    seen = next(seen for seen in RECORDED if seen.get("path", "").endswith("/requests/R1"))
    same(server.asked[0], seen)


@pytest.mark.parametrize("spelling", ["true", "1"])
def test_a_look_at_the_status_is_the_same(spelling: str) -> None:
    """fal-client asks for `logs=true`, @fal-ai/client for `logs=1`, which fal documents."""
    _, server = told(lambda provider: provider.status(TICKET), Answer(200, {"status": "IN_PROGRESS"}), key=KEY)
    seen = recorded("C_iter_get_logs", "GET", "status?logs=true")
    asked = server.asked[0]
    assert asked.target.endswith("?logs=1")
    asked.target = asked.target.replace("logs=1", f"logs={spelling}")
    same(asked, seen | {"path": seen["path"].replace("logs=true", f"logs={spelling}")})


def test_a_cancel_is_the_same() -> None:
    ticket = Ticket(request_id="RID-1", endpoint=ENDPOINT)
    _, server = told(lambda provider: provider.cancel(ticket), Answer(202, {}), key=KEY)
    same(server.asked[0], recorded("D_handle_from_id", "PUT"))


def js_requests() -> list[tuple[str, str, dict[str, str], str]]:
    """Method, address, headers and body of what the JavaScript client sent to the storage first."""
    found = []
    for line in (ORACLE / "fal_js_client_requests.log").read_text().splitlines():
        words = line.split(" ", 3)
        if len(words) == 4 and words[1] in ("POST", "PUT"):
            headers, end = json.JSONDecoder().raw_decode(words[3])
            found.append((words[1], words[2], headers, words[3][end:].strip()))
    return found


def test_an_upload_is_announced_and_put_the_same_way(tmp_path: Path) -> None:
    path = tmp_path / "i.png"
    path.write_bytes(b"png")
    announced = {"upload_url": "http://127.0.0.1:1/files/put/abc", "file_url": "https://v3b.fal.media/files/b/x_i.png"}
    (_, address, headers, body), (_, _, put_headers, put_size), *_ = js_requests()

    async def publish(provider: Any) -> None:
        answers[0].body = announced | {"upload_url": f"{provider._at.rest}/files/put/abc?sig=1"}
        await provider.inputs.publish(path, "i.png", 86_400)

    answers = [Answer(200, announced), Answer(200, {})]
    _, server = told(publish, *answers, key=KEY)
    initiate, put = server.asked
    assert f"rest.fal.ai{initiate.target}" == address
    assert initiate.headers["authorization"] == headers["Authorization"]
    assert initiate.headers["content-type"] == headers["Content-Type"]
    assert initiate.json.keys() == json.loads(body).keys()
    assert initiate.json == {"content_type": "image/png", "file_name": "i.png"}
    assert (put.method, put.target) == ("PUT", "/files/put/abc?sig=1")
    assert "authorization" not in put.headers
    assert put.headers["content-type"] == put_headers["Content-Type"]
    assert len(put.body) == int(put_size)


def test_an_uploads_lifetime_is_asked_for_as_the_python_client_does(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"abc")

    async def publish(provider: Any) -> None:
        answers[0].body = {"upload_url": f"{provider._at.rest}/put", "file_url": "https://v3b.fal.media/a.mp3"}
        await provider.inputs.publish(path, "a.mp3", 86_399.5)

    answers = [Answer(200, {}), Answer(200, {})]
    _, server = told(publish, *answers, key=KEY)
    theirs = headers_of(next(seen for seen in RECORDED if seen["scenario"] == "M_upload_lifecycle"
                             and seen["path"] == "/files/upload"))  # fmt: skip
    for name in STORED:
        assert json.loads(server.asked[0].headers[name]) == {
            "expiration_duration_seconds": json.loads(theirs[name])["expiration_duration_seconds"]
        }
