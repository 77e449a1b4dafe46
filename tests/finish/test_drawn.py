"""What is drawn on the pictures: a logo on its corner and nowhere else, and captions in every script."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import av
import ffmpeg
import numpy as np
import pytest
from PIL import Image
from typing_extensions import override

from longtake import ffmpeg as runner
from longtake.around import Corner, Logo
from longtake.assets import Asset, FolderStore
from longtake.captions import Cue
from longtake.errors import ImageError, MissingComponent
from longtake.finish import Finish, Stamp, prepare_finish, tell_encoding
from longtake.finish.glyphs import check_drawable, missing_letters
from longtake.finish.logo import prepare_logo, scaled_logo
from longtake.options import RenderOptions
from longtake.portrait import Size
from longtake.progress import Silence, _listener
from longtake.stitch.ass import write_ass
from longtake.stitch.ink import cues_between
from tests.conftest import component
from tests.finish.media import PRESET, SIZE, Talk, frame_at, make_film, make_talk
from tests.stitch_media import decoded

ARABIC, HEBREW, CHINESE = "مرحبا", "שלום", "你好"
WIDE = Size(width=640, height=360)
NOBODYS = "\U00013000"  # an Egyptian hieroglyph


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Talk:
    folder = tmp_path_factory.mktemp("drawn")
    return make_talk(folder, FolderStore(folder / "store"), spoken_frames=40, pause_frames=10)


def red_square(path: Path, *, size: tuple[int, int] = (100, 100)) -> Path:
    """A red square in a frame that is wholly transparent, and half as wide and high as the picture."""
    picture = Image.new("RGBA", size, (0, 0, 255, 0))
    picture.paste((255, 0, 0, 255), (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    picture.save(path)
    return path


class Ear(Silence):
    """Keeps the notes."""

    def __init__(self) -> None:
        self.notes: list[str] = []

    @override
    def note(self, text: str) -> None:
        self.notes.append(text)


@contextmanager
def heard() -> Iterator[list[str]]:
    """The notes of what is done inside the context."""
    ear = Ear()
    before = _listener.set(ear)
    try:
        yield ear.notes
    finally:
        _listener.reset(before)


def needs_font(text: str, package: str) -> None:
    """Skip the test where no font has these letters, or fail it where the package is required."""
    if missing_letters(text):
        component(package, "no program has this name")


def said(cue_text: str) -> Cue:
    return Cue(start_milliseconds=0, end_milliseconds=1000, lines=tuple(cue_text.split("\n")))


def drawn(text: str | Cue, folder: Path, size: Size = WIDE) -> np.ndarray:
    """What the captions' document draws on black, as one channel."""
    cue = said(text) if isinstance(text, str) else text
    document = folder / "captions, and 'more'.ass"
    document.write_text(write_ass([cue], size.width, size.height), encoding="utf-8")
    source = ffmpeg.input(f"color=black:s={size}:r=25:d=0.04", f="lavfi")
    shown = source.filter("subtitles", filename=str(document)).output("-", format="rawvideo", pix_fmt="gray")
    return np.frombuffer(runner.run(shown).stdout, np.uint8).reshape(size.height, size.width)


def ink(picture: np.ndarray) -> tuple[int, int, int, int]:
    """Left, top, right and bottom of what is bright."""
    rows, columns = np.flatnonzero((picture > 128).any(axis=1)), np.flatnonzero((picture > 128).any(axis=0))
    assert rows.size, "nothing is drawn"
    return int(columns[0]), int(rows[0]), int(columns[-1]), int(rows[-1])


