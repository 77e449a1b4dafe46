"""Inputs from elsewhere: fetched once, looked at, and brought into the store before anything else is done with them."""

from __future__ import annotations

import mimetypes
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from longtake.assets import Asset, Store
from longtake.assets.asset import clean_suffix
from longtake.errors import BadInput, StoreFailed
from longtake.providers.pace import Pace
from longtake.remote.http import Web
from longtake.remote.kinds import Kind
from longtake.remote.uris import parse_s3, shown, suffix_of

_TEXTS = {
    "text/markdown": ".md",
    "text/plain": ".txt",
    "application/yaml": ".yaml",
    "application/x-yaml": ".yaml",
    "application/json": ".json",
}
"""The kinds of scripts that a server may tell by their media type, where the address has no suffix."""


class Fetcher:
    """Fetches what addresses name. The store is opened once something is to be brought into it."""

    def __init__(self, open_store: Callable[[], Store], pace: Pace) -> None:
        self._open_store = open_store
        self._pace = pace
        self._assets: dict[str, Asset] = {}
        self._checked: set[tuple[str, Kind]] = set()
        self.names: dict[str, str] = {}
        """What each fetched asset was fetched from, as it may be told, by the asset's address."""

    def asset(self, uri: str, kind: Kind, where: str | None) -> Asset:
        """The file at an address, in the store. Raises BadInput about `where`; nothing was spent yet."""
        known = self._assets.get(uri)
        if known and (uri, kind) in self._checked:
            return known
        with _about(where):
            asset = self._checked_again(known, uri, kind) if known else self._fetched(uri, kind)
        self._assets[uri] = asset
        self._checked.add((uri, kind))
        self.names[asset.address] = shown(uri)
        return asset

    def has(self, uri: str) -> bool:
        """Whether that very address was fetched."""
        return uri in self._assets

    def _fetched(self, uri: str, kind: Kind) -> Asset:
        store = self._open_store()
        with store.scratch() as folder:
            path = folder / "fetched"
            suffix = self.fetch(uri, path, kind)
            kind.check(path, shown(uri))
            return store.put(path, suffix=clean_suffix(suffix), move=True)

    def _checked_again(self, asset: Asset, uri: str, kind: Kind) -> Asset:
        """What was fetched as one kind is wanted as another."""
        with self._open_store().local(asset) as path:
            kind.check(path, shown(uri))
        return asset

    @contextmanager
    def script(self, uri: str, where: str) -> Iterator[Path]:
        """A script in a passing local file. It does not go into the store: addresses in it may be signed."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "script")
            with _about(where):
                suffix = self.fetch(uri, path, Kind.SCRIPT)
            yield path.rename(path.with_suffix(suffix)) if suffix else path

    def fetch(self, uri: str, path: Path, kind: Kind) -> str:
        """Fetch the file to `path`; answers its suffix. Raises BadInput, or StoreFailed for a full disk."""
        try:
            if not uri.lower().startswith("s3://"):
                return self._from_web(uri, path, kind)
            from longtake.remote.s3 import opened_s3

            at = parse_s3(uri)
            with opened_s3(self._pace) as s3:
                s3.fetch(at, path, kind.most_bytes)
            return at.suffix.lower()
        except OSError as error:
            raise StoreFailed(f"what is fetched cannot be written: {error.strerror or error}") from error

    def _from_web(self, uri: str, path: Path, kind: Kind) -> str:
        if "@" in uri.split("/", 3)[2]:
            raise BadInput(f"{shown(uri)} holds a password.", hint="Use a public or a signed address.")
        web = Web(self._pace)
        try:
            media_type = web.fetch(uri, path, kind.most_bytes).partition(";")[0].strip().lower()
        finally:
            web.close()
        guess = _TEXTS.get(media_type) if kind is Kind.SCRIPT else mimetypes.guess_extension(media_type)
        return suffix_of(uri) or guess or ""


@contextmanager
def _about(where: str | None) -> Iterator[None]:
    """A refusal names the option or the script's line; what it already names is told too."""
    try:
        yield
    except BadInput as error:
        if where and error.where != where:
            error.message = f"{error.where}: {error.message}" if error.where else error.message
            error.where = where
        raise
