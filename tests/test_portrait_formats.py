"""Every kind of picture is read upright, in its true colours, and comes out as a JPEG of the wanted size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.portrait import Size, fit_portrait, read_picture
from longtake.portrait.fitting import fit_with_warnings
from tests.portrait_media import (
    CORNERS,
    corners_of,
    face,
    saved,
    sixteen_bits,
    stored_with_orientation,
    wide_gamut_profile,
)

OUT = Size(width=320, height=200)
ALL = list(CORNERS)


def fitted(path: Path, tmp_path: Path, fit: str = "contain", size: Size = OUT) -> Image.Image:
    target = fit_portrait(path, size=size, fit=fit, output_folder=tmp_path / "out")  # type: ignore[arg-type]
    picture = Image.open(target)
    assert picture.format == "JPEG"
    assert picture.mode == "RGB"
    assert picture.size == (size.width, size.height)
    assert "icc_profile" not in picture.info
    assert [entry.name for entry in (tmp_path / "out").iterdir()] == ["portrait.jpg"]
    return picture


FORMATS = {
    "a.jpg": {},
    "progressive.jpg": {"progressive": True},
    "a.png": {},
    "a.webp": {},
    "lossless.webp": {"lossless": True},
    "a.avif": {},
    "a.heic": {},
    "a.tiff": {},
    "lzw.tif": {"compression": "tiff_lzw"},
    "a.bmp": {},
    "a.gif": {},
    "a.jp2": {},
    "a.ppm": {},
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_shows_its_colours(name: str, tmp_path: Path) -> None:
    path = saved(face(), tmp_path / name, **FORMATS[name])
    info = read_picture(path)
    assert (info.width, info.height, info.has_alpha) == (640, 400, False)
    assert corners_of(fitted(path, tmp_path)) == ALL


MODES = ("RGB", "P", "CMYK", "YCbCr", "LAB", "RGBA", "RGBX")


@pytest.mark.parametrize("mode", MODES)
def test_each_colour_mode_shows_its_colours(mode: str, tmp_path: Path) -> None:
    kind = {"YCbCr": "a.tiff", "CMYK": "a.jpg", "LAB": "a.tiff", "RGBX": "a.tiff"}.get(mode, "a.png")
    if mode == "LAB":
        from PIL import ImageCms

        picture = ImageCms.profileToProfile(
            face(), ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), outputMode="LAB"
        )
    else:
        picture = face().convert(mode)
    assert picture is not None
    assert corners_of(fitted(saved(picture, tmp_path / kind), tmp_path)) == ALL


@pytest.mark.parametrize("kind", ["L", "1", "LA", "I;16", "I;16 tiff", "F", "I"])
def test_each_grey_mode_keeps_its_brightness(kind: str, tmp_path: Path) -> None:
    if kind.startswith("I;16"):
        picture, name = sixteen_bits(face()), "a.tiff" if "tiff" in kind else "a.png"
    elif kind in "FI":
        picture, name = face().convert("L").convert(kind), "a.tiff"
    else:
        picture, name = face().convert(kind), "a.png"
    shown = np.asarray(fitted(saved(picture, tmp_path / name), tmp_path)).astype(float)
    assert np.abs(shown - shown.mean(axis=2, keepdims=True)).max() <= 1  # grey
    meant = np.asarray(face().convert("L").resize((320, 200))).astype(float)
    assert abs(shown.mean() - meant.mean()) < 3
    assert np.corrcoef(shown[..., 0].ravel(), meant.ravel())[0, 1] > (0.6 if kind == "1" else 0.99)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("name", ["a.jpg", "a.png", "a.webp", "a.tiff", "a.avif"])
def test_pictures_stand_upright(name: str, orientation: int, tmp_path: Path) -> None:
    stored, exif = stored_with_orientation(face(), orientation)
    path = saved(stored, tmp_path / name, exif=exif)
    info = read_picture(path)
    assert (info.width, info.height) == (640, 400)
    assert corners_of(fitted(path, tmp_path, "exact")) == ALL


@pytest.mark.parametrize("mode", ["RGBA", "P", "LA"])
def test_transparent_parts_become_light_grey_and_are_told(mode: str, tmp_path: Path) -> None:
    picture = face().convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, 320, 200))
    path = saved(picture.convert(mode), tmp_path / "a.png")
    target, warnings = fit_with_warnings(path, size=OUT, fit="contain", output_folder=tmp_path)
    corner = np.asarray(Image.open(target))[20:60, 20:60]
    assert np.abs(corner.astype(int) - 220).max() <= 3
    assert any("transparent" in warning for warning in warnings)


def test_a_colour_profile_is_used(tmp_path: Path) -> None:
    path = saved(face(), tmp_path / "a.jpg", icc_profile=wide_gamut_profile(), quality=95)
    assert corners_of(fitted(path, tmp_path))[:2] == ["green", "red"]


def test_a_broken_colour_profile_is_told_and_does_no_harm(tmp_path: Path) -> None:
    path = saved(face(), tmp_path / "a.png", icc_profile=b"no profile at all" * 20)
    target, warnings = fit_with_warnings(path, size=OUT, fit="contain", output_folder=tmp_path)
    assert corners_of(Image.open(target)) == ALL
    assert any("colour profile" in warning for warning in warnings)


def test_the_first_frame_of_an_animation_is_used_and_told(tmp_path: Path) -> None:
    others = [Image.new("RGB", (640, 400), "black")] * 3
    for name in ("a.gif", "a.webp", "a.png"):
        path = saved(face(), tmp_path / name, save_all=True, append_images=others)
        target, warnings = fit_with_warnings(path, size=OUT, fit="contain", output_folder=tmp_path)
        assert corners_of(Image.open(target)) == ALL
        assert any("animated" in warning for warning in warnings)


def test_the_format_is_told_by_the_bytes_not_by_the_name(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    face().save(path, "PNG")
    assert read_picture(path).format == "PNG"
    assert corners_of(fitted(path, tmp_path)) == ALL


def test_equal_pictures_give_equal_bytes(tmp_path: Path) -> None:
    path = saved(face((900, 400)), tmp_path / "a.png")
    one, two = (fit_portrait(path, size=OUT, fit="contain", output_folder=tmp_path / name) for name in "ab")
    assert one.read_bytes() == two.read_bytes()
