"""The web application: what each address of the door does."""

from __future__ import annotations

import logging

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.door.pages import PAGE_HEADERS, play_page, upload_page
from flows.door.reading import read_asset
from flows.door.rules import DoorRules, is_from_our_page
from flows.door.uploads import BadForm, TooLarge, take_uploads
from longtake.assets import Asset, Store, parse_address
from longtake.errors import AssetCorrupt, AssetMissing, BadInput, LongtakeError, SettingError

_log = logging.getLogger("longtake.door")
_LONGEST_PATH = 200


def door(store: Store, rules: DoorRules | None = None) -> Starlette:
    """GET /asset/<sha256>/<bytes>.<suffix> reads, /play/... plays, / takes uploads, /health says that the door is open.

    Reading is open to whoever knows an address, for pages of Prefect's UI show pictures from here: the SHA-256 in it
    cannot be guessed. Uploading asks for the name and password of the rules, if there are any.
    """
    door = _Door(store, rules or DoorRules())
    return Starlette(
        routes=[
            Route("/", door.page),
            Route("/", door.upload, methods=["POST"]),
            Route("/asset/{rest:path}", door.asset),
            Route("/play/{rest:path}", door.play),
            Route("/health", door.health),
        ],
        middleware=[
            Middleware(_SafeHeaders),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(door.rules.all_hosts), www_redirect=False),
        ],
        exception_handlers={
            AssetMissing: _not_here,
            AssetCorrupt: _not_here,
            BadInput: _not_here,
            SettingError: _store_away,
            LongtakeError: _store_away,
            ClientDisconnect: _gone,
        },
    )


class _Door:
    def __init__(self, store: Store, rules: DoorRules) -> None:
        self.store = store
        self.rules = rules

    async def health(self, _: Request) -> Response:
        return PlainTextResponse("open\n")

    async def asset(self, request: Request) -> Response:
        return await read_asset(self.store, _asset_of(request.path_params["rest"]), request)

    async def play(self, request: Request) -> Response:
        asset = _asset_of(request.path_params["rest"])
        given = request.query_params.get("captions")
        captions = _asset_of(given.removeprefix("asset:")) if given else None
        if not asset.media_type.startswith(("video/", "audio/")) or not await self._is_here(asset):
            raise AssetMissing(f"{asset.address} is no video or sound in the store")
        return HTMLResponse(play_page(asset, captions, request.query_params.get("name", "")), headers=PAGE_HEADERS)

    async def _is_here(self, asset: Asset) -> bool:
        return await run_in_threadpool(self.store.exists, asset)

    async def page(self, request: Request) -> Response:
        self._admit(request)
        return HTMLResponse(upload_page((), self.rules.upload_bytes), headers=PAGE_HEADERS)

    async def upload(self, request: Request) -> Response:
        self._admit(request)
        if not is_from_our_page(request.headers):
            raise HTTPException(403, "Uploads come from this page only.\n")
        stored, status, problem = [], 200, ""
        try:
            stored = await take_uploads(request, self.store, self.rules.upload_bytes)
        except BadForm as error:
            status, problem = 413 if isinstance(error, TooLarge) else 400, str(error)
        wanted = request.headers.get("accept", "")
        if "text/html" in wanted:
            page = upload_page([(one.name, one.asset) for one in stored], self.rules.upload_bytes, problem)
            return HTMLResponse(page, status, headers=PAGE_HEADERS)
        if "application/json" in wanted and not problem:
            return JSONResponse([one.told for one in stored])
        return PlainTextResponse("".join(f"{one.asset.address}\n" for one in stored) or f"{problem}\n", status)

    def _admit(self, request: Request) -> None:
        if not self.rules.knows(request.headers):
            asked = {"WWW-Authenticate": 'Basic realm="Files for Longtake", charset="UTF-8"'}
            raise HTTPException(401, "A name and a password, please.\n", headers=asked)


def _asset_of(path: str) -> Asset:
    asset = parse_address(f"asset:{path}") if len(path) <= _LONGEST_PATH else None
    if asset is None:
        raise BadInput("That is no asset's address.")
    return asset


async def _not_here(_: Request, error: Exception) -> Response:
    return PlainTextResponse(f"{error}\n", status_code=404)


async def _store_away(_: Request, error: Exception) -> Response:
    """What is wrong is for whoever keeps the door, and anybody may read here."""
    _log.error("%s", error)
    return PlainTextResponse("The store does not answer just now; the door's log says why.\n", status_code=503)


async def _gone(_: Request, __: Exception) -> Response:
    return Response(status_code=400)


class _SafeHeaders:
    """Has each answer taken for what it says it is, and tells no other site the address it was reached from.

    With `no-referrer` a browser would not tell us either that a form is our own page's.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def safe(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self.app(scope, receive, safe)
