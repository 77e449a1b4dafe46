"""The pictures of a preview: the portrait, a badge that says what it is, and the light of the voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from av import VideoFrame
from av.video.reformatter import ColorRange, Colorspace
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from longtake.portrait.reading import opened
from longtake.preview.groups import State
from longtake.preview.light import lights_for

_TITLE = "PREVIEW"
_MOST_LETTERS = 24
_MARGIN, _PADDING, _FONT_SIZE, _DOT = 28, 14, 24, 11
"""Pixels where the picture's short side has 720."""
_PLATE, _TITLE_COLOUR, _LABEL_COLOUR, _DOT_COLOUR = (10, 14, 22, 168), (255, 255, 255), (176, 214, 255), (255, 178, 64)
_SHADE_HEIGHT, _SHADE_OPACITY = 0.3, 0.56


class Stage:
    """A portrait with its badge, on which voices are shown. An odd last row or column is left out."""

    def __init__(self, image: Path, label: str) -> None:
        with opened(image) as picture:
            base = picture.convert("RGB")
        base = base.crop((0, 0, base.width // 2 * 2, base.height // 2 * 2))
        self.width, self.height = base.size
        _shade_foot(base)
        _draw_badge(base, label)
        self._base = _yuv(base)
        self._lights = lights_for(self.width, self.height)

    def frame(self, state: State) -> VideoFrame:
        """The picture of a voice."""
        drawn = self._base.copy()
        left, top, right, bottom = self._lights.box
        luma, *chroma = self._lights.layers[state]
        parts = [(luma, drawn[: self.height], 1)]
        small = drawn[self.height :].reshape(2, self.height // 2, self.width // 2)
        parts += [(layer, plane, 2) for layer, plane in zip(chroma, small, strict=True)]
        for layer, plane, step in parts:
            part = plane[top // step : bottom // step, left // step : right // step]
            part[:] = layer.over(part)
        return VideoFrame.from_ndarray(drawn, format="yuv420p")


def _yuv(picture: Image.Image) -> NDArray[np.uint8]:
    """A picture's Y, Cb and Cr planes in one array, as PyAV lays them out (4:2:0, BT.709, limited range)."""
    frame = VideoFrame.from_ndarray(np.asarray(picture), format="rgb24").reformat(
        format="yuv420p",
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        dst_colorspace=Colorspace.ITU709,
    )
    planes: NDArray[np.uint8] = frame.to_ndarray().astype(np.uint8, copy=False)
    return planes


def _shade_foot(picture: Image.Image) -> None:
    """Darken the foot of the picture softly, so that the light is seen on bright clothes too."""
    height = max(1, round(picture.height * _SHADE_HEIGHT))
    depth = np.linspace(0, 1, height, dtype=np.float32) ** 1.7 * (255 * _SHADE_OPACITY)
    shade = np.repeat(depth.astype(np.uint8)[:, None], picture.width, axis=1)
    picture.paste((6, 9, 16), (0, picture.height - height), Image.fromarray(shade))


def _draw_badge(picture: Image.Image, label: str) -> None:
    unit = min(picture.size) / 720
    font = ImageFont.load_default(size=max(8.0, _FONT_SIZE * unit))
    margin, padding, dot = (length * unit for length in (_MARGIN, _PADDING, _DOT))
    texts = [(_TITLE, _TITLE_COLOUR), (_readable(label), _LABEL_COLOUR)]
    widths = [font.getlength(text) for text, _ in texts]
    height = _FONT_SIZE * unit + 1.4 * padding
    width = 2 * padding + dot + sum(0.7 * padding + text_width for text_width in widths if text_width)
    plate = Image.new("RGBA", (round(width) + 2, round(height) + 2))
    draw = ImageDraw.Draw(plate)
    draw.rounded_rectangle((0, 0, width, height), radius=height / 2, fill=_PLATE)
    middle = height / 2
    draw.ellipse((padding, middle - dot / 2, padding + dot, middle + dot / 2), fill=_DOT_COLOUR)
    at = padding + dot
    for (text, colour), text_width in zip(texts, widths, strict=True):
        draw.text((at + 0.7 * padding, middle), text, font=font, fill=colour, anchor="lm")
        at += 0.7 * padding + text_width
    picture.paste(plate, (round(margin), round(margin)), plate)


def _readable(label: str) -> str:
    """The label in one short line."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in label).split())
    return line if len(line) <= _MOST_LETTERS else line[: _MOST_LETTERS - 1] + "…"
