"""The door to the store, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from flows.door import door
from longtake.assets import Asset, FolderStore, parse_address
from tests.serving import served


@pytest.fixture
def address(store: FolderStore) -> Iterator[str]:
    with served(door(store)) as url:
        yield url


def path_of(asset: Asset) -> str:
    return "/asset/" + asset.address.removeprefix("asset:")


def test_an_asset_is_read_whole_and_in_ranges(address: str, store: FolderStore) -> None:
    data = bytes(range(256)) * 1000
    asset = store.put(data, suffix=".mp4")
    whole = httpx.get(address + path_of(asset))
    assert whole.status_code == 200
    assert whole.content == data
    assert whole.headers["content-type"] == "video/mp4"
    assert whole.headers["accept-ranges"] == "bytes"
    part = httpx.get(address + path_of(asset), headers={"Range": "bytes=1000-1999"})
    assert part.status_code == 206
    assert part.content == data[1000:2000]
    assert part.headers["content-range"] == f"bytes 1000-1999/{len(data)}"


def test_an_upload_answers_an_address_that_the_store_knows(address: str, store: FolderStore) -> None:
    answer = httpx.post(address, files={"file": ("Björn's portrait.PNG", b"picture")})
    asset = parse_address(answer.text.strip())
    assert asset is not None
    assert asset.suffix == ".png"
    with store.open(asset) as file:
        assert file.read() == b"picture"


def test_the_page_shows_the_address_and_escapes_the_name(address: str) -> None:
    answer = httpx.post(
        address, files={"file": ("<script>alert(1)</script>.md", b"text")}, headers={"Accept": "text/html"}
    )
    assert "asset:" in answer.text
    assert "<script>" not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/asset/../../../../etc/passwd",
        "/asset/%2e%2e/%2e%2e/etc/passwd",
        "/asset/" + "0" * 64 + "/5.mp4",
        "/asset/" + "0" * 64 + "/5.mp4/../../../records/clips",
        "/asset/",
        "/records/epoch.txt",
    ],
)
def test_nothing_but_assets_can_be_read(address: str, path: str) -> None:
    assert httpx.get(address + path).status_code == 404


def test_a_corrupt_asset_is_not_served(address: str, store: FolderStore) -> None:
    asset = store.put(b"precious", suffix=".mp4")
    path = store.path_of(asset)
    path.chmod(0o644)
    path.write_bytes(b"PRECIOUS")
    assert httpx.get(address + path_of(asset)).status_code == 404


def test_other_sites_can_neither_upload_nor_read_by_another_name(address: str) -> None:
    foreign = {"Sec-Fetch-Site": "cross-site", "Origin": "http://evil.example"}
    assert httpx.post(address, files={"file": ("a.md", b"text")}, headers=foreign).status_code == 403
    assert httpx.get(address, headers={"Host": "evil.example"}).status_code == 400


def test_an_upload_without_a_file_is_refused(address: str, store: FolderStore) -> None:
    assert httpx.post(address, data={"file": "text"}).status_code == 400
    assert not list(store.assets())
