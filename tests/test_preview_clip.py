"""A preview clip is what a provider would give: as long as its chunk, with its sound, moving with the voice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from longtake.checks import check_clip
from longtake.errors import ImageError, MediaError
from longtake.grid import SAMPLES_PER_FRAME
from longtake.preview import render_preview
from tests.preview_media import heard, lumas, silence, speech_like, write_chunk, write_portrait

Render = Callable[..., Path]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("previews")


@pytest.fixture(scope="module")
def render(folder: Path) -> Render:
    def rendered(
        samples: np.ndarray, *, name: str = "clip", label: str = "007", size: tuple[int, int] = (640, 360)
    ) -> Path:
        image = folder / f"{size[0]}x{size[1]}.jpg"
        if not image.exists():
            write_portrait(image, size)
        output = folder / f"{name}.mp4"
        render_preview(image, write_chunk(folder / f"{name}.wav", samples), output, label=label)
        return output

    return rendered


@pytest.fixture(scope="module")
def talk(render: Render) -> Path:
    """Two seconds of rest, eight of speech, two of rest."""
    return render(np.concatenate([silence(50), speech_like(8.0), silence(50)]), name="talk")


def test_it_is_a_clip_as_a_provider_gives_it(talk: Path) -> None:
    with av.open(str(talk)) as media:
        (video,), (audio,) = media.streams.video, media.streams.audio
        context = video.codec_context
        assert (context.name, context.profile, context.pix_fmt) == ("h264", "Main", "yuv420p")
        assert (context.width, context.height, video.average_rate) == (640, 360, 25)
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", 48_000, 1)
        pts = sorted(packet.pts * video.time_base * 25 for packet in media.demux(video) if packet.size)
        assert pts == [Fraction(frame) for frame in range(300)]
    data = talk.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")
    assert len(lumas(talk)) == 300


@pytest.mark.parametrize("frames", [1, 2, 3, 7, 8, 9, 31, 32, 33, 34, 65, 250])
@pytest.mark.parametrize("sound", ["speech", "silence"])
def test_it_has_as_many_frames_as_its_chunk(render: Render, frames: int, sound: str) -> None:
    clip = render(speech_like(frames / 25) if sound == "speech" else silence(frames), name="counted", size=(256, 256))
    with av.open(str(clip)) as media:
        assert media.streams.video[0].frames == frames
        times = [frame.time for frame in media.decode(video=0)]
    assert times == pytest.approx([frame / 25 for frame in range(frames)])


def test_its_sound_is_the_chunk_to_the_sample(render: Render) -> None:
    samples = speech_like(6.0, seed=4)
    sound = heard(render(samples, name="sound"))
    assert len(samples) <= len(sound) < len(samples) + 2048
    spectra = np.fft.rfft(sound, 2**20) * np.conj(np.fft.rfft(samples, 2**20))
    assert int(np.argmax(np.fft.irfft(spectra))) == 0
    assert np.corrcoef(sound[: len(samples)], samples)[0, 1] > 0.95


def test_its_light_follows_the_voice_and_rests_in_silence(talk: Path) -> None:
    pictures = lumas(talk)
    changes = np.abs(np.diff(pictures, axis=0)).mean(axis=(1, 2))
    quiet = np.r_[changes[2:47], changes[255:298]]
    speaking = changes[50:249]
    assert quiet.max() < 0.1
    assert np.mean(speaking > 0.3) > 0.5
    still = np.flatnonzero(speaking <= 0.3)
    longest = max((len(run) for run in np.split(still, np.flatnonzero(np.diff(still) > 1) + 1)), default=0)
    assert longest < 10
    light = pictures[:, 260:].mean(axis=(1, 2))
    with_voice = np.sqrt(np.mean(np.square(speech_like(8.0).reshape(200, SAMPLES_PER_FRAME)), axis=1))
    assert np.corrcoef(light[50:250], with_voice)[0, 1] > 0.7
    assert light[50:250].mean() - light[5:45].mean() > 2


def test_nothing_moves_but_the_light(talk: Path) -> None:
    above = lumas(talk)[:, :220]
    assert np.abs(above - above[0]).max() <= 12  # keyframes are coded anew
    assert np.abs(above - above[0]).mean() < 0.3


@pytest.mark.parametrize("seconds", [0.48, 1.0, 2.0, 9.0])
@pytest.mark.parametrize("loud", [0.9, 0.02])
def test_it_passes_the_check_of_clips(render: Render, seconds: float, loud: float) -> None:
    voice = speech_like(seconds, seed=8, loud=loud)
    for name, samples in (
        ("plain", voice),
        ("padded", np.concatenate([voice, silence(40)])),
        ("late", np.concatenate([silence(12), voice, silence(3)])),
    ):
        clip = render(samples, name=name)
        verdict = check_clip(clip, clip.with_suffix(".wav"), sent_frames=len(samples) // SAMPLES_PER_FRAME)
        assert verdict.passed, verdict.problems
        assert not verdict.warnings
        assert verdict.frames_over == 0
        assert verdict.offset_ms == pytest.approx(0, abs=1)


@pytest.mark.parametrize("kind", ["a steady tone", "one word in silence", "shouting, then whispering"])
def test_uncommon_sounds_pass_the_check(render: Render, kind: str) -> None:
    samples = {
        "a steady tone": 0.3 * np.sin(np.arange(12 * 48_000) * 0.03),
        "one word in silence": np.concatenate([silence(70), speech_like(0.6), silence(70)]),
        "shouting, then whispering": np.concatenate([speech_like(4.0, loud=0.9), speech_like(8.0, loud=0.015)]),
    }[kind]
    clip = render(samples, name="uncommon")
    verdict = check_clip(clip, clip.with_suffix(".wav"), sent_frames=len(samples) // SAMPLES_PER_FRAME)
    assert verdict.passed, verdict.problems


def test_a_whole_minute_is_small_and_exact(render: Render) -> None:
    clip = render(speech_like(60.0), name="minute")
    with av.open(str(clip)) as media:
        video = media.streams.video[0]
        pts = sorted(packet.pts * video.time_base * 25 for packet in media.demux(video) if packet.size)
    assert pts == list(range(1500))
    assert clip.stat().st_size < 5_000_000


def test_the_badge_says_preview_and_the_number(render: Render, folder: Path) -> None:
    samples = silence(10)
    badges = [lumas(render(samples, name=f"badge {label}", label=label))[0] for label in ("007", "008")]
    bare = np.asarray(Image.open(folder / "640x360.jpg").convert("L")) * (219 / 255) + 16
    corner = np.s_[18:34, 24:104]
    changed = np.abs(badges[0] - bare) > 15
    assert changed[corner].mean() > 0.9
    assert not changed[60:200].any()
    assert badges[0][corner].max() > 200
    assert (np.abs(badges[0] - badges[1]) > 40).sum() > 10
    assert not (np.abs(badges[0] - badges[1])[60:] > 20).any()


@pytest.mark.parametrize("label", ["", "ä 001 ✓", "視頻 3", "a\nb\t\x00c", "%{pts}':;\\", "9" * 400, "🎬"])
def test_odd_labels_are_no_trouble(render: Render, label: str) -> None:
    pictures = lumas(render(silence(3), name="odd label", label=label))
    assert pictures.shape == (3, 360, 640)
    assert pictures[0, 10:48, 10:100].max() > 200
    assert (pictures[0, 10:48, 560:] < 190).all()  # a long label ends before the other side


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (960, 960), (1466, 628), (628, 1466), (300, 258), (64, 64)])
def test_every_size_has_its_light(render: Render, size: tuple[int, int]) -> None:
    samples = np.concatenate([silence(12), speech_like(1.0, seed=2)])
    pictures = lumas(render(samples, name="sized", size=size))
    assert pictures.shape == (37, size[1], size[0])
    foot = pictures[:, round(size[1] * 0.8) :].mean(axis=(1, 2))
    assert foot[14:].max() - foot[5] > 2


def test_equal_input_gives_equal_bytes_in_threads_too(render: Render, folder: Path, talk: Path) -> None:
    image, chunk = folder / "640x360.jpg", folder / "talk.wav"
    outputs = [folder / f"thread {number}.mp4" for number in range(4)]
    threads = [
        threading.Thread(target=render_preview, args=(image, chunk, output), kwargs={"label": "007"})
        for output in outputs
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(output.read_bytes() == talk.read_bytes() for output in outputs)
    assert b"2026" not in talk.read_bytes()[:200]


def test_clips_of_one_size_share_their_set_up(render: Render, talk: Path) -> None:
    """Which is what lets them be joined without encoding them again."""
    other = render(speech_like(1.0, seed=5), name="other", label="123")
    one_frame = render(silence(1), name="one")
    records = set()
    for clip in (talk, other, one_frame):
        with av.open(str(clip)) as media:
            context = media.streams.video[0].codec_context
            records.add((bytes(context.extradata or b""), context.color_range, context.colorspace))
    assert len(records) == 1


def test_the_colours_are_those_of_the_portrait(folder: Path, tmp_path: Path) -> None:
    image = tmp_path / "flat.png"
    Image.new("RGB", (640, 360), (200, 60, 40)).save(image)
    output = tmp_path / "clip.mp4"
    render_preview(image, write_chunk(tmp_path / "c.wav", silence(2)), output, label="1")
    with av.open(str(output)) as media:
        frame = next(media.decode(video=0))
        assert (frame.colorspace, frame.color_range) == (1, 1)
        shown = frame.to_ndarray(format="rgb24", src_colorspace=1, src_color_range=1, dst_color_range=2)
    assert np.abs(shown[100:200].astype(int) - (200, 60, 40)).max() <= 4


@pytest.mark.parametrize("fault", ["not whole frames", "44.1 kHz", "stereo", "empty", "no audio", "missing"])
def test_what_is_no_chunk_is_refused_and_leaves_nothing(fault: str, tmp_path: Path) -> None:
    import soundfile

    image, chunk, output = write_portrait(tmp_path / "p.jpg"), tmp_path / "chunk.wav", tmp_path / "out" / "clip.mp4"
    rate = 44_100 if fault == "44.1 kHz" else 48_000
    length = {"not whole frames": 1921, "empty": 0}.get(fault, 1920)
    if fault == "no audio":
        chunk.write_bytes(b"RIFF, but not really")
    elif fault != "missing":
        soundfile.write(chunk, np.zeros((length, 2) if fault == "stereo" else length), rate, subtype="PCM_16")
    with pytest.raises(MediaError, match="chunk"):
        render_preview(image, chunk, output, label="1")
    assert not output.parent.exists()


def test_what_is_no_picture_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "p.jpg").write_bytes(b"no picture")
    chunk = write_chunk(tmp_path / "c.wav", silence(2))
    with pytest.raises(ImageError, match=r"p\.jpg"):
        render_preview(tmp_path / "p.jpg", chunk, tmp_path / "out" / "clip.mp4", label="1")
    assert not (tmp_path / "out").exists()
