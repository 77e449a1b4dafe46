"""Inputs in a bucket: moto's server in a process of its own, and addresses read as a provider would, without keys."""

from __future__ import annotations

import asyncio
import datetime
import http.server
import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import boto3.session
import httpx
import pytest
from botocore.config import Config
from pydantic import SecretStr

from blocks.fal_storage import FalStorage
from blocks.inputs import inputs_from_environment
from blocks.s3_inputs import S3Inputs
from longtake.errors import AccountRefused, LongtakeError, ProviderBusy, SettingError
from longtake.providers import Inputs, Pace
from longtake.providers.quiet import keep_queries_out_of_logs
from tests.providers.moto_server import admin_of, moto_s3

PACE = Pace(attempts=1, connect_timeout_seconds=2, read_timeout_seconds=5)
KEY_ID, SECRET, TOKEN = "AKIAPLANTEDKEYID0000", "planted-secret-access-key", "planted-session-token"
BUCKET = "inputs-of-tests"


@pytest.fixture(scope="module")
def s3_url() -> Iterator[str]:
    with moto_s3(BUCKET) as url:
        yield url


@pytest.fixture(autouse=True)
def no_keys_of_ours(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in tuple(os.environ):
        if name.startswith(("AWS_", "LONGTAKE_INPUTS_")) or name == "FAL_KEY":
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))


@pytest.fixture
def wav(tmp_path: Path) -> Path:
    path = tmp_path / "chunk.wav"
    path.write_bytes(b"RIFF" + bytes(range(256)) * 512)
    return path


def block(url: str, **fields: object) -> S3Inputs:
    given = {"bucket": BUCKET, "endpoint_url": url, "aws_access_key_id": KEY_ID, "aws_secret_access_key": SECRET}
    return S3Inputs.model_validate(given | fields)


def publish(inputs: Inputs, path: Path, name: str = "longtake-1.wav", lifetime_seconds: float = 7200) -> str:
    async def run() -> SecretStr:
        try:
            return await inputs.publish(path, name, lifetime_seconds)
        finally:
            await inputs.aclose()

    return asyncio.run(run()).get_secret_value()


@contextmanager
def s3_that_answers(status: int, code: str) -> Iterator[tuple[str, list[str]]]:
    """A server that refuses every request in S3's way; with it, the methods that it was asked with."""
    asked: list[str] = []

    class Refuses(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # boto3 waits a second for the "100 Continue" that 1.0 does not have

        def do_PUT(self) -> None:
            asked.append(self.command)
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>of {KEY_ID}</Message></Error>".encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refuses)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_published_file_is_read_without_keys_and_only_by_its_signed_address(s3_url: str, wav: Path) -> None:
    url = publish(block(s3_url).open(PACE), wav)
    got = httpx.get(url)
    assert got.status_code == 200
    assert got.content == wav.read_bytes()
    assert got.headers["Content-Type"] == "audio/wav"
    assert httpx.get(url.split("?")[0]).status_code == 403


def test_the_address_names_the_file_and_lasts_as_long_as_was_asked_for(s3_url: str, wav: Path) -> None:
    url = urlsplit(publish(block(s3_url).open(PACE), wav, "longtake-job7.wav", 7200))
    query = parse_qs(url.query)
    assert url.path == f"/{BUCKET}/longtake-inputs/longtake-job7.wav"
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Expires"] == ["7200"]


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.png", "image/png"), ("a.jpg", "image/jpeg"), ("a", "application/octet-stream")]
)
def test_the_suffix_tells_the_type(s3_url: str, wav: Path, name: str, media_type: str) -> None:
    assert httpx.get(publish(block(s3_url).open(PACE), wav, name)).headers["Content-Type"] == media_type


def test_the_address_is_signed_for_the_public_endpoint(s3_url: str, wav: Path) -> None:
    public = s3_url.replace("127.0.0.1", "localhost")
    url = publish(block(s3_url, public_endpoint_url=public).open(PACE), wav)
    assert urlsplit(url).netloc == urlsplit(public).netloc
    assert httpx.get(url).content == wav.read_bytes()


def test_publishing_again_and_many_at_once_is_safe(s3_url: str, wav: Path) -> None:
    async def run() -> list[str]:
        patient = PACE.model_copy(update={"attempts": 5})  # moto answers 500 now and then when two put one key
        inputs = block(s3_url, prefix="many/").open(patient)
        try:
            names = [f"longtake-{n % 4}.wav" for n in range(12)]
            return [
                url.get_secret_value() for url in await asyncio.gather(*(inputs.publish(wav, n, 60) for n in names))
            ]
        finally:
            await inputs.aclose()

    urls = asyncio.run(run())
    assert len({urlsplit(url).path for url in urls}) == 4
    assert all(httpx.get(url).content == wav.read_bytes() for url in urls)
    admin = admin_of(s3_url)
    assert admin.list_objects_v2(Bucket=BUCKET, Prefix="many/")["KeyCount"] == 4
    admin.close()


def test_a_week_is_the_longest(s3_url: str, wav: Path) -> None:
    assert parse_qs(urlsplit(publish(block(s3_url).open(PACE), wav, lifetime_seconds=604800)).query)[
        "X-Amz-Expires"
    ] == ["604800"]
    with pytest.raises(SettingError, match="7 days at most") as error:
        publish(block(s3_url).open(PACE), wav, lifetime_seconds=604801)
    assert "LONGTAKE_PACE__DEADLINE_SECONDS" in str(error.value)


