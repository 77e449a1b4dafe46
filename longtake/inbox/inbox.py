"""An inbox: opened by its address, and asked for its items."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from longtake.errors import BadInput
from longtake.inbox.folder import find_in_folder
from longtake.inbox.found import Found
from longtake.inbox.names import LISTS, OUT
from longtake.inbox.place import FolderPlace, Place
from longtake.inbox.sheet import find_in_list
from longtake.providers.pace import Pace
from longtake.remote.uris import is_uri, shown


class Inbox:
    """A source of items. `address` is its lasting name in the ledger."""

    def __init__(self, place: Place, list_name: str | None) -> None:
        self._place = place
        self._list_name = list_name
        self.address = place.named(list_name) if list_name else place.address

    def find(self) -> tuple[Found, ...]:
        """Its items as they lie there now. Raises BadInput when it cannot be read."""
        if self._list_name is None:
            return find_in_folder(self._place)
        entry = self._place.look(self.address)
        assert entry, "a list lies in its own place"
        return find_in_list(entry, self._place)

    def output_of(self, name: str, out: str | None) -> str:
        """Where the video of an item goes: into `out`, else the folder of that name in the inbox, or by the list."""
        return f"{(out or self._place.named(OUT)).rstrip('/')}/{name}.mp4"


@contextmanager
def open_inbox(source: str, pace: Pace) -> Iterator[Inbox]:
    """The inbox at a folder, s3://bucket/prefix, or a list file (.yaml, .yml, .csv) in one. Raises BadInput."""
    if is_uri(source) and not source.startswith("s3://"):
        raise BadInput(f"{shown(source)} is no inbox.", hint="Name a folder, a list file, or s3://bucket/prefix.")
    is_list = source.casefold().endswith(LISTS)
    if source.startswith("s3://"):
        from longtake.inbox.bucket import bucket_place

        folder, _, name = source.rpartition("/") if is_list else (source, "", None)
        with bucket_place(folder, pace) as place:
            yield Inbox(place, name)
        return
    path = Path(source).expanduser().absolute()
    if is_list and not path.is_dir():
        yield Inbox(FolderPlace(path.parent), path.name)
    else:
        yield Inbox(FolderPlace(path), None)
