"""Openings and closings of every kind become what the clips are: frames, moments, upright pictures and sound."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import av
import ffmpeg
import numpy as np
import pytest
import soundfile

from longtake import ffmpeg as runner
from longtake.assets import FolderStore
from longtake.errors import MediaError
from longtake.finish.conform import SET_NUMBER, prepare_picture
from longtake.finish.conform_sound import prepare_sound
from longtake.loudness import measure_samples, preset_named
from longtake.probe import probe_clip
from longtake.stitch.avcc import parse_avcc
from tests.finish.media import PRESET, SIZE, frame_at, make_film
from tests.loudness_media import ffmpeg_loudness

FLASH_SECONDS = 1.0
BEEP = "aevalsrc='if(gte(t,{start}),0.3*sin(2*PI*1000*t),0)':s=44100"

FILMS: dict[str, dict[str, Any]] = {
    "25": {},
    "23.976": {"rate": "24000/1001"},
    "29.97": {"rate": "30000/1001", "size": (322, 242)},
    "60, upright": {"rate": "60", "size": (180, 320)},
    "10 bits, 4:4:4": {"pix_fmt": "yuv444p10le"},
    "full range": {"pix_fmt": "yuvj420p"},
    "oblong pixels": {"filtered": ("setsar", {"sar": "2/1"})},
    "mpeg-4 in matroska": {"vcodec": "mpeg4", "suffix": ".mkv"},
    "vp9 in webm": {"vcodec": "libvpx-vp9", "cpu-used": 8, "deadline": "realtime", "suffix": ".webm"},
    "interlaced": {"flags": "+ildct+ilme", "x264-params": "tff=1"},
    "high dynamic range": {
        "pix_fmt": "yuv420p10le",
        "vcodec": "libx265",
        "x265-params": "log-level=none:colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc",
        "filtered": ("setparams", {"color_primaries": "bt2020", "color_trc": "smpte2084", "colorspace": "bt2020nc"}),
    },
    "late sound": {"late_seconds": 0.5},
    "variable": {
        "rate": "50",
        "filtered": ("select", {"expr": "lt(mod(n,7),3)+eq(n,50)"}),
        "fps_mode": "vfr",
    },
}


def flashing(path: Path, *, rate: str = "25", size: tuple[int, int] = (320, 180), **options: Any) -> Path:
    """A dark film of two seconds that turns white, and beeps, from its second second on."""
    pictures = ffmpeg.input(f"color=c=0x202020:size={size[0]}x{size[1]}:rate={rate}:duration=2", f="lavfi")
    white = pictures.filter("drawbox", w="iw", h="ih", color="white", t="fill", enable="gte(t,0.999)")
    late = options.pop("late_seconds", 0)
    beep = ffmpeg.input(BEEP.format(start=1 - late), f="lavfi", t=2 - late, itsoffset=late)
    if filtered := options.pop("filtered", None):
        white = white.filter(filtered[0], **filtered[1])
    chosen = {"vcodec": "libx264", "preset": "ultrafast", "pix_fmt": "yuv420p"} | options
    target = path.with_suffix(chosen.pop("suffix", ".mp4"))
    runner.run(ffmpeg.output(white, beep, str(target), **chosen))
    return target


def brightness(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        return [float(frame.to_ndarray(format="gray").mean()) for frame in container.decode(video=0)]


@pytest.mark.parametrize("kind", FILMS)
def test_every_film_keeps_its_length_and_its_moments(kind: str, store: FolderStore, tmp_path: Path) -> None:
    source = store.put(flashing(tmp_path / "film", **FILMS[kind]))
    picture, frames = prepare_picture(source, SIZE, "contain", store, where="intro")
    made = probe_clip(store.path_of(picture))
    assert (made.codec, made.width, made.height, made.pix_fmt) == ("h264", SIZE.width, SIZE.height, "yuv420p")
    assert (made.frames, made.rate, made.first_pts_seconds) == (frames, 25, 0)
    assert frames in (50, 51) if kind != "variable" else 47 <= frames <= 51
    seen = brightness(store.path_of(picture))
    white = next(number for number, light in enumerate(seen) if light > seen[0] + 20)
    assert white == FLASH_SECONDS * 25
    sound = prepare_sound(source, frames, PRESET, store, where="intro")
    samples, rate = soundfile.read(store.path_of(sound), dtype="int16")
    assert (rate, samples.shape) == (48_000, (frames * 1920,))
    onset = int(np.flatnonzero(np.abs(samples.astype(int)) > 2000)[0])
    assert abs(onset - 48_000) < 1200, "the beep is with its picture, but for a codec's smear"


def test_colours_and_the_number_of_the_parameter_sets_are_set(store: FolderStore, tmp_path: Path) -> None:
    found = []
    for name, options in (("a", {}), ("b", {"rate": "60", "size": (90, 160)})):
        picture, _ = prepare_picture(store.put(flashing(tmp_path / name, **options)), SIZE, "contain", store, where="")
        with av.open(str(store.path_of(picture))) as container:
            context = container.streams.video[0].codec_context
            assert (context.colorspace, context.color_primaries, context.color_trc, context.color_range) == (1, 1, 1, 1)
            found.append(parse_avcc(bytes(context.extradata or b"")))
    assert found[0] is not None
    assert found[0].numbers() == {SET_NUMBER}
    assert found[0] == found[1], "so opening and closing stand in one track with one set-up"


def test_a_film_that_lies_on_its_side_is_upright(store: FolderStore, tmp_path: Path) -> None:
    lying = tmp_path / "lying.mp4"
    pictures = ffmpeg.input("color=c=blue:size=320x180:rate=25:duration=0.4", f="lavfi")
    runner.run(pictures.filter("drawbox", w="iw/2", h="ih", color="red", t="fill").output(str(lying)))
    turned = tmp_path / "turned.mp4"
    runner.run(ffmpeg.input(str(lying), display_rotation=90).output(str(turned), c="copy"))
    picture, _ = prepare_picture(store.put(turned), SIZE, "contain", store, where="intro")
    shown = frame_at(store.path_of(picture), 0).astype(int)
    top, bottom = shown[20, 160], shown[160, 160]
    assert (bottom[0] > 180) and (bottom[2] < 80), f"red is below: {bottom}"
    assert (top[2] > 180) and (top[0] < 80), f"blue is above: {top}"
    aside = shown[160, 20]
    assert 60 < aside[0] < bottom[0] - 40, f"beside it is a darker copy: {aside}"


def test_cover_leaves_no_border_and_full_range_keeps_its_greys(store: FolderStore, tmp_path: Path) -> None:
    grey = tmp_path / "grey.mp4"
    source = ffmpeg.input("color=c=0x808080:size=200x200:rate=25:duration=0.2", f="lavfi")
    runner.run(source.filter("scale", out_range="pc").output(str(grey), pix_fmt="yuvj420p"))
    picture, _ = prepare_picture(store.put(grey), SIZE, "cover", store, where="intro")
    shown = frame_at(store.path_of(picture), 0).astype(int)
    assert np.abs(shown - 128).max() <= 3


@pytest.mark.parametrize(
    "sound",
    ["sine=frequency=300:sample_rate=44100,volume=-10dB", "anoisesrc=color=pink:seed=1:amplitude=0.9,aformat=cl=5.1"],
)
@pytest.mark.parametrize("preset", ["podcast", "broadcast"])
def test_its_sound_is_as_loud_as_the_video(sound: str, preset: str, store: FolderStore, tmp_path: Path) -> None:
    target = preset_named(preset)
    film = store.put(make_film(tmp_path / "film.mp4", size=(64, 64), seconds=4, sound=sound))
    wav = store.path_of(prepare_sound(film, 100, target, store, where="intro"))
    lufs, peak = ffmpeg_loudness(wav)
    assert lufs == pytest.approx(target.integrated_lufs, abs=0.3)
    assert peak <= target.true_peak_dbtp + 0.1


def test_no_sound_is_silence_and_faint_noise_is_not_made_a_roar(store: FolderStore, tmp_path: Path) -> None:
    mute = store.put(make_film(tmp_path / "mute.mp4", size=(64, 64), seconds=1, sound=None))
    assert not soundfile.read(store.path_of(prepare_sound(mute, 25, PRESET, store, where="")), dtype="int16")[0].any()
    faint = "anoisesrc=color=white:seed=1:amplitude=0.001"
    film = store.put(make_film(tmp_path / "faint.mov", size=(64, 64), seconds=1, sound=faint, acodec="pcm_s16le"))
    samples, _ = soundfile.read(store.path_of(prepare_sound(film, 25, PRESET, store, where="")), dtype="int16")
    assert (measure_samples(samples).integrated_lufs or -99) < -35


def test_it_is_prepared_once(store: FolderStore, tmp_path: Path) -> None:
    source = store.put(make_film(tmp_path / "film.mp4", size=(64, 64), seconds=0.5))
    first = prepare_picture(source, SIZE, "contain", store, where="intro")
    sound = prepare_sound(source, 12, PRESET, store, where="intro")
    store.delete(source)  # a second making would miss it
    assert prepare_picture(source, SIZE, "exact", store, where="intro") == first
    assert prepare_sound(source, 12, PRESET, store, where="intro") == sound


@pytest.mark.parametrize("content", [b"no film at all", b""])
def test_what_is_no_film_is_refused_by_name(content: bytes, store: FolderStore, tmp_path: Path) -> None:
    source = store.put(content or b"\0" * 100, suffix=".mp4")
    with pytest.raises(MediaError, match="intro"):
        prepare_picture(source, SIZE, "contain", store, where="intro")


def test_a_sound_file_is_no_opening(store: FolderStore, tmp_path: Path) -> None:
    sound = tmp_path / "sound.wav"
    soundfile.write(sound, np.zeros(48_000, np.int16), 48_000)
    with pytest.raises(MediaError, match="there is no video"):
        prepare_picture(store.put(sound), SIZE, "contain", store, where="intro")
