"""Links from a page to the store's door. Never a signed address: those are secrets, and expire."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from longtake.assets import Asset
from longtake.settings import load_settings


def link_to(asset: Asset) -> str | None:
    """Where a browser reads the asset; None where the store has no door."""
    return _at_the_door("asset", asset)


def _at_the_door(what: str, asset: Asset, **more: str) -> str | None:
    door = load_settings().door_address
    if door is None:
        return None
    words = urlencode(more, quote_via=quote, safe="/")
    return f"{door}/{what}/{asset.address.removeprefix('asset:')}" + (f"?{words}" if words else "")


def link(text: str, asset: Asset, name: str = "") -> str:
    """A link to the asset with this plain text; without a door, the text and the asset's address.

    `name` is what the file is called when it is saved.
    """
    return _linked(text, asset, _at_the_door("asset", asset, **({"name": name} if name else {})))


def player(text: str, video: Asset, name: str, captions: Asset | None = None) -> str:
    """A link to the door's page that plays a video; without a door, the text and the video's address."""
    spoken = {"captions": captions.address.removeprefix("asset:")} if captions else {}
    return _linked(text, video, _at_the_door("play", video, **spoken, name=name))


def _linked(text: str, asset: Asset, url: str | None) -> str:
    return f"[{text}]({url})" if url else f"{text} (`{asset.address}`)"


def short_link(text: str, asset: Asset) -> str:
    """A link for a table's cell; without a door there is no room for the address."""
    url = link_to(asset)
    return f"[{text}]({url})" if url else "–"


def picture(text: str, asset: Asset | None) -> str:
    """The picture itself; without a door, its address; nothing when there is none.

    It is no link: one of Prefect's two UIs shows a picture inside a link as the text that it is written as.
    """
    if asset is None:
        return ""
    url = link_to(asset)
    return f"![{text}]({url})" if url else f"{text}: `{asset.address}`"
