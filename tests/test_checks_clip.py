"""A clip passes when it is what was ordered, and fails for every way in which it is not."""

from __future__ import annotations

import random
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from longtake.checks import Verdict, check_clip
from longtake.errors import MediaError
from tests.checks_media import HEIGHT, RATE, WIDTH, Samples, face, make_clip, silence, talking, voice, write_chunk

SECONDS = 6
FRAMES = SECONDS * 25


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def said() -> Samples:
    return voice(SECONDS, 1)


@pytest.fixture(scope="module")
def chunk(folder: Path, said: Samples) -> Path:
    return write_chunk(folder / "chunk.wav", said)


@pytest.fixture(scope="module")
def good(folder: Path, said: Samples) -> Path:
    return make_clip(folder / "good.mp4", said, frames=FRAMES)


def only_problem(verdict: Verdict) -> str:
    assert not verdict.passed
    assert len(verdict.problems) == 1, verdict.problems
    return verdict.problems[0]


def test_the_right_clip_passes_with_its_figures(good: Path, chunk: Path) -> None:
    verdict = check_clip(good, chunk, sent_frames=FRAMES)
    assert verdict.passed and not verdict.problems and not verdict.warnings
    assert (verdict.frames, verdict.expected_frames, verdict.frames_over) == (FRAMES, FRAMES, 0)
    assert (verdict.width, verdict.height, verdict.clip_fps, verdict.codec) == (WIDTH, HEIGHT, 25.0, "h264")
    assert verdict.has_audio and verdict.correlation is not None and verdict.correlation > 0.95
    assert verdict.offset_ms == pytest.approx(0, abs=1) and verdict.drift_ms == pytest.approx(0, abs=1)
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize(
    ("fps", "codec", "name"),
    [
        (Fraction(24), "libx264", "a.mp4"),
        (Fraction(30000, 1001), "libx264", "b.mp4"),
        (Fraction(30), "libx265", "c.mp4"),
        (Fraction(25), "libvpx-vp9", "d.webm"),
        (Fraction(30000, 1001), "libx264", "e.mkv"),
    ],
)
def test_other_rates_codecs_and_containers_pass(
    folder: Path, said: Samples, chunk: Path, fps: Fraction, codec: str, name: str
) -> None:
    frames = round(SECONDS * fps)
    audio = "libopus" if name.endswith("webm") else "aac"
    clip = make_clip(folder / name, said, frames=frames, fps=fps, codec=codec, audio_codec=audio)
    verdict = check_clip(clip, chunk, sent_frames=FRAMES)
    assert verdict.passed, verdict.problems
    assert verdict.clip_fps == pytest.approx(float(fps), abs=0.001)
    assert (verdict.frames, verdict.expected_frames) == (frames, frames)
    assert verdict.offset_ms == pytest.approx(0, abs=10)


def test_a_variable_rate_passes_and_a_long_held_picture_does_not(folder: Path, said: Samples, chunk: Path) -> None:
    uneven = make_clip(folder / "uneven.mp4", said, frames=FRAMES, times=lambda n: n + (n % 3) / 5)
    assert check_clip(uneven, chunk, sent_frames=FRAMES).passed
    held = make_clip(folder / "held.mp4", said, frames=90, times=lambda n: n if n < 60 else n + 60)
    assert "stands still from 2.4 s to 4.8 s" in only_problem(check_clip(held, chunk, sent_frames=FRAMES))


@pytest.mark.parametrize(("over", "passes"), [(-6, False), (-5, True), (8, True), (9, False)])
def test_five_frames_short_and_eight_long_are_the_limits(
    folder: Path, said: Samples, chunk: Path, over: int, passes: bool
) -> None:
    clip = make_clip(folder / f"over{over}.mp4", said, frames=FRAMES + over)
    verdict = check_clip(clip, chunk, sent_frames=FRAMES)
    assert verdict.frames_over == over
    assert verdict.passed is passes
    if not passes:
        assert only_problem(verdict).startswith(
            f"the clip has {FRAMES + over} frames, {FRAMES} (-5 to +8) were expected for 6.00 s at 25 frames a second"
        )


def test_the_sound_of_another_chunk_fails(folder: Path, good: Path) -> None:
    other = write_chunk(folder / "other.wav", voice(SECONDS, 2))
    verdict = check_clip(good, other, sent_frames=FRAMES)
    assert "not what was sent" in only_problem(verdict)
    assert verdict.correlation is not None and verdict.correlation < 0.3 and verdict.offset_ms is None


