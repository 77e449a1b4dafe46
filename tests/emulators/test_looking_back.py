"""How an account looks its requests up, hears of their end, and what a killed emulator still knows."""

from __future__ import annotations

import base64
import datetime
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from emulators.book import BookKeeper, Entry
from emulators.fal_webhooks import Signer
from emulators.faults import Rule
from emulators.launch import Emulator, running
from emulators.settings import EmulatorSettings
from tests.emulators.acting import FAL, PATIENCE_SECONDS, Client, Inputs
from tests.emulators.conftest import QUICK

ORACLE = Path(__file__).parent.parent / "oracle"


def fal_list(client: Client, **params: Any) -> dict[str, Any]:
    answer = client.http.get(
        client.url("fal", "/v1/models/requests/by-endpoint"),
        params={"endpoint_id": FAL, **params},
        headers=client.fal_key,
    )
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_fal_lists_what_has_ended_the_last_first_page_by_page(client: Client, emulator: Emulator) -> None:
    names = [f"longtake-{number}.wav" for number in range(5)]
    for name in names:
        client.run("fal", name)
    emulator.set_settings(QUICK.model_copy(update={"mean_seconds": 30.0}))
    client.submit_fal(client.given("still-running.wav"))
    found, cursor, pages = [], "", 0
    while pages == 0 or cursor:
        page = fal_list(client, expand="payloads", limit=2, **({"cursor": cursor} if cursor else {}))
        found += page["items"]
        cursor, pages = page["next_cursor"], pages + 1
        assert page["has_more"] == bool(cursor)
    assert pages == 3
    assert [item["json_input"]["audio_url"].split("/")[-1] for item in found] == names[::-1]
    assert {item["status_code"] for item in found} == {200}
    assert all(item["json_output"]["video"]["url"] for item in found)
    assert "json_input" not in fal_list(client)["items"][0]
    tomorrow = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=1)
    assert fal_list(client, start=tomorrow.isoformat())["items"] == []


def test_a_request_that_asked_not_to_be_stored_is_not_listed(client: Client) -> None:
    client.fal_result(client.submit_fal(**{"X-Fal-Store-IO": "0"}).json())
    assert fal_list(client)["items"] == []


def test_a_refused_job_is_listed_with_its_code(client: Client, emulator: Emulator) -> None:
    emulator.set_faults([Rule(where="job", fault="refused")])
    client.fal_result(client.submit_fal().json())
    assert [item["status_code"] for item in fal_list(client)["items"]] == [422]


def test_aimlapi_lists_every_accepted_request_at_once(client: Client, emulator: Emulator) -> None:
    emulator.set_settings(QUICK.model_copy(update={"mean_seconds": 30.0}))
    given = client.given()
    client.submit_aimlapi(given, **{"X-Client-Request-Id": "job-1"})
    emulator.set_faults([Rule(where="submit", fault="accept-then-drop", nth=(1,))])
    with pytest.raises(httpx.RemoteProtocolError):
        client.submit_aimlapi(given, **{"X-Client-Request-Id": "job-2"})

    logs = client.http.get(client.url("aimlapi", "/v2/logs"), params={"limit": 1}, headers=client.aimlapi_key).json()
    assert (logs["total"], logs["pagination"]["has_more"]) == (2, True)
    row = logs["data"][0]
    assert (row["client_request_id"], row["status"], row["cost"]["credits"]) == ("job-2", "pending", 336_000)
    status = client.poll("aimlapi", {"id": row["id"]})
    assert status.json()["id"] == row["id"]
    charges = client.http.get(client.url("aimlapi", "/v2/billing/transactions"), headers=client.aimlapi_key).json()
    assert [charge["client_request_id"] for charge in charges["data"]] == ["job-2", "job-1"]
    assert [charge["amount"] for charge in charges["data"]] == [pytest.approx(0.168)] * 2


def test_aimlapis_window_and_an_id_of_another_form(client: Client) -> None:
    client.submit_aimlapi(**{"X-Client-Request-Id": "not an id"})

    def rows(**params: str) -> list[dict[str, Any]]:
        answer = client.http.get(client.url("aimlapi", "/v2/logs"), params=params, headers=client.aimlapi_key)
        found: list[dict[str, Any]] = answer.json()["data"]
        return found

    assert [row["client_request_id"] for row in rows(period="1h")] == [None]
    assert rows(start="2999-01-01T00:00:00Z") == []
    assert rows(end="2020-01-01T00:00:00Z") == []


Heard = list[tuple[dict[str, str], bytes]]


@contextmanager
def listening() -> Iterator[tuple[str, Heard]]:
    heard: Heard = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            heard.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/hook?x=1", heard
        finally:
            server.shutdown()
            thread.join()