@pytest.mark.parametrize(("left_seconds", "fits"), [(3600, False), (10800, True)])
def test_an_address_does_not_outlive_the_keys_that_sign_it(
    s3_url: str, wav: Path, monkeypatch: pytest.MonkeyPatch, left_seconds: int, fits: bool
) -> None:
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=left_seconds)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", TOKEN)
    monkeypatch.setenv("AWS_CREDENTIAL_EXPIRATION", end.isoformat())
    inputs = block(s3_url, aws_access_key_id=None, aws_secret_access_key=None).open(PACE)
    if fits:
        assert httpx.get(publish(inputs, wav)).status_code == 200
        return
    with pytest.raises(SettingError, match="the credentials for inputs-of-tests end before the 2 h") as error:
        publish(inputs, wav)
    _tells_no_secret(error.value)


def test_a_session_token_signs_along(s3_url: str, wav: Path) -> None:
    url = publish(block(s3_url, aws_session_token=TOKEN).open(PACE), wav)
    assert parse_qs(urlsplit(url).query)["X-Amz-Security-Token"] == [TOKEN]


def test_without_any_keys_it_says_what_to_set(s3_url: str, wav: Path) -> None:
    with pytest.raises(AccountRefused, match=r"no credentials.*AWS_ACCESS_KEY_ID"):
        publish(block(s3_url, aws_access_key_id=None, aws_secret_access_key=None).open(PACE), wav)


def test_a_bucket_that_is_not_there_is_a_verdict(s3_url: str, wav: Path) -> None:
    with pytest.raises(AccountRefused, match=r"no-such-bucket takes no file: NoSuchBucket.*Create it"):
        publish(block(s3_url, bucket="no-such-bucket").open(PACE), wav)


def test_a_name_that_no_bucket_can_have_is_a_verdict(s3_url: str, wav: Path) -> None:
    with pytest.raises(AccountRefused, match="cannot be used: ParamValidationError"):
        publish(block(s3_url, bucket="Not A Bucket").open(PACE), wav)


@pytest.mark.parametrize(
    ("status", "code", "kind", "told"),
    [
        (403, "AccessDenied", AccountRefused, "AccessDenied.*s3:PutObject"),
        (403, "InvalidAccessKeyId", AccountRefused, "InvalidAccessKeyId.*credentials"),
        (403, "SignatureDoesNotMatch", AccountRefused, "SignatureDoesNotMatch"),
        (503, "SlowDown", ProviderBusy, "SlowDown"),
        (500, "InternalError", ProviderBusy, "InternalError"),
        (400, "RequestTimeout", ProviderBusy, "RequestTimeout"),
    ],
)
def test_refusals_are_told_apart_and_tell_no_secret(
    wav: Path, status: int, code: str, kind: type[LongtakeError], told: str
) -> None:
    with s3_that_answers(status, code) as (url, asked), pytest.raises(kind, match=told) as error:
        publish(block(url).open(PACE), wav)
    assert asked == ["PUT"]
    _tells_no_secret(error.value)


def test_what_passes_is_tried_as_often_as_the_pace_says(wav: Path) -> None:
    pace = PACE.model_copy(update={"attempts": 3})
    with s3_that_answers(500, "InternalError") as (url, asked), pytest.raises(ProviderBusy):
        publish(block(url).open(pace), wav)
    assert asked == ["PUT"] * 3


def test_a_server_that_is_not_there_may_come_back(wav: Path) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        with pytest.raises(ProviderBusy, match="cannot be reached: EndpointConnectionError"):
            publish(block(url).open(PACE), wav)


def test_the_environment_names_the_bucket(s3_url: str, wav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "LONGTAKE_INPUTS_BUCKET": BUCKET,
        "LONGTAKE_INPUTS_PREFIX": "by-environment/",
        "LONGTAKE_INPUTS_ENDPOINT_URL": s3_url,
        "LONGTAKE_INPUTS_REGION": "eu-central-1",
        "AWS_ACCESS_KEY_ID": KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET,
        "FAL_KEY": "is not asked",
    }.items():
        monkeypatch.setenv(name, value)
    url = publish(inputs_from_environment(PACE), wav)
    assert urlsplit(url).path == f"/{BUCKET}/by-environment/longtake-1.wav"
    assert "/eu-central-1/s3/" in parse_qs(urlsplit(url).query)["X-Amz-Credential"][0]
    assert httpx.get(url).content == wav.read_bytes()


def test_fals_storage_is_used_where_there_is_a_key_and_no_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAL_KEY", "id:secret")
    inputs = inputs_from_environment(PACE)
    assert isinstance(inputs, FalStorage)
    asyncio.run(inputs.aclose())


def test_without_a_bucket_and_without_fal_it_says_both_ways() -> None:
    with pytest.raises(SettingError) as error:
        inputs_from_environment(PACE)
    assert "LONGTAKE_INPUTS_BUCKET" in str(error.value)
    assert "FAL_KEY" in str(error.value)


def test_the_block_shows_no_key(s3_url: str) -> None:
    shown = block(s3_url, aws_session_token=TOKEN)
    _tells_no_secret(shown)
    assert SECRET not in shown.model_dump_json()


def _tells_no_secret(value: object) -> None:
    for secret in (KEY_ID, SECRET, TOKEN, "X-Amz-Signature"):
        assert secret not in f"{value} {value!r}"


def test_no_log_tells_a_signature(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keep_queries_out_of_logs()
    session = boto3.session.Session("planted-id", "planted-secret", region_name="us-east-1")
    client = session.client("s3", config=Config(signature_version="s3v4"))
    url = client.generate_presigned_url("get_object", Params={"Bucket": "b", "Key": "k"})
    signature = url.partition("X-Amz-Signature=")[2]
    assert len(signature) == 64
    assert signature not in caplog.text
    assert "planted-secret" not in caplog.text