@pytest.mark.parametrize("corner", ["top-left", "top-right", "bottom-left", "bottom-right"])
def test_a_logo_is_on_its_corner_and_nowhere_else(corner: Corner, talk: Talk, tmp_path: Path) -> None:
    address = talk.store.put(red_square(tmp_path / "logo.png")).address
    stamp = prepare_logo(Logo(file=address, corner=corner, width=0.25), SIZE, talk.store)
    made = talk.assemble(Finish(logo=stamp))
    plain = talk.assemble()
    assert (made.report.frames, made.report.reencoded_clips) == (plain.report.frames, len(talk.shots))
    with_logo, without = (frame_at(talk.path(video), 1).astype(int) for video in (made, plain))
    box = 80  # a quarter of 320
    margin = round(180 * 0.04)
    left = margin if "left" in corner else 320 - margin - box
    top = margin if "top" in corner else 180 - margin - box
    inner = (slice(top + 24, top + 56), slice(left + 24, left + 56))
    assert np.abs(with_logo[inner] - (255, 0, 0)).max() < 30
    changed = np.abs(with_logo - without).max(axis=2) > 40
    changed[top + 16 : top + 64, left + 16 : left + 64] = False
    assert changed.mean() < 0.005, "transparent parts and the rest are as they were"


def test_a_logo_leaves_the_opening_alone(talk: Talk, tmp_path: Path) -> None:
    address = talk.store.put(red_square(tmp_path / "logo.png")).address
    film = talk.store.put(make_film(tmp_path / "f.mp4", seconds=0.4, source="color=c=gray", sound=None)).address
    storyboard = talk.storyboard.model_copy(update={"intro": film, "logo": Logo(file=address, width=0.25)})
    finish = prepare_finish(storyboard, (), SIZE, RenderOptions(), PRESET, talk.store)
    path = talk.path(talk.assemble(finish))
    corner = (47, 263)
    assert np.ptp(frame_at(path, 0.2)[corner].astype(int)) < 12
    assert frame_at(path, 0.5)[corner][0] > 220
    assert frame_at(path, 0.5)[corner][1] < 40


def test_opacity_size_and_shape(store: FolderStore, tmp_path: Path) -> None:
    path = red_square(tmp_path / "logo.png", size=(400, 200))
    half = scaled_logo(path, Logo(file="-", width=0.2, opacity=0.5), Size(width=1280, height=720))
    assert half.size == (256, 128)
    assert half.getpixel((128, 64)) == (255, 0, 0, 128)
    assert half.getpixel((0, 0))[3] == 0
    edge = np.asarray(half)[..., :3][np.asarray(half)[..., 3] > 8]
    assert edge[:, 2].max() < 8, "the colour of what is transparent does not shine through at the edges"
    tall = scaled_logo(red_square(tmp_path / "t.png", size=(100, 900)), Logo(file="-", width=1), SIZE)
    assert tall.height == SIZE.height / 2
    wide = scaled_logo(red_square(tmp_path / "w.png", size=(900, 100)), Logo(file="-", width=1), SIZE)
    assert wide.width == pytest.approx(SIZE.width - 2 * 0.04 * SIZE.height, abs=1)
    with pytest.raises(ImageError, match="logo"):
        prepare_logo(Logo(file=store.put(b"no picture").address), SIZE, store)


def test_that_all_is_encoded_anew_is_told() -> None:
    stamp = Stamp(picture=Asset(sha256="0" * 64, size_bytes=1, suffix=".png"), corner="top-left")
    with heard() as notes:
        tell_encoding(Finish(), 90)
        tell_encoding(Finish(logo=stamp), 90)
        tell_encoding(Finish(logo=stamp, is_burnt=True), 36_000)
    assert len(notes) == 2
    assert "the whole video will be encoded anew" in notes[0]
    assert "captions" not in notes[0]
    assert "all 600 minutes" in notes[1]
    assert "logo" in notes[1]
    assert "captions" in notes[1]


