"""The door's two pages: one that takes files, one that plays a video. They work without scripts, and better with."""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable
from urllib.parse import urlencode

from longtake.assets import Asset
from longtake.assets.cache import GIGABYTE

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:3rem auto;padding:0 1rem;color:#1d2430;background:#fff}
form{padding:1.2rem;border:2px dashed #b6c0d0;border-radius:10px}
li{margin:1rem 0;list-style:none}ul{padding:0}
code{display:block;padding:.6rem .8rem;background:#eef1f6;border-radius:6px;word-break:break-all}
button{font:inherit;padding:.3rem 1rem;margin:.3rem .6rem .3rem 0}
.no{color:#a31919}video{width:100%;max-height:80vh;background:#000;border-radius:6px}
"""

_SCRIPT = """
const form = document.querySelector("form"), input = form.elements.file, list = document.querySelector("ul");
function copyable(item) {
  const code = item.querySelector("code"), button = document.createElement("button");
  button.textContent = "Copy";
  button.onclick = () => {
    getSelection().selectAllChildren(code);
    document.execCommand("copy");
    button.textContent = "Copied";
  };
  code.after(button);
}
function send(file) {
  const item = document.createElement("li"), name = document.createElement("strong");
  const how = document.createElement("span");
  name.textContent = file.name;
  item.append(name, " ", how);
  list.prepend(item);
  return new Promise((done) => {
    const request = new XMLHttpRequest(), data = new FormData();
    const fail = (text) => { how.className = "no"; how.textContent = text || "The upload broke off."; done(); };
    data.append("file", file);
    request.upload.onprogress = (event) => { how.textContent = Math.floor(100 * event.loaded / event.total) + " %"; };
    request.onerror = () => fail("");
    request.onload = () => {
      if (request.status != 200) return fail(request.responseText);
      const [stored] = JSON.parse(request.responseText);
      const code = document.createElement("code"), link = document.createElement("a");
      code.textContent = stored.address;
      link.href = stored.link;
      link.textContent = "Look at it";
      how.textContent = "is stored. Its address:";
      item.append(code, link);
      copyable(item);
      done();
    };
    if (file.size > Number(form.dataset.limit)) return fail("is larger than what can be uploaded at once.");
    request.open("POST", location.pathname);
    request.setRequestHeader("Accept", "application/json");
    request.send(data);
  });
}
document.querySelectorAll("li").forEach((item) => item.querySelector("code") && copyable(item));
form.onsubmit = async (event) => {
  event.preventDefault();
  const files = [...input.files];
  form.reset();
  for (const file of files) await send(file);
};
"""


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


PAGE_HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'", f"style-src {_source(_STYLE)}", f"script-src {_source(_SCRIPT)}", "img-src data:",
            "media-src 'self'", "connect-src 'self'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
        )
    ),
    "Cache-Control": "no-store",
}  # fmt: skip
"""Only this module's own script and style run there, and no page elsewhere can put itself over ours."""


def upload_page(stored: Iterable[tuple[str, Asset]], limit_bytes: int, problem: str = "") -> str:
    """The page that takes files. `stored` are those that just came: what each was called, and what it is now."""
    items = "".join(
        f"<li><strong>{html.escape(name)}</strong> is stored. Its address:"
        f'<code>{asset.address}</code><a href="{html.escape(link_of(asset, name))}">Look at it</a></li>'
        for name, asset in stored
    )
    said = f'<p class="no">{html.escape(problem)}</p>' if problem else ""
    return _page(
        "Files for Longtake",
        "<p>Choose scripts, portraits, masks or recordings, or drop them on the field. Each gets an address: "
        "that is what you paste into the form of a run.</p>"
        f'<form method="post" enctype="multipart/form-data" data-limit="{limit_bytes}">'
        '<input type="file" name="file" aria-label="Files" multiple required> <button>Upload</button><br>'
        f"<small>Up to {limit_bytes / GIGABYTE:g} GB at once.</small></form>{said}<ul>{items}</ul>"
        f"<script>{_SCRIPT}</script>",
    )


def play_page(asset: Asset, captions: Asset | None, name: str) -> str:
    """A page that plays a video or a sound, with its captions to be turned on and off."""
    link = html.escape(link_of(asset, name))
    track = f'<track kind="captions" label="Captions" src="{link_of(captions)}" default>' if captions else ""
    return _page(
        name or "Longtake",
        f'<video controls playsinline preload="metadata" src="{link}">{track}</video>'
        f'<p><a href="{link}" download>Download</a></p>',
    )


def link_of(asset: Asset, name: str = "") -> str:
    """The path at which the door gives an asset. `name` is what it is called when it is saved."""
    return "/asset/" + asset.address.removeprefix("asset:") + (f"?{urlencode({'name': name})}" if name else "")


def _page(title: str, body: str) -> str:
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(title)}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">'
        f"<style>{_STYLE}</style></head><body><h1>{html.escape(title)}</h1>{body}</body></html>\n"
    )
