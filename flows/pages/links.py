"""Links from a page to the store's door. Never a signed address: those are secrets, and expire."""

from __future__ import annotations

from longtake.assets import Asset
from longtake.settings import load_settings


def link_to(asset: Asset) -> str | None:
    """Where a browser reads the asset; None where the store has no door."""
    door = load_settings().door_address
    return f"{door}/asset/{asset.address.removeprefix('asset:')}" if door else None


def link(text: str, asset: Asset) -> str:
    """A link to the asset with this plain text; without a door, the text and the asset's address."""
    url = link_to(asset)
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
