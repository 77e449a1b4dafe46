"""boto3's clients for one place in a bucket, and requests that are asked again while the server does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import boto3.session
import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, InvalidRegionError, NoCredentialsError
from tenacity import (
    Retrying,
    retry_if_exception,
    stop_after_attempt,
    stop_after_delay,
    stop_all,
    wait_random_exponential,
)

from longtake.assets.s3_errors import S3Errors, may_pass, told
from longtake.assets.s3_place import DEFAULT_REGION, S3Keys, S3Patience, S3Place
from longtake.errors import SettingError

CONNECTIONS = 48
LEAST_LOOKS = 3
"""So often is asked, however long one answer took to fail."""

LONGEST_SIGNED_SECONDS = 7 * 24 * 3600
"""Of a SigV4 query signature (Amazon S3, "Authenticating requests: using query parameters")."""

Answer = TypeVar("Answer")


_opening = threading.Lock()


@cache
def _descriptions() -> Any:
    """What botocore knows of S3: read from its files once in a process, which takes 0.2 s, and not at each opening."""
    return botocore.session.Session().get_component("data_loader")


def _new_session() -> Any:
    session = botocore.session.Session()
    session.register_component("data_loader", _descriptions())
    return session


class S3Client:
    """Opens its clients at the first request. Safe for many threads."""

    def __init__(self, place: S3Place, keys: S3Keys | None, patience: S3Patience) -> None:
        self._place = place
        self._keys = keys
        self._patience = patience
        self._session: Any = None
        self._client: Any = None
        self._signer: Any = None
        self._answered = False

    def ask(self, question: Callable[[Any], Answer]) -> Answer:
        """What `question` answers, given boto3's client. Asked again as long as that may help.

        A server that never answered is given up sooner: its address is probably wrong. Raises StoreFailed and
        SettingError.
        """
        try:
            return self.answers(question)
        except S3Errors as error:
            raise told(error, self._place) from None

    def answers(self, question: Callable[[Any], Answer]) -> Answer:
        """As `ask`, but what cannot be helped is raised as boto3's own error."""
        patience = self._patience
        seconds = patience.give_up_seconds if self._answered else patience.first_seconds
        looks = Retrying(
            retry=retry_if_exception(may_pass),
            wait=wait_random_exponential(multiplier=0.5, max=patience.longest_wait_seconds),
            stop=stop_all(stop_after_delay(seconds), stop_after_attempt(LEAST_LOOKS)),
            reraise=True,
        )
        try:
            answer = looks(lambda: question(self._opened()))
        except ClientError:
            self._answered = True
            raise
        self._answered = True
        return answer

    def sign(self, key: str, lifetime_seconds: float) -> str:
        """An address by which anybody reads the object for so long. Raises SettingError when the keys end before."""
        if lifetime_seconds > LONGEST_SIGNED_SECONDS:
            raise SettingError(
                f"a signed address lasts 7 days at most, and {lifetime_seconds / 86400:.1f} are asked for.",
                where="LONGTAKE_PACE__DEADLINE_SECONDS",
                hint="Lower the deadline of a clip.",
            )
        try:
            self._opened()
            credentials = self._session.get_credentials()
            if credentials is None:
                raise NoCredentialsError
            credentials.get_frozen_credentials()  # fetches what is fetched late
            ends = getattr(credentials, "refresh_needed", None)
            if ends is not None and ends(refresh_in=lifetime_seconds):
                raise SettingError(
                    f"the keys end before the {lifetime_seconds / 3600:g} h for which a signed address must last.",
                    where=self._place.address,
                    hint="Use an access key, or a session that lasts longer; or lower LONGTAKE_PACE__DEADLINE_SECONDS.",
                )
            url: str = self._signer.generate_presigned_url(
                "get_object", Params={"Bucket": self._place.bucket, "Key": key}, ExpiresIn=int(lifetime_seconds)
            )
        except S3Errors as error:
            raise told(error, self._place) from None
        return url

    def close(self) -> None:
        """Close all connections. The next request opens new ones."""
        with _opening:
            clients = {id(client): client for client in (self._client, self._signer) if client}
            self._session = self._client = self._signer = None
        for client in clients.values():
            client.close()

    def _opened(self) -> Any:
        if self._client is None:
            with _opening:
                if self._client is None:
                    self._open()
        return self._client

    def _open(self) -> None:
        keys, place = self._keys, self._place
        session = boto3.session.Session(
            botocore_session=_new_session(),
            aws_access_key_id=keys.access_key_id.get_secret_value() if keys else None,
            aws_secret_access_key=keys.secret_access_key.get_secret_value() if keys else None,
            aws_session_token=keys.session_token.get_secret_value() if keys and keys.session_token else None,
            region_name=place.region,
        )
        client = self._new(session, place.endpoint_url)
        public = place.public_endpoint_url
        self._session, self._signer = session, self._new(session, public) if public else client
        self._client = client

    def _new(self, session: Any, endpoint_url: str | None) -> Any:
        region = session.region_name or DEFAULT_REGION
        try:
            return session.client(
                "s3", endpoint_url=endpoint_url, region_name=region, config=self._config(endpoint_url)
            )
        except (ValueError, InvalidRegionError) as error:
            raise SettingError(
                "the endpoint or the region of the store is none.",
                where=self._place.address,
                hint="An endpoint is https://minio.example.com, a region eu-central-1.",
            ) from error

    def _config(self, endpoint_url: str | None) -> Config:
        """Other makers' servers are asked by path: a bucket's own host name needs DNS that a small server lacks.

        They refuse the checksums that boto3 adds by itself. With signed payloads each server checks what it gets.
        """
        return Config(
            signature_version="s3v4",
            connect_timeout=self._patience.connect_seconds,
            read_timeout=self._patience.read_seconds,
            retries={"mode": "standard", "total_max_attempts": self._patience.attempts},
            max_pool_connections=CONNECTIONS,
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"payload_signing_enabled": True, "addressing_style": "path" if endpoint_url else "auto"},
        )
