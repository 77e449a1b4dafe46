"""Addresses of files elsewhere: what they look like, how they are told, how a name is taken from another one."""

from __future__ import annotations

import posixpath
import re
from pathlib import PurePosixPath
from urllib.parse import urljoin, urlsplit

from pydantic import Field

from longtake.errors import BadInput, SettingError
from longtake.frozen import Frozen

SCHEMES = ("http://", "https://", "s3://")
LONGEST_TOLD = 200
_BUCKET = r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}"
_UNPRINTABLE = re.compile(r"[^\x21-\x7e\u00a1-\uffff]")


class S3Uri(Frozen):
    """An object in a bucket. The key is taken as it stands: nothing in it is decoded."""

    bucket: str = Field(pattern=f"^{_BUCKET}$")
    key: str = Field(min_length=1)

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"

    @property
    def name(self) -> str:
        """The last part of the key."""
        return PurePosixPath(self.key).name

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.key).stem

    @property
    def suffix(self) -> str:
        """The suffix, with its dot."""
        return PurePosixPath(self.key).suffix

    def with_suffix(self, suffix: str) -> S3Uri:
        """The object beside this one with another suffix."""
        return S3Uri(bucket=self.bucket, key=self.key.removesuffix(self.suffix) + suffix)


def is_uri(name: str) -> bool:
    """Whether a name is an address of a file elsewhere."""
    return name.lower().startswith(SCHEMES)


def shown(uri: str) -> str:
    """An address as it may be told: without its query, which may be a signature, and without a password."""
    parts = urlsplit(uri)
    plain = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
    return _UNPRINTABLE.sub("?", plain)[:LONGEST_TOLD]


def has_secret(uri: str) -> bool:
    """Whether an address has a part that may be a secret: a query or a password."""
    return is_uri(uri) and ("?" in uri or "@" in urlsplit(uri).netloc)


def check_public(**parameters: str | None) -> None:
    """Raise SettingError for a parameter that may hold a secret: whatever a run is started with is kept."""
    for name, uri in parameters.items():
        if uri and has_secret(uri):
            raise SettingError(
                f"{shown(uri)} has a query or a password, and Prefect keeps what a run is started with.",
                where=name,
                hint="Use an address without one, or `longtake render`, which fetches it before the run.",
            )


def stem_of(name: str) -> str:
    """What a video is called after a file or an address, without its suffix."""
    path = urlsplit(name).path if is_uri(name) else name
    return PurePosixPath(path).stem


def suffix_of(uri: str) -> str:
    """The suffix of an address's path, with its dot."""
    return PurePosixPath(urlsplit(uri).path).suffix.lower()


def parse_s3(uri: str) -> S3Uri:
    """The object that an s3:// address names. Raises BadInput."""
    bucket, _, key = uri[len("s3://") :].partition("/")
    if "?" in uri or "#" in uri:
        raise BadInput(
            f"{shown(uri)} has a question mark or a # in it, which an s3 address cannot have.",
            hint="A signed address begins with https://.",
        )
    if not re.fullmatch(_BUCKET, bucket) or not key or key.endswith("/") or _UNPRINTABLE.search(key.replace(" ", "")):
        raise BadInput(f"{shown(uri)} names no object.", hint="It reads s3://bucket/folder/name.")
    return S3Uri(bucket=bucket, key=key)


def joined(base: str, name: str) -> str:
    """The address of what a script at `base` calls `name`. Raises BadInput for a name that leads out of its bucket."""
    if is_uri(name):
        return name
    if not base.lower().startswith("s3://"):
        base = base.partition("?")[0]
        joint = urljoin(base, name)
        if not is_uri(joint):
            raise BadInput(f"{name[:LONGEST_TOLD]!r} is no name of a file.", hint="Name a file beside the script.")
        return joint
    at = parse_s3(base)
    key = posixpath.normpath(posixpath.join(posixpath.dirname(at.key), name.lstrip("/")))
    if key.startswith("..") or key == ".":
        raise BadInput(f"{name[:LONGEST_TOLD]!r} leads out of the bucket {at.bucket}.", hint="Name an object in it.")
    return f"s3://{at.bucket}/{key}"
