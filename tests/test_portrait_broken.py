"""Bad pictures: each is an ImageError that names the file and says what to do, and leaves nothing behind."""

from __future__ import annotations

import struct
import threading
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from longtake.errors import ImageError
from longtake.portrait import Size, fit_mask, fit_portrait, read_picture
from tests.portrait_media import encoded, face

OUT = Size(width=1280, height=720)
KINDS = ("JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF", "AVIF", "JPEG2000")


def textured() -> Image.Image:
    """A picture that no format makes tiny."""
    noise = np.random.default_rng(3).integers(-20, 21, (400, 640, 3))
    return Image.fromarray((np.asarray(face()).astype(int) + noise).clip(0, 255).astype(np.uint8))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG that states a size and holds next to nothing."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")


def bad_pictures() -> dict[str, bytes]:
    whole = {kind: encoded(textured(), kind) for kind in KINDS}
    random = np.random.default_rng(7)
    found = {"empty": b"", "one byte": b"\xff", "text": b"Once upon a time there was a portrait." * 40}
    for kind, data in whole.items():
        for percent in (1, 5, 12, 25, 40, 55, 70, 85):
            found[f"{kind} cut at {percent} %"] = data[: max(3, len(data) * percent // 100)]
        found[f"{kind} with a wiped head"] = bytes(64) + data[64:]
    for number in range(8):
        found[f"random bytes {number}"] = random.bytes(10 ** (number % 4 + 2))
    for kind in ("JPEG", "PNG", "WEBP"):
        found[f"{kind}'s first bytes before noise"] = whole[kind][:24] + random.bytes(5000)
    found |= {
        "a bomb": png_of_size(30_000, 30_000),
        "a smaller bomb": png_of_size(10_000, 10_000),
        "a picture of 61 million pixels": png_of_size(7_821, 7_800),
        "a picture of no pixels": png_of_size(0, 500),
        "absurd sides": png_of_size(2**31 - 1, 2**31 - 1),
        "a drawing of lines": b'<svg xmlns="http://www.w3.org/2000/svg" width="900" height="900"/>',
        "a printer's page": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 900 900\nshowpage\n",
        "a document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n",
        "a sound": b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(500),
        "a video": b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(500),
    }
    return found


BAD = bad_pictures()


def test_there_are_enough_of_them() -> None:
    assert len(BAD) >= 100


@pytest.mark.parametrize("name", BAD)
def test_a_bad_picture_is_named_and_leaves_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / "Bild für Ada.png"
    path.write_bytes(BAD[name])
    with warnings.catch_warnings(record=True) as leaked:
        for action in (
            lambda: read_picture(path),
            lambda: fit_portrait(path, size=OUT, fit="contain", output_folder=tmp_path / "out"),
            lambda: fit_mask(path, path, size=OUT, fit="contain", output_folder=tmp_path / "out"),
        ):
            with pytest.raises(ImageError) as caught:
                action()
            assert caught.value.where == str(path)
            assert caught.value.hint
            assert len(str(caught.value)) < 400 + len(str(path))
    assert not leaked
    assert [entry.name for entry in tmp_path.iterdir()] == [path.name]


@pytest.mark.parametrize("name", ["missing.png", "folder", "missing/folder.png", "x" * 300, "a\0b"])
def test_a_path_that_cannot_be_read_is_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ImageError) as caught:
        read_picture(tmp_path / name)
    assert caught.value.where == str(tmp_path / name)


def test_large_pictures_are_refused_by_their_size(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(BAD["a picture of 61 million pixels"])
    with pytest.raises(ImageError, match=r"7821x7800 pixels, more than 60 million.*4096"):
        read_picture(path)


def test_odd_metadata_spoils_nothing_and_says_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """EXIF of random bytes is what some phones' apps write."""
    for number in range(12):
        exif = b"Exif\0\0" + (b"II*\0" if number % 2 else b"MM\0*") + np.random.default_rng(number).bytes(60)
        path = tmp_path / f"{number}.jpg"
        face().save(path, exif=exif)
        assert read_picture(path).size == Size(width=640, height=400)
        fit_portrait(path, size=OUT, fit="contain", output_folder=tmp_path)
    assert capfd.readouterr().err == ""


def test_good_and_bad_ones_at_once_in_threads(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jpg", tmp_path / "bad.jpg"
    face((1600, 900)).save(good)
    bad.write_bytes(BAD["a smaller bomb"])
    outcomes: list[str] = []

    def work(number: int) -> None:
        try:
            fit_portrait(bad if number % 2 else good, size=OUT, fit="cover", output_folder=tmp_path / f"out {number}")
            outcomes.append("fitted")
        except ImageError:
            outcomes.append("refused")

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["fitted"] * 6 + ["refused"] * 6
