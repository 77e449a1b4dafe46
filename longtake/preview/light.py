"""The light that shows the voice: a row of bars at the foot of the picture, and a glow behind them.

It stands for no face, so it suits any portrait. At rest the bars are dots and there is no glow.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from longtake.preview.groups import STATES, State
from longtake.preview.voice import LOUDEST

Floats = NDArray[np.float32]

_BARS = 31
_BAR_STEP, _BAR_WIDTH, _BAR_HEIGHT = 14, 7, 92
_FOOT, _GLOW_WIDTH, _GLOW_HEIGHT = 74, 820, 250
"""Pixels where the picture's short side has 720."""
_MIDDLE_COLOUR, _EDGE_COLOUR, _GLOW_COLOUR = (255, 250, 240), (126, 214, 255), (255, 222, 170)
_REST_OPACITY, _FULL_OPACITY = 0.62, 0.96
_GLOW_STRENGTH, _GLOW_OPACITY = 0.34, 0.35
"""A light adds more than it covers: it would be a fog else."""
_WHITEST = 235

_BT709 = np.array(
    [[0.2126, 0.7152, 0.0722], [-0.114572, -0.385428, 0.5], [0.5, -0.454153, -0.045847]], dtype=np.float32
)
_RANGES = ((219 / 255, 16), (224 / 255, 128), (224 / 255, 128))
"""Scale and zero of Y, Cb and Cr in the limited range."""


@dataclass(frozen=True)
class Layer:
    """What lies over a part of a plane: it becomes `added + kept / 255 * plane`."""

    added: NDArray[np.uint8]
    kept: NDArray[np.uint8]

    def over(self, plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The part of the plane with the layer over it."""
        kept = (plane.astype(np.uint16) * self.kept + 127) // 255
        lit: NDArray[np.uint8] = np.minimum(kept + self.added, _WHITEST).astype(np.uint8)
        return lit


@dataclass(frozen=True)
class Lights:
    """The layers (Y, Cb, Cr) of each state, and the box that they lie over: left, top, right, bottom, all even."""

    box: tuple[int, int, int, int]
    layers: dict[State, tuple[Layer, Layer, Layer]]


@functools.lru_cache(maxsize=2)
def lights_for(width: int, height: int) -> Lights:
    """The lights for pictures of this size."""
    unit = min(width, height) / 720
    half = min(width // 2, round(_GLOW_WIDTH / 2 * unit)) // 2 * 2
    middle = width // 4 * 2
    box = (middle - half, max(0, height - round(_GLOW_HEIGHT * unit) // 2 * 2), middle + half, height)
    x = (np.arange(box[0], box[2], dtype=np.float32) + 0.5 - width / 2) / np.float32(unit)
    y = (np.arange(box[1], box[3], dtype=np.float32) + 0.5 - height) / np.float32(unit)
    x, y = x[None, :], y[:, None]
    glow, colours = _glow(x, y), _bar_colours(x)
    return Lights(box, {state: _layers(_bars(x, y, state, unit), glow, colours, state) for state in STATES})


def _layers(bars: Floats, glow: Floats, colours: Floats, state: State) -> tuple[Layer, Layer, Layer]:
    loudness = state.level / LOUDEST
    strength = _REST_OPACITY + (_FULL_OPACITY - _REST_OPACITY) * min(1.0, 1.6 * loudness)
    bars = bars * np.float32(strength)
    glow = glow * (1 - bars) * np.float32(_GLOW_STRENGTH * loudness)
    small = (_halved(bars), _halved(glow), colours[:, ::2])
    return _layer(0, bars, glow, colours), _layer(1, *small), _layer(2, *small)


def _bar_colours(x: Floats) -> Floats:
    """Y, Cb and Cr of the bars, column by column."""
    outwards = np.minimum(np.abs(x[0]) / (_BARS * _BAR_STEP / 2), 1)[:, None] ** 1.5
    near, far = np.array(_MIDDLE_COLOUR, np.float32), np.array(_EDGE_COLOUR, np.float32)
    colours: Floats = _BT709 @ (near + (far - near) * outwards).T
    return colours


def _layer(plane: int, bars: Floats, glow: Floats, colours: Floats) -> Layer:
    """The layer of plane 0, 1 or 2 (Y, Cb, Cr) from how much bars and glow light each of its pixels."""
    glow_colour = float((_BT709 @ np.array(_GLOW_COLOUR, np.float32))[plane])
    scale, zero = _RANGES[plane]
    opacity = bars + glow * np.float32(_GLOW_OPACITY)
    added = (colours[plane] * bars + np.float32(glow_colour) * glow) * np.float32(scale) + np.float32(zero) * opacity
    return Layer((added + 0.5).astype(np.uint8), (255.5 - 255 * opacity).astype(np.uint8))


def _bars(x: Floats, y: Floats, state: State, unit: float) -> Floats:
    """How much of each pixel the bars cover: upright strokes with round ends.

    `x` counts from the picture's middle, `y` up from its foot (negative).
    """
    bar = np.clip(np.round(x / _BAR_STEP), -(_BARS // 2), _BARS // 2)
    outwards = np.abs(bar) / (_BARS // 2)
    swing = np.sin(bar * 2.4 + 1.1 * np.sign(bar)) if state.shape else np.cos(bar * 1.7)
    share = (1 - outwards**1.6) * (0.62 + 0.38 * swing)
    radius = _BAR_WIDTH / 2
    reach = np.maximum(_BAR_HEIGHT / 2 * (state.level / LOUDEST) * share, radius) - radius
    across, along = x - bar * _BAR_STEP, np.maximum(np.abs(y + _FOOT) - reach, 0)
    size = radius * np.where(outwards > 0, 1 - 0.45 * outwards**2, 1)
    cover: Floats = ((size - np.hypot(across, along)) * unit + 0.5).clip(0, 1).astype(np.float32)
    return cover


def _glow(x: Floats, y: Floats) -> Floats:
    """A soft light that rises from the foot of the picture: 1 there, 0 at the edges of the box."""
    distance = np.hypot(x / (_GLOW_WIDTH / 2), y / _GLOW_HEIGHT).clip(0, 1)
    light: Floats = ((1 + np.cos(np.pi * distance)) / 2).astype(np.float32)
    return light


def _halved(plane: Floats) -> Floats:
    height, width = plane.shape
    small: Floats = plane.reshape(height // 2, 2, width // 2, 2).mean(axis=(1, 3))
    return small
