"""Openings and closings: clips of the user's own, made to stand beside the rendered ones without encoding those.

Whatever comes in, what goes out is H.264 of the video's size, 4:2:0, BT.709, 25 frames a second, upright, with square
pixels. Its parameter sets have a number that no encoder chooses by itself, so a track can hold them beside the clips'.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import ffmpeg

from longtake import ffmpeg as runner
from longtake.assets import Asset, Recipe, Store, prepare_once
from longtake.errors import MediaError, ToolFailed
from longtake.grid import FRAMES_PER_SECOND
from longtake.options import Fit
from longtake.portrait import Size
from longtake.portrait.placing import Placing, place
from longtake.probe import open_clip, probe_clip
from longtake.stitch.reencode import h264_options

SET_NUMBER = 29
"""Of the parameter sets. Encoders number theirs from 0; 31 is the last that H.264 allows."""

_CRF = 16  # finer than what clips are encoded anew with: another generation may follow
_UNSPECIFIED = 2
_RGB = 0
_LEAST_HD_HEIGHT = 720
_BRIGHT_CURVES = (16, 18)  # ITU-T H.273: PQ and HLG, which hold more light than the others
_BLUR_OF_SHORT_SIDE = 1 / 22
_FILL_BRIGHTNESS = 0.72


def prepare_picture(source: Asset, size: Size, fit: Fit, store: Store, *, where: str) -> tuple[Asset, int]:
    """The pictures of an opening or a closing, and how many they are: made now or found.

    `exact` shows it whole, as `contain` does. Raises MediaError, which names `where`.
    """
    placed: Fit = "cover" if fit == "cover" else "contain"

    def make(folder: Path) -> tuple[Path, dict[str, object]]:
        output = folder / "around.mp4"
        with store.local(source) as path:
            conform(path, size, placed, output, where=where)
        return output, {"frames": probe_clip(output).frames}

    inputs = {"source": source.sha256, "width": size.width, "height": size.height, "fit": placed}
    prepared = prepare_once(store, Recipe(name="around-picture", number=1, inputs=inputs), make)
    return prepared.asset, int(prepared.facts["frames"])


def conform(path: Path, size: Size, fit: Fit, output: Path, *, where: str) -> None:
    """Encode a video at `size`, fitted as portraits are. Raises MediaError when it has no picture that can be read."""
    shown = _shown(path, where)
    placing = place(Size(width=shown.width, height=shown.height), size, fit, where=where)
    pictures = _plain_light(ffmpeg.input(f"file:{path}", protocol_whitelist="file")[str(shown.stream)], shown)
    framed = _framed(pictures, placing, size)
    options = h264_options(size.width, size.height, set_number=SET_NUMBER) | {
        "crf": _CRF,
        "preset": "fast",
        "profile:v": "high",
        "fps_mode": "cfr",
        "r": FRAMES_PER_SECOND,
    }
    on_grid = framed.filter("fps", fps=FRAMES_PER_SECOND, start_time=0)
    try:
        runner.run(ffmpeg.output(on_grid, str(output), **options))
    except ToolFailed as error:
        raise MediaError(f"it cannot be made to fit the video ({error.message}).", where=where) from error


@dataclass(frozen=True)
class _Shown:
    """What a player shows of a file: the stream, the size of its upright picture with square pixels, its colours."""

    stream: int
    width: int
    height: int
    matrix: int
    curve: int


def _shown(path: Path, where: str) -> _Shown:
    try:
        with open_clip(path) as (container, stream):
            picture = next(container.decode(stream), None)
            if picture is None:
                raise MediaError("there is no picture in it.", where=where)
            ratio = stream.sample_aspect_ratio or 1
            width, height = max(1, round(picture.width * ratio)), picture.height
            if picture.rotation % 180:
                width, height = height, width
            return _Shown(stream.index, width, height, int(picture.colorspace), int(picture.color_trc))
    except (MediaError, av.error.FFmpegError) as error:
        said = error.message if isinstance(error, MediaError) else f"it cannot be decoded ({error.strerror})."
        raise MediaError(said, where=where, hint="Use a video that your player shows, such as an MP4.") from error


def _plain_light(pictures: Any, shown: _Shown) -> Any:
    """Whole pictures instead of half ones, and light that an ordinary screen shows."""
    pictures = pictures.filter("bwdif", mode="send_frame", deint="interlaced")
    if shown.curve in _BRIGHT_CURVES:
        pictures = (
            pictures.filter("zscale", transfer="linear", npl=100)
            .filter("format", "gbrpf32le")
            .filter("zscale", primaries="bt709")
            .filter("tonemap", "hable", desat=0)
            .filter("zscale", transfer="bt709", matrix="bt709", range="tv")
        )
        return pictures.filter("format", "yuv420p")
    if shown.matrix in (_UNSPECIFIED, _RGB):
        guessed = "bt709" if min(shown.width, shown.height) >= _LEAST_HD_HEIGHT else "smpte170m"
        return pictures.filter("scale", in_color_matrix=guessed if shown.matrix == _UNSPECIFIED else "auto", **_COLOURS)
    return pictures.filter("scale", **_COLOURS)


_COLOURS = {"out_color_matrix": "bt709", "out_range": "tv"}


def _framed(pictures: Any, placing: Placing, size: Size) -> Any:
    """The part in its box, in front of itself: enlarged to fill the frame, blurred and darkened."""
    left, top, right, bottom = placing.part
    cropped = pictures.filter("crop", f"iw*{right - left}", f"ih*{bottom - top}", f"iw*{left}", f"ih*{top}")
    if placing.size == (size.width, size.height):
        return _finished(cropped.filter("scale", *placing.size, flags="lanczos"))
    parts = cropped.filter_multi_output("split")
    box = parts[0].filter("scale", *placing.size, flags="lanczos").filter("setsar", 1).filter("format", "yuv420p")
    quarter = max(2, size.width // 4), max(2, size.height // 4)
    fill = (
        parts[1]
        .filter("scale", *quarter, force_original_aspect_ratio="increase", flags="area")
        .filter("crop", *quarter)
        .filter("gblur", sigma=round(min(quarter) * _BLUR_OF_SHORT_SIDE, 2))
        .filter("format", "yuv420p")
        .filter("lutyuv", y=f"16+(val-16)*{_FILL_BRIGHTNESS}", u=_dimmed(), v=_dimmed())
        .filter("scale", size.width, size.height, flags="bicubic")
        .filter("setsar", 1)
    )
    return _finished(ffmpeg.overlay(fill, box, x=placing.box[0], y=placing.box[1]))


def _dimmed() -> str:
    return f"128+(val-128)*{_FILL_BRIGHTNESS}"


def _finished(pictures: Any) -> Any:
    plain = pictures.filter("setsar", 1).filter("format", "yuv420p")
    # an encoder's own options for these yield to what the pictures say of themselves
    return plain.filter("setparams", colorspace="bt709", color_primaries="bt709", color_trc="bt709", range="tv")