def test_captions_are_burnt_when_they_are_said_and_only_then(talk: Talk) -> None:
    sentences = talk.timeline.sentences
    finish = prepare_finish(talk.storyboard, sentences, SIZE, RenderOptions(captions="burn"), PRESET, talk.store)
    made, plain = talk.assemble(finish, captioned=False), talk.assemble(captioned=False, reencode=True)
    pairs = zip(decoded(talk.path(made)), decoded(talk.path(plain)), strict=True)
    low = slice(SIZE.height * 3 // 4, SIZE.height)
    differing = [
        number
        for number, ((_, ours), (_, theirs)) in enumerate(pairs)
        if (np.abs(ours[low].astype(int) - theirs[low]) > 60).sum() > 30
    ]
    expected = [
        frame
        for sentence in sentences
        for frame in range(round(sentence.start_seconds * 25), round(sentence.end_seconds * 25))
    ]
    assert differing == expected
    with av.open(str(talk.path(made))) as container:
        assert not container.streams.subtitles


@pytest.mark.parametrize("text", ["Hello", ARABIC, HEBREW, "Grüße, Ελλάδα, Привет"])
def test_letters_are_drawn_inside_the_margins(text: str, tmp_path: Path) -> None:
    needs_font(text, "fonts-dejavu-core")
    left, top, right, bottom = ink(drawn(text, tmp_path))
    assert abs((left + right) / 2 - 320) < 8, "it is centred"
    assert top > 360 * 0.85
    assert bottom < 360 * 0.95
    assert np.abs(drawn(text, tmp_path).astype(int) - drawn("□" * len(text), tmp_path)).mean() > 0.2


def test_arabic_is_joined_and_runs_from_the_right(tmp_path: Path) -> None:
    needs_font(ARABIC + HEBREW, "fonts-dejavu-core")
    joined, apart = drawn("سسس", tmp_path), drawn("س\u200cس\u200cس", tmp_path)
    assert ink(joined)[2] - ink(joined)[0] < 0.85 * (ink(apart)[2] - ink(apart)[0]), "letters take their joined forms"
    # alef is a stroke, and seen a wide bowl: what is said first stands at the right
    picture = drawn("ا" + "سسسس", tmp_path)
    left, _top, right, _ = ink(picture)
    heights = [np.flatnonzero(picture[:, column] > 128) for column in (left + 2, right - 2)]
    assert heights[1].min() < heights[0].min(), "the high alef is at the right end"
    mixed = drawn(f"{HEBREW} abc.", tmp_path)
    alone = ink(drawn(f"{HEBREW} abc", tmp_path))
    assert ink(mixed)[2] - ink(mixed)[0] > alone[2] - alone[0]
    column = mixed[:, ink(mixed)[0] : ink(mixed)[0] + 3] > 128
    assert np.flatnonzero(column.any(axis=1)).min() > ink(mixed)[1] + 5, "the full stop ends the line at its left"


def test_a_line_runs_the_way_that_its_cue_says(tmp_path: Path) -> None:
    """It begins with a Latin letter, and yet it is a Hebrew line."""
    needs_font(HEBREW, "fonts-dejavu-core")
    guessed = said(f"a______ {HEBREW}")
    told = guessed.model_copy(update={"directions": ("rtl",)})
    letters = []
    for cue in (guessed, told):
        picture = drawn(cue, tmp_path)
        _, top, _, bottom = ink(picture)
        letters.append(float(np.nonzero(picture[top : bottom - 5] > 128)[1].mean()))
    assert letters[0] > 328, "the letters stand behind the line that is drawn"
    assert letters[1] < 312, "the letters stand before it"


def test_chinese_is_drawn_where_there_is_a_font_for_it(tmp_path: Path) -> None:
    needs_font(CHINESE, "fonts-noto-cjk")
    one, two = drawn(CHINESE[0], tmp_path), drawn(CHINESE, tmp_path)
    size = round(360 / 20)
    assert ink(two)[2] - ink(two)[0] == pytest.approx(2 * size * 0.85, abs=size / 3)
    assert (one > 128).sum() > 20


def test_nothing_in_a_caption_is_a_command(tmp_path: Path) -> None:
    for text in (r"{\an8}up", r"{\fs200}big", r"a\Nb", r"{\1c&H0000FF&}red"):
        left, top, right, bottom = ink(drawn(text, tmp_path))
        assert bottom - top < 30, f"{text} is one line of the usual size"
        assert top > 300
        wider = ink(drawn(text + "{", tmp_path))
        assert wider[2] - wider[0] > right - left


def test_long_lines_are_broken_and_upright_pictures_hold_42_letters(tmp_path: Path) -> None:
    upright = Size(width=360, height=640)
    line = "I said that it could be read from afar now"
    assert len(line) == 42
    left, top, right, bottom = ink(drawn(line, tmp_path, upright))
    assert (left >= 18) and (right <= 342)
    assert bottom - top < 24, "one line"
    left, top, right, bottom = ink(drawn(line * 2, tmp_path, upright))
    assert (left >= 10) and (right <= 350)


def test_letters_that_no_font_has_are_told_before_anything_is_spent(talk: Talk) -> None:
    with pytest.raises(MissingComponent, match=r"EGYPTIAN.*(Install|install)"):
        check_drawable([said(f"Hello {NOBODYS}")])
    sentences = tuple(s.model_copy(update={"text": NOBODYS}) for s in talk.timeline.sentences)
    with pytest.raises(MissingComponent, match="captions"):
        prepare_finish(talk.storyboard, sentences, SIZE, RenderOptions(captions="burn"), PRESET, talk.store)
    assert check_drawable([said("Hello, world. \u200f\u2066a\u2069\u200b e\u0301 \u00a0 1½")]) == ""


def test_a_symbol_that_no_font_has_is_left_out_with_a_note(talk: Talk) -> None:
    with heard() as notes:
        assert check_drawable([said("Hi \U0001fae8")]) == "\U0001fae8"
    assert len(notes) == 1
    finish = Finish(is_burnt=True, undrawn="\U0001fae8")
    timeline = talk.timeline.model_copy(
        update={"sentences": tuple(s.model_copy(update={"text": "\U0001fae8"}) for s in talk.timeline.sentences)}
    )
    bare = Talk(talk.store, talk.storyboard, timeline, talk.shots, talk.clips, talk.paths)
    assert bare.assemble(finish, captioned=False).report.frames == timeline.frames


def test_a_machine_without_fonts_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    config = tmp_path / "fonts.conf"
    config.write_text(f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}</cachedir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(config))
    with pytest.raises(MissingComponent, match="no fonts"):
        check_drawable([said("Hello")])


