"""A person's own objects in S3: read and written with whatever boto3 finds (environment, profile, role)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import boto3.session
import tenacity
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ReadTimeoutError,
    ResponseStreamingError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from urllib3.exceptions import HTTPError

from longtake.assets.s3_errors import MISSING, code_of
from longtake.errors import BadInput
from longtake.providers.pace import Pace
from longtake.remote.http import too_large
from longtake.remote.uris import S3Uri, shown

DEFAULT_REGION = "us-east-1"
BLOCK_BYTES = 1 << 20
PART_BYTES = 16 << 20
SHA256_KEY = "longtake-sha256"
"""The metadata of an object that Longtake wrote: the hash of all its bytes. S3's own ETag is none of them."""

_NO_KEYS = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)
_BROKEN = (HTTPClientError, BotoConnectionError, HTTPError)
_BROKEN_OFF = (HTTPError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_SAID = {
    "NoSuchBucket": ("there is no such bucket", "Check its name, its region, and AWS_ENDPOINT_URL."),
    "AccessDenied": ("access is denied", "The keys need s3:GetObject, s3:PutObject and s3:ListBucket there."),
    "403": ("access is denied", "The keys need s3:GetObject, s3:PutObject and s3:ListBucket there."),
    "InvalidAccessKeyId": ("the keys are not known there", "Check AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL."),
    "SignatureDoesNotMatch": ("the keys are wrong", "Check AWS_SECRET_ACCESS_KEY."),
    "ExpiredToken": ("the keys have expired", "Get new ones."),
    "InvalidObjectState": ("the object is archived", "Restore it first."),
}
S3Errors = (ClientError, BotoCoreError, Boto3Error, HTTPError)


class S3:
    """Objects by their address. Every refusal is a BadInput in words of ours; boto3's may hold keys and addresses."""

    def __init__(self, client: Any, pace: Pace) -> None:
        self._client = client
        self._pace = pace

    def fetch(self, at: S3Uri, target: Path, most_bytes: int) -> None:
        """Fetch the object to `target`. Raises BadInput."""
        trying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self._pace.attempts),
            wait=tenacity.wait_exponential(multiplier=self._pace.retry_seconds, max=30),
            retry=tenacity.retry_if_exception_type(_BROKEN_OFF),  # all else boto3 itself has asked again
            reraise=True,
        )
        with told_for(at):
            trying(self._fetch_once, at, target, most_bytes)

    def _fetch_once(self, at: S3Uri, target: Path, most_bytes: int) -> None:
        answer = self._client.get_object(Bucket=at.bucket, Key=at.key)
        with closing(answer["Body"]) as body, target.open("wb") as file:
            if answer["ContentLength"] > most_bytes:
                raise too_large(shown(str(at)), most_bytes)
            for block in body.iter_chunks(BLOCK_BYTES):
                file.write(block)

    def read(self, at: S3Uri) -> bytes | None:
        """A small object; None when there is none. Raises BadInput, also where the bucket is not there."""
        with told_for(at):
            try:
                answer = self._client.get_object(Bucket=at.bucket, Key=at.key)
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
            with closing(answer["Body"]) as body:
                return bytes(body.read())

    def head(self, at: S3Uri) -> tuple[int, str | None] | None:
        """The object's size, and the SHA-256 that it was written with; None when there is none."""
        with told_for(at):
            try:
                found = self._client.head_object(Bucket=at.bucket, Key=at.key)
            except ClientError as error:
                if code_of(error) in MISSING:
                    return None
                raise
        return int(found["ContentLength"]), found["Metadata"].get(SHA256_KEY)

    def upload(self, source: Path, at: S3Uri, *, media_type: str, sha256: str) -> None:
        """Write a file, in parts if it is large; it is whole or absent."""
        extra = {"ContentType": media_type, "Metadata": {SHA256_KEY: sha256}}
        config = TransferConfig(multipart_threshold=PART_BYTES, multipart_chunksize=PART_BYTES, max_concurrency=4)
        with told_for(at):
            self._client.upload_file(str(source), at.bucket, at.key, ExtraArgs=extra, Config=config)

    def write(self, data: bytes, at: S3Uri, *, media_type: str) -> None:
        """Write a small object."""
        with told_for(at):
            self._client.put_object(Bucket=at.bucket, Key=at.key, Body=data, ContentType=media_type)


@contextmanager
def opened_client(pace: Pace) -> Iterator[Any]:
    """boto3's client as this machine's environment names it (AWS_ENDPOINT_URL, AWS_PROFILE, ...), closed at the end.

    Raises BadInput for a profile that does not exist.
    """
    config = Config(
        signature_version="s3v4",
        connect_timeout=pace.connect_timeout_seconds,
        read_timeout=pace.read_timeout_seconds,
        retries={"mode": "standard", "total_max_attempts": pace.attempts},
        # Other makers' S3 servers refuse the checksums that boto3 adds by itself.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    try:
        session = boto3.session.Session()
        client = session.client("s3", region_name=session.region_name or DEFAULT_REGION, config=config)
    except (BotoCoreError, ValueError) as error:
        raise BadInput(
            f"S3 cannot be used: {type(error).__name__}.", hint="Check AWS_PROFILE and AWS_ENDPOINT_URL."
        ) from None
    try:
        yield client
    finally:
        client.close()


@contextmanager
def opened_s3(pace: Pace) -> Iterator[S3]:
    """S3 as this machine's environment names it, for as long as the context lasts. Raises BadInput."""
    with opened_client(pace) as client:
        yield S3(client, pace)


@contextmanager
def told_for(at: S3Uri) -> Iterator[None]:
    """Whatever S3 refuses inside the context, in words of ours."""
    try:
        yield
    except S3Errors as error:
        raise _told(error, shown(str(at))) from None


def _told(error: Exception, told: str) -> BadInput:
    if isinstance(error, Boto3Error) and isinstance(error.__context__, ClientError | BotoCoreError):
        error = error.__context__  # the uploader wraps what it met
    if isinstance(error, _NO_KEYS):
        hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile or a role."
        return BadInput(f"{told} cannot be reached: there are no keys for S3 ({type(error).__name__}).", hint=hint)
    if isinstance(error, _BROKEN):
        return BadInput(f"{told} cannot be reached: {type(error).__name__}.", hint="Try again later.")
    if not isinstance(error, ClientError):
        return BadInput(f"{told} cannot be used: {type(error).__name__}.", hint="Check the address.")
    code = code_of(error)
    if code in MISSING:
        return BadInput(f"{told}: there is no such object.", hint="Check the address.")
    said, hint = _SAID.get(code, (f"S3 answers {code}", "Check the address, the keys, and AWS_ENDPOINT_URL."))
    return BadInput(f"{told}: {said}.", hint=hint)
