"""Assets are read whole and in parts, from a folder and from a bucket; nothing else is, and nobody elsewhere does."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from flows.door.application import door
from flows.door.rules import DoorRules
from longtake.assets import FolderStore
from tests.deploy.team import wait_until
from tests.door.conftest import DOORS, Open
from tests.serving import served
from tests.store.proxies import proxied
from tests.store.servers import OpenStore, new_place

DATA = bytes(range(256)) * 39 + b"the end"
SIZE = len(DATA)

PARTS = [
    ("bytes=0-", 0, SIZE), ("bytes=0-0", 0, 1), ("bytes=1000-1999", 1000, 2000), ("bytes=999-3001", 999, 3002),
    ("bytes=9000-", 9000, SIZE), ("bytes=-7", SIZE - 7, SIZE), ("bytes=-99999", 0, SIZE),
    ("bytes=9990-99999", 9990, SIZE), (f"bytes={SIZE - 1}-", SIZE - 1, SIZE),
]  # fmt: skip
every_door = pytest.mark.parametrize("opened", DOORS, indirect=True)


@every_door
def test_an_asset_is_read_whole_and_in_parts_byte_for_byte(opened: Open) -> None:
    asset = opened.store.put(DATA, suffix=".mp4")
    with httpx.Client() as client:
        for again in range(2):
            whole = client.get(opened.link(asset))
            assert (whole.status_code, whole.content) == (200, DATA), again
            assert (whole.headers["content-type"], whole.headers["accept-ranges"]) == ("video/mp4", "bytes")
            assert whole.headers["content-length"] == str(SIZE)
            for asked, first, end in PARTS:
                part = client.get(opened.link(asset), headers={"Range": asked})
                assert (part.status_code, part.content) == (206, DATA[first:end]), asked
                assert part.headers["content-range"] == f"bytes {first}-{end - 1}/{SIZE}"
                assert part.headers["content-length"] == str(end - first)


@every_door
def test_parts_that_are_none(opened: Open) -> None:
    asset = opened.store.put(DATA, suffix=".mp4")
    with httpx.Client() as client:
        for asked in (f"bytes={SIZE}-", "bytes=999999-1000000", "bytes=-0"):
            refused = client.get(opened.link(asset), headers={"Range": asked})
            assert (refused.status_code, refused.headers["content-range"]) == (416, f"bytes */{SIZE}"), asked
        for asked in ("bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,5-6", "bytes=" + "9" * 30 + "-"):
            whole = client.get(opened.link(asset), headers={"Range": asked})
            assert (whole.status_code, whole.content) == (200, DATA), asked


@every_door
def test_what_a_browser_has_is_not_sent_again_and_not_mixed_with_another(opened: Open) -> None:
    asset = opened.store.put(DATA, suffix=".mp4")
    etag = httpx.get(opened.link(asset)).headers["etag"]
    assert etag == f'"{asset.sha256}"'
    same = httpx.get(opened.link(asset), headers={"If-None-Match": etag})
    assert (same.status_code, same.content) == (304, b"")
    for given, status in ((etag, 206), ('"another"', 200), ("Sat, 21 Nov 2026 12:00:00 GMT", 200)):
        assert httpx.get(opened.link(asset), headers={"Range": "bytes=0-9", "If-Range": given}).status_code == status


@every_door
def test_head_tells_and_sends_nothing(opened: Open) -> None:
    asset = opened.store.put(DATA, suffix=".mp4")
    head = httpx.head(opened.link(asset), headers={"Range": "bytes=0-9"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(SIZE)
    assert head.headers["etag"] and head.headers["accept-ranges"] == "bytes"
    lost = asset.model_copy(update={"sha256": "0" * 64})
    assert httpx.head(opened.link(lost)).status_code == 404


@every_door
def test_an_empty_asset_and_a_lost_one(opened: Open) -> None:
    asset = opened.store.put(b"", suffix=".srt")
    assert (httpx.get(opened.link(asset)).status_code, httpx.get(opened.link(asset)).content) == (200, b"")
    assert httpx.get(opened.link(asset), headers={"Range": "bytes=0-"}).status_code == 416
    opened.store.delete(asset)
    assert httpx.get(opened.link(asset).replace("/0.srt", "/5.srt")).status_code == 404


@every_door
def test_a_wrong_size_in_an_address_is_answered_with_no_and_harms_nothing(opened: Open) -> None:
    asset = opened.store.put(DATA, suffix=".mp4")
    for wrong in (SIZE - 1, SIZE + 1, 0):
        assert httpx.get(opened.link(asset.model_copy(update={"size_bytes": wrong}))).status_code == 404
    assert opened.store.verify(asset)
    assert httpx.get(opened.link(asset)).content == DATA


@pytest.mark.parametrize(
    "path",
    [
        "/asset/../../../../etc/passwd",
        "/asset/%2e%2e/%2e%2e/etc/passwd",
        "/asset/" + "0" * 64 + "/5.mp4",
        "/asset/" + "0" * 64 + "/5.mp4/../../../records/clips",
        "/asset/" + "0" * 64 + "/" + "9" * 5000,
        "/asset/",
        "/play/",
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
    assert httpx.get(Open(address, store).link(asset)).status_code == 404


def test_of_a_large_far_video_only_what_is_asked_for_is_fetched(open_s3: OpenStore, s3_url: str) -> None:
    with proxied(s3_url) as (url, proxy):
        place = new_place(url)
        data = bytes(range(256)) * (20 * 4096)
        asset = open_s3("a worker's", place=place).put(data, suffix=".mp4")
        with served(door(open_s3("the door's", place=place))) as at, httpx.Client() as client:
            link = Open(at, open_s3()).link(asset)
            proxy.counts.clear()
            part = client.get(link, headers={"Range": "bytes=20000000-20000099"})
            assert (part.status_code, part.content) == (206, data[20_000_000:20_000_100])
            assert proxy.counts == {"HEAD": 1, "GET": 1}
            proxy.counts.clear()
            assert client.get(link).content == data
            assert proxy.counts == {"HEAD": 1, "GET": 5}
            proxy.counts.clear()
            with client.stream("GET", link) as stream:
                assert next(stream.iter_bytes(1000)) == data[:1000]
                assert proxy.counts["GET"] < 5, "the first byte does not wait for the last"


@pytest.mark.parametrize("opened", DOORS[:2], indirect=True)
def test_a_hang_up_in_the_middle_leaves_nothing_open(opened: Open) -> None:
    asset = opened.store.put(bytes(12 * 2**20), suffix=".mp4")
    with httpx.Client() as client:
        for _ in range(5):
            with client.stream("GET", opened.link(asset)) as stream:
                next(stream.iter_bytes(1000))
    wait_until(lambda: not open_files(asset.sha256), "an end to reading")


def open_files(name: str) -> list[str]:
    """The files with this name that this process has open; those, too, that were deleted meanwhile."""
    found = []
    for number in Path("/proc/self/fd").iterdir():
        with suppress(FileNotFoundError):
            found.append(str(number.readlink()))
    return [path for path in found if name in path]


def test_a_store_that_is_away_is_told_without_its_address(open_s3: OpenStore, quick: dict[str, object]) -> None:
    store = open_s3(place=new_place("http://127.0.0.1:9"), **quick)
    with served(door(store)) as url:
        answer = httpx.get(f"{url}/asset/{'0' * 64}/5.mp4")
        assert (answer.status_code, "127.0.0.1" in answer.text) == (503, False)
        assert httpx.get(f"{url}/health").status_code == 200


def test_only_names_that_are_known_are_answered_to(store: FolderStore) -> None:
    with served(door(store, DoorRules(hosts=("files.example.com",)))) as url:
        port = url.rpartition(":")[2]
        for host in ("files.example.com", "FILES.example.com:443", "localhost", f"127.0.0.1:{port}", f"[::1]:{port}"):
            assert httpx.get(f"{url}/health", headers={"Host": host}).text == "open\n", host
        for host in ("evil.example", "files.example.com.evil.example", "xfiles.example.com", "192.168.1.5", "a b"):
            for path in ("/", "/health", "/asset/" + "0" * 64 + "/5.mp4"):
                assert httpx.get(url + path, headers={"Host": host}).status_code == 400, host


def test_a_file_is_saved_under_the_name_that_the_link_gives(address: str, store: FolderStore) -> None:
    asset = store.put(b"video", suffix=".mp4")
    link = Open(address, store).link(asset)

    def disposition(**query: str) -> str:
        return httpx.get(link, params=query).headers["content-disposition"]

    assert disposition() == f'inline; filename="longtake-{asset.sha256[:12]}.mp4"'
    assert disposition(name="small talk.mp4") == 'inline; filename="small talk.mp4"'
    assert disposition(name="größe") == "inline; filename*=UTF-8''gr%C3%B6%C3%9Fe.mp4"
    assert (
        disposition(name='a"; x="../../.bashrc\r\nSet-Cookie: a') == 'inline; filename="a_ x_bashrc_Set-Cookie_ a.mp4"'
    )


KINDS = {
    ".mp4": "video/mp4", ".wav": "audio/wav", ".png": "image/png", ".jpg": "image/jpeg", ".webp": "image/webp",
    ".vtt": "text/vtt; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml",
    ".md": "text/plain; charset=utf-8", ".srt": "text/plain; charset=utf-8", ".yaml": "text/plain; charset=utf-8",
    ".html": "text/plain; charset=utf-8", ".htm": "text/plain; charset=utf-8", ".xml": "text/plain; charset=utf-8",
    ".js": "text/plain; charset=utf-8", ".css": "text/plain; charset=utf-8", ".xhtml": "application/octet-stream",
    ".swf": "application/octet-stream", ".pdf": "application/octet-stream", "": "application/octet-stream",
}  # fmt: skip


def test_types_are_told_and_what_could_be_active_is_locked_up(address: str, store: FolderStore) -> None:
    for suffix, kind in KINDS.items():
        answer = httpx.get(Open(address, store).link(store.put(f"<p>{suffix}".encode(), suffix=suffix)))
        assert (answer.status_code, answer.headers["content-type"]) == (200, kind), suffix
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers.get("content-security-policy", "")
        inert = kind.startswith(("video/", "audio/")) or kind in ("image/png", "image/jpeg", "image/webp")
        assert inert or ("sandbox" in policy and "default-src 'none'" in policy and "allow-" not in policy), suffix
