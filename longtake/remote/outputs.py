"""Where a finished video goes: a folder on this machine, or a bucket; and what lies there already."""

from __future__ import annotations

import shutil
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from typing_extensions import override

from longtake.assets import Asset, Store
from longtake.assets.asset import describe
from longtake.errors import BadInput, SettingError
from longtake.files import written_whole
from longtake.providers.pace import Pace
from longtake.remote.uris import S3Uri, is_uri, parse_s3, shown

if TYPE_CHECKING:
    from longtake.remote.s3 import S3

Target: TypeAlias = Path | S3Uri
"""A place for a file: an absolute path, or an object in a bucket."""

_JSON = "application/json"


def parse_target(output: str | Path) -> Target:
    """The place that a person names for the video. Raises SettingError for what is no place for an MP4."""
    name = str(output)
    if is_uri(name) and not name.lower().startswith("s3://"):
        raise SettingError(
            f"a video cannot be written to {shown(name)}.",
            where="--output",
            hint="Name a path, or an object such as s3://bucket/folder/video.mp4.",
        )
    try:
        target = parse_s3(name) if is_uri(name) else Path(name).expanduser().absolute()
    except BadInput as error:
        raise SettingError(error.message, where="--output", hint=error.hint) from None
    if target.suffix.lower() != ".mp4":
        raise SettingError(f"{target.name} is no MP4.", where="--output", hint="Let its name end in .mp4.")
    return target


class Outputs(ABC):
    """Finished files at their places."""

    @abstractmethod
    def read(self, at: Target) -> bytes | None:
        """A small file; None when it is not there."""

    @abstractmethod
    def holds(self, at: Target, asset: Asset) -> bool:
        """Whether the file there has the asset's very bytes."""

    @abstractmethod
    def is_strange(self, at: Target, store: Store) -> bool:
        """Whether something lies there that Longtake did not write."""

    @abstractmethod
    def put(self, source: Path, at: Target, asset: Asset) -> None:
        """Write a file over an older one; it is whole or absent."""

    @abstractmethod
    def write(self, data: bytes, at: Target) -> None:
        """Write a small JSON file."""


class _Files(Outputs):
    """Files on this machine. Whatever its disk refuses is an OSError."""

    @override
    def read(self, at: Target) -> bytes | None:
        try:
            return Path(str(at)).read_bytes()
        except OSError:
            return None

    @override
    def holds(self, at: Target, asset: Asset) -> bool:
        try:
            return describe(Path(str(at)), asset.suffix) == asset
        except OSError:
            return False

    @override
    def is_strange(self, at: Target, store: Store) -> bool:
        path = Path(str(at))
        return path.exists() and not (path.is_file() and store.exists(describe(path)))

    @override
    def put(self, source: Path, at: Target, asset: Asset) -> None:
        with written_whole(Path(str(at))) as part:
            shutil.copyfile(source, part)

    @override
    def write(self, data: bytes, at: Target) -> None:
        with written_whole(Path(str(at))) as part:
            part.write_bytes(data)


class _Objects(Outputs):
    """Objects in a bucket. Each holds the SHA-256 of its bytes in its metadata, so that nobody need download it."""

    def __init__(self, s3: S3) -> None:
        self._s3 = s3

    @override
    def read(self, at: Target) -> bytes | None:
        return self._s3.read(_object(at))

    @override
    def holds(self, at: Target, asset: Asset) -> bool:
        return self._s3.head(_object(at)) == (asset.size_bytes, asset.sha256)

    @override
    def is_strange(self, at: Target, store: Store) -> bool:
        found = self._s3.head(_object(at))
        return found is not None and found[1] is None

    @override
    def put(self, source: Path, at: Target, asset: Asset) -> None:
        self._s3.upload(source, _object(at), media_type=asset.media_type, sha256=asset.sha256)

    @override
    def write(self, data: bytes, at: Target) -> None:
        self._s3.write(data, _object(at), media_type=_JSON)


def _object(at: Target) -> S3Uri:
    assert isinstance(at, S3Uri)
    return at


@contextmanager
def opened_outputs(target: Target, pace: Pace | None = None) -> Iterator[Outputs]:
    """The place of a target and of what lies beside it. What S3 refuses inside the context is a SettingError."""
    if isinstance(target, Path):
        yield _Files()
        return
    from longtake.remote.s3 import opened_s3

    try:
        with opened_s3(pace or Pace()) as s3:
            yield _Objects(s3)
    except SettingError:
        raise
    except BadInput as error:
        raise SettingError(error.message, where="--output", hint=error.hint) from None
