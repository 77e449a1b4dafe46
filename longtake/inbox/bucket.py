"""An inbox in a bucket: listed a page at a time, read with whatever boto3 finds (environment, profile, role)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from typing_extensions import override

from longtake.assets.s3_errors import MISSING, code_of
from longtake.errors import BadInput
from longtake.inbox.names import is_passed_over
from longtake.inbox.place import Entry, Listing, Place
from longtake.providers.pace import Pace
from longtake.remote.s3 import BLOCK_BYTES, opened_client, told_for
from longtake.remote.uris import S3Uri, is_uri, joined, parse_s3
from longtake.script.source import LARGEST_SCRIPT_BYTES

KEYS_A_PAGE = 1000
"""S3 lists no more at once."""


class BucketPlace(Place):
    """The objects whose keys begin with a prefix, read as a folder."""

    def __init__(self, client: Any, bucket: str, prefix: str) -> None:
        self._client = client
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self.address = f"s3://{bucket}/{prefix}".rstrip("/")
        self._seen: dict[str, Entry] = {}

    @property
    @override
    def base(self) -> str | None:
        return self.address

    @override
    def listed(self, folder: str = "") -> Listing:
        prefix = f"{self._prefix}{folder}/" if folder else self._prefix
        files, folders = [], []
        with told_for(S3Uri(bucket=self._bucket, key=prefix or "/")):
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=prefix, Delimiter="/", PaginationConfig={"PageSize": KEYS_A_PAGE}
            )
            for page in pages:
                for one in page.get("CommonPrefixes", ()):
                    folders.append(one["Prefix"].removeprefix(prefix).removesuffix("/"))
                for one in page.get("Contents", ()):
                    name = one["Key"].removeprefix(prefix)
                    if name and not is_passed_over(name):
                        files.append(self._entry(one["Key"], name, one["Size"], one["ETag"]))
        return Listing(files=tuple(files), folders=tuple(name for name in folders if name and not is_passed_over(name)))

    def _entry(self, key: str, name: str, size_bytes: int, etag: str) -> Entry:
        entry = Entry(name=name, address=f"s3://{self._bucket}/{key}", size_bytes=size_bytes, mark=etag.strip('"'))
        self._seen[entry.address] = entry
        return entry

    @override
    def named(self, name: str, folder: str = "") -> str:
        if name.startswith("asset:") or is_uri(name):
            return name
        here = f"s3://{self._bucket}/{self._prefix}"
        return joined(f"{here}{folder}/item" if folder else f"{here}item", name)

    @override
    def look(self, address: str) -> Entry | None:
        if not address.startswith("s3://"):
            return None
        if address in self._seen:
            return self._seen[address]
        at = parse_s3(address)
        with told_for(at):
            try:
                found = self._client.head_object(Bucket=at.bucket, Key=at.key)
            except ClientError as error:
                if code_of(error) not in MISSING:
                    raise
                raise BadInput("there is no such object.", where=address, hint="Check the name.") from None
        entry = Entry(name=at.name, address=address, size_bytes=found["ContentLength"], mark=found["ETag"].strip('"'))
        self._seen[address] = entry
        return entry

    @override
    @contextmanager
    def local(self, entry: Entry) -> Iterator[Path]:
        at = parse_s3(entry.address)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"text{at.suffix.lower()}")
            with told_for(at), path.open("wb") as file:
                # One byte too many is enough for whoever reads it to refuse it.
                answer = self._client.get_object(
                    Bucket=at.bucket, Key=at.key, **({"Range": _HEAD} if entry.size_bytes else {})
                )
                for block in answer["Body"].iter_chunks(BLOCK_BYTES):
                    file.write(block)
            yield path


_HEAD = f"bytes=0-{LARGEST_SCRIPT_BYTES}"


@contextmanager
def bucket_place(address: str, pace: Pace) -> Iterator[BucketPlace]:
    """The place at s3://bucket or s3://bucket/prefix, for as long as the context lasts. Raises BadInput."""
    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    parse_s3(f"s3://{bucket}/{prefix.strip('/') or 'any'}")
    with opened_client(pace) as client:
        yield BucketPlace(client, bucket, prefix.strip("/"))