def wait_for(heard: Heard, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(heard) < count and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(heard) == count


def test_a_signature_is_made_as_fal_makes_it() -> None:
    vector = json.loads((ORACLE / "fal_webhook_vector.json").read_text())
    signer = Signer(bytes.fromhex(vector["seed_hex"]))
    assert signer.jwks == vector["jwks"]
    assert signer.headers("R1", "U1", "1790000000", vector["body"].encode()) == vector["headers"]


def test_fal_signs_its_webhooks_and_repeats_them(client: Client, emulator: Emulator) -> None:
    emulator.set_settings(QUICK.model_copy(update={"webhook_repeats": 3}))
    with listening() as (url, heard):
        answer = client.submit_fal(query=f"?fal_webhook={quote(url, safe='')}").json()
        wait_for(heard, 3)
    headers, body = heard[0]
    assert [again for _, again in heard] == [body] * 3
    told = json.loads(body)
    assert (told["status"], told["request_id"]) == ("OK", answer["request_id"])
    assert told["payload"]["video"]["url"]
    jwks = client.http.get(client.url("fal", "/.well-known/jwks.json")).json()
    raw = base64.urlsafe_b64decode(jwks["keys"][0]["x"] + "=")
    names = ("request-id", "user-id", "timestamp")
    lines = [headers[f"x-fal-webhook-{name}"] for name in names]
    message = "\n".join([*lines, hashlib.sha256(body).hexdigest()]).encode()
    Ed25519PublicKey.from_public_bytes(raw).verify(bytes.fromhex(headers["x-fal-webhook-signature"]), message)


def test_pixazo_posts_its_status_unsigned(client: Client) -> None:
    with listening() as (url, heard):
        answer = client.submit_pixazo(**{"X-Webhook-URL": url}).json()
        wait_for(heard, 1)
    headers, body = heard[0]
    assert json.loads(body)["request_id"] == answer["request_id"]
    assert json.loads(body)["output"]["media_url"]
    assert not [name for name in headers if "signature" in name]


def test_a_killed_emulator_knows_its_books_jobs_files_and_ports(inputs: Inputs, tmp_path: Path) -> None:
    home = tmp_path / "home"
    settings = EmulatorSettings(mean_seconds=0.02, tiny=True, job_seconds={"slow": 30})
    with running(home, settings) as emulator:
        client = Client(emulator, inputs)
        client.run("fal", "done.wav")
        answer = client.submit_fal(client.given("slow.wav")).json()
        before, urls = emulator.book("fal"), emulator.urls
        client.http.close()
        emulator.kill()
    with running(home, settings.model_copy(update={"job_seconds": {}})) as emulator:
        assert emulator.urls == urls
        client = Client(emulator, inputs)
        assert emulator.book("fal").accepted[0] == before.accepted[0]
        book = emulator.book("fal")
        assert [entry.audio_name for entry in book.accepted] == ["done.wav", "slow.wav"]
        assert client.poll("fal", answer).json()["status"] == "IN_PROGRESS"
        client.http.close()


def test_a_book_outlives_a_kill_between_two_writes(tmp_path: Path) -> None:
    keeper = BookKeeper("fal", tmp_path)
    keeper.open_entry(Entry(request_id="1", audio_name="a.wav", endpoint=FAL, accepted_at=1.0))
    keeper.change("1", state="running")
    book = tmp_path / "fal.jsonl"
    with book.open("ab") as file:
        file.write(b'{"request_id": "2", "audio_na')
    again = BookKeeper("fal", tmp_path)
    assert again.book() == keeper.book()
    again.change("1", state="completed", billed_micro_usd=5)
    assert (BookKeeper("fal", tmp_path).book().paid, again.book().most_running) == (1, 1)


@pytest.mark.parametrize("kept_lines", [0, 1])
def test_what_a_kill_kept_out_of_the_book_is_written_later(inputs: Inputs, tmp_path: Path, kept_lines: int) -> None:
    with running(tmp_path, QUICK) as emulator:
        client = Client(emulator, inputs)
        client.run("fal")
        client.http.close()
        paid = emulator.book("fal").billed_micro_usd
        emulator.kill()
    book = tmp_path / "books" / "fal.jsonl"
    book.write_text("".join(book.read_text().splitlines(keepends=True)[:kept_lines]))
    with running(tmp_path, QUICK) as emulator:
        entry = emulator.book("fal").accepted[0]
        assert (entry.states, entry.billed_micro_usd) == (("queued", "completed"), paid)


def test_a_reset_leaves_nothing(client: Client, emulator: Emulator) -> None:
    client.run("fal")
    emulator.set_faults([Rule(where="submit", fault="html")])
    emulator.reset()
    assert emulator.book("fal").accepted == ()
    assert emulator.requests() == []
    assert client.submit_fal().json()["request_id"]
