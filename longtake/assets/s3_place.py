"""Where a store in a bucket is, with which keys, and how long its server is waited for."""

from __future__ import annotations

from urllib.parse import urlsplit

from pydantic import Field, SecretStr

from longtake.errors import SettingError
from longtake.frozen import Frozen

DEFAULT_REGION = "us-east-1"
_SCHEME = "s3://"
_EXAMPLE = "One is s3://my-bucket/longtake."


class S3Keys(Frozen):
    """Keys that are given by hand; without them boto3 looks in its usual places."""

    access_key_id: SecretStr
    secret_access_key: SecretStr
    session_token: SecretStr | None = None


class S3Place(Frozen):
    """A prefix in a bucket, at Amazon or at an endpoint of another maker."""

    bucket: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{1,254}$")
    prefix: str = Field(
        "", pattern=r"^([A-Za-z0-9_][A-Za-z0-9_.=-]*/)*$", description="Ends with a slash, or is empty."
    )
    endpoint_url: str | None = None
    public_endpoint_url: str | None = Field(None, description="Where others reach the bucket, if that is elsewhere.")
    region: str | None = None

    @property
    def address(self) -> str:
        """As a person writes it: s3://bucket/prefix."""
        return f"{_SCHEME}{self.bucket}/{self.prefix}".rstrip("/")

    @property
    def server(self) -> str:
        """The host that answers, without anything secret that its address may hold."""
        return urlsplit(self.endpoint_url).netloc.rpartition("@")[2] if self.endpoint_url else "Amazon S3"


class S3Patience(Frozen):
    """How long a server that does not answer, or not well, is asked again."""

    connect_seconds: float = Field(5, gt=0)
    read_seconds: float = Field(60, gt=0)
    attempts: int = Field(4, ge=1, description="Of botocore, a second or so apart, before the wait below begins.")
    longest_wait_seconds: float = Field(8, gt=0, description="Between two looks at a server that is gone.")
    give_up_seconds: float = Field(120, ge=0, description="From a request's first look to the last one.")
    first_seconds: float = Field(20, ge=0, description="The same, of a server that has not answered this process yet.")


def parse_s3(
    address: str, *, endpoint_url: str | None = None, public_endpoint_url: str | None = None, region: str | None = None
) -> S3Place:
    """The place that s3://bucket/prefix names. Raises SettingError."""
    if not address.startswith(_SCHEME):
        raise SettingError(f"{address!r} names no store.", where="LONGTAKE_STORE", hint=f"{_EXAMPLE} So may a folder.")
    bucket, _, prefix = address.removeprefix(_SCHEME).partition("/")
    prefix = prefix.strip("/")
    try:
        return S3Place(
            bucket=bucket,
            prefix=f"{prefix}/" if prefix else "",
            endpoint_url=endpoint_url.rstrip("/") if endpoint_url else None,
            public_endpoint_url=public_endpoint_url.rstrip("/") if public_endpoint_url else None,
            region=region,
        )
    except ValueError as error:
        raise SettingError(f"{address!r} names no place in a bucket.", where="LONGTAKE_STORE", hint=_EXAMPLE) from error