def test_one_part_of_the_sound_exchanged_fails(folder: Path, said: Samples, chunk: Path) -> None:
    mixed = said.copy()
    mixed[-3 * RATE :] = voice(3, 5)
    clip = make_clip(folder / "mixed.mp4", mixed, frames=FRAMES)
    assert "not what was sent: likeness" in only_problem(check_clip(clip, chunk, sent_frames=FRAMES))


@pytest.mark.parametrize(
    ("milliseconds", "outcome"),
    [(200, "fails"), (-200, "fails"), (100, "fails"), (60, "warns"), (-150, "warns"), (30, "passes"), (-100, "passes")],
)
def test_the_picture_may_be_as_late_as_viewers_accept(
    folder: Path, said: Samples, chunk: Path, milliseconds: int, outcome: str
) -> None:
    shift = abs(milliseconds) * RATE // 1000
    shifted = np.concatenate([np.zeros(shift, np.float32), said]) if milliseconds > 0 else said[shift:]
    clip = make_clip(folder / f"shift{milliseconds}.mp4", shifted, frames=FRAMES)
    verdict = check_clip(clip, chunk, sent_frames=FRAMES)
    assert verdict.offset_ms == pytest.approx(milliseconds, abs=1)
    assert verdict.passed is (outcome != "fails")
    assert bool(verdict.warnings) is (outcome == "warns")
    if outcome == "fails":
        word = "late" if milliseconds > 0 else "early"
        assert f"{abs(milliseconds)} ms {word}" in only_problem(verdict)


def test_an_edit_list_that_delays_the_picture_counts(folder: Path, said: Samples, chunk: Path) -> None:
    clip = make_clip(folder / "late.mp4", said, frames=FRAMES, times=lambda n: n + 5)
    verdict = check_clip(clip, chunk, sent_frames=FRAMES)
    assert verdict.offset_ms == pytest.approx(-200, abs=1), "its first picture belongs to sound that came 0.2 s in"
    assert not verdict.passed


def _stretched(samples: Samples, factor: float) -> Samples:
    places = np.arange(0, samples.size - 1, factor)
    return np.interp(places, np.arange(samples.size), samples).astype(np.float32)


@pytest.mark.parametrize(("factor", "word"), [(1.02, "2.0% fast"), (0.98, "2.0% slow")])
def test_sound_stretched_by_two_percent_fails_and_is_called_so(folder: Path, factor: float, word: str) -> None:
    said = voice(20, 3)
    chunk = write_chunk(folder / "long.wav", said)
    clip = make_clip(folder / f"stretch{factor}.mp4", _stretched(said, factor), frames=500)
    verdict = check_clip(clip, chunk, sent_frames=500)
    assert not verdict.passed
    assert f"its rhythm is the same, but {word}" in verdict.problems[0]


def test_a_slow_drift_and_a_jump_are_measured(folder: Path) -> None:
    said = voice(20, 3)
    chunk = write_chunk(folder / "long.wav", said)
    slow = check_clip(make_clip(folder / "slow.mp4", _stretched(said, 0.9966), frames=500), chunk, sent_frames=500)
    assert slow.passed and "was changed" in slow.warnings[0], "lips keep in time with the words"
    assert slow.drift_ms == pytest.approx(0.0034 * 16_000, abs=20)
    assert "drifts: its end is" in slow.warnings[-1]
    jump = np.concatenate([said[: 10 * RATE], silence(0.06), said[10 * RATE :]])
    jumped = check_clip(make_clip(folder / "jump.mp4", jump, frames=500), chunk, sent_frames=500)
    assert jumped.drift_ms == pytest.approx(60, abs=1)
    assert jumped.passed and "drifts: its end is 60 ms late against its start" in jumped.warnings[-1]


def test_louder_quieter_and_inverted_sound_is_the_same_sound(folder: Path, said: Samples, chunk: Path) -> None:
    for gain in (-1.0, 0.05, 2.0):
        clip = make_clip(folder / "gain.mp4", np.clip(said * gain, -1, 1).astype(np.float32), frames=FRAMES)
        assert check_clip(clip, chunk, sent_frames=FRAMES).passed


def test_no_sound_is_a_warning_and_a_silent_track_is_not_what_was_sent(
    folder: Path, said: Samples, chunk: Path
) -> None:
    mute = check_clip(make_clip(folder / "mute.mp4", None, frames=FRAMES), chunk, sent_frames=FRAMES)
    assert mute.passed and not mute.has_audio and mute.correlation is None
    assert "no sound" in mute.warnings[0]
    hushed = make_clip(folder / "hushed.mp4", silence(SECONDS), frames=FRAMES)
    assert "not what was sent" in only_problem(check_clip(hushed, chunk, sent_frames=FRAMES))


