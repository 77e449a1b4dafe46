"""Inputs from http(s) and S3: fetched once, looked at, refused before anything is spent; no signature is told."""

from __future__ import annotations

import asyncio
import logging
import pickle
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from longtake.assets import FolderStore, parse_address
from longtake.errors import BadInput, SettingError
from longtake.inputs import pin_inputs, read_inputs
from longtake.providers import Pace
from longtake.remote import Fetcher, Kind, S3Uri, check_public, parse_target, shown
from longtake.remote.hosts import is_forbidden
from longtake.remote.uris import joined, parse_s3
from longtake.script import files_of
from longtake.storyboard import Storyboard
from tests.command_line import portrait
from tests.loudness_media import save, speech
from tests.providers.moto_server import admin_of, moto_s3
from tests.serving import free_port, served

PACE = Pace(attempts=3, retry_seconds=0.01, connect_timeout_seconds=2, read_timeout_seconds=2)
SIGNED = "?X-Amz-Signature=5ecre7&part=1"
SCRIPT = "---\nspeakers:\n  Ada: {image: ada.png}\n---\nAda: Hello.\n\nAda: [audio sounds/b.wav]\n"


@dataclass
class Site:
    """A web server: files by path, answers given in their place, and what was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    answers: dict[str, list[Response]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    url: str = ""

    async def get(self, request: Request) -> Response:
        path = request.url.path
        self.asked.append(path)
        if self.answers.get(path):
            return self.answers[path].pop(0)
        return Response(self.files[path]) if path in self.files else PlainTextResponse("nothing", 404)


@pytest.fixture
def site() -> Iterator[Site]:
    here = Site()
    with served(Starlette(routes=[Route("/{path:path}", here.get)])) as here.url:
        yield here


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("media")
    return {
        "talk.md": SCRIPT.encode(),
        "ada.png": portrait(folder / "ada.png").read_bytes(),
        "sounds/b.wav": save(folder / "b.wav", speech(1)).read_bytes(),
    }


@pytest.fixture
def talk(site: Site, media: dict[str, bytes]) -> Site:
    site.files = {f"/talks/{name}": data for name, data in media.items()}
    return site


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with moto_s3("talks") as url:
        yield url


@pytest.fixture
def bucket(moto: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the bucket, and the environment in which Longtake finds it."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", moto)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA5ecre7")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "5ecre7")
    admin = admin_of(moto)
    yield admin
    admin.close()


@pytest.fixture
def fetcher(store: FolderStore) -> Fetcher:
    return Fetcher(lambda: store, PACE)


def contents(storyboard: Storyboard, store: FolderStore) -> list[bytes]:
    found = []
    for name in files_of(storyboard):
        asset = parse_address(name)
        assert asset is not None, f"{name} was not fetched"
        with store.local(asset) as path:
            found.append(path.read_bytes())
    return found


def refusal(fetcher: Fetcher, script: str | None = None, **words: str) -> BadInput:
    with pytest.raises(BadInput) as told:
        read_inputs(script, **words, fetcher=fetcher)  # type: ignore[arg-type]
    assert "5ecre7" not in f"{told.value} {told.value!r} {told.value.__cause__}"
    assert str(pickle.loads(pickle.dumps(told.value))) == str(told.value)
    return told.value


def test_a_script_from_the_web_and_all_that_it_names_is_fetched_once(
    talk: Site, store: FolderStore, fetcher: Fetcher, media: dict[str, bytes]
) -> None:
    storyboard = read_inputs(f"{talk.url}/talks/talk.md", fetcher=fetcher)
    assert contents(storyboard, store) == [media["ada.png"], media["sounds/b.wav"]]
    assert talk.asked == ["/talks/talk.md", "/talks/ada.png", "/talks/sounds/b.wav"]
    assert pin_inputs(storyboard, store) == storyboard
    assert set(fetcher.names.values()) == {f"{talk.url}/talks/ada.png", f"{talk.url}/talks/sounds/b.wav"}


def test_an_edit_behind_the_same_address_is_a_change(talk: Site, store: FolderStore, tmp_path: Path) -> None:
    def read() -> Storyboard:
        return read_inputs(f"{talk.url}/talks/talk.md", fetcher=Fetcher(lambda: store, PACE))

    first = read()
    assert read() == first
    talk.files["/talks/ada.png"] = portrait(tmp_path / "new.png", colour="#123456").read_bytes()
    assert read() != first


def test_a_script_in_a_bucket_and_all_that_it_names_is_fetched(
    bucket: Any, store: FolderStore, fetcher: Fetcher, media: dict[str, bytes]
) -> None:
    for name, data in media.items():
        bucket.put_object(Bucket="talks", Key=f"may 1/{name}", Body=data)
    storyboard = read_inputs("s3://talks/may 1/talk.md", fetcher=fetcher)
    assert contents(storyboard, store) == [media["ada.png"], media["sounds/b.wav"]]


def test_a_local_script_names_addresses_and_options_do_too(
    talk: Site, store: FolderStore, fetcher: Fetcher, media: dict[str, bytes], tmp_path: Path
) -> None:
    script = tmp_path / "local.md"
    script.write_text(f"Hello.\n\n[audio {talk.url}/talks/sounds/b.wav{SIGNED}]\n")
    image = f"{talk.url}/talks/ada.png{SIGNED}"
    storyboard = read_inputs(script, image=image, fetcher=fetcher)
    assert contents(storyboard, store) == [media["ada.png"], media["sounds/b.wav"]]
    alone = read_inputs(None, audio=f"{talk.url}/talks/sounds/b.wav{SIGNED}", image=image, fetcher=fetcher)
    assert "5ecre7" not in f"{storyboard} {alone} {fetcher.names}"
    assert len(talk.asked) == 2


def test_no_signature_stands_in_a_log_or_in_the_store(
    talk: Site, store: FolderStore, fetcher: Fetcher, caplog: pytest.LogCaptureFixture
) -> None:
    talk.files["/talks/talk.md"] += f"\nAda: [audio {talk.url}/talks/sounds/b.wav{SIGNED}]\n".encode()
    with caplog.at_level(logging.DEBUG):
        read_inputs(f"{talk.url}/talks/talk.md{SIGNED}", fetcher=fetcher)
    assert "talks/sounds/b.wav" in caplog.text
    assert "5ecre7" not in caplog.text
    assert not [path for path in store.root.rglob("*") if path.is_file() and b"5ecre7" in path.read_bytes()]


def test_what_may_pass_is_asked_again(talk: Site, store: FolderStore, fetcher: Fetcher) -> None:
    async def broken() -> Any:
        yield b"half"

    talk.answers["/talks/ada.png"] = [
        PlainTextResponse("busy", 503, {"Retry-After": "0"}),
        StreamingResponse(broken(), headers={"Content-Length": "99999"}),
    ]
    read_inputs(f"{talk.url}/talks/talk.md", fetcher=fetcher)
    assert talk.asked.count("/talks/ada.png") == 3


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([PlainTextResponse("", 404)], "answers 404. Check the address."),
        ([PlainTextResponse("", 403)], "answers 403. Use a public or a signed address"),
        ([PlainTextResponse("", 204)], "answers 204."),
        ([PlainTextResponse("", 503)] * 3, "answers 503. Try again later"),
        ([PlainTextResponse("<html>Log in, please</html>")], "this is no picture that can be read."),
        ([PlainTextResponse("")], "the file is empty."),
        ([PlainTextResponse("", headers={"Content-Length": "100000001"})], "is larger than 100 MB."),
        ([RedirectResponse("ftp://127.0.0.1/a.png")], "redirects to ftp, which is not followed."),
        ([RedirectResponse("file:///etc/passwd")], "redirects to file, which is not followed."),
        ([RedirectResponse("http://169.254.169.254/latest/meta-data")], "169.254.169.254/latest/meta-data is a link-"),
        ([RedirectResponse("/talks/ada.png")] * 6, "redirects more than 5 times."),
    ],
    ids=lambda value: value if isinstance(value, str) else "answers",
)
def test_what_is_refused_is_told_by_the_scripts_line(
    talk: Site, store: FolderStore, fetcher: Fetcher, answers: list[Response], told: str
) -> None:
    talk.answers["/talks/ada.png"] = list(answers)
    error = refusal(fetcher, f"{talk.url}/talks/talk.md{SIGNED}")
    assert error.where == f"{talk.url}/talks/talk.md:3"
    assert told in str(error)
    assert not list(store.assets())


def test_a_stream_without_a_length_is_cut_off_at_the_limit(talk: Site, fetcher: Fetcher, tmp_path: Path) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 100 * 2**20:
            sent += 2**20
            yield bytes(2**20)
            await asyncio.sleep(0)

    talk.answers["/talks/talk.md"] = [StreamingResponse(endless())]
    assert "talk.md is larger than 5 MB." in str(refusal(fetcher, f"{talk.url}/talks/talk.md"))
    assert sent < 50 * 2**20


def test_redirects_are_followed_unless_the_address_may_be_signed(talk: Site, fetcher: Fetcher) -> None:
    talk.answers["/here"] = [RedirectResponse("/there"), RedirectResponse("/there")]
    talk.answers["/there"] = [RedirectResponse(f"/talks/ada.png{SIGNED}")]
    assert fetcher.asset(f"{talk.url}/here", Kind.PICTURE, None).size_bytes
    error = refusal(fetcher, audio=f"{talk.url}/here{SIGNED}", image=f"{talk.url}/talks/ada.png")
    assert "an address with a query is not followed" in str(error)
    assert error.where == "--audio"


@pytest.mark.parametrize(
    ("words", "where", "told"),
    [
        ({"script": "http://127.0.0.1:{closed}/s.md"}, "SCRIPT", "cannot be fetched: ConnectError. Try again later"),
        ({"script": "http://nowhere.invalid/s.md"}, "SCRIPT", "http://nowhere.invalid/s.md"),
        ({"script": "http://user:5ecre7@127.0.0.1/s.md"}, "SCRIPT", "http://127.0.0.1/s.md holds a password."),
        ({"script": "http://169.254.169.254/latest/s.md"}, "SCRIPT", "is a link-local address"),
        ({"script": "http://2852039166/s.md"}, "SCRIPT", "is a link-local address"),
        ({"script": "http://[::ffff:169.254.169.254]/s.md"}, "SCRIPT", "is a link-local address"),
        ({"script": "http://[fe80::1]/s.md"}, "SCRIPT", "is a link-local address"),
        ({"script": "https:///s.md?5ecre7"}, "SCRIPT", "is no address."),
        ({"script": "{url}/talks/ada.png"}, "{url}/talks/ada.png", ".png is no kind of script."),
        ({"audio": "{url}/talks/ada.png", "image": "{url}/talks/ada.png"}, "--audio", "it has no audio track"),
        ({"audio": "{url}/talks/sounds/b.wav", "image": "{url}/talks/talk.md"}, "--image", "no picture"),
    ],
    ids=str,
)
def test_an_address_that_is_no_use_is_told_by_its_option(
    talk: Site, fetcher: Fetcher, words: dict[str, str], where: str, told: str
) -> None:
    closed = str(free_port())
    words = {name: word.replace("{url}", talk.url).replace("{closed}", closed) for name, word in words.items()}
    error = refusal(fetcher, **words)
    assert error.where == where.replace("{url}", talk.url)
    assert told in str(error)


@pytest.mark.parametrize(
    ("uri", "told"),
    [
        ("s3://no-such-bucket/s.md", "s3://no-such-bucket/s.md: there is no such bucket."),
        ("s3://talks/no-such-key.md", "s3://talks/no-such-key.md: there is no such object."),
        ("s3://talks", "s3://talks names no object."),
        ("s3://talks/folder/", "s3://talks/folder/ names no object."),
        ("s3://arn:aws:s3:x/s.md", "names no object."),
        ("s3://talks/s.md?versionId=5ecre7", "s3://talks/s.md has a question mark"),
    ],
)
def test_what_a_bucket_refuses_is_told(bucket: Any, fetcher: Fetcher, uri: str, told: str) -> None:
    error = refusal(fetcher, uri)
    assert error.where == "SCRIPT"
    assert told in str(error)


def test_a_bucket_without_keys_or_out_of_reach_is_told(
    bucket: Any, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{free_port()}")
    assert "cannot be reached: EndpointConnectionError." in str(refusal(fetcher, "s3://talks/s.md"))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert "there are no keys for S3" in str(refusal(fetcher, "s3://talks/s.md"))
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert "ProfileNotFound" in str(refusal(fetcher, "s3://talks/s.md"))


def test_an_object_that_is_too_large_is_not_fetched(bucket: Any, fetcher: Fetcher) -> None:
    bucket.put_object(Bucket="talks", Key="long.md", Body=bytes(5_000_001))
    assert "s3://talks/long.md is larger than 5 MB." in str(refusal(fetcher, "s3://talks/long.md"))


@pytest.mark.parametrize(
    ("base", "name", "uri"),
    [
        ("https://a.org/x/s.md?sig=1", "ada.png", "https://a.org/x/ada.png"),
        ("https://a.org/x/s.md", "../ada.png", "https://a.org/ada.png"),
        ("https://a.org/x/s.md", "/etc/passwd", "https://a.org/etc/passwd"),
        ("https://a.org/x/s.md", "s3://b-1/ada.png", "s3://b-1/ada.png"),
        ("s3://talks/x/s.md", "ada.png", "s3://talks/x/ada.png"),
        ("s3://talks/x/s.md", "../a b%20.png", "s3://talks/a b%20.png"),
        ("s3://talks/s.md", "/x/ada.png", "s3://talks/x/ada.png"),
        ("https://a.org/s.md", "file:///etc/passwd", None),
        ("s3://talks/x/s.md", "../../other/ada.png", None),
    ],
)
def test_names_in_a_script_are_taken_from_where_it_is(base: str, name: str, uri: str | None) -> None:
    if uri is None:
        with pytest.raises(BadInput):
            joined(base, name)
    else:
        assert joined(base, name) == uri


def test_what_is_told_of_an_address_holds_no_secret() -> None:
    assert shown(f"https://u:5ecre7@a.org:8443/x y{SIGNED}#5ecre7") == "https://a.org:8443/x?y"
    check_public(script="talk?.md", image="https://a.org/ada.png", output=None)
    for uri in (f"https://a.org/ada.png{SIGNED}", "https://u:5ecre7@a.org/ada.png"):
        with pytest.raises(SettingError, match="Prefect keeps what a run is started with") as told:
            check_public(image=uri)
        assert told.value.where == "image" and "5ecre7" not in str(told.value)


def test_hosts_that_tell_secrets_are_known_under_all_their_names() -> None:
    assert all(map(is_forbidden, ("169.254.0.1", "::ffff:169.254.169.254", "fe80::1%eth0", "fd00:ec2::254")))
    assert not any(map(is_forbidden, ("127.0.0.1", "10.0.0.1", "169.253.255.255", "8.8.8.8", "::1", "fd00::1")))


def test_places_for_a_video_are_paths_and_objects(tmp_path: Path) -> None:
    assert parse_target(tmp_path / "a.mp4") == tmp_path / "a.mp4"
    target = parse_target("s3://talks/may/a.b.mp4")
    assert target == S3Uri(bucket="talks", key="may/a.b.mp4") == parse_s3(str(target))
    assert str(target.with_suffix(".srt")) == "s3://talks/may/a.b.srt"
    for wrong in ("https://a.org/a.mp4?5ecre7", "s3://talks/a.mov", "s3://talks", "a.mov", "ftp"):
        with pytest.raises(SettingError) as told:
            parse_target(wrong)
        assert told.value.where == "--output" and "5ecre7" not in str(told.value)
