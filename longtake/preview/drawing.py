"""What a preview shows: the portrait with a badge, and bars of light that rise with the voice."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

BARS = 7
_BAR_SHARES = (0.45, 0.7, 0.9, 1.0, 0.9, 0.7, 0.45)
_VEIL = (31, 131, 126)
_LIGHT = (193, 153, 86)
"""Y, Cb and Cr of a dark blue and a light one."""
_GLOW_LUMA = 26
_FINE = 3
"""Bars are drawn this much larger, then made smaller: smooth edges."""

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.uint8]]


class Stage:
    """A portrait with its badge, on which voices are drawn. Sizes are even."""

    def __init__(self, image: Path, label: str) -> None:
        with Image.open(image) as picture:
            base = picture.convert("RGB")
        self.width, self.height = base.width // 2 * 2, base.height // 2 * 2
        base = base.crop((0, 0, self.width, self.height))
        self._unit = min(self.width, self.height)
        _draw_badge(base, f"PREVIEW {label}".strip(), self._unit)
        self._box = self._bar_box()
        self._base = planes(base)
        rise = np.linspace(0, 1, self.height - self._glow_top(), dtype=np.float32) ** 2
        self._glow = (rise * _GLOW_LUMA)[:, None]

    def frame(self, loudness: float, phase: int) -> VideoFrame:
        """A picture of a voice: `loudness` from 0 (at rest) to 1; `phase` makes the bars dance from frame to frame."""
        luma, blue, red = (plane.copy() for plane in self._base)
        top = self._glow_top()
        lit = luma[top:].astype(np.float32) + self._glow * loudness
        luma[top:] = np.minimum(lit, 235).astype(np.uint8)
        left, upper, right, lower = self._box
        for colour, cover in zip((_VEIL, _LIGHT), self._bars(loudness, phase), strict=True):
            _blend(luma[upper:lower, left:right], colour[0], cover)
            for plane, value in ((blue, colour[1]), (red, colour[2])):
                _blend(plane[upper // 2 : lower // 2, left // 2 : right // 2], value, cover[::2, ::2])
        return _frame((luma, blue, red))

    def _glow_top(self) -> int:
        return self.height * 3 // 5 // 2 * 2

    def _bar_box(self) -> tuple[int, int, int, int]:
        """Where the bars are: left, upper, right, lower, all even; at the foot of the picture, in its middle."""
        width = max(8, min(self.width, round(self._unit * 0.36)) // 4 * 4)
        height = max(4, round(self._unit * 0.13) // 2 * 2)
        left = (self.width - width) // 4 * 2
        lower = self.height - round(self._unit * 0.05) // 2 * 2
        return left, lower - height, left + width, lower

    def _bars(self, loudness: float, phase: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """How much of each pixel of the box the veil covers, and the bars before it: 0 to 1."""
        left, upper, right, lower = self._box
        width, height = (right - left) * _FINE, (lower - upper) * _FINE
        veil = Image.new("L", (width, height), 0)
        ImageDraw.Draw(veil).rounded_rectangle((0, 0, width - 1, height - 1), radius=height // 2, fill=110)
        light = Image.new("L", (width, height), 0)
        draw = ImageDraw.Draw(light)
        step, thick = width / (BARS + 3), width / (BARS + 3) * 0.5
        for bar, share in enumerate(_BAR_SHARES):
            dance = 0.78 + 0.22 * math.sin(1.9 * bar + 2.1 * phase)
            tall = max(thick, height * 0.82 * loudness * share * dance)
            middle = (width - step * (BARS - 1)) / 2 + bar * step
            draw.rounded_rectangle(
                (middle - thick / 2, (height - tall) / 2, middle + thick / 2, (height + tall) / 2),
                radius=thick / 2,
                fill=255,
            )
        size = (right - left, lower - upper)
        return _cover(veil, size), _cover(light, size)


def _cover(drawn: Image.Image, size: tuple[int, int]) -> NDArray[np.float32]:
    return np.asarray(drawn.resize(size, Image.Resampling.BOX)).astype(np.float32) / np.float32(255)


def _blend(part: NDArray[np.uint8], value: int, cover: NDArray[np.float32]) -> None:
    part[:] = (part + cover * (value - part.astype(np.float32)) + 0.5).astype(np.uint8)


def planes(picture: Image.Image) -> Planes:
    """A picture of even size as Y, Cb and Cr planes (4:2:0, BT.709, limited range)."""
    frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")
    yuv = frame.reformat(
        format="yuv420p",
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
    )
    flat: NDArray[np.uint8] = yuv.to_ndarray().astype(np.uint8, copy=False)
    height, width = picture.height, picture.width
    chroma = flat[height:].reshape(2, height // 2, width // 2)
    return flat[:height], chroma[0], chroma[1]


def _frame(parts: Planes) -> VideoFrame:
    height, width = parts[0].shape
    flat = np.concatenate([part.reshape(-1) for part in parts]).reshape(height * 3 // 2, width)
    return VideoFrame.from_ndarray(flat, format="yuv420p")


def _draw_badge(picture: Image.Image, text: str, unit: int) -> None:
    font = ImageFont.load_default(size=max(8, round(unit * 0.035)))
    draw = ImageDraw.Draw(picture, "RGBA")
    margin, padding = round(unit * 0.04), round(unit * 0.016)
    left, top, right, bottom = draw.textbbox((margin + 2 * padding, margin + padding), text, font=font)
    box = (left - 2 * padding, top - padding, right + 2 * padding, bottom + padding)
    draw.rounded_rectangle(box, radius=(box[3] - box[1]) / 2, fill=(12, 18, 28, 170))
    draw.text((margin + 2 * padding, margin + padding), text, font=font, fill=(255, 255, 255, 255))
