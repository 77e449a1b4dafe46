"""The door to the store over HTTP: reads assets (with ranges, so that videos play), takes uploads on one page."""

from __future__ import annotations

import html
from contextlib import ExitStack
from pathlib import Path

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from longtake.assets import Store, parse_address
from longtake.errors import AssetCorrupt, AssetMissing, BadInput

BLOCK_BYTES = 2**20

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Longtake: files</title><style>
body{{font:16px/1.5 system-ui,sans-serif;max-width:42rem;margin:4rem auto;padding:0 1rem;color:#1d2430}}
code{{display:block;padding:.8rem;background:#eef1f6;border-radius:6px;word-break:break-all}}
button{{font:inherit;padding:.4rem 1.2rem}}
</style></head><body><h1>Files for Longtake</h1>
<p>Choose a script, a portrait, a mask or a recording. Its address is what you paste into a form.</p>
<form method="post" enctype="multipart/form-data">
<input type="file" name="file" required> <button>Upload</button></form>
{answer}</body></html>"""


def door(store: Store) -> Starlette:
    """The web application: GET /asset/<sha256>/<bytes>.<suffix> reads, GET and POST / is the upload page."""

    async def read(request: Request) -> Response:
        try:
            asset = parse_address(f"asset:{request.path_params['rest']}")
            assert asset is not None
            held = ExitStack()
            path = await run_in_threadpool(held.enter_context, store.local(asset))
        except (BadInput, AssetMissing, AssetCorrupt) as error:
            return PlainTextResponse(f"{error}\n", status_code=404)
        headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
        return FileResponse(path, media_type=asset.media_type, headers=headers, background=BackgroundTask(held.close))

    async def upload(request: Request) -> Response:
        answer = ""
        if request.method == "POST":
            if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
                return PlainTextResponse("Uploads come from this page only.\n", status_code=403)
            async with request.form(max_files=1) as form:
                file = form.get("file")
                if not isinstance(file, UploadFile) or not file.filename:
                    return PlainTextResponse("Name a file in the field `file`.\n", status_code=400)
                with store.scratch() as folder:
                    path = folder / "upload"
                    with path.open("wb") as target:
                        while block := await file.read(BLOCK_BYTES):
                            target.write(block)
                    asset = await run_in_threadpool(store.put, path, suffix=Path(file.filename).suffix, move=True)
            if "text/html" not in request.headers.get("accept", ""):
                return PlainTextResponse(f"{asset.address}\n")
            name = html.escape(file.filename)
            answer = f"<h2>{name} is stored</h2><code>{asset.address}</code>"
        return HTMLResponse(_PAGE.format(answer=answer))

    return Starlette(
        routes=[
            Route("/", upload, methods=["GET", "POST"]),
            Route("/asset/{rest:path}", read, methods=["GET"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])],
    )
