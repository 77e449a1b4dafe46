"""Publishing: the finished video, its captions and its manifest are written to where the user wants them."""

from __future__ import annotations

import tempfile
from pathlib import Path

from longtake.assets import Store
from longtake.errors import SettingError
from longtake.manifest import Manifest, companions
from longtake.remote import Target, opened_outputs


def publish(manifest: Manifest, output: Target, store: Store) -> None:
    """Write the video to `output` and the other files beside it. Each is whole or absent; the manifest is last."""
    files = companions(output)
    try:
        with opened_outputs(output) as outputs:
            for at, asset in ((output, manifest.asset), (files.srt, manifest.srt), (files.vtt, manifest.vtt)):
                with store.local(asset) as source:
                    outputs.put(source, at, asset)
            outputs.write(f"{manifest.model_dump_json(indent=2)}\n".encode(), files.manifest)
    except OSError as error:
        raise SettingError(
            f"cannot write: {error.strerror}.", where=str(output), hint="The video is kept; choose another --output."
        ) from error


def check_target(output: Target) -> None:
    """Raise SettingError for a place that cannot be written to, before anything is spent on what is to lie there.

    Of a bucket it is only seen whether it can be reached.
    """
    if isinstance(output, Path):
        _check_folder(output)
        return
    with opened_outputs(output) as outputs:
        outputs.read(companions(output).manifest)


def _check_folder(output: Path) -> None:
    """See that a file can be made in its folder, or in the nearest one above it that is there."""
    folder = next(above for above in output.absolute().parents if above.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingError(
            f"cannot write into {folder}: {error.strerror}.", where=str(output), hint="Choose another --output."
        ) from error
