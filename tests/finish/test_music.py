"""Music under the talking: how loud it is, when it gives way, how it goes on, and that nothing of it is kept."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from longtake.around import Music
from longtake.assets import FolderStore
from longtake.errors import MediaError
from longtake.finish import Finish, mixed
from longtake.finish.bed import CROSSFADE_SECONDS, Loop, looped, prepare_bed
from longtake.finish.ducking import ducked_share
from longtake.finish.finish import Bed
from longtake.loudness import measure_blocks
from longtake.slices import Piece, iter_blocks
from longtake.timeline import LineSpan
from tests.finish.media import PAUSE_FRAMES, PRESET, SPOKEN_FRAMES, Talk, make_film, make_talk
from tests.loudness_media import decoded, ffmpeg_loudness, lag, noise, save, speech, tone

RATE = 48_000


def put_music(store: FolderStore, path: Path, samples: np.ndarray, **settings: float) -> Bed:
    return prepare_bed(Music(file=store.put(save(path, samples)).address, **settings), store)


@pytest.fixture
def talk(tmp_path: Path, store: FolderStore) -> Talk:
    return make_talk(tmp_path, store)


def lufs(samples: np.ndarray) -> float:
    found = measure_blocks([samples.astype(np.float32)], dtype=np.float32).integrated_lufs
    assert found is not None
    return found


def music_alone(talk: Talk, bed: Bed) -> tuple[np.ndarray, np.ndarray]:
    """The music and the speech of a mix, apart: exact, for the master is encoded from their sum."""
    whole = np.concatenate(list(mixed(talk.timeline, Finish(music=bed), PRESET, talk.store)()))
    said = np.concatenate(list(iter_blocks(talk.timeline.sound, talk.store))) / 32768
    return whole - said, said


def test_it_is_as_loud_as_asked_in_pauses_and_under_speech(talk: Talk, tmp_path: Path) -> None:
    bed = put_music(talk.store, tmp_path / "m.wav", noise(5, peak_db=-1), level_db=-12, duck_db=-9)
    music, said = music_alone(talk, bed)
    spoken, pause = slice(2 * RATE, 4 * RATE), slice(round(6.5 * RATE), round(8.5 * RATE))
    assert lufs(music[pause]) == pytest.approx(PRESET.integrated_lufs - 12, abs=0.3)
    assert lufs(music[spoken]) == pytest.approx(PRESET.integrated_lufs - 12 - 9, abs=0.3)
    assert not said[pause].any()


def test_it_is_down_when_speech_begins_and_comes_back_after_it(talk: Talk, tmp_path: Path) -> None:
    bed = put_music(talk.store, tmp_path / "m.wav", tone(30, 997), level_db=-20, duck_db=-12)
    music, _ = music_alone(talk, bed)
    loudness = 20 * np.log10([np.abs(music[at : at + 480]).max() + 1e-9 for at in range(0, music.size - 480, 480)])
    second = (
        SPOKEN_FRAMES + PAUSE_FRAMES + 10
    ) * 4 + 5  # a scene ends in 10 frames more; its first sound is 50 ms late
    open_db = loudness[second - 100]
    assert loudness[second : second + 40] == pytest.approx(open_db - 12, abs=0.2), "down at the first sound"
    assert loudness[second - 40] == pytest.approx(open_db, abs=0.2), "and not before it must"
    falling = np.diff(loudness[second - 40 : second])
    assert falling.max() < 0.1, "it only falls"
    assert falling.min() > -12 / 30 * 1.6, "evenly"


def test_it_begins_and_ends_in_silence(talk: Talk, tmp_path: Path) -> None:
    bed = put_music(talk.store, tmp_path / "m.wav", tone(30, 997), duck_db=0)
    music, _ = music_alone(talk, bed)
    assert np.abs(music[:48]).max() < 1e-3 * np.abs(music).max() * 5
    assert np.abs(music[-48:]).max() < 1e-3 * np.abs(music).max() * 5
    assert np.abs(music[-RATE // 2 : -RATE // 4]).max() < 0.3 * np.abs(music).max()


@pytest.mark.parametrize("seconds", [0.7, 8.0])
def test_its_joins_are_neither_gaps_nor_clicks(seconds: float, store: FolderStore, tmp_path: Path) -> None:
    samples = noise(seconds)
    bed = put_music(store, tmp_path / "m.wav", samples)
    with looped(bed, store) as loop:
        heard = loop.take(3 * samples.size)
    cross = round(min(CROSSFADE_SECONDS, seconds / 4) * RATE)
    assert np.array_equal(heard[: samples.size - cross], samples[: samples.size - cross] / np.float32(32768))
    levels = np.sqrt(np.square(heard[: heard.size // 2400 * 2400].reshape(-1, 2400)).mean(axis=1))
    assert levels.min() > 0.8 * np.median(levels)
    assert levels.max() < 1.25 * np.median(levels)
    period = samples.size - cross
    assert lag(heard[period : 2 * period], heard[cross : cross + period]) in (-cross, cross, 0)


def test_a_tone_is_joined_without_a_step(store: FolderStore, tmp_path: Path) -> None:
    bed = put_music(store, tmp_path / "m.wav", tone(2, 440, peak_db=-6))
    with looped(bed, store) as loop:
        heard = loop.take(RATE * 7)
    steepest = 0.5 * 2 * np.pi * 440 / RATE
    assert np.abs(np.diff(heard)).max() < 1.6 * steepest


def test_it_is_the_same_however_it_is_read(store: FolderStore, tmp_path: Path) -> None:
    bed = put_music(store, tmp_path / "m.wav", noise(1.3))
    with looped(bed, store) as loop:
        whole = loop.take(200_000)
    with looped(bed, store) as loop:
        parts = np.concatenate([loop.take(size) for size in (1, 7, 62_000, 100_000, 37_992)])
    assert np.array_equal(whole, parts)


def test_short_gaps_do_not_let_it_up() -> None:
    speaking = np.zeros(500, np.bool_)
    speaking[100:150] = speaking[158:200] = True  # a breath of 0.32 s
    share = ducked_share(speaking)
    assert share.size == 501
    assert (share[100:201] == 1).all()
    assert share[92] == 0
    assert share[235] == 0
    assert (np.diff(share[200:231]) <= 0).all()
    assert not ducked_share(np.zeros(50, np.bool_)).any()


def test_recordings_with_noise_in_the_room_duck_by_their_speech(talk: Talk, tmp_path: Path) -> None:
    room = np.random.default_rng(5).normal(0, 60, 20 * RATE)  # -55 dB of full scale, all the time
    room[5 * RATE : 10 * RATE] += speech(5, peak_db=-5)
    asset = talk.store.put(save(tmp_path / "room.wav", room.astype(np.int16)))
    lines = (LineSpan(scene=0, speaker="A", look=talk.timeline.lines[0].look, start_frame=0, end_frame=500),)
    timeline = talk.timeline.model_copy(
        update={"pieces": (Piece(audio=asset, frames=500),), "frames": 500, "lines": lines}
    )
    bed = put_music(talk.store, tmp_path / "m.wav", tone(30, 997, peak_db=-3), level_db=-6, duck_db=-20)
    loud = np.concatenate(list(mixed(timeline, Finish(music=bed), PRESET, talk.store)()))
    said = np.concatenate(list(iter_blocks(timeline.sound, talk.store))) / 32768
    music = loud - said
    assert lufs(music[2 * RATE : 4 * RATE]) == pytest.approx(PRESET.integrated_lufs - 6, abs=0.3)
    assert lufs(music[6 * RATE : 9 * RATE]) == pytest.approx(PRESET.integrated_lufs - 26, abs=1)
    assert lufs(music[12 * RATE : 16 * RATE]) == pytest.approx(PRESET.integrated_lufs - 6, abs=0.3)


def test_the_master_keeps_its_loudness_and_length_and_is_the_same_again(talk: Talk, tmp_path: Path) -> None:
    loud = put_music(talk.store, tmp_path / "m.wav", noise(3, peak_db=0), level_db=0, duck_db=-3)
    master = talk.master(Finish(music=loud))
    path = talk.store.path_of(master.asset)
    found, peak = ffmpeg_loudness(path)
    assert found == pytest.approx(PRESET.integrated_lufs, abs=0.3)
    assert peak <= PRESET.true_peak_dbtp + 0.1
    assert decoded(path).size == talk.timeline.frames * 1920
    elsewhere = FolderStore(tmp_path / "other")
    again = make_talk(tmp_path, elsewhere)
    bed = put_music(elsewhere, tmp_path / "m.wav", noise(3, peak_db=0), level_db=0, duck_db=-3)
    assert again.master(Finish(music=bed)).asset == master.asset


def test_the_encoded_master_has_that_ratio_too(talk: Talk, tmp_path: Path) -> None:
    bed = put_music(talk.store, tmp_path / "m.wav", noise(5), level_db=-18, duck_db=-10)
    heard = decoded(talk.store.path_of(talk.master(Finish(music=bed)).asset)) / 32768
    spoken = lufs(heard[: 5 * RATE])
    assert lufs(heard[round(6.5 * RATE) : round(8.5 * RATE)]) == pytest.approx(spoken - 18, abs=0.7)


def test_half_an_hour_streams(talk: Talk, tmp_path: Path) -> None:
    pieces = talk.timeline.pieces * 94
    span = talk.timeline.lines[0]
    frames = talk.timeline.frames * 94
    timeline = talk.timeline.model_copy(
        update={
            "pieces": pieces,
            "frames": frames,
            "lines": (span.model_copy(update={"start_frame": 0, "end_frame": frames}),),
        }
    )
    bed = put_music(talk.store, tmp_path / "m.wav", noise(60))
    tracemalloc.start()
    try:
        samples = sum(block.size for block in mixed(timeline, Finish(music=bed), PRESET, talk.store)())
        peak_bytes = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert samples == frames * 1920
    assert samples * 4 > 300e6, "kept whole it would be this much"
    assert peak_bytes < 60e6


def test_music_may_be_a_film_and_must_sound(store: FolderStore, tmp_path: Path) -> None:
    film = store.put(make_film(tmp_path / "film.mp4", seconds=1, size=(64, 64)))
    assert prepare_bed(Music(file=film.address), store).samples == pytest.approx(RATE, abs=2048)
    mute = store.put(make_film(tmp_path / "mute.mp4", seconds=1, size=(64, 64), sound=None))
    with pytest.raises(MediaError, match="no sound"):
        prepare_bed(Music(file=mute.address), store)
    with pytest.raises(MediaError, match="music"):
        prepare_bed(Music(file=store.put(b"not a sound").address), store)


def test_silent_music_changes_nothing(talk: Talk, tmp_path: Path) -> None:
    bed = put_music(talk.store, tmp_path / "m.wav", np.zeros(RATE, np.int16))
    music, _ = music_alone(talk, bed)
    assert not music.any()


def test_the_loop_needs_no_more_of_a_file_than_is_heard(tmp_path: Path) -> None:
    path = save(tmp_path / "m.wav", noise(40))
    with soundfile.SoundFile(path) as file:
        Loop(file).take(RATE)
        assert file.tell() < 20 * RATE