def test_an_ffmpeg_without_libass_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script = tmp_path / "ffmpeg"
    script.write_text("#!/bin/sh\necho \"No such filter: 'subtitles'\" >&2\nexit 8\n")
    script.chmod(0o755)
    monkeypatch.setenv("LONGTAKE_FFMPEG", str(script))
    runner.ffmpeg_binary.cache_clear()
    try:
        assert shutil.which(str(script))
        with pytest.raises(MissingComponent, match="libass"):
            check_drawable([said("Hello")])
    finally:
        monkeypatch.undo()
        runner.ffmpeg_binary.cache_clear()


def test_three_thousand_letters_are_asked_for_at_once() -> None:
    letters = "".join(map(chr, range(0x0400, 0x0460))) + "".join(map(chr, range(0x13000, 0x13000 + 1000)))
    assert set(missing_letters(letters)) == set(map(chr, range(0x13000, 0x13000 + 1000)))


def test_captions_of_a_stretch_are_those_that_are_shown_in_it() -> None:
    """A caption that lasts over the seam of two stretches is drawn in both, and in neither twice."""
    cues = tuple(
        Cue(start_milliseconds=start, end_milliseconds=end, lines=(str(start),))
        for start, end in ((0, 990), (1000, 2500), (2500, 2900), (3100, 4000))
    )
    stretches = [(0, 25), (25, 60), (60, 61), (61, 75), (75, 100)]
    shown = [
        (cue.start_milliseconds + 40 * first, cue.end_milliseconds + 40 * first, cue.text)
        for first, last in stretches
        for cue in cues_between(cues, first, last)
    ]
    assert shown == [
        (0, 990, "0"),
        (1000, 2400, "1000"),
        (2400, 2440, "1000"),
        (2440, 2500, "1000"),
        (2500, 2900, "2500"),
        (3100, 4000, "3100"),
    ]
