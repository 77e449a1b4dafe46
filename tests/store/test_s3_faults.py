"""A bucket that answers wrongly, or not at all: nothing is lost, nothing is taken for what it is not."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.requests import Request
from starlette.responses import Response

from longtake.assets import Asset
from longtake.assets.s3 import S3Store
from longtake.errors import SettingError, StoreFailed
from tests.store.proxies import Faults, Line, Pass, Proxy, proxied, refusal
from tests.store.servers import OpenStore, new_place

Between = tuple[str, Proxy]


@pytest.fixture
def between(s3_url: str) -> Iterator[Between]:
    with proxied(s3_url) as met:
        yield met


def test_a_fifth_of_all_answers_may_be_500_or_503(between: Between, open_s3: OpenStore) -> None:
    url, proxy = between
    place, faults = new_place(url), Faults(0.2)
    proxy.meet = faults
    stores = [open_s3(f"machine-{number}", place=place) for number in range(2)]

    def work(number: int) -> tuple[list[bytes], Asset]:
        store = stores[number % 2]
        won = [store.add_record(f"clips/{name}.json", b"%d" % number) for name in range(3)]
        return won, store.put(b"the same for all" * 100, suffix=".bin")

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(work, range(8)))
    assert all(result == results[0] for result in results), "the first one won for all"
    assert faults.made > 15
    proxy.meet = None
    fresh = open_s3("fresh", place=place)
    assert [fresh.read_record(f"clips/{name}.json") for name in range(3)] == results[0][0]
    with fresh.open(results[0][1]) as file:
        assert file.read() == b"the same for all" * 100


def test_ten_seconds_without_a_line_are_waited_out(s3_url: str, open_s3: OpenStore) -> None:
    line = Line(s3_url)
    place = new_place(line.url)
    store, other = open_s3("here", place=place), open_s3("there", place=place)
    asset = store.put(b"before", suffix=".txt")
    other.read_record("top.txt")
    line.cut()
    back = threading.Timer(10, line.mend)
    back.start()
    began = time.monotonic()

    def work(number: int) -> bytes | None:
        store.add_record(f"clips/{number}.json", b"%d" % number)
        return store.read_record(f"clips/{number}.json")

    def fetch() -> bytes:
        with other.open(asset) as file:
            return file.read()

    with ThreadPoolExecutor(24) as pool:
        fetched = pool.submit(fetch)
        assert list(pool.map(work, range(23))) == [b"%d" % number for number in range(23)]
        assert fetched.result() == b"before"
    assert time.monotonic() - began >= 10
    back.join()
    line.cut()


def test_a_server_that_stays_away_is_told_with_its_host_alone(open_s3: OpenStore, s3_url: str, quick: dict) -> None:
    line = Line(s3_url)
    line.cut()
    place = new_place(line.url.replace("http://", "http://user:pa55word@"))
    store = open_s3(place=place, **quick)
    with pytest.raises(StoreFailed, match=r"s3://store/team/\d+ cannot be reached at 127\.0\.0\.1:\d+") as caught:
        store.read_record("top.txt")
    assert "pa55word" not in f"{caught.value} {store!r}"
    assert caught.value.__cause__ is None


def test_a_byte_that_flips_on_the_way_is_fetched_again(between: Between, open_s3: OpenStore) -> None:
    url, proxy = between
    place = new_place(url)
    asset = open_s3(place=place).put(b"precious" * 1000, suffix=".bin")
    flips: list[str] = []

    async def meet(request: Request, on: Pass) -> Response | None:
        if request.method != "GET" or flips:
            return None
        answer = await on(request)
        flips.append("one")
        answer.body = b"X" + bytes(answer.body)[1:]
        return answer

    proxy.meet = meet
    other = open_s3("other", place=place)
    with other.open(asset) as file:
        assert file.read() == b"precious" * 1000
    assert flips and other.exists(asset) and proxy.counts["DELETE"] == 0


def test_a_server_without_checksums_is_believed_by_what_was_read_from_it(between: Between, open_s3: OpenStore) -> None:
    url, proxy = between

    async def meet(request: Request, on: Pass) -> Response | None:
        if "x-amz-checksum-sha256" in request.headers:
            return refusal(501, "NotImplemented")
        answer = await on(request)
        for name in [name for name in answer.headers if name.startswith("x-amz-checksum")]:
            del answer.headers[name]
        return answer

    proxy.meet = meet
    place = new_place(url)
    store = open_s3(place=place)
    assets = [store.put(bytes([number]) * 1000, suffix=".bin") for number in range(3)]
    assert proxy.counts["PUT"] == 4, "refused once, then left out"
    assert all(map(store.verify, assets)) and proxy.counts["GET"] == 0, "what it has sent itself it knows"
    other = open_s3("other", place=place)
    assert all(map(other.verify, assets)) and proxy.counts["GET"] == 3
    assert all(map(other.verify, assets)) and proxy.counts["GET"] == 3


def test_a_conflict_is_settled_by_what_stands(between: Between, open_s3: OpenStore) -> None:
    url, proxy = between
    answers = [refusal(409, "ConditionalRequestConflict")]

    async def meet(request: Request, on: Pass) -> Response | None:
        return answers.pop() if answers and "records/clips" in request.url.path else None

    proxy.meet = meet
    store = open_s3(place=new_place(url))
    assert store.add_record("clips/a.json", b"mine") == b"mine" and not answers
    answers.append(refusal(409, "ConditionalRequestConflict"))
    assert store.add_record("clips/a.json", b"late") == b"mine" and not answers


@pytest.mark.parametrize("how", ["does not know the header", "leaves the header out of account"])
def test_a_server_where_the_last_one_would_win_is_refused(how: str, between: Between, open_s3: OpenStore) -> None:
    url, proxy = between

    async def meet(request: Request, on: Pass) -> Response | None:
        if "if-none-match" in request.headers:
            if how == "does not know the header":
                return refusal(501, "NotImplemented")
            return await on(request, "if-none-match")
        return None

    proxy.meet = meet
    store = open_s3(place=new_place(url))
    for _ in range(2):
        with pytest.raises(SettingError, match=r"If-None-Match.*"):
            store.add_record("clips/a.json", b"x")
    assert store.read_record("clips/a.json") is None


REFUSALS = [
    (403, "AccessDenied", SettingError, "access is denied to these keys.*s3:ListBucket.*s3:GetObject"),
    (403, "SignatureDoesNotMatch", SettingError, "does not know these keys"),
    (403, "InvalidAccessKeyId", SettingError, "does not know these keys"),
    (400, "ExpiredToken", SettingError, "the keys have expired"),
    (403, "RequestTimeTooSkewed", SettingError, "clock is wrong"),
    (301, "PermanentRedirect", SettingError, "another region.*LONGTAKE_STORE_REGION"),
    (400, "AuthorizationHeaderMalformed", SettingError, "another region.*LONGTAKE_STORE_REGION"),
    (400, "SomethingNew", StoreFailed, "cannot be used: SomethingNew"),
    (503, "SlowDown", StoreFailed, "answers (SlowDown|503)"),
    (507, "XMinioStorageFull", StoreFailed, "answers (XMinioStorageFull|507)"),
]


@pytest.mark.parametrize(("status", "code", "kind", "said"), REFUSALS, ids=[row[1] for row in REFUSALS])
def test_what_a_server_refuses_is_told_without_its_words(
    status: int, code: str, kind: type[Exception], said: str, between: Between, open_s3: OpenStore, quick: dict
) -> None:
    url, proxy = between

    async def meet(request: Request, on: Pass) -> Response | None:
        return refusal(status, code)

    proxy.meet = meet
    store = open_s3(place=new_place(url), **quick)
    attempts = (
        lambda: store.read_record("top.txt"),
        lambda: store.add_record("clips/a.json", b"x"),
        lambda: store.put(b"x"),
        lambda: list(store.assets()),
    )
    for attempt in attempts:
        with pytest.raises(kind, match=said) as caught:
            attempt()
        assert "AKIA" not in repr(caught.value) + str(caught.value) and caught.value.__cause__ is None


def test_a_bucket_that_is_not_there_and_keys_that_are_not_set_are_told(
    open_s3: OpenStore, s3_store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = s3_store.place.model_copy(update={"bucket": "no-such-bucket"})
    for attempt in (lambda s: s.read_record("top.txt"), lambda s: s.put(b"x"), lambda s: list(s.record_names(""))):
        with pytest.raises(SettingError, match=r"there is no bucket no-such-bucket at 127\.0\.0\.1"):
            attempt(open_s3("lost", place=lost))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(SettingError, match="there are no keys for the store"):
        open_s3("keyless").read_record("top.txt")
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    with pytest.raises(SettingError, match=r"there are no keys for the store \(ProfileNotFound\)"):
        open_s3("keyless").read_record("top.txt")
