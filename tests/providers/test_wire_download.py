"""Downloads: whole or not at all, an MP4 or nothing, without the key, and no message tells a signed address."""

from __future__ import annotations

import asyncio
import gzip
import logging
import random
import socketserver
import threading
from pathlib import Path
from typing import Any

import pytest

from longtake.errors import ClipRejected, LongtakeError, ProviderBusy, ProviderVerdict, ResultGone
from longtake.providers.downloads import download
from longtake.providers.wire import media_client
from tests.providers.answering import Answer, Fault, answering
from tests.providers.gateways import PACE, SIGNATURE, tells_no_secret

CLIP = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 2000
WHOLE = Answer(200, CLIP, {"Content-Type": "application/octet-stream"})


def fetched(url: str, target: Path) -> None:
    async def run() -> None:
        async with media_client(PACE) as client:
            await download(client, f"{url}/o.ext?{SIGNATURE}", target, provider="fal", pace=PACE)

    asyncio.run(run())


def refused(target: Path, *answers: Answer) -> LongtakeError:
    """The error of a download that all these answers were given to."""
    with answering(*answers) as server, pytest.raises(LongtakeError) as error:
        fetched(server.url, target)
    assert tells_no_secret(error.value)
    return error.value


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "clip.mp4"


def test_a_clip_comes_whole_whatever_its_type_is_called(target: Path) -> None:
    with answering(WHOLE) as server:
        fetched(server.url, target)
    assert target.read_bytes() == CLIP
    assert [path.name for path in target.parent.iterdir()] == ["clip.mp4"]
    assert "authorization" not in server.asked[0].headers


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_a_download_that_breaks_is_begun_anew(target: Path, fault: Fault) -> None:
    with answering(Answer(200, CLIP, fault=fault), Answer(503), WHOLE) as server:
        fetched(server.url, target)
    assert target.read_bytes() == CLIP


@pytest.mark.parametrize("fault", ["drop", "reset", "half"])
def test_a_download_that_always_breaks_leaves_nothing(target: Path, fault: Fault) -> None:
    error = refused(target, *[Answer(200, CLIP, fault=fault)] * PACE.attempts)
    assert isinstance(error, ProviderBusy)
    assert list(target.parent.iterdir()) == []


def test_a_download_that_fails_leaves_what_was_there(target: Path) -> None:
    target.write_bytes(b"before")
    refused(target, Answer(200, b"<html>"))
    refused(target, *[Answer(200, CLIP, fault="half")] * PACE.attempts)
    assert target.read_bytes() == b"before"
    assert [path.name for path in target.parent.iterdir()] == ["clip.mp4"]


@pytest.mark.parametrize("body", [b"<html><title>Sign in</title></html>", b"", b"\x00\x00\x00\x18ft", CLIP[1:]])
def test_what_is_no_mp4_is_rejected_and_not_asked_for_again(target: Path, body: bytes) -> None:
    assert isinstance(refused(target, Answer(200, body, {"Content-Type": "video/mp4"})), ClipRejected)
    assert list(target.parent.iterdir()) == []


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_address_that_is_over_is_gone(target: Path, status: int) -> None:
    assert isinstance(refused(target, Answer(status, b"<Error><Code>AccessDenied</Code></Error>")), ResultGone)


@pytest.mark.parametrize("status", [400, 401, 416])
def test_any_other_refusal_is_a_verdict(target: Path, status: int) -> None:
    error = refused(target, Answer(status))
    assert isinstance(error, ProviderVerdict)
    assert not isinstance(error, ResultGone)


def test_a_refusal_tells_what_to_do(target: Path) -> None:
    assert "longtake recover" in str(refused(target, Answer(400)))


@pytest.mark.parametrize(
    "answer", [Answer(206, CLIP, {"Content-Range": "bytes 0-9/99"}), Answer(204, b""), Answer(202, CLIP)]
)
def test_a_part_is_not_taken_for_the_whole(target: Path, answer: Answer) -> None:
    assert isinstance(refused(target, *[answer] * PACE.attempts), ProviderBusy)
    assert list(target.parent.iterdir()) == []


def test_a_clip_is_asked_for_unpacked(target: Path) -> None:
    with answering(WHOLE) as server:
        fetched(server.url, target)
    assert server.asked[0].headers["accept-encoding"] == "identity"


WHOLE_MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(12) + b"\x00\x00\x00\x0cmoovabcd\x00\x00\x00\x01mdat"
WHOLE_MP4 += (16 + 1000).to_bytes(8) + bytes(1000)


