"""Each fault of an answer, as a client meets it on the wire; and what the book says about the request behind it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from emulators.faults import PROVIDERS, ProviderName, Rule
from emulators.launch import Emulator
from tests.emulators.acting import Client


def submit(client: Client, provider: str, given: dict[str, Any] | None = None) -> httpx.Response:
    by_provider = {"fal": client.submit_fal, "aimlapi": client.submit_aimlapi, "pixazo": client.submit_pixazo}
    return by_provider[provider](given)


def accepted(emulator: Emulator, provider: ProviderName) -> int:
    return len(emulator.book(provider).accepted)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    ("fault", "error", "is_accepted"),
    [
        ("accept-then-drop", httpx.RemoteProtocolError, True),
        ("rst-after", httpx.ReadError, True),
        ("rst-before", httpx.ReadError, False),
        ("half-body", httpx.RemoteProtocolError, True),
        ("slow", httpx.ReadTimeout, True),
    ],
)
def test_a_submit_whose_answer_is_lost(
    client: Client,
    emulator: Emulator,
    provider: ProviderName,
    fault: Any,
    error: type[Exception],
    is_accepted: bool,
) -> None:
    emulator.set_faults([Rule(provider=provider, where="submit", fault=fault, nth=(1,))])
    client.http.timeout = httpx.Timeout(0.5)
    with pytest.raises(error):
        submit(client, provider)
    assert accepted(emulator, provider) == int(is_accepted)
    client.http.timeout = httpx.Timeout(10)
    assert submit(client, provider).is_success
    assert accepted(emulator, provider) == int(is_accepted) + 1


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 409, 422, 425, 429, 500, 502, 503, 504])
@pytest.mark.parametrize("is_accepted", [False, True])
def test_a_submit_that_is_answered_by_a_status_code(
    client: Client, emulator: Emulator, status: int, is_accepted: bool
) -> None:
    emulator.set_faults(
        [Rule(where="submit", fault="status-code", status=status, accepted=is_accepted, retry_after="7", limit=1)]
    )
    answer = submit(client, "fal")
    assert answer.status_code == status
    assert answer.headers["retry-after"] == "7"
    assert ("nginx" in answer.text) == (status >= 500)
    assert status >= 500 or answer.json()["detail"]
    assert accepted(emulator, "fal") == int(is_accepted)


def test_the_words_of_an_account_that_is_out_of_credit(client: Client, emulator: Emulator) -> None:
    emulator.set_faults(
        [
            Rule(provider="fal", where="submit", fault="status-code", status=403),
            Rule(provider="aimlapi", where="submit", fault="status-code", status=403),
            Rule(provider="pixazo", where="submit", fault="status-code", status=402),
        ]
    )
    answers = [submit(client, provider) for provider in PROVIDERS]
    assert [answer.status_code for answer in answers] == [403, 403, 402]
    assert "Exhausted balance" in answers[0].json()["detail"]
    assert answers[1].json()["statusCode"] == "403"
    assert answers[2].json() == {
        "error": "Insufficient Balance",
        "message": "Your wallet does not have enough balance.",
    }


def test_answers_that_make_no_sense(client: Client, emulator: Emulator) -> None:
    emulator.set_faults(
        [
            Rule(where="submit", fault="broken-json", nth=(1,)),
            Rule(where="submit", fault="html", nth=(2,)),
            Rule(where="submit", fault="redirect", nth=(3,)),
            Rule(where="submit", fault="user-timeout", nth=(4,)),
        ]
    )
    broken, page, redirect, timeout = [submit(client, "fal") for _ in range(4)]
    with pytest.raises(ValueError, match="Unterminated string"):
        broken.json()
    assert (broken.status_code, page.status_code) == (200, 200)
    assert page.headers["content-type"] == "text/html"
    assert redirect.status_code == 302
    assert httpx.URL(redirect.headers["location"]).host == "foreign.invalid"
    assert (timeout.status_code, timeout.headers["x-fal-request-timeout-type"]) == (504, "user")
    assert accepted(emulator, "fal") == 2


def test_a_result_is_late_twice_for_each_job(client: Client, emulator: Emulator) -> None:
    emulator.set_faults([Rule(where="result", fault="status-code", status=504, nth=(1, 2), per_job=True)])
    for _ in range(2):
        answer = client.submit_fal().json()
        assert [client.fal_result(answer).status_code for _ in range(3)] == [504, 504, 200]


@pytest.mark.parametrize("where", ["status", "list", "cancel", "upload"])
def test_what_is_safe_to_repeat_fails_once_and_then_works(client: Client, emulator: Emulator, where: Any) -> None:
    answer = client.submit_fal().json()
    acts = {
        "status": lambda: client.poll("fal", answer),
        "list": lambda: client.http.get(
            client.url("fal", "/v1/models/requests/by-endpoint"), params={"endpoint_id": "x"}, headers=client.fal_key
        ),
        "cancel": lambda: client.http.put(answer["cancel_url"], headers=client.fal_key),
        "upload": lambda: client.http.post(
            client.url("fal", "/storage/upload/initiate"),
            json={"file_name": "a", "content_type": "b"},
            headers=client.fal_key,
        ),
    }
    emulator.set_faults([Rule(where=where, fault="rst-before", limit=1)])
    with pytest.raises(httpx.ReadError):
        acts[where]()
    assert acts[where]().status_code in (200, 202, 400)


def test_a_download_is_cut_off(client: Client, emulator: Emulator) -> None:
    url = client.run("aimlapi")
    whole = client.http.get(url).content
    emulator.set_faults([Rule(where="download", fault="half-body", limit=1)])
    got = b""
    with pytest.raises(httpx.RemoteProtocolError), client.http.stream("GET", url) as response:
        for block in response.iter_raw():
            got += block
    assert got == whole[: len(whole) // 2]
    assert client.http.get(url).content == whole


def test_a_rule_strikes_by_its_share_the_same_each_time(client: Client, emulator: Emulator) -> None:
    given = client.given()

    def struck() -> list[bool]:
        emulator.set_faults([Rule(where="submit", fault="status-code", status=503, rate=0.3)])
        return [submit(client, "fal", given).status_code == 503 for _ in range(40)]

    first = struck()
    assert 4 <= sum(first) <= 20
    assert struck() == first


def test_a_rule_strikes_only_what_it_matches(client: Client, emulator: Emulator) -> None:
    emulator.set_faults([Rule(where="submit", fault="status-code", status=503, match="job-two")])
    codes = [submit(client, "fal", client.given(f"job-{name}.wav")).status_code for name in ("one", "two", "three")]
    assert codes == [200, 503, 200]


def test_a_rule_that_cannot_happen_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot happen"):
        Rule(where="submit", fault="black")
    with pytest.raises(ValueError, match="cannot happen"):
        Rule(where="cancel", fault="unknown-word")
