"""A store on a real S3 server, and what happens to objects behind its back."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from longtake.assets import Asset
from longtake.assets.s3 import S3Store
from longtake.assets.s3_place import S3Patience, S3Place, parse_s3
from tests.providers.moto_server import admin_of, moto_s3

BUCKET = "store"
QUICK = S3Patience(
    connect_seconds=1, read_seconds=5, attempts=1, longest_wait_seconds=0.2, give_up_seconds=0, first_seconds=0
)
"""For tests in which the server is to be given up at once."""

numbers = itertools.count()


@pytest.fixture(scope="session")
def s3_url() -> Iterator[str]:
    with moto_s3(BUCKET) as url:
        yield url


@pytest.fixture
def admin(s3_url: str) -> Iterator[Any]:
    client = admin_of(s3_url)
    yield client
    client.close()


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret-testing")


def new_place(url: str) -> S3Place:
    """A prefix of its own in the bucket."""
    return parse_s3(f"s3://{BUCKET}/team/{next(numbers)}", endpoint_url=url)


OpenStore = Callable[..., S3Store]


@pytest.fixture
def open_s3(keys: None, s3_url: str, tmp_path: Path) -> Iterator[OpenStore]:
    """Opens stores at one place; each name is a machine with a cache of its own."""
    place, opened = new_place(s3_url), []

    def make(machine: str = "here", cache_bytes: int = 10**9, **more: Any) -> S3Store:
        store = S3Store(more.pop("place", place), tmp_path / f"cache-{machine}", cache_bytes, **more)
        opened.append(store)
        return store

    yield make
    for store in opened:
        store.close()


@pytest.fixture
def s3_store(open_s3: OpenStore) -> S3Store:
    return open_s3()


def key_of(store: S3Store, asset: Asset) -> str:
    """The object that holds an asset."""
    return f"{store.place.prefix}assets/{asset.sha256[:2]}/{asset.sha256}{asset.suffix}"


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def cached(store: S3Store, asset: Asset) -> Path:
    """Where the machine's own copy of an asset lies."""
    return store._cache.path_of(asset)


@pytest.fixture
def quick() -> dict[str, S3Patience]:
    return {"patience": QUICK}