@pytest.mark.parametrize("cut", [24, 30, 36 + 4, 36 + 17, len(WHOLE_MP4) - 1])
@pytest.mark.parametrize("is_packed", [False, True])
def test_a_clip_that_was_cut_where_no_length_tells_it_is_asked_for_again(
    target: Path, cut: int, is_packed: bool
) -> None:
    def answer(body: bytes) -> Answer:
        return (
            Answer(200, gzip.compress(body), {"Content-Encoding": "gzip"})
            if is_packed
            else Answer(200, body, is_bare=True)
        )

    with answering(answer(WHOLE_MP4[:cut]), answer(WHOLE_MP4)) as server:
        fetched(server.url, target)
    assert target.read_bytes() == WHOLE_MP4
    assert len(server.asked) == 2


def test_a_packed_body_that_was_cut_is_not_whole(target: Path) -> None:
    cut = gzip.compress(CLIP + random.Random(1).randbytes(100_000))[:-50_000]
    answer = Answer(200, cut, {"Content-Encoding": "gzip"})
    assert isinstance(refused(target, *[answer] * PACE.attempts), ProviderBusy)


def test_a_box_without_a_length_goes_to_the_end(target: Path) -> None:
    whole = WHOLE_MP4[:36] + b"\x00\x00\x00\x00mdat" + bytes(77)
    with answering(Answer(200, whole, is_bare=True)) as server:
        fetched(server.url, target)
    assert target.read_bytes() == whole


@pytest.mark.parametrize("is_bare", [False, True])
def test_a_clip_of_more_bytes_than_any_is_not_kept(target: Path, is_bare: bool) -> None:
    async def run() -> None:
        async with media_client(PACE) as client:
            await download(client, server.url, target, provider="fal", pace=PACE, most_bytes=len(CLIP) - 1)

    with answering(Answer(200, CLIP, is_bare=is_bare)) as server, pytest.raises(ProviderVerdict, match="is not kept"):
        asyncio.run(run())
    assert list(target.parent.iterdir()) == []


def test_a_download_that_drips_is_given_up(target: Path) -> None:
    pace = PACE.model_copy(update={"download_timeout_seconds": 0.1, "attempts": 2})

    async def run() -> None:
        async with media_client(pace) as client:
            await download(client, server.url, target, provider="fal", pace=pace)

    drip = Answer(200, CLIP, fault="drip")
    with answering(drip, drip) as server, pytest.raises(ProviderBusy, match=r"did not end a download in 0\.1 s"):
        asyncio.run(run())
    assert list(target.parent.iterdir()) == []


def test_a_server_in_trouble_is_asked_so_often(target: Path) -> None:
    assert isinstance(refused(target, *[Answer(502)] * PACE.attempts), ProviderBusy)


def test_a_clip_may_lie_elsewhere(target: Path) -> None:
    with answering(WHOLE) as other, answering(Answer(302, b"", {"Location": f"{other.url}/o?{SIGNATURE}"})) as server:
        fetched(server.url, target)
    assert target.read_bytes() == CLIP


def test_a_chain_of_redirects_without_end_is_a_fault_that_may_pass(target: Path) -> None:
    round_it_goes = [Answer(302, b"", {"Location": f"/again?{SIGNATURE}"})] * 21 * PACE.attempts
    assert isinstance(refused(target, *round_it_goes), ProviderBusy)


@pytest.mark.parametrize(
    "location", ["http://[broken", "ftp://elsewhere.example/o", "http://host:port/", "http://127.0.0.1:99999/"]
)
def test_a_redirect_to_nowhere_is_a_fault_that_may_pass(target: Path, location: str) -> None:
    answer = Answer(302, b"", {"Location": f"{location}?{SIGNATURE}"})
    assert isinstance(refused(target, *[answer] * PACE.attempts), ProviderBusy)


def test_a_clip_is_on_the_disk_before_its_last_byte_has_come(target: Path) -> None:
    half = len(CLIP) // 2

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            while self.rfile.readline().strip():
                pass
            self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(CLIP))
            self.wfile.write(CLIP[:half])
            while not any(path.stat().st_size >= half // 2 for path in target.parent.iterdir()):
                threading.Event().wait(0.005)
            self.wfile.write(CLIP[half:])

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        fetched(f"http://127.0.0.1:{server.server_address[1]}", target)
        thread.join()
    assert target.read_bytes() == CLIP


def test_a_download_that_is_stopped_leaves_nothing(target: Path) -> None:
    async def run(url: str, asked: list[Any]) -> None:
        async with media_client(PACE) as client:
            fetching = asyncio.create_task(download(client, url, target, provider="fal", pace=PACE))
            while not asked:
                await asyncio.sleep(0.005)
            fetching.cancel()
            await fetching

    with answering(Answer(fault="silence")) as server, pytest.raises(asyncio.CancelledError):
        asyncio.run(run(server.url, server.asked))
    assert list(target.parent.iterdir()) == []


def test_no_log_tells_a_signed_address(target: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with answering(Answer(302, b"", {"Location": f"/o.mp4?{SIGNATURE}"}), WHOLE) as server:
        fetched(server.url, target)
    assert "/o.mp4" in caplog.text
    assert tells_no_secret(caplog.text)
