"""A page in Chromium that plays a file from a local server, and tells what it shows."""

from __future__ import annotations

import http.server
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from typing_extensions import override

FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",
]

PAGE = b"""<!doctype html><meta charset=utf-8><title>Player</title><video muted playsinline></video><script>
const video = document.querySelector("video");
const once = (name) => new Promise((good, bad) => {
  video.addEventListener(name, good, {once: true});
  video.addEventListener("error", () => bad(new Error(video.error.message)), {once: true});
});
async function load(url) {
  video.src = url;
  await once("loadeddata");
  return {width: video.videoWidth, height: video.videoHeight, seconds: video.duration};
}
async function seek(time) {
  const done = once("seeked");
  const painted = new Promise((good) => video.requestVideoFrameCallback(good));
  video.currentTime = time;
  await done;
  await Promise.race([painted, new Promise((good) => setTimeout(good, 300))]);  // seeked may come before the picture
  return shown();
}
function shown() {
  const canvas = document.createElement("canvas");
  canvas.width = video.videoWidth;
  canvas.height = video.videoHeight;
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, 0);
  const rgba = context.getImageData(0, 0, canvas.width, canvas.height).data;
  let text = "";
  for (let i = 1; i < rgba.length; i += 4) text += String.fromCharCode(rgba[i]);
  return btoa(text);
}
async function play(from, to) {
  await seek(from);
  const times = [];
  const note = (_, data) => { times.push(data.mediaTime); video.requestVideoFrameCallback(note); };
  video.requestVideoFrameCallback(note);
  await video.play();
  while (video.currentTime < to && !video.ended && !video.error) await new Promise((go) => setTimeout(go, 20));
  video.pause();
  if (video.error) throw new Error(video.error.message);
  return times;
}
</script>"""


class _Ranges(http.server.BaseHTTPRequestHandler):
    """Serves one folder, with the byte ranges that seeking needs."""

    folder: Path
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/":
            self._send(HTTPStatus.OK, PAGE, "text/html")
            return
        file = self.folder / self.path.lstrip("/")
        if not file.is_file():
            self._send(HTTPStatus.NOT_FOUND, b"", "text/plain")
            return
        data = file.read_bytes()
        asked = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if not asked:
            self._send(HTTPStatus.OK, data, "video/mp4")
            return
        first = int(asked[1])
        last = min(int(asked[2] or len(data) - 1), len(data) - 1)
        self._send(HTTPStatus.PARTIAL_CONTENT, data[first : last + 1], "video/mp4", f"bytes {first}-{last}/{len(data)}")

    def _send(self, status: HTTPStatus, body: bytes, kind: str, content_range: str | None = None) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Accept-Ranges", "bytes")
        if content_range:
            self.send_header("Content-Range", content_range)
        self.end_headers()
        self.wfile.write(body)

    @override
    def log_message(self, format: str, *args: object) -> None:
        pass


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    @override
    def handle_error(self, request: object, client_address: object) -> None:
        """A browser that has enough hangs up in the middle of a file."""


class Player:
    """The page, with what it can be asked."""

    def __init__(self, page: Page) -> None:
        self._page = page

    def load(self, name: str) -> dict[str, float]:
        return self._page.evaluate("(url) => load(url)", name)

    def seek(self, seconds: float) -> np.ndarray:
        """The green channel of what is shown at that time."""
        return self._image(self._page.evaluate("(time) => seek(time)", seconds))

    def play(self, start: float, end: float) -> tuple[list[float], np.ndarray]:
        """The times of the pictures that were shown, and the last of them."""
        times = self._page.evaluate("([from, to]) => play(from, to)", [start, end])
        return times, self._image(self._page.evaluate("() => shown()"))

    def _image(self, encoded: str) -> np.ndarray:
        import base64

        width, height = self._page.evaluate("() => [video.videoWidth, video.videoHeight]")
        return np.frombuffer(base64.b64decode(encoded), np.uint8).reshape(height, width)


@contextmanager
def player(chromium: str, folder: Path) -> Iterator[Player]:
    handler = type("Handler", (_Ranges,), {"folder": folder})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
            try:
                page = browser.new_page()
                page.goto(f"http://127.0.0.1:{server.server_address[1]}/")
                yield Player(page)
            finally:
                browser.close()
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
