"""The names of records and assets: the same in a folder and in a bucket, so that one can be copied to the other."""

from __future__ import annotations

import re

from longtake.assets.asset import Asset

PART = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.=-]{0,199}")
ASSET_NAME = re.compile(r"([0-9a-f]{64})(\.[a-z0-9]{1,8})?")


def parts_of(name: str) -> tuple[str, ...]:
    """The parts of a record's name. Raises ValueError for a name that is no path of plain parts."""
    parts = tuple(name.split("/"))
    if not all(PART.fullmatch(part) for part in parts):
        raise ValueError(f"{name!r} is no record name")
    return parts


def check_content(name: str, data: bytes) -> None:
    """Raises ValueError for a record without content: an empty file may be one whose writer was killed."""
    if not data:
        raise ValueError(f"record {name!r} is empty")


def asset_file(asset: Asset) -> str:
    """The file that an asset is kept in, below the store's `assets/`."""
    return f"{asset.sha256[:2]}/{asset.sha256}{asset.suffix}"


def asset_of(file: str, size_bytes: int) -> Asset | None:
    """The asset that is kept in a file of that name; None when it is no asset's."""
    name = ASSET_NAME.fullmatch(file.rpartition("/")[2])
    return Asset(sha256=name[1], size_bytes=size_bytes, suffix=name[2] or "") if name else None
