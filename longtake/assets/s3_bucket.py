"""The objects below one place in a bucket: read, written whole, written only if none stands, listed, signed."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from boto3.s3.transfer import TransferConfig, create_transfer_manager
from botocore.exceptions import ClientError

from longtake.assets.asset import Asset
from longtake.assets.s3_client import S3Client
from longtake.assets.s3_errors import CONFLICT, MISSING, STANDS_ALREADY, S3Errors, code_of, may_pass, told
from longtake.assets.s3_place import S3Keys, S3Patience, S3Place

MEBIBYTE = 1 << 20
PARTS_FROM_BYTES = 64 * MEBIBYTE
"""Smaller files go in one request: then the server knows the SHA-256 of the whole."""

PAGE_KEYS = 1000
_TRANSFER = TransferConfig(multipart_threshold=PARTS_FROM_BYTES, multipart_chunksize=16 * MEBIBYTE, max_concurrency=4)
_COPY_LIMIT_BYTES = 5 * 1024 * MEBIBYTE
_NO_CHECKSUMS = frozenset({"NotImplemented", "InvalidRequest", "InvalidArgument", "501"})


Answer = TypeVar("Answer")


class Head(NamedTuple):
    """What a server says of an object. `sha256` is its own measure of the content, where it keeps one."""

    size_bytes: int
    etag: str
    modified: float
    sha256: str | None = None


class Listed(NamedTuple):
    """An object in a listing; `key` without the place's prefix."""

    key: str
    size_bytes: int
    modified: float


