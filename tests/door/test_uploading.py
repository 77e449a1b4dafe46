"""Files are uploaded by people and programs, many at once, never too large; other sites and strangers are refused."""

from __future__ import annotations

import re
import socket
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr

from flows.door.application import door
from flows.door.rules import DoorRules
from longtake.assets import FolderStore, parse_address
from tests.door.conftest import DOORS, Open
from tests.serving import served

HTML = {"Accept": "text/html"}
JSON = {"Accept": "application/json"}


def is_clean(store: FolderStore) -> bool:
    """Whether nothing was stored, and nothing half-made is left."""
    return not list(store.assets()) and not list((store.root / "scratch").iterdir())


@pytest.mark.parametrize("opened", DOORS[:2], indirect=True)
def test_uploads_answer_addresses_that_the_store_knows(opened: Open) -> None:
    contents = {"Björn's portrait.PNG": b"picture", "notes": b"text\r\n--x\r\n" * 5000, "C:\\talk.md": b"# Talk"}
    answer = httpx.post(opened.url, files=[("file", (name, data)) for name, data in contents.items()])
    assets = [parse_address(line) for line in answer.text.splitlines()]
    assert [asset.suffix for asset in assets if asset] == [".png", "", ".md"]
    for asset, data in zip(assets, contents.values(), strict=True):
        assert asset is not None
        with opened.store.open(asset) as file:
            assert file.read() == data
        assert httpx.get(opened.link(asset)).content == data


def test_a_program_may_ask_for_json(address: str) -> None:
    (told,) = httpx.post(address, files={"file": ("a b.md", b"text")}, headers=JSON).json()
    assert told["name"] == "a b.md"
    answer = httpx.get(address + told["link"])
    assert (answer.content, answer.headers["content-disposition"]) == (b"text", 'inline; filename="a b.md"')
    assert told["link"].startswith("/asset/" + told["address"].removeprefix("asset:"))


def test_the_page_needs_no_script_and_escapes_names(address: str) -> None:
    page = httpx.get(address)
    assert 'method="post" enctype="multipart/form-data"' in page.text and "multiple" in page.text
    name = "<script>alert(1)</script>.md"
    answer = httpx.post(address, files={"file": (name, b"text")}, headers=HTML)
    assert re.search(r"<code>asset:[0-9a-f]{64}/4\.md</code>", answer.text)
    assert "<script>alert" not in answer.text and "&lt;script&gt;.md" not in answer.text
    for one in (page, answer):
        policy = one.headers["content-security-policy"]
        assert "unsafe" not in policy and "frame-ancestors 'none'" in policy and "default-src 'none'" in policy
        assert not re.search(r"(src|href)=\"?(https?:)?//", one.text), "nothing from elsewhere"


@pytest.mark.parametrize(
    ("foreign", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://files.example.com", "Host": "files.example.com"}, 200),
        ({"Origin": "https://files.example.com:8443", "Host": "files.example.com:8443"}, 200),
        ({"Origin": "http://localhost", "Host": "files.example.com"}, 403),
        ({}, 200),
    ],
)
def test_other_sites_pages_cannot_upload(store: FolderStore, foreign: dict[str, str], status: int) -> None:
    with served(door(store, DoorRules(hosts=("files.example.com",)))) as url:
        assert httpx.post(url, files={"file": ("a.md", b"text")}, headers=foreign).status_code == status
    assert len(list(store.assets())) == (status == 200)


