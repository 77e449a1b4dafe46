"""Encoding clips anew: single odd ones so that they can stand among copied ones, or all of them."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import ffmpeg

from longtake import ffmpeg as runner
from longtake.grid import FRAMES_PER_SECOND
from longtake.stitch.choose import CODED_HEIGHT, Target, shown_size
from longtake.stitch.fit import TICKS_PER_FRAME, TICKS_PER_SECOND, shown_of_padded, squeeze_for
from longtake.stitch.ink import Ink
from longtake.stitch.job import PlacedClip
from longtake.stitch.reading import ReadClip

THREADS = 2
"""x264 gives the same bytes only for the same number of threads."""

KEYFRAME_FRAMES = 2 * FRAMES_PER_SECOND
_MATRICES = {1: "bt709", 5: "bt470", 6: "smpte170m", 9: "bt2020"}  # ITU-T H.273's numbers
_UNSPECIFIED = 2
_COLOUR_NAMES = ("colorspace", "color_primaries", "color_trc", "range")  # what ffmpeg calls those of a Look, in order
_PROFILES = {66: "baseline", 77: "main", 100: "high"}
_BLOCKS_OF_LEVEL_4 = 8704


def encode_odd_clip(clip: ReadClip, target: Target, placed: PlacedClip, output: Path) -> None:
    """Encode one clip to the target's size with all its pictures and their times; padding is left away.

    Its parameter sets get a number that the copied clips do not use, and are the same for all odd clips.
    """
    pictures = ffmpeg.input(str(clip.path))["v:0"].filter("setpts", "PTS-STARTPTS")
    if placed.sent_frames > placed.slot_frames:
        pictures = pictures.filter("trim", end_frame=shown_of_padded(clip.times, placed.slot_frames * TICKS_PER_FRAME))
    pictures = _to_size(pictures, clip, target)
    options = _encoder(target) | {"fps_mode": "passthrough", "enc_time_base": f"1:{TICKS_PER_SECOND}"}
    runner.run(ffmpeg.output(pictures, str(output), **options))


def encode_together(
    clips: Sequence[tuple[ReadClip, PlacedClip]], target: Target, output: Path, ink: Ink | None = None
) -> None:
    """Encode clips one behind the other with ffmpeg's concat filter, each as long as its slot, at 25 fps."""
    parts = []
    starts = [0]
    for clip, placed in clips:
        parts.append(_on_grid(_to_size(ffmpeg.input(str(clip.path))["v:0"], clip, target), clip, placed))
        starts.append(starts[-1] + placed.slot_frames)
    joined = ffmpeg.concat(*parts, v=1, a=0)
    if ink:
        joined = ink.over(joined)
    options = _encoder(target) | {
        "fps_mode": "cfr",
        "r": FRAMES_PER_SECOND,
        "force_key_frames": ",".join(f"{start / FRAMES_PER_SECOND:.2f}" for start in starts[:-1]),
    }
    runner.run(ffmpeg.output(joined, str(output), **options))


def _on_grid(pictures: Any, clip: ReadClip, placed: PlacedClip) -> Any:
    """Exactly the slot's frames: hurried where the clip is longer, its last picture held where it is shorter."""
    padded = placed.sent_frames > placed.slot_frames
    squeeze = None if padded else squeeze_for(clip.times, clip.rate, placed.slot_frames * TICKS_PER_FRAME)
    pictures = pictures.filter("setpts", "PTS-STARTPTS")
    if squeeze:
        start = Fraction(squeeze.from_ticks, TICKS_PER_SECOND)
        late = f"{float(start)}+(T-{float(start)})*{float(squeeze.factor)}"
        pictures = pictures.filter("setpts", f"if(gt(T,{float(start)}),{late},T)/TB")
    return (
        pictures.filter("fps", fps=FRAMES_PER_SECOND, start_time=0)
        .filter("tpad", stop_mode="clone", stop=placed.slot_frames)
        .filter("trim", end_frame=placed.slot_frames)
        .filter("setpts", "PTS-STARTPTS")
    )


def _to_size(pictures: Any, clip: ReadClip, target: Target) -> Any:
    """Scaled to fit inside the target's size, with black around it; lines that are no picture are cut off first."""
    look = clip.look
    if CODED_HEIGHT in (look.width, look.height) and shown_size(look.width, look.height) != (look.width, look.height):
        width, height = shown_size(look.width, look.height)
        pictures = pictures.filter("crop", width, height, 0, 0)
    matrix = {"out_color_matrix": _MATRICES[color]} if (color := target.template.look.colors[0]) in _MATRICES else {}
    return (
        pictures.filter(
            "scale", target.width, target.height, force_original_aspect_ratio="decrease", flags="lanczos", **matrix
        )
        .filter("pad", target.width, target.height, "(ow-iw)/2", "(oh-ih)/2")
        .filter("setsar", 1)
        .filter("format", target.pix_fmt)
        .filter("setparams", **dict(zip(_COLOUR_NAMES, target.template.look.colors, strict=True)))
    )


def h264_options(width: int, height: int, *, set_number: int) -> dict[str, Any]:
    """How pictures of this size are encoded, so that equal options give equal parameter sets, of that number."""
    blocks = -(-width // 16) * -(-height // 16)
    return {
        "vcodec": "libx264",
        "preset": "veryfast",
        "crf": 18,
        "threads": THREADS,
        "g": KEYFRAME_FRAMES,
        "x264-params": f"sps-id={set_number}:stitchable=1",
        # a level that does not depend on a clip's rate, so that all parameter sets are alike
        "level": "4.2" if blocks <= _BLOCKS_OF_LEVEL_4 else "5.1",
        "video_track_timescale": TICKS_PER_SECOND,
        "an": None,
        "map_metadata": -1,
        "f": "mp4",
    }


def _encoder(target: Target) -> dict[str, Any]:
    number = target.sets.free_number() if target.sets else 0
    options = h264_options(target.width, target.height, set_number=number)
    if target.sets and target.sets.profile in _PROFILES:
        options["profile:v"] = _PROFILES[target.sets.profile]
    matrix, primaries, transfer, color_range = target.template.look.colors
    named = {"colorspace": matrix, "color_primaries": primaries, "color_trc": transfer}
    options |= {name: value for name, value in named.items() if value != _UNSPECIFIED}
    if color_range:
        options["color_range"] = color_range
    return options
