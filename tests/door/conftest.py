"""Doors before a folder, and before a bucket: of small files, which are fetched, and of large ones, passed on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from flows.door import reading
from flows.door.application import door
from longtake.assets import Asset, FolderStore, Store
from tests.serving import served
from tests.store.servers import OpenStore, admin, keys, open_s3, quick, s3_url

__all__ = ["admin", "keys", "open_s3", "quick", "s3_url"]

DOORS = ("folder", "fetched", "passed on")


class Open(NamedTuple):
    """A door's address, and a store at which files arrive that it does not have on its machine, if it is far."""

    url: str
    store: Store

    def link(self, asset: Asset) -> str:
        return f"{self.url}/asset/{asset.address.removeprefix('asset:')}"


@pytest.fixture
def opened(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, store: FolderStore) -> Iterator[Open]:
    if request.param == "folder":
        with served(door(store)) as url:
            yield Open(url, store)
        return
    open_store: OpenStore = request.getfixturevalue("open_s3")
    if request.param == "passed on":
        monkeypatch.setattr(reading, "PASS_ON_FROM_BYTES", 1)
        monkeypatch.setattr(reading, "_FAR_BLOCK_BYTES", 1000)
    with served(door(open_store("the door's"))) as url:
        yield Open(url, open_store("a worker's"))


@pytest.fixture
def address(store: FolderStore) -> Iterator[str]:
    with served(door(store)) as url:
        yield url
