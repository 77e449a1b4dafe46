"""Sizes, shapes and masks: what is cut off, what is filled, and that a mask lies where its portrait does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from longtake.assets import FolderStore
from longtake.errors import ImageError
from longtake.portrait import Size, fit_mask, fit_portrait, output_size, prepare_mask, prepare_portrait
from longtake.portrait.fitting import MOST_BYTES, fit_with_warnings
from longtake.portrait.masking import fit_mask_with_warnings
from tests.portrait_media import CORNERS, corners_of, face, saved, stored_with_orientation

ALL = list(CORNERS)
HD = Size(width=1280, height=720)


def size(width: int, height: int) -> Size:
    return Size(width=width, height=height)


@pytest.mark.parametrize(
    ("shape", "resolution", "expected"),
    [
        ("16:9", "720p", "1280x720"),
        ("16:9", "1080p", "1920x1080"),
        ("9:16", "720p", "720x1280"),
        ("9:16", "1080p", "1080x1920"),
        ("1:1", "720p", "720x720"),
        ("1:1", "1080p", "1080x1080"),
    ],
)
def test_a_named_shape_has_its_short_side(shape: str, resolution: str, expected: str) -> None:
    assert str(output_size(shape, resolution, size(333, 777))) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("picture", "expected"),
    [
        ((1920, 1080), "1280x720"),
        ((1366, 768), "1280x720"),  # sold as 16:9
        ((1080, 1920), "720x1280"),
        ((2000, 2000), "960x960"),
        ((3000, 2000), "1174x782"),
        ((9000, 900), "1466x628"),  # as 21:9
        ((300, 3000), "628x1466"),
    ],
)
def test_the_own_shape_has_as_many_pixels(picture: tuple[int, int], expected: str) -> None:
    assert str(output_size("own", "720p", size(*picture))) == expected


@given(width=st.integers(256, 20_000), height=st.integers(256, 20_000), resolution=st.sampled_from(["720p", "1080p"]))
def test_every_own_shape_is_even_and_within_its_pixels(width: int, height: int, resolution: str) -> None:
    picture = size(width, height)
    out = output_size("own", resolution, picture)  # type: ignore[arg-type]
    most = {"720p": 1280 * 720, "1080p": 1920 * 1080}[resolution]
    assert out.width % 2 == out.height % 2 == 0
    assert most * 0.99 < out.width * out.height <= most
    assert max(out.width, out.height) <= 4096
    assert 0.42 < out.aspect < 2.34
    if 9 / 21 < picture.aspect < 21 / 9:
        assert out.is_shaped_like(picture)


@pytest.mark.parametrize("fit", ["contain", "cover", "exact"])
def test_a_picture_of_nearly_the_same_shape_fills_the_frame(fit: str, tmp_path: Path) -> None:
    path = saved(face((1290, 720)), tmp_path / "a.png")
    target = fit_portrait(path, size=HD, fit=fit, output_folder=tmp_path)  # type: ignore[arg-type]
    picture = Image.open(target)
    assert picture.size == (1280, 720)
    assert corners_of(picture, margin=0.002) == ALL


def test_contain_shows_all_in_front_of_a_darker_blur(tmp_path: Path) -> None:
    path = saved(face((720, 1280)), tmp_path / "a.png")
    picture = Image.open(fit_portrait(path, size=HD, fit="contain", output_folder=tmp_path))
    inner = picture.crop((438, 0, 842, 720))  # 405 x 720 in the middle
    assert corners_of(inner) == ALL
    sides = np.asarray(picture.crop((0, 0, 430, 720)).convert("L")).astype(int)
    assert 5 < sides.mean() < np.asarray(inner.convert("L")).mean() * 0.9
    assert np.abs(np.diff(sides, axis=1)).max() <= 8  # nothing sharp is left of the quarters' edges
    assert np.abs(np.diff(sides, axis=0)).max() <= 8


def test_cover_fills_the_frame_and_keeps_what_is_further_up(tmp_path: Path) -> None:
    tall = Image.new("RGB", (720, 1280))
    for row in range(1280):
        tall.paste((row // 8, row // 8, row // 8), (0, row, 720, row + 1))
    picture = Image.open(
        fit_portrait(saved(tall, tmp_path / "a.png"), size=size(720, 720), fit="cover", output_folder=tmp_path)
    )
    rows = np.asarray(picture.convert("L")).mean(axis=1)
    assert rows[0] == pytest.approx(560 / 3 / 8, abs=2)
    assert rows[-1] == pytest.approx((560 / 3 + 720) / 8, abs=2)


def test_exact_refuses_another_shape_and_says_both(tmp_path: Path) -> None:
    path = saved(face((640, 400)), tmp_path / "my face.png")
    with pytest.raises(ImageError, match=r"my face\.png: .*640x400.*1280x720.*Crop") as caught:
        fit_portrait(path, size=HD, fit="exact", output_folder=tmp_path / "out")
    assert caught.value.where == str(path)
    assert not (tmp_path / "out").exists()


def test_a_picture_that_is_far_too_small_is_refused(tmp_path: Path) -> None:
    path = saved(face((255, 600)), tmp_path / "tiny.png")
    with pytest.raises(ImageError, match=r"tiny\.png: .*255x600.*256 pixels"):
        fit_portrait(path, size=HD, fit="contain", output_folder=tmp_path)


def test_a_small_picture_is_enlarged_and_told(tmp_path: Path) -> None:
    small, large = (saved(face(s), tmp_path / f"{s[0]}.png") for s in ((640, 360), (1600, 900)))
    assert "640x360 pixels and is enlarged 2.0 times" in warnings_of(small, tmp_path)[0]
    assert warnings_of(large, tmp_path) == ()


def warnings_of(path: Path, folder: Path) -> tuple[str, ...]:
    return fit_with_warnings(path, size=HD, fit="contain", output_folder=folder)[1]


def test_pure_noise_stays_under_five_megabytes(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (2160, 3840, 3), np.uint8)
    path = saved(Image.fromarray(noise[:1080, :1920]), tmp_path / "a.bmp")
    target = fit_portrait(path, size=size(1920, 1080), fit="exact", output_folder=tmp_path)
    assert target.stat().st_size <= MOST_BYTES


def test_a_photo_of_24_megapixels_is_fitted(tmp_path: Path) -> None:
    path = saved(face((6000, 4000)), tmp_path / "a.jpg")
    assert (
        corners_of(Image.open(fit_portrait(path, size=HD, fit="contain", output_folder=tmp_path)), margin=0.15) == ALL
    )


def spot_mask(picture: tuple[int, int], box: tuple[int, int, int, int]) -> Image.Image:
    mask = Image.new("L", picture, 0)
    ImageDraw.Draw(mask).rectangle(box, fill=255)
    return mask


def red_and_white(portrait: Path, mask: Path, out: Size, fit: str, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """Where the fitted portrait is red, and where the fitted mask is white."""
    shown = Image.open(fit_portrait(portrait, size=out, fit=fit, output_folder=folder))  # type: ignore[arg-type]
    white = Image.open(fit_mask(mask, portrait, size=out, fit=fit, output_folder=folder))  # type: ignore[arg-type]
    assert white.mode == "L"
    assert white.size == (out.width, out.height)
    levels = np.asarray(white)
    assert set(np.unique(levels)) <= {0, 255}
    rgb = np.asarray(shown).astype(int)
    return (rgb[..., 0] > 190) & (rgb[..., 1] < 60), levels == 255


@pytest.mark.parametrize("fit", ["contain", "cover"])
@pytest.mark.parametrize("out", [size(1280, 720), size(720, 1280), size(600, 600)])
@pytest.mark.parametrize("factor", [1, 2])
def test_a_mask_lies_exactly_where_its_portrait_does(fit: str, out: Size, factor: int, tmp_path: Path) -> None:
    """What is red in the portrait is white in the mask; half the portrait's size will do for the mask."""
    picture = Image.new("RGB", (1000, 800), (0, 60, 60))
    box = (420, 300, 599, 459)
    ImageDraw.Draw(picture).rectangle(box, fill=(255, 0, 0))
    portrait = saved(picture, tmp_path / "p.png")
    mask = spot_mask((1000, 800), box).resize((1000 // factor, 800 // factor))
    red, white = red_and_white(portrait, saved(mask, tmp_path / "m.png"), out, fit, tmp_path)
    assert white.sum() > 1000
    assert (red & white).sum() / (red | white).sum() > 0.97


ON_WHAT_IS_SEEN = [(orientation, True) for orientation in range(1, 9)]
ON_WHAT_IS_STORED = [(orientation, False) for orientation in (1, 5, 6, 7, 8)]  # nothing tells 2, 3, 4 from what is seen


@pytest.mark.parametrize(("orientation", "seen"), ON_WHAT_IS_SEEN + ON_WHAT_IS_STORED)
def test_a_mask_follows_its_portraits_orientation(orientation: int, seen: bool, tmp_path: Path) -> None:
    picture = Image.new("RGB", (900, 600), (0, 60, 60))
    box = (100, 60, 299, 239)
    ImageDraw.Draw(picture).rectangle(box, fill=(255, 0, 0))
    mask = spot_mask((900, 600), box)
    stored, exif = stored_with_orientation(picture, orientation)
    portrait = saved(stored, tmp_path / "p.png", exif=exif)
    drawn = mask if seen else stored_with_orientation(mask, orientation)[0]
    red, white = red_and_white(portrait, saved(drawn, tmp_path / "m.png"), HD, "contain", tmp_path)
    assert (red & white).sum() / (red | white).sum() > 0.97


def test_a_mask_is_black_outside_and_beside_what_is_transparent(tmp_path: Path) -> None:
    portrait = saved(face((600, 1000)), tmp_path / "p.png")
    mask = Image.new("RGBA", (600, 1000), (255, 255, 255, 0))
    mask.paste((255, 255, 255, 255), (0, 0, 600, 500))
    _, white = red_and_white(portrait, saved(mask, tmp_path / "m.png"), HD, "contain", tmp_path)
    assert white[:360, 425:855].all()
    assert not white[361:].any()
    assert not white[:, :420].any()
    assert not white[:, 860:].any()


def test_a_mask_of_another_shape_is_refused_with_both_sizes(tmp_path: Path) -> None:
    portrait = saved(face((640, 400)), tmp_path / "p.png")
    mask = saved(spot_mask((640, 480), (0, 0, 99, 99)), tmp_path / "the mask.png")
    with pytest.raises(ImageError, match=r"the mask\.png: .*640x480.*640x400.*same size"):
        fit_mask(mask, portrait, size=HD, fit="contain", output_folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_mask_that_shows_nobody_is_refused(tmp_path: Path) -> None:
    portrait = saved(face((600, 1000)), tmp_path / "p.png")
    black = saved(Image.new("L", (600, 1000), 90), tmp_path / "black.png")
    low = saved(spot_mask((600, 1000), (0, 900, 599, 999)), tmp_path / "low.png")
    with pytest.raises(ImageError, match="black everywhere"):
        fit_mask(black, portrait, size=HD, fit="contain", output_folder=tmp_path)
    with pytest.raises(ImageError, match=r"black in the part that the video shows.*contain"):
        fit_mask(low, portrait, size=HD, fit="cover", output_folder=tmp_path)
    fit_mask(low, portrait, size=HD, fit="contain", output_folder=tmp_path)


def test_a_mask_that_is_all_white_is_told(tmp_path: Path) -> None:
    portrait = saved(face(), tmp_path / "p.png")
    mask = saved(Image.new("1", (640, 400), 1), tmp_path / "m.png")
    _, warnings = fit_mask_with_warnings(mask, portrait, size=size(320, 200), fit="cover", output_folder=tmp_path)
    assert "white everywhere" in warnings[0]


def test_what_was_prepared_is_found_again_and_not_read_again(store: FolderStore, tmp_path: Path) -> None:
    portrait, mask = saved(face(), tmp_path / "p.png"), saved(spot_mask((640, 400), (9, 9, 99, 99)), tmp_path / "m.png")
    source, mask_source = store.put(portrait), store.put(mask)
    first = prepare_portrait(portrait, source=source, size=HD, fit="contain", store=store)
    masked = prepare_mask(mask, portrait, source=mask_source, portrait=source, size=HD, fit="contain", store=store)
    assert (first.width, first.height) == (masked.width, masked.height) == (1280, 720)
    assert first.asset.suffix == ".jpg"
    assert masked.asset.suffix == ".png"
    assert "enlarged" in first.warnings[0]
    for path in (portrait, mask):
        path.write_bytes(b"gone")
    assert prepare_portrait(portrait, source=source, size=HD, fit="contain", store=store) == first
    again = prepare_mask(mask, portrait, source=mask_source, portrait=source, size=HD, fit="contain", store=store)
    assert again == masked
    with pytest.raises(ImageError, match=r"^Ada\.png: "):
        prepare_portrait(portrait, source=source, size=HD, fit="cover", store=store, name="Ada.png")
