"""Who may do what at the door: the names it answers to, who uploads, how much."""

from __future__ import annotations

import base64
import binascii
import secrets
from urllib.parse import urlsplit

from pydantic import SecretStr
from starlette.datastructures import Headers

from longtake.assets.cache import GIGABYTE
from longtake.frozen import Frozen
from longtake.settings import Settings

THIS_MACHINE = ("127.0.0.1", "localhost", "[::1]")


class DoorRules(Frozen):
    """What the settings say of the door. `hosts` are names that it answers to besides this machine's own."""

    hosts: tuple[str, ...] = ()
    auth: SecretStr | None = None
    upload_bytes: int = 4 * GIGABYTE

    @classmethod
    def of(cls, settings: Settings) -> DoorRules:
        """The rules that these settings make."""
        host = settings.door_url.host if settings.door_url else None
        return cls(hosts=(host,) if host else (), auth=settings.door_auth, upload_bytes=settings.door_upload_bytes)

    @property
    def all_hosts(self) -> tuple[str, ...]:
        """Any other name is refused: a page elsewhere whose name is made to lead here could read what we answer."""
        return (*THIS_MACHINE, *self.hosts)

    def knows(self, headers: Headers) -> bool:
        """Whether whoever asks may see the page for uploads (HTTP Basic, RFC 7617)."""
        if self.auth is None:
            return True
        kind, _, encoded = headers.get("authorization", "").partition(" ")
        try:
            given = base64.b64decode(encoded.strip(), validate=True)
        except (binascii.Error, ValueError):
            return False
        wanted = self.auth.get_secret_value().encode()
        return secrets.compare_digest(given, wanted) and kind.lower() == "basic"


def is_from_our_page(headers: Headers) -> bool:
    """Whether no other site's page made the browser send this.

    Browsers tell `Sec-Fetch-Site` only over https and to this machine, `Origin` with every POST. Programs tell neither.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == headers.get("host", "").lower()
