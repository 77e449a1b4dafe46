"""Slices are exact to the sample, and a fingerprint stands for the sound and nothing else."""

from __future__ import annotations

import hashlib
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from longtake.assets import Asset, FolderStore, recall
from longtake.slices import (
    Piece,
    Timeline,
    UnfitAudio,
    chunk_recipe,
    fingerprint,
    frame_digests,
    iter_blocks,
    prepare_chunk,
    read_span,
    timeline_digests,
    write_slice,
)

FRAME = 1920
SLOW_FIXTURE = [HealthCheck.function_scoped_fixture]


def noise(frames: int, seed: int) -> NDArray[np.int16]:
    return np.random.default_rng(seed).integers(-20_000, 20_000, frames * FRAME, dtype=np.int16)


def stored(
    store: FolderStore, samples: NDArray[np.int16], *, form: str = "WAV", rate: int = 48_000, kind: str = "PCM_16"
) -> Asset:
    with store.scratch() as folder:
        soundfile.write(folder / "sound.wav", samples, rate, kind, format=form)
        return store.put(folder / "sound.wav", move=True)


class Sound:
    """A timeline of lines, silences and parts of a recording, and the samples that it should give."""

    def __init__(self, store: FolderStore) -> None:
        recording = noise(90, 1)
        asset = stored(store, recording, form="RF64")
        lines = [noise(frames, seed) for seed, frames in enumerate((7, 1, 30, 12), start=2)]
        self.pieces = [
            *(Piece(audio=stored(store, line), frames=len(line) // FRAME) for line in lines[:2]),
            Piece(audio=None, frames=10),
            Piece(audio=asset, start_frame=20, frames=40),
            Piece(audio=asset, start_frame=0, frames=5),
            *(Piece(audio=stored(store, line), frames=len(line) // FRAME) for line in lines[2:]),
        ]
        parts = [*lines[:2], np.zeros(10 * FRAME, np.int16), recording[20 * FRAME : 60 * FRAME], recording[: 5 * FRAME]]
        self.samples = np.concatenate([*parts, *lines[2:]])
        self.timeline = Timeline(self.pieces)


@pytest.fixture
def sound(store: FolderStore) -> Sound:
    return Sound(store)


def test_the_timeline_is_as_long_as_its_pieces(sound: Sound) -> None:
    assert sound.timeline.frames == 7 + 1 + 10 + 40 + 5 + 30 + 12
    assert Timeline([]).frames == 0


@settings(deadline=None, suppress_health_check=SLOW_FIXTURE)
@given(st.tuples(st.integers(0, 105), st.integers(0, 105)).map(sorted))
def test_a_span_has_exactly_its_samples(sound: Sound, store: FolderStore, span: list[int]) -> None:
    start, end = span
    assert np.array_equal(read_span(sound.timeline, store, start, end), sound.samples[start * FRAME : end * FRAME])
    assert sum(piece.frames for piece in sound.timeline.span(start, end)) == end - start


@pytest.mark.parametrize("span", [(-1, 5), (5, 4), (0, 106)])
def test_a_span_outside_the_timeline_is_refused(sound: Sound, span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not inside"):
        list(sound.timeline.span(*span))


def test_the_sources_of_a_span(sound: Sound) -> None:
    assets = [piece.audio for piece in sound.pieces]
    assert sound.timeline.sources(0, 8) == (assets[0], assets[1])
    assert sound.timeline.sources(8, 18) == ()
    assert sound.timeline.sources(17, 63) == (assets[3],)
    assert sound.timeline.sources(7, 7) == ()


@pytest.mark.parametrize("block_frames", [1, 9, 250])
def test_blocks_give_the_whole_timeline(sound: Sound, store: FolderStore, block_frames: int) -> None:
    blocks = list(iter_blocks(sound.timeline, store, block_frames))
    assert np.array_equal(np.concatenate(blocks), sound.samples)
    assert {block.dtype for block in blocks} == {np.dtype(np.int16)}
    assert max(map(len, blocks)) <= block_frames * FRAME


def test_a_slice_is_a_plain_wav_with_silence_behind_it(sound: Sound, store: FolderStore, tmp_path: Path) -> None:
    path = tmp_path / "chunk.wav"
    write_slice(sound.timeline, store, 5, 9, 25, path)
    data = path.read_bytes()
    body = np.frombuffer(data[44:], "<i2")
    assert data[:4] + data[8:16] + data[36:40] == b"RIFFWAVEfmt data"
    assert int.from_bytes(data[4:8], "little") == len(data) - 8
    assert int.from_bytes(data[40:44], "little") == len(data) - 44 == 25 * FRAME * 2
    assert np.array_equal(body[: 4 * FRAME], sound.samples[5 * FRAME : 9 * FRAME])
    assert not body[4 * FRAME :].any()
    with wave.open(str(path)) as file:
        assert file.getparams()[:4] == (1, 2, 48_000, 25 * FRAME)


def test_equal_sound_gives_equal_bytes(store: FolderStore, tmp_path: Path) -> None:
    samples = noise(20, 9)
    whole = Timeline([Piece(audio=stored(store, samples), frames=20)])
    halves = Timeline(
        [
            Piece(audio=stored(store, noise(3, 4)), frames=3),
            Piece(audio=stored(store, samples[: 8 * FRAME], form="RF64"), frames=8),
            Piece(audio=stored(store, samples[8 * FRAME :]), frames=12),
        ]
    )
    write_slice(whole, store, 0, 20, 25, tmp_path / "a.wav")
    write_slice(halves, store, 3, 23, 25, tmp_path / "b.wav")
    assert (tmp_path / "a.wav").read_bytes() == (tmp_path / "b.wav").read_bytes()
    prints = (
        fingerprint(timeline_digests(whole, store), 0, 20, 25),
        fingerprint(timeline_digests(halves, store), 3, 23, 25),
    )
    assert prints[0] == prints[1]


def test_a_slot_longer_than_what_is_sent_is_refused(sound: Sound, store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="does not fit"):
        write_slice(sound.timeline, store, 0, 26, 25, tmp_path / "chunk.wav")


def test_slices_side_by_side_lose_nothing(sound: Sound, store: FolderStore, tmp_path: Path) -> None:
    ends = [0, 1, 8, 9, 40, 63, 64, 105]
    for start, end in pairwise(ends):
        write_slice(sound.timeline, store, start, end, end - start, tmp_path / f"{start:03d}.wav")
    parts = [soundfile.read(path, dtype="int16")[0] for path in sorted(tmp_path.glob("*.wav"))]
    assert np.array_equal(np.concatenate(parts), sound.samples)


def test_only_what_is_needed_is_read(store: FolderStore, monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = Timeline([Piece(audio=stored(store, noise(3000, 3)), frames=3000)])
    read = 0
    real = soundfile.SoundFile.read

    def counted(self, frames, *args, **kwargs):
        nonlocal read
        read += frames
        return real(self, frames, *args, **kwargs)

    monkeypatch.setattr(soundfile.SoundFile, "read", counted)
    read_span(timeline, store, 2900, 2910)
    assert read == 10 * FRAME


@pytest.mark.parametrize(
    ("change", "told"),
    [({"rate": 44_100}, "48 kHz"), ({"kind": "PCM_24"}, "16-bit"), ({"kind": "FLOAT"}, "16-bit")],
)
def test_audio_of_another_kind_is_refused(store: FolderStore, change: dict[str, object], told: str) -> None:
    timeline = Timeline([Piece(audio=stored(store, noise(4, 3), **change), frames=4)])
    with pytest.raises(UnfitAudio, match=told):
        read_span(timeline, store, 0, 4)


def test_audio_that_is_too_short_or_no_audio_is_refused(store: FolderStore) -> None:
    short = Timeline([Piece(audio=stored(store, noise(4, 3)), start_frame=2, frames=3)])
    with pytest.raises(UnfitAudio, match="before its piece"):
        read_span(short, store, 0, 3)
    with pytest.raises(UnfitAudio, match="shorter than its piece"):
        timeline_digests(short, store)
    beyond = Timeline([Piece(audio=stored(store, noise(4, 3)), start_frame=9, frames=3)])
    with pytest.raises(UnfitAudio, match="before its piece"):
        read_span(beyond, store, 0, 3)
    text = Timeline([Piece(audio=store.put(b"no sound", suffix=".wav"), frames=3)])
    with pytest.raises(UnfitAudio, match="cannot be read"):
        read_span(text, store, 0, 3)
    ragged = Timeline([Piece(audio=stored(store, noise(4, 3)[:-1]), frames=3)])
    with pytest.raises(UnfitAudio, match="whole number of frames"):
        timeline_digests(ragged, store)


def test_digests_are_those_of_the_frames(sound: Sound, store: FolderStore) -> None:
    digests = timeline_digests(sound.timeline, store)
    assert digests == frame_digests(sound.samples)
    assert len(digests) == 105 * 8
    fifth = sound.samples[5 * FRAME : 6 * FRAME].astype("<i2").tobytes()
    assert digests[40:48] == hashlib.blake2b(fifth, digest_size=8).digest()
    with pytest.raises(ValueError, match="whole frames"):
        frame_digests(np.zeros(FRAME + 1, np.int16))


def test_digests_are_worked_out_once(sound: Sound, store: FolderStore) -> None:
    digests = timeline_digests(sound.timeline, store)
    for piece in sound.pieces:
        if piece.audio:
            store.delete(piece.audio)
    assert timeline_digests(sound.timeline, store) == digests


def test_a_fingerprint_tells_every_sample_and_length_apart(store: FolderStore) -> None:
    samples = noise(10, 1)
    digests = frame_digests(samples)
    prints = {
        fingerprint(digests, start, end, sent)
        for start in range(10)
        for end in range(start + 1, 11)
        for sent in (25, 26)
    }
    assert len(prints) == 55 * 2
    for at in (0, 5 * FRAME, len(samples) - 1):
        changed = samples.copy()
        changed[at] ^= 1
        assert fingerprint(frame_digests(changed), 0, 10, 10) != fingerprint(digests, 0, 10, 10)


@pytest.mark.parametrize("span", [(-1, 5), (5, 5), (0, 11)])
def test_a_fingerprint_outside_the_timeline_is_refused(span: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="not inside"):
        fingerprint(bytes(80), *span, 25)


def test_a_chunk_is_prepared_once(sound: Sound, store: FolderStore) -> None:
    digests = timeline_digests(sound.timeline, store)
    chunk = prepare_chunk(sound.timeline, digests, 5, 45, 40, store)
    with store.local(chunk) as path:
        assert np.array_equal(soundfile.read(path, dtype="int16")[0], sound.samples[5 * FRAME : 45 * FRAME])
    found = recall(store, chunk_recipe(fingerprint(digests, 5, 45, 40)))
    assert found is not None
    assert found.asset == chunk
    for asset in sound.timeline.sources(5, 45):
        store.delete(asset)
    assert prepare_chunk(sound.timeline, digests, 5, 45, 40, store) == chunk


def test_a_short_slot_is_padded_and_the_padding_tells_chunks_apart(sound: Sound, store: FolderStore) -> None:
    digests = timeline_digests(sound.timeline, store)
    sizes = [prepare_chunk(sound.timeline, digests, 0, 7, sent, store).size_bytes for sent in (7, 25)]
    assert sizes == [44 + 7 * FRAME * 2, 44 + 25 * FRAME * 2]


def test_a_chunk_that_was_damaged_is_cut_again(sound: Sound, store: FolderStore) -> None:
    digests = timeline_digests(sound.timeline, store)
    chunk = prepare_chunk(sound.timeline, digests, 5, 45, 40, store)
    path = store.path_of(chunk)
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[:-2] + b"xx")
    assert prepare_chunk(sound.timeline, digests, 5, 45, 40, FolderStore(store.root)) == chunk
    assert FolderStore(store.root).verify(chunk)
