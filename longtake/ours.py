"""What Longtake did not write is not written over."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from longtake.assets import Store, parse_address
from longtake.assets.asset import describe
from longtake.errors import SettingError
from longtake.manifest import companions
from longtake.remote import Target, opened_outputs


def check_ours(output: Target, store: Store, inputs: Iterable[str] = ()) -> None:
    """Raise SettingError for a place where something lies that is none of our videos, or one of these pinned inputs.

    A video of ours has its manifest beside it; where a crash came between the two, the store knows the file, and an
    object in a bucket says itself that it is ours.
    """
    if isinstance(output, Path) and _is_among(output, inputs):
        raise over_its_input(output)
    with opened_outputs(output) as outputs:
        is_strange = outputs.read(companions(output).manifest) is None and outputs.is_strange(output, store)
    if is_strange:
        raise SettingError(
            "this file is there already, and Longtake did not write it.",
            where=str(output),
            hint="Move it, or choose another name with --output.",
        )


def over_its_input(output: Target) -> SettingError:
    """What is wrong with an output that the video is made from."""
    return SettingError(
        "the video would be written over this file, which it is made from.",
        where=str(output),
        hint="Choose another name with --output.",
    )


def _is_among(path: Path, inputs: Iterable[str]) -> bool:
    """Whether the file has the content of an input. It is read only where one has its size."""
    if not path.is_file():
        return False
    assets = [asset for asset in map(parse_address, inputs) if asset and asset.size_bytes == path.stat().st_size]
    return bool(assets) and describe(path).sha256 in {asset.sha256 for asset in assets}
