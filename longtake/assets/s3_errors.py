"""What a bucket or the network refuses, as errors of ours: without boto3's words, which may hold keys and addresses."""

from __future__ import annotations

from boto3.s3.transfer import S3TransferRetriesExceededError as RetriesExceededError
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    HTTPClientError,
    IncompleteReadError,
    NoCredentialsError,
    PartialCredentialsError,
    ProfileNotFound,
    ResponseStreamingError,
    SSOError,
)
from botocore.exceptions import ConnectionError as BotoConnectionError
from urllib3.exceptions import HTTPError

from longtake.assets.s3_place import S3Place
from longtake.errors import LongtakeError, SettingError, StoreFailed

S3Errors = (ClientError, BotoCoreError, HTTPError, RetriesExceededError)
"""All that boto3 raises on the way to a bucket and back."""

MISSING = frozenset({"NoSuchKey", "NotFound", "404"})
STANDS_ALREADY = frozenset({"PreconditionFailed", "412"})
CONFLICT = frozenset({"ConditionalRequestConflict", "OperationAborted", "409"})
_UNREACHABLE = (
    HTTPClientError, BotoConnectionError, ResponseStreamingError, IncompleteReadError, HTTPError, RetriesExceededError,
)  # fmt: skip
_NO_KEYS = (NoCredentialsError, PartialCredentialsError, ProfileNotFound, CredentialRetrievalError, SSOError)
_PASSING = frozenset(
    {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "Throttling", "ThrottlingException",
     "RequestLimitExceeded", "BandwidthLimitExceeded", "XMinioServerNotInitialized", "BadDigest", "IncompleteBody",
     "XAmzContentSHA256Mismatch"}
)  # fmt: skip
_TOO_LATE = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"})
_WRONG_KEYS = frozenset({"InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "AuthFailure", "401"})
_ELSEWHERE = frozenset(
    {"PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException", "TemporaryRedirect",
     "301", "307"}
)  # fmt: skip
_DENIED = frozenset({"AccessDenied", "AllAccessDisabled", "403"})
_UNKNOWN_THERE = frozenset({"NotImplemented", "MethodNotAllowed", "501", "405"})


def code_of(error: BaseException) -> str:
    """The server's own word for it, else the status; empty when no server has spoken."""
    if not isinstance(error, ClientError):
        return ""
    return str(error.response.get("Error", {}).get("Code") or _status(error))


def _status(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def may_pass(error: BaseException) -> bool:
    """Whether the same request may succeed in a moment."""
    if isinstance(error, ClientError):
        status = _status(error)
        if code_of(error) in _UNKNOWN_THERE:
            return False
        return code_of(error) in _PASSING or status in (408, 429) or status >= 500
    return isinstance(error, _UNREACHABLE)


def told(error: BaseException, place: S3Place) -> LongtakeError:
    """What went wrong, and what to do about it."""
    code, where = code_of(error), place.address
    if isinstance(error, _UNREACHABLE):
        return StoreFailed(f"the store {where} cannot be reached at {place.server} ({type(error).__name__}).")
    if isinstance(error, _NO_KEYS):
        hint = "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, a profile or a role, or fill in the block."
        return SettingError(f"there are no keys for the store ({type(error).__name__}).", where=where, hint=hint)
    if may_pass(error):
        return StoreFailed(f"the store {where} does not work just now: {place.server} answers {code}.")
    said = _SAID.get(code)
    if said:
        return SettingError(said[0].format(code=code, place=place), where=where, hint=said[1])
    return StoreFailed(f"the store {where} cannot be used: {code or type(error).__name__}.")


_NEEDED = "They need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject below the prefix."
_SAID: dict[str, tuple[str, str]] = {
    "NoSuchBucket": (
        "there is no bucket {place.bucket} at {place.server}.",
        "Make it, or correct LONGTAKE_STORE, or set LONGTAKE_STORE_ENDPOINT_URL to where it is.",
    ),
    "InvalidBucketName": ("{place.bucket} is no name of a bucket.", "Correct LONGTAKE_STORE."),
    "RequestTimeTooSkewed": ("this machine's clock is wrong, so nothing that it signs counts.", "Set the clock."),
    **dict.fromkeys(_DENIED, ("access is denied to these keys ({code}).", _NEEDED)),
    **dict.fromkeys(_TOO_LATE, ("the keys have expired ({code}).", "Get new ones, and run again.")),
    **dict.fromkeys(_WRONG_KEYS, ("{place.server} does not know these keys ({code}).", "Correct them.")),
    **dict.fromkeys(
        _ELSEWHERE, ("the bucket is in another region ({code}).", "Set LONGTAKE_STORE_REGION to the bucket's own.")
    ),
    **dict.fromkeys(
        _UNKNOWN_THERE,
        (
            "{place.server} does not know a request that the store needs ({code}).",
            "A server is needed that knows If-None-Match on PUT: Amazon S3, Cloudflare R2, a MinIO of 2024 or later.",
        ),
    ),
}
