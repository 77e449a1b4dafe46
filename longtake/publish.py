"""Publishing: the finished video, its captions and its manifest are written to where the user wants them."""

from __future__ import annotations

import shutil
from pathlib import Path

from longtake.assets import Asset, Store
from longtake.errors import SettingError
from longtake.files import written_whole
from longtake.manifest import Manifest, companions


def publish(manifest: Manifest, output: Path, store: Store) -> None:
    """Write the video to `output` and the other files beside it. Each is whole or absent; the manifest is last."""
    files = companions(output)
    try:
        for path, asset in ((output, manifest.asset), (files.srt, manifest.srt), (files.vtt, manifest.vtt)):
            _copy(asset, path, store)
        with written_whole(files.manifest) as part:
            part.write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise SettingError(
            f"cannot write: {error.strerror}.", where=str(output), hint="The video is kept; choose another --output."
        ) from error


def _copy(asset: Asset, path: Path, store: Store) -> None:
    with store.local(asset) as source, written_whole(path) as part:
        shutil.copyfile(source, part)
