"""Who is drawn: a face's colours and measures."""

from __future__ import annotations

from dataclasses import dataclass

from drawing.canvas import Colour, Point


@dataclass(frozen=True)
class Person:
    """A face's colours, and what sets it apart."""

    name: str
    wall: tuple[Colour, Colour]
    skin: Colour
    shade: Colour
    glow: Colour
    blush: Colour
    hair: Colour
    hair_light: Colour
    brow: Colour
    iris: Colour
    lips: Colour
    cloth: Colour
    cloth_shade: Colour
    brow_thickness: float
    jaw: float
    collar: Point
    woman: bool
