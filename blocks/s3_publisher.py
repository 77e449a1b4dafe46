"""Files put into a bucket and read from there by a signed address."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import boto3.session
from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from pydantic import SecretStr
from typing_extensions import override

from blocks.fal_storage import CONTENT_TYPES
from longtake.errors import AccountRefused, ProviderBusy, SettingError
from longtake.frozen import Frozen
from longtake.providers import Inputs, Pace

LONGEST_SIGNED_SECONDS = 7 * 24 * 3600
"""Of a SigV4 query signature (Amazon S3, "Authenticating requests: using query parameters")."""

DEFAULT_REGION = "us-east-1"
_PASSING_CODES = frozenset(
    {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "ThrottlingException"}
)
_NO_CREDENTIALS = (NoCredentialsError, PartialCredentialsError, ProfileNotFound)
_UNREACHABLE = (HTTPClientError, BotoConnectionError, CredentialRetrievalError)
_CHECK_ALL = "Check the bucket's name, its region and endpoint, and the credentials."
_HINTS = {
    "NoSuchBucket": "Create it, or correct LONGTAKE_INPUTS_BUCKET.",
    "AccessDenied": "The credentials need s3:PutObject and s3:GetObject under the prefix.",
}


class Bucket(Frozen):
    """Where the files go, and who signs. Keys of None leave that to boto3's own chain."""

    name: str
    prefix: str
    endpoint_url: str | None = None
    public_endpoint_url: str | None = None
    region_name: str | None = None
    aws_access_key_id: SecretStr | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None


class S3Publisher(Inputs):
    """Uploads each file and signs its address anew at each publish; the address is kept nowhere."""

    def __init__(self, bucket: Bucket, pace: Pace) -> None:
        self._bucket = bucket
        self._pace = pace
        self._lock = asyncio.Lock()
        self._session: Any = None
        self._client: Any = None
        self._signer: Any = None
        self._opened: list[Any] = []

    @override
    async def publish(self, path: Path, name: str, lifetime_seconds: float) -> SecretStr:
        """As the contract says. Raises SettingError for a lifetime that no signature here can have."""
        _check_lifetime(lifetime_seconds)
        async with self._lock:
            await asyncio.to_thread(self._connect, lifetime_seconds)
        return SecretStr(await asyncio.to_thread(self._publish, path, name, lifetime_seconds))

    @override
    async def aclose(self) -> None:
        self._session = self._client = self._signer = None
        while self._opened:
            await asyncio.to_thread(self._opened.pop().close)

    def _publish(self, path: Path, name: str, lifetime_seconds: float) -> str:
        where = {"Bucket": self._bucket.name, "Key": self._bucket.prefix + name}
        media_type = CONTENT_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
        client, signer = self._client, self._signer
        try:
            with path.open("rb") as file:
                client.put_object(**where, Body=file, ContentType=media_type)
            url: str = signer.generate_presigned_url("get_object", Params=where, ExpiresIn=int(lifetime_seconds))
        except (ClientError, BotoCoreError) as error:
            raise self._verdict(error) from None
        return url

    def _connect(self, lifetime_seconds: float) -> None:
        """Have clients whose credentials last long enough; temporary ones are fetched anew once."""
        if self._client and self._lasts(lifetime_seconds):
            return
        try:
            self._open_clients()
            lasts = self._lasts(lifetime_seconds)
        except (ClientError, BotoCoreError) as error:
            raise self._verdict(error) from None
        if not lasts:
            raise SettingError(
                f"the credentials for {self._bucket.name} end before the {lifetime_seconds / 3600:g} h for which a "
                "provider must be able to read its inputs.",
                where="LONGTAKE_INPUTS_BUCKET",
                hint="Use an access key, or a session that lasts longer; or lower LONGTAKE_PACE__DEADLINE_SECONDS.",
            )

    def _open_clients(self) -> None:
        bucket = self._bucket
        self._session = boto3.session.Session(
            aws_access_key_id=_plain(bucket.aws_access_key_id),
            aws_secret_access_key=_plain(bucket.aws_secret_access_key),
            aws_session_token=_plain(bucket.aws_session_token),
            region_name=bucket.region_name,
        )
        self._client = self._open_client(bucket.endpoint_url)
        public = bucket.public_endpoint_url
        self._signer = self._open_client(public) if public else self._client

    def _open_client(self, endpoint_url: str | None) -> Any:
        region = self._session.region_name or DEFAULT_REGION
        client = self._session.client("s3", endpoint_url=endpoint_url, region_name=region, config=self._config)
        self._opened.append(client)
        return client

    @property
    def _config(self) -> Config:
        # Other makers' S3 servers refuse the checksums that boto3 adds by itself.
        return Config(
            signature_version="s3v4",
            connect_timeout=self._pace.connect_timeout_seconds,
            read_timeout=self._pace.read_timeout_seconds,
            retries={"mode": "standard", "total_max_attempts": self._pace.attempts},
            max_pool_connections=32,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )

    def _lasts(self, lifetime_seconds: float) -> bool:
        """Whether the credentials outlive the signature, as far as their end is known."""
        credentials = self._session.get_credentials()
        if credentials is None:
            raise NoCredentialsError
        credentials.get_frozen_credentials()  # fetches what is fetched late
        refresh_needed = getattr(credentials, "refresh_needed", None)
        return refresh_needed is None or not refresh_needed(refresh_in=lifetime_seconds)

    def _verdict(self, error: ClientError | BotoCoreError) -> AccountRefused | ProviderBusy:
        """Without boto3's own words, which may hold addresses and key ids."""
        where, kind = f"the bucket {self._bucket.name}", type(error).__name__
        if isinstance(error, _NO_CREDENTIALS):
            hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role, or fill in the block."
            return AccountRefused(f"there are no credentials for {where} ({kind}).", provider="s3", hint=hint)
        if isinstance(error, _UNREACHABLE):
            return ProviderBusy(f"{where} cannot be reached: {kind}")
        if not isinstance(error, ClientError):
            return AccountRefused(f"{where} cannot be used: {kind}.", provider="s3", kind=kind, hint=_CHECK_ALL)
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        code = str(error.response.get("Error", {}).get("Code") or status)
        if code in _PASSING_CODES or status >= 500 or status == 429:
            return ProviderBusy(f"{where} cannot take a file just now: {code}")
        hint = _HINTS.get(code, _CHECK_ALL)
        return AccountRefused(f"{where} takes no file: {code}.", provider="s3", kind=code, hint=hint)


def _check_lifetime(lifetime_seconds: float) -> None:
    if lifetime_seconds > LONGEST_SIGNED_SECONDS:
        raise SettingError(
            f"a signed address lasts 7 days at most, and {lifetime_seconds / 86400:.1f} are asked for.",
            where="LONGTAKE_PACE__DEADLINE_SECONDS",
            hint="Lower the deadline of a clip.",
        )


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