def test_uploading_asks_for_name_and_password_and_reading_does_not(store: FolderStore) -> None:
    rules = DoorRules(auth=SecretStr("team:pass:wörd"))
    asset = store.put(b"video", suffix=".mp4")
    with served(door(store, rules)) as url:
        for auth in (None, ("team", "wrong"), ("team", ""), ("", "pass:wörd"), ("team", "pass:wörd2")):
            for answer in (httpx.get(url, auth=auth), httpx.post(url, auth=auth, files={"file": ("a.md", b"text")})):
                assert answer.status_code == 401
                assert answer.headers["www-authenticate"].startswith("Basic realm=")
        for broken in ("Basic !!!", "Basic", "Bearer dGVhbTpwYXNzOnfDtnJk", ""):
            assert httpx.get(url, headers={"Authorization": broken}).status_code == 401
        assert len(list(store.assets())) == 1
        for path in ("/health", Open("", store).link(asset), f"/play/{asset.sha256}/5.mp4"):
            assert httpx.get(url + path).status_code == 200
        auth = httpx.BasicAuth("team", "pass:wörd")
        assert httpx.get(url, auth=auth).status_code == 200
        assert httpx.post(url, auth=auth, files={"file": ("a.md", b"text")}).status_code == 200
    assert "wörd" not in repr(rules)


def test_what_is_too_large_is_refused_before_it_is_read(store: FolderStore) -> None:
    with served(door(store, DoorRules(upload_bytes=10_000_000))) as url:
        host, port = url.removeprefix("http://").split(":")
        head = f"POST / HTTP/1.1\r\nHost: {host}\r\nContent-Type: multipart/form-data; boundary=x\r\n"
        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(f"{head}Content-Length: 5000000000\r\n\r\n".encode())
            answer = ""
            while "\r\n\r\nThat is larger than the 0.01 GB" not in answer:
                answer += line.recv(10_000).decode() or pytest.fail(answer)
        assert answer.startswith("HTTP/1.1 413")

        with socket.create_connection((host, int(port)), timeout=20) as line:
            line.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.mp4"\r\n\r\n'
            line.sendall(b"%x\r\n%s\r\n" % (len(part), part))
            for _ in range(10):
                line.sendall(b"%x\r\n%s\r\n" % (10**6, bytes(10**6)))
            assert line.recv(10_000).startswith(b"HTTP/1.1 413"), "the limit is passed, and the form has no end yet"
        page = httpx.post(url, files={"file": ("a.mp4", bytes(11 * 10**6))}, headers=HTML)
        assert page.status_code == 413 and "larger than the 0.01 GB" in page.text and "<form" in page.text
    assert is_clean(store)


FORM = {"Content-Type": "multipart/form-data; boundary=x"}
PART = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n\r\ntext'


@pytest.mark.parametrize(
    ("headers", "body", "said"),
    [
        ({}, b"text", "Send a form"),
        ({"Content-Type": "multipart/form-data"}, b"text", "Send a form"),
        ({"Content-Type": f"multipart/form-data; boundary={'x' * 999}"}, b"text", "cannot be read"),
        (FORM, b"no form", "cannot be read"),
        (FORM, b"", "broke off"),
        (FORM, PART, "broke off"),
        (FORM, PART.replace(b"text", b"") + b"\r\n--x--\r\n", "a.md is empty"),
        (FORM, PART.replace(b'; filename="a.md"', b"") + b"\r\n--x--\r\n", "Choose a file"),
        (FORM, PART.replace(b"a.md", b"") + b"\r\n--x--\r\n", "Choose a file"),
        (FORM, PART.replace(b"--x\r\n", b"--x\r\nX-Long: " + b"y" * 99_999 + b"\r\n"), "cannot be read"),
        (FORM, (PART + b"\r\n") * 101 + b"--x--\r\n", "At most 100 files"),
    ],
)
def test_what_is_no_form_with_files_is_refused(
    address: str, store: FolderStore, headers: dict[str, str], body: bytes, said: str
) -> None:
    answer = httpx.post(address, headers=headers, content=body)
    assert answer.status_code == 400
    assert said in answer.text
    assert is_clean(store)


def test_a_form_in_single_bytes_is_read_all_the_same(address: str, store: FolderStore) -> None:
    body = PART + b"\r\n--x--\r\n"
    answer = httpx.post(address, headers=FORM, content=(bytes([one]) for one in body))
    asset = parse_address(answer.text.strip())
    assert asset is not None and Path(store.path_of(asset)).read_bytes() == b"text"