class S3Bucket:
    """Keys are given without the place's prefix. Raises StoreFailed, SettingError."""

    def __init__(self, place: S3Place, keys: S3Keys | None = None, patience: S3Patience | None = None) -> None:
        self.place = place
        self._client = S3Client(place, keys, patience or S3Patience())
        self._knows_checksums = True

    def head(self, key: str) -> Head | None:
        """What the server says of the object; None when there is none."""
        found = self._unless(MISSING, partial(_head, **self._at(key)))
        if found is None:
            return None
        checksum = found.get("ChecksumSHA256", "")  # of parts: a hash of hashes, with their number behind it
        return Head(
            size_bytes=int(found["ContentLength"]),
            etag=str(found["ETag"]),
            modified=found["LastModified"].timestamp(),
            sha256=base64.b64decode(checksum).hex() if checksum and "-" not in checksum else None,
        )

    def read(self, key: str) -> tuple[bytes, str] | None:
        """The object's content and ETag; None when there is none."""

        def whole(s3: Any) -> tuple[bytes, str]:
            answer = s3.get_object(**self._at(key))
            with closing(answer["Body"]) as body:
                return body.read(), str(answer["ETag"])

        return self._unless(MISSING, whole)

    def read_part(self, key: str, first_byte: int, size_bytes: int) -> bytes | None:
        """So many bytes of the object, or as many as there are; None when there is no object."""

        def part(s3: Any) -> bytes:
            answer = s3.get_object(**self._at(key), Range=f"bytes={first_byte}-{first_byte + size_bytes - 1}")
            with closing(answer["Body"]) as body:
                return bytes(body.read())

        return self._unless(MISSING, part)

    def write(self, key: str, data: bytes, *, media_type: str = "application/json") -> None:
        """Write the object, over an older one."""
        self._client.ask(lambda s3: s3.put_object(**self._at(key), Body=data, ContentType=media_type))

    def write_if(self, key: str, data: bytes, *, etag: str | None, media_type: str = "application/json") -> bool:
        """Write the object if its ETag is still this one (None: if there is no object). False when it is not so.

        After a lost answer this may be False although it was we who wrote: the reader of what stands finds out.
        """
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        refused = STANDS_ALREADY | CONFLICT | (MISSING if etag else frozenset())
        done = self._unless(
            refused, lambda s3: s3.put_object(**self._at(key), Body=data, ContentType=media_type, **condition)
        )
        return done is not None

    def upload(self, key: str, path: Path, asset: Asset) -> str:
        """Store a file; answers the object's ETag. A server that knows checksums refuses any other content."""
        if asset.size_bytes >= PARTS_FROM_BYTES:
            self._client.ask(lambda s3: self._upload_parts(s3, key, path, asset))
            head = self.head(key)
            return head.etag if head and head.size_bytes == asset.size_bytes else ""
        if self._knows_checksums:
            checksum = base64.b64encode(bytes.fromhex(asset.sha256)).decode()
            try:
                return self._put(key, path, asset, ChecksumAlgorithm="SHA256", ChecksumSHA256=checksum)
            except S3Errors as error:
                if code_of(error) not in _NO_CHECKSUMS:
                    raise told(error, self.place) from None
                self._knows_checksums = False
        try:
            return self._put(key, path, asset)
        except S3Errors as error:
            raise told(error, self.place) from None

    def _put(self, key: str, path: Path, asset: Asset, **more: str) -> str:
        def put(s3: Any) -> str:
            with path.open("rb") as file:
                answer = s3.put_object(**self._at(key), Body=file, ContentType=asset.media_type, **more)
            return str(answer["ETag"])

        return self._client.answers(put)

    def _upload_parts(self, s3: Any, key: str, path: Path, asset: Asset) -> None:
        with create_transfer_manager(s3, _TRANSFER) as manager:
            at = self._at(key)
            extra = {"ContentType": asset.media_type}
            manager.upload(str(path), at["Bucket"], at["Key"], extra_args=extra).result()

    def download(self, key: str, path: Path, size_bytes: int) -> tuple[str, str] | None:
        """Write the object to a file; answers the SHA-256 of what came and its ETag. None when there is no object."""

        def stream(s3: Any) -> tuple[str, str]:
            digest = hashlib.sha256()
            answer = s3.get_object(**self._at(key))
            with path.open("wb") as file, closing(answer["Body"]) as body:
                for block in body.iter_chunks(MEBIBYTE):
                    digest.update(block)
                    file.write(block)
            return digest.hexdigest(), str(answer["ETag"])

        def parts(s3: Any) -> tuple[str, str]:
            etag = str(s3.head_object(**self._at(key))["ETag"])
            with create_transfer_manager(s3, _TRANSFER) as manager:
                at = self._at(key)
                manager.download(at["Bucket"], at["Key"], str(path)).result()
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest(), etag

        return self._unless(MISSING, parts if size_bytes >= PARTS_FROM_BYTES else stream)

    def renew(self, key: str, head: Head, asset: Asset) -> str | None:
        """Make the object as young as if it were stored now; answers its ETag. None when that takes an upload."""
        if head.size_bytes > _COPY_LIMIT_BYTES:
            return None
        at = self._at(key)

        def copy(s3: Any) -> str:
            answer = s3.copy_object(
                **at,
                CopySource=at,
                CopySourceIfMatch=head.etag,
                MetadataDirective="REPLACE",
                ContentType=asset.media_type,
            )
            return str(answer["CopyObjectResult"]["ETag"])

        return self._unless(STANDS_ALREADY | CONFLICT | MISSING, copy)

    def delete(self, key: str) -> None:
        """Remove the object if there is one."""
        self._client.ask(lambda s3: s3.delete_object(**self._at(key)))

    def listed(self, prefix: str) -> Iterator[Listed]:
        """All objects whose key begins so, in order, a thousand at a request."""
        found, token = self._listed(prefix)
        yield from found
        while token:
            found, token = self._listed(prefix, ContinuationToken=token)
            yield from found

    def few(self, prefix: str) -> list[Listed] | None:
        """All objects whose key begins so, if one request tells them all; else None."""
        found, token = self._listed(prefix)
        return None if token else found

    def _listed(self, prefix: str, **more: str) -> tuple[list[Listed], str]:
        """A page, and where the next one begins; empty when it was the last."""
        at, cut = self._at(prefix), len(self.place.prefix)
        page = self._client.ask(partial(_page, Bucket=at["Bucket"], Prefix=at["Key"], MaxKeys=PAGE_KEYS, **more))
        found = [
            Listed(str(item["Key"])[cut:], int(item["Size"]), item["LastModified"].timestamp())
            for item in page.get("Contents", ())
        ]
        return found, str(page["NextContinuationToken"]) if page.get("IsTruncated") else ""

    def sign(self, key: str, lifetime_seconds: float) -> str:
        """An address by which anybody reads the object for so long."""
        return self._client.sign(self._at(key)["Key"], lifetime_seconds)

    def close(self) -> None:
        """Close all connections. The next request opens new ones."""
        self._client.close()

    def _at(self, key: str) -> dict[str, str]:
        return {"Bucket": self.place.bucket, "Key": self.place.prefix + key}

    def _unless(self, codes: frozenset[str], question: Callable[[Any], Answer]) -> Answer | None:
        """The answer; None when the server refuses with one of these codes."""
        try:
            return self._client.answers(question)
        except ClientError as error:
            if code_of(error) in codes and not may_pass(error):
                return None
            raise told(error, self.place) from None
        except S3Errors as error:
            raise told(error, self.place) from None


def _head(s3: Any, **at: str) -> dict[str, Any]:
    answer: dict[str, Any]
    try:
        answer = s3.head_object(**at, ChecksumMode="ENABLED")
    except ClientError as error:
        if code_of(error).isdigit() and code_of(error) not in MISSING and not may_pass(error):
            s3.get_object(**at, Range="bytes=0-0")["Body"].close()  # only to this the server says why it refuses
        raise
    return answer


def _page(s3: Any, **where: str | int) -> dict[str, Any]:
    answer: dict[str, Any] = s3.list_objects_v2(**where)
    return answer
