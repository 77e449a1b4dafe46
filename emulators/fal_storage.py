"""fal's storage: the upload that is announced and PUT, and the ways that the Python client takes (token, parts).

Source: what `fal-client` 1.0.3 and `@fal-ai/client` 1.10.1 send.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
import re
from typing import NamedTuple

from emulators.faults import Rule, Where
from emulators.server import Request, Response, html_response, json_response
from emulators.site import Route, Site

TOKEN_LIFETIME_SECONDS = 3600


class _Act(NamedTuple):
    """What a method and a path ask the storage to do: the name of a method below.

    No rule strikes `read`: it is how the emulated providers themselves fetch what they were given.
    """

    method: str
    path: str
    wheres: tuple[Where, ...]
    name: str


_ACTS = (
    _Act("GET|HEAD", r"/files/b/\w+/[^/]+", (), "read"),
    _Act("PUT", r"/storage/put/\w+", ("upload",), "put"),
    _Act("POST", r"/storage/upload/initiate", ("upload",), "initiate"),
    _Act("POST", r"/storage/auth/token", ("upload",), "token"),
    _Act("POST", r"/files/upload", ("upload",), "upload"),
    _Act("POST", r"/files/upload/multipart", ("upload",), "begin_parts"),
    _Act("PUT", r"/files/b/\w+/[^/]+/multipart/\w+/\d+", ("upload",), "put_part"),
    _Act("POST", r"/files/b/\w+/[^/]+/multipart/\w+/complete", ("upload",), "complete_parts"),
)


def storage_route(site: Site, request: Request) -> Route | None:
    """An act of the storage, if the request asks for one."""
    for act in _ACTS:
        if re.fullmatch(act.method, request.method) and re.fullmatch(act.path, request.path):
            storage = _Storage(site, request)
            subject = request.body.decode(errors="replace") if act.name == "initiate" else ""
            return Route(act.wheres, getattr(storage, act.name), subject)
    return None


def lifetime_asked(request: Request) -> float | None:
    """How long the client wants what it sends or makes to be kept."""
    for name in ("x-fal-object-lifecycle-preference", "x-fal-object-lifecycle"):
        try:
            found = json.loads(request.headers.get(name, ""))
        except ValueError:
            continue
        seconds = found.get("expiration_duration_seconds") if isinstance(found, dict) else None
        if isinstance(seconds, int | float) and seconds > 0:
            return float(seconds)
    return None


class _Storage:
    """One request to the storage."""

    def __init__(self, site: Site, request: Request) -> None:
        self._site = site
        self._files = site.world.files
        self._request = request
        self._parts = request.path.strip("/").split("/")

    async def read(self, _: Rule | None) -> Response:
        """A file, without a key."""
        found = self._files.get(self._parts[2])
        if found is None:
            return html_response("404 Not Found", 404)
        stored, data = found
        return Response(200, data, {"Content-Type": stored.content_type})

    async def initiate(self, _: Rule | None) -> Response:
        """Announce a file: where to PUT it, and where it will be."""
        if not self._site.has_key(self._request.headers.get("authorization"), "Key "):
            return json_response(self._site.error_body(401, ""), 401)
        asked = self._request.json() or {}
        name, kind = asked.get("file_name"), asked.get("content_type")
        if not isinstance(name, str) or not isinstance(kind, str):
            return json_response({"detail": [{"loc": ["body"], "msg": "Field required", "type": "missing"}]}, 422)
        file_id = self._announce(name, kind)
        upload_url = f"{self._site.base_url}/storage/put/{file_id}?sig={_signature(self._key, file_id)}"
        return json_response({"upload_url": upload_url, "file_url": self._url(file_id)})

    async def put(self, _: Rule | None) -> Response:
        """The bytes of an announced file. The address is signed, so it needs no key."""
        file_id = self._parts[2]
        if not hmac.compare_digest(self._request.query.get("sig", ""), _signature(self._key, file_id)):
            return html_response("403 Forbidden", 403)
        return Response(200) if self._files.put(file_id, self._request.body) else html_response("404 Not Found", 404)

    async def token(self, _: Rule | None) -> Response:
        """A token for uploads."""
        if not self._site.has_key(self._request.headers.get("authorization"), "Key "):
            return json_response(self._site.error_body(401, ""), 401)
        expires = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=TOKEN_LIFETIME_SECONDS)
        body = {
            "token": _signature(self._key, "token"),
            "token_type": "Bearer",
            "base_url": self._site.base_url,
            "expires_at": expires.isoformat(),
        }
        return json_response(body)

    async def upload(self, _: Rule | None) -> Response:
        """A file at once."""
        if not self._has_token:
            return json_response(self._site.error_body(401, ""), 401)
        file_id = self._announce(*self._named)
        self._files.put(file_id, self._request.body)
        return json_response({"access_url": self._url(file_id)})

    async def begin_parts(self, _: Rule | None) -> Response:
        """Announce a file that comes in parts."""
        if not self._has_token:
            return json_response(self._site.error_body(401, ""), 401)
        file_id = self._announce(*self._named)
        return json_response({"access_url": self._url(file_id), "uploadId": file_id})

    async def put_part(self, _: Rule | None) -> Response:
        """One part."""
        file_id, number = self._parts[2], self._parts[6]
        if not self._has_token:
            return json_response(self._site.error_body(401, ""), 401)
        if not self._files.put_part(file_id, int(number), self._request.body):
            return html_response("404 Not Found", 404)
        digest = hashlib.sha256(self._request.body).hexdigest()[:32]
        return Response(200, b"", {"ETag": f'"{digest}"'})

    async def complete_parts(self, _: Rule | None) -> Response:
        """The last word on a file in parts."""
        if not self._has_token:
            return json_response(self._site.error_body(401, ""), 401)
        done = self._files.join_parts(self._parts[2])
        return json_response({}) if done else html_response("404 Not Found", 404)

    @property
    def _key(self) -> str:
        return self._site.account.key

    @property
    def _has_token(self) -> bool:
        given = self._request.headers.get("authorization", "")
        return hmac.compare_digest(given, f"Bearer {_signature(self._key, 'token')}")

    @property
    def _named(self) -> tuple[str, str]:
        headers = self._request.headers
        return headers.get("x-fal-file-name", "file"), headers.get("content-type", "application/octet-stream")

    def _announce(self, name: str, kind: str) -> str:
        lifetime = lifetime_asked(self._request) or self._site.world.settings.upload_lifetime_seconds
        return self._files.announce(name, kind, lifetime)

    def _url(self, file_id: str) -> str:
        return f"{self._site.base_url}{self._files.path_of(file_id)}"


def _signature(key: str, what: str) -> str:
    return hmac.new(key.encode(), json.dumps(["storage", what]).encode(), hashlib.sha256).hexdigest()
