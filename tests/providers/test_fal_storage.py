"""fal's storage: announced with the key, put without it, named so that a lost job is found again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from blocks.fal_list import names_job
from blocks.fal_storage import SLOWEST_BYTES_PER_SECOND, FalStorage
from longtake.errors import AccountRefused, LongtakeError, ProviderBusy
from tests.providers.answering import Answer, Asked, Fault, answering
from tests.providers.fal import client
from tests.providers.gateways import JOB_ID, KEY, PACE, SIGNATURE, tells_no_secret, with_provider

NAME = f"longtake-{JOB_ID}.wav"
FILE_URL = f"https://v3b.fal.media/files/b/abc/xyz_{NAME}"
SOUND = bytes(range(256)) * 1000


def published(tmp_path: Path, *answers: Answer, name: str = NAME, file_url: Any = FILE_URL) -> tuple[str, list[Asked]]:
    path = tmp_path / "chunk"
    path.write_bytes(SOUND)
    with answering(*answers) as server:
        for answer in answers:
            if answer.body == "where":
                answer.body = {"upload_url": f"{server.url}/put/abc?{SIGNATURE}", "file_url": file_url}
        url = with_provider(lambda: client(server.url), lambda provider: provider.inputs.publish(path, name, 7200))
    assert tells_no_secret(url)
    return url.get_secret_value(), server.asked


def where() -> Answer:
    return Answer(200, "where")


def test_a_file_is_announced_with_the_key_and_put_without_it(tmp_path: Path) -> None:
    url, (announced, put) = published(tmp_path, where(), Answer(200, b""))
    assert url == FILE_URL
    assert (announced.method, announced.target) == ("POST", "/storage/upload/initiate?storage_type=fal-cdn-v3")
    assert announced.json == {"file_name": NAME, "content_type": "audio/wav"}
    assert announced.headers["authorization"] == f"Key {KEY}"
    assert json.loads(announced.headers["x-fal-object-lifecycle-preference"]) == {"expiration_duration_seconds": 7200}
    assert (put.method, put.target) == ("PUT", f"/put/abc?{SIGNATURE}")
    assert put.body == SOUND
    assert put.headers["content-length"] == str(len(SOUND))
    assert KEY not in str(put.headers)


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("a.wav", "audio/wav"),
        ("a.JPG", "image/jpeg"),
        ("a.jpeg", "image/jpeg"),
        ("a.png", "image/png"),
        ("a.bin", "application/octet-stream"),
    ],
)
def test_its_suffix_tells_its_type(tmp_path: Path, name: str, content_type: str) -> None:
    url = f"https://v3b.fal.media/{name}"
    _, (announced, put) = published(tmp_path, where(), Answer(200), name=name, file_url=url)
    assert announced.json["content_type"] == put.headers["content-type"] == content_type


def test_a_file_that_the_storage_renames_keeps_its_name_behind_the_address(tmp_path: Path) -> None:
    url, _ = published(tmp_path, where(), Answer(200), file_url="https://v3b.fal.media/files/b/x.wav")
    assert url == f"https://v3b.fal.media/files/b/x.wav#{NAME}"
    assert names_job(url, JOB_ID)
    assert names_job(FILE_URL, JOB_ID)


@pytest.mark.parametrize("fault", ["drop", "reset", "half", "silence"])
def test_every_step_is_tried_again(tmp_path: Path, fault: Fault) -> None:
    answers = [Answer(200, {}, fault=fault), where(), Answer(503), Answer(200, {}, fault=fault), Answer(200)]
    _, asked = published(tmp_path, *answers)
    assert [seen.method for seen in asked] == ["POST", "POST", "PUT", "PUT", "PUT"]
    assert [len(seen.body) for seen in asked[2:]] == [len(SOUND)] * 3


@pytest.mark.parametrize("code", [401, 402, 403])
def test_a_refused_account_is_told_and_nothing_is_put(tmp_path: Path, code: int) -> None:
    with pytest.raises(AccountRefused, match=str(code)) as error:
        published(tmp_path, Answer(code, {"detail": f"no {KEY}"}))
    assert tells_no_secret(error.value)


@pytest.mark.parametrize(
    "answers",
    [
        [Answer(200, {})],
        [Answer(200, b"{")] * PACE.attempts,
        [Answer(200, {"upload_url": "ftp://x/put", "file_url": FILE_URL})],
        [Answer(200, {"upload_url": "https://x/put", "file_url": None})],
        [Answer(302, b"", {"Location": "https://elsewhere.example/"})],
        [where(), Answer(302, b"", {"Location": "/elsewhere"})],
        [where(), Answer(303, b"", {"Location": "/elsewhere"})],
        [where(), Answer(307, b"", {"Location": "/elsewhere"})],
        [where(), Answer(308, b"", {"Location": "/elsewhere"})],
        [Answer(500)] * PACE.attempts,
        [where(), *[Answer(502)] * PACE.attempts],
    ],
)
def test_trouble_with_an_upload_may_pass(tmp_path: Path, answers: list[Answer]) -> None:
    with pytest.raises(LongtakeError) as error:
        published(tmp_path, *answers)
    assert type(error.value) is ProviderBusy
    assert tells_no_secret(error.value)


@pytest.mark.parametrize("code", [400, 403, 404, 413, 422])
def test_a_file_that_the_storage_does_not_take_is_refused_with_what_to_do(tmp_path: Path, code: int) -> None:
    page = Answer(code, f"<Error>expired {KEY}</Error>".encode())
    announced = [] if code == 403 else [[Answer(code, {"detail": f"no {KEY}"})]]
    for answers in ([where(), page, where(), page], *announced):
        with pytest.raises(AccountRefused, match=rf"refuses a file \({code}\).*into a bucket") as error:
            published(tmp_path, *answers)
        assert tells_no_secret(error.value)


def test_an_upload_whose_address_has_expired_gets_another(tmp_path: Path) -> None:
    url, asked = published(tmp_path, where(), Answer(403, b"<Error>expired</Error>"), where(), Answer(200))
    assert url == FILE_URL
    assert [seen.method for seen in asked] == ["POST", "PUT", "POST", "PUT"]


def test_a_large_file_may_take_longer_than_an_answer(tmp_path: Path) -> None:
    pace = PACE.model_copy(update={"connect_timeout_seconds": 0.1, "read_timeout_seconds": 0.2, "attempts": 1})
    path = tmp_path / "large.wav"
    path.write_bytes(bytes(SLOWEST_BYTES_PER_SECOND))
    drip = Answer(200, fault="drip")
    with answering(where(), drip) as server, pytest.raises(ProviderBusy, match=r"no whole answer in 1\.5 s"):
        server.left[0].body = {"upload_url": f"{server.url}/put", "file_url": FILE_URL}
        with_provider(lambda: FalStorage(SecretStr(KEY), server.url, pace), lambda at: at.publish(path, NAME, 60))