def test_sound_that_ends_before_the_last_word_fails(folder: Path, said: Samples, chunk: Path) -> None:
    clip = make_clip(folder / "early-end.mp4", said[: -RATE // 2], frames=FRAMES)
    assert "sound ends 0.5 s before the last word" in only_problem(check_clip(clip, chunk, sent_frames=FRAMES))


def test_a_black_picture_fails_and_a_dark_one_does_not(folder: Path, said: Samples, chunk: Path) -> None:
    black = np.zeros((HEIGHT, WIDTH), np.uint8)
    whole = make_clip(folder / "black.mp4", said, frames=FRAMES, picture=lambda n: black)
    assert "is black for" in only_problem(check_clip(whole, chunk, sent_frames=FRAMES))
    part = make_clip(
        folder / "part.mp4", said, frames=FRAMES, picture=lambda n: black if 100 <= n < 130 else face(talking(n))
    )
    assert "is black for 1." in only_problem(check_clip(part, chunk, sent_frames=FRAMES))
    dark = make_clip(folder / "dark.mp4", said, frames=FRAMES, picture=lambda n: face(talking(n)) // 4)
    assert check_clip(dark, chunk, sent_frames=FRAMES).passed


@pytest.mark.parametrize("gop", [5, 25, 9999])
def test_a_picture_that_stands_still_while_there_is_speech_fails(
    folder: Path, said: Samples, chunk: Path, gop: int
) -> None:
    frozen = make_clip(folder / f"still{gop}.mp4", said, frames=FRAMES, gop=gop, mouth=lambda n: 0.3)
    assert "stands still from 0.0 s" in only_problem(check_clip(frozen, chunk, sent_frames=FRAMES))
    stuck = make_clip(folder / f"stuck{gop}.mp4", said, frames=FRAMES, gop=gop, mouth=lambda n: talking(min(n, 110)))
    assert "stands still from 4." in only_problem(check_clip(stuck, chunk, sent_frames=FRAMES))


@pytest.mark.parametrize("crf", ["15", "35", "45"])
def test_what_the_encoder_makes_of_a_still_picture_is_no_movement(
    folder: Path, said: Samples, chunk: Path, crf: str
) -> None:
    clip = make_clip(
        folder / f"crf{crf}.mp4", said, frames=FRAMES, mouth=lambda n: 0.3, options={"crf": crf, "preset": "veryfast"}
    )
    assert "stands still" in only_problem(check_clip(clip, chunk, sent_frames=FRAMES))
    lively = make_clip(folder / f"lively{crf}.mp4", said, frames=FRAMES, options={"crf": crf, "preset": "veryfast"})
    assert check_clip(lively, chunk, sent_frames=FRAMES).passed


@pytest.mark.parametrize("gop", [5, 9999])
def test_a_picture_may_stand_still_in_silence(folder: Path, gop: int) -> None:
    said = np.concatenate([voice(3, 4), silence(3)])
    chunk = write_chunk(folder / "padded.wav", said)
    clip = make_clip(folder / f"padded{gop}.mp4", said, frames=FRAMES, gop=gop, mouth=lambda n: talking(min(n, 75)))
    verdict = check_clip(clip, chunk, sent_frames=FRAMES)
    assert verdict.passed and not verdict.warnings and verdict.correlation is not None


def test_half_a_second_of_speech_is_checked_too(folder: Path) -> None:
    word = voice(0.5, 6)
    chunk = write_chunk(folder / "word.wav", word)
    spoken = check_clip(make_clip(folder / "word.mp4", word, frames=13), chunk, sent_frames=13)
    assert spoken.passed and spoken.correlation is not None and spoken.correlation > 0.9
    frozen = make_clip(folder / "word-still.mp4", word, frames=13, mouth=lambda n: 0.3)
    assert "stands still" in only_problem(check_clip(frozen, chunk, sent_frames=13))
    other = make_clip(folder / "word-other.mp4", voice(0.5, 9), frames=13)
    assert "not what was sent" in only_problem(check_clip(other, chunk, sent_frames=13))


def test_silence_and_tones_are_compared_with_nothing(folder: Path) -> None:
    tone = (0.2 * np.sin(np.arange(4 * RATE) * 2 * np.pi * 200 / RATE)).astype(np.float32)
    for name, sent in (("silence", silence(4)), ("tone", tone)):
        chunk = write_chunk(folder / f"{name}.wav", sent)
        verdict = check_clip(make_clip(folder / f"{name}.mp4", sent, frames=100), chunk, sent_frames=100)
        assert verdict.passed and verdict.correlation is None and verdict.offset_ms is None
        assert "nothing" in verdict.warnings[0] or "no speech" in verdict.warnings[0]


@pytest.mark.parametrize("faststart", [True, False])
def test_a_file_that_is_cut_short_fails_wherever_it_is_cut(
    folder: Path, said: Samples, chunk: Path, faststart: bool
) -> None:
    whole = make_clip(folder / "whole.mp4", said, frames=FRAMES, faststart=faststart).read_bytes()
    for kept in (0, 7, 100, 2000, len(whole) // 4, len(whole) // 2, len(whole) * 9 // 10, len(whole) - 1):
        cut = folder / "cut.mp4"
        cut.write_bytes(whole[:kept])
        verdict = check_clip(cut, chunk, sent_frames=FRAMES)
        assert not verdict.passed and verdict.problems, kept


def test_flipped_bits_crash_nothing_and_most_are_noticed(folder: Path, good: Path, chunk: Path) -> None:
    whole = good.read_bytes()
    pick = random.Random(4)
    noticed = 0
    for _ in range(16):
        damaged = bytearray(whole)
        for _ in range(4):
            damaged[pick.randrange(len(whole))] ^= 1 << pick.randrange(8)
        flipped = folder / "flipped.mp4"
        flipped.write_bytes(damaged)
        verdict = check_clip(flipped, chunk, sent_frames=FRAMES, every_frame=True)
        noticed += not verdict.passed or bool(verdict.warnings)
    assert noticed >= 13


@pytest.mark.parametrize("extension", ["mp4", "webm", "mkv"])
def test_headers_full_of_nonsense_crash_nothing(folder: Path, extension: str) -> None:
    said = voice(1, 8)
    chunk = write_chunk(folder / "second.wav", said)
    vp9 = extension == "webm"
    clip = folder / f"second.{extension}"
    codecs = ("libvpx-vp9", "libopus") if vp9 else ("libx264", "aac")
    whole = make_clip(clip, said, frames=25, codec=codecs[0], audio_codec=codecs[1]).read_bytes()
    pick = random.Random(6)
    failed = 0
    for _ in range(60):
        damaged = bytearray(whole)
        for _ in range(pick.choice((1, 3, 20))):
            damaged[pick.randrange(min(3000, len(whole)))] = pick.randrange(256)
        clip.write_bytes(damaged)
        failed += not check_clip(clip, chunk, sent_frames=25).passed
    assert failed >= 10


def test_what_a_file_says_of_itself_may_be_in_any_encoding(folder: Path, good: Path, chunk: Path) -> None:
    named = folder / "latin.mp4"
    assert good.read_bytes().count(b"Lavf") == 1
    named.write_bytes(good.read_bytes().replace(b"Lavf", b"L\xe4vf"))
    assert check_clip(named, chunk, sent_frames=FRAMES).passed


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html><body>502 Bad Gateway</body></html>",
        b"#EXTM3U\n#EXTINF:8,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile good.mp4\n",
        bytes(range(256)) * 40,
    ],
)
def test_what_is_no_video_says_so(folder: Path, good: Path, chunk: Path, content: bytes) -> None:
    path = folder / "answer.mp4"
    path.write_bytes(content)
    assert only_problem(check_clip(path, chunk, sent_frames=FRAMES)).startswith("it is no video file: ")


def test_sound_alone_a_picture_and_no_file_at_all_are_no_video(folder: Path, said: Samples, chunk: Path) -> None:
    alone = folder / "alone.mka"
    sf.write(folder / "alone.wav", said, RATE)
    alone.write_bytes((folder / "alone.wav").read_bytes())
    for path in (alone, chunk, folder / "nowhere.mp4", folder):
        assert only_problem(check_clip(path, chunk, sent_frames=FRAMES)).startswith("it is no video file: ")


def test_a_chunk_that_cannot_be_read_is_our_error_and_not_the_clips(folder: Path, good: Path) -> None:
    broken = folder / "broken.wav"
    broken.write_bytes(b"RIFF")
    with pytest.raises(MediaError, match=r"broken\.wav"):
        check_clip(good, broken, sent_frames=FRAMES)
