"""Recordings with a transcript: captions at the cues' own times, cuts that keep to the cues, and the same sound."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from longtake.assets import FolderStore
from longtake.assets.asset import describe
from longtake.captions import caption_cues, write_srt
from longtake.errors import ScriptError
from longtake.inputs import pin_inputs, read_inputs, told_by_given_names
from longtake.loudness import preset_named
from longtake.passages import level_passage, passages_of
from longtake.pauses import LONGEST_GAP_SECONDS
from longtake.prepared import PreparedLine
from longtake.recordings import prepare_recording, transcribed_recording
from longtake.timeline import build_timeline
from tests.command_line import portrait
from tests.loudness_media import RATE, noise, save, speech

PODCAST = preset_named("podcast")
Spoken = list[tuple[float, float]]


def clock(seconds: float) -> str:
    return f"{int(seconds // 3600):02}:{int(seconds // 60 % 60):02}:{seconds % 60:06.3f}"


def written(path: Path, cues: list[tuple[float, float, str]]) -> Path:
    rows = [f"{n}\n{clock(a)} --> {clock(b)}\n{text}\n" for n, (a, b, text) in enumerate(cues, 1)]
    path.write_text("\n".join(rows))
    return path


def steady(seconds: float, spans: Spoken, *, bed_db: float | None = None) -> np.ndarray:
    """Noise without a pause of its own where somebody speaks; between the spans silence, or a softer bed."""
    sound = np.zeros(round(seconds * RATE)) if bed_db is None else noise(seconds, peak_db=bed_db).astype(float)
    full = noise(seconds, peak_db=-6).astype(float)
    for start, end in spans:
        sound[round(start * RATE) : round(end * RATE)] = full[round(start * RATE) : round(end * RATE)]
    return sound.astype(np.int16)


def both(path: Path, transcript: Path, store: FolderStore) -> tuple[PreparedLine, PreparedLine]:
    source = describe(path)
    plain = prepare_recording(path, source=source, preset=PODCAST, store=store)
    return plain, transcribed_recording(plain, path, transcript, source=source, store=store)


def frames_of(line: PreparedLine, kind: str) -> list[int]:
    return [cut.frame for cut in line.cuts if cut.kind == kind]


def test_cues_become_sentences_and_the_sound_stays(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", speech(6))
    cues = [(0.0, 2.0, "<i>One</i> and"), (2.0, 4.5, "two."), (4.6, 60.0, "Three.")]
    plain, line = both(path, written(tmp_path / "talk.srt", cues), store)
    assert [(each.text, each.start_seconds, each.end_seconds) for each in line.sentences] == [
        ("One and", 0.0, 2.0),
        ("two.", 2.0, 4.5),
        ("Three.", 4.6, 6.0),
    ]
    assert plain.sentences == ()
    assert line.model_copy(update={"sentences": (), "cuts": plain.cuts}) == plain
    assert [cut for cut in plain.cuts if cut.kind == "pause"] == [
        cut for cut in line.cuts if cut in plain.cuts and cut.kind == "pause"
    ]


def test_where_pauses_are_heard_nothing_moves(tmp_path: Path, store: FolderStore) -> None:
    spans = [(0.2, 3.0), (3.6, 7.0), (7.5, 11.0), (11.4, 14.0)]
    path = save(tmp_path / "talk.wav", steady(14.2, spans))
    plain, line = both(path, written(tmp_path / "talk.srt", [(a, b, "Words.") for a, b in spans]), store)
    assert [cut.kind for cut in plain.cuts] == ["pause"] * 3
    assert line.cuts == plain.cuts


def test_cues_that_overlap_end_where_the_next_begins(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", speech(6))
    cues = [(3.0, 5.0, "C."), (0.0, 4.0, "A."), (1.0, 2.0, "B."), (3.0, 4.0, "D.")]
    _, line = both(path, written(tmp_path / "talk.srt", cues), store)
    assert [(each.text, each.start_seconds, each.end_seconds) for each in line.sentences] == [
        ("A.", 0.0, 1.0),
        ("B.", 1.0, 2.0),
        ("C. D.", 3.0, 5.0),
    ]


def test_the_speakers_of_a_transcript_are_told_where_there_are_several(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", speech(6))
    _, line = both(path, written(tmp_path / "a.vtt", [(0, 2, "<v Ada>Hi.</v>"), (2, 4, "<v Theo>Ho.")]), store)
    assert [(each.speaker, each.text) for each in line.sentences] == [("Ada", "Hi."), ("Theo", "Ho.")]
    _, line = both(path, written(tmp_path / "b.vtt", [(0, 2, "<v Ada>Hi.</v>"), (2, 4, "Ho.")]), store)
    assert [each.speaker for each in line.sentences] == [None, None]


def test_a_cut_that_would_hit_a_cue_moves_between_two(tmp_path: Path, store: FolderStore) -> None:
    """Thirty seconds without a pause: without a transcript the quietest places are taken, wherever they are."""
    path = save(tmp_path / "talk.wav", steady(30, [(0, 30)]))
    ends = [0, 5.5, 9.0, 13.2, 19.0, 24.6, 30.0]
    cues = [(a, b, "Words.") for a, b in pairwise(ends)]
    plain, line = both(path, written(tmp_path / "talk.srt", cues), store)

    def off(frame: int) -> float:
        return min(abs(frame / 25 - end) for end in ends)

    assert max(map(off, frames_of(plain, "energy"))) > 1
    assert len(frames_of(line, "energy")) == 5
    assert max(map(off, frames_of(line, "energy"))) <= 0.2
    assert all(b - a <= LONGEST_GAP_SECONDS * 25 for a, b in pairwise([0, *frames_of(line, "energy"), line.frames]))


def test_a_cue_longer_than_the_longest_gap_is_cut_where_it_is_quietest(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", steady(30, [(0, 30)]))
    _, line = both(path, written(tmp_path / "talk.srt", [(0, 12, "Long."), (12, 30, "Longer.")]), store)
    cuts = frames_of(line, "energy")
    assert any(abs(frame - 300) <= 5 for frame in cuts)
    assert all(b - a <= LONGEST_GAP_SECONDS * 25 for a, b in pairwise([0, *cuts, line.frames]))


def test_a_gap_over_music_is_a_pause(tmp_path: Path, store: FolderStore) -> None:
    spans = [(0.0, 4.0), (5.0, 9.0), (10.0, 14.0)]
    path = save(tmp_path / "talk.wav", steady(14, spans, bed_db=-14))
    plain, line = both(path, written(tmp_path / "talk.srt", [(a, b, "Words.") for a, b in spans]), store)
    assert frames_of(plain, "pause") == []
    assert frames_of(line, "pause") == [125, 250]
    assert [cut.pause_seconds for cut in line.cuts] == [pytest.approx(1, abs=0.02)] * 2


def test_a_gap_in_which_somebody_speaks_is_no_pause(tmp_path: Path, store: FolderStore) -> None:
    path = save(tmp_path / "talk.wav", steady(9, [(0, 9)]))
    cues = [(0.0, 4.0, "One."), (4.6, 7.9, "Two."), (8.0, 9.0, "Three.")]
    _, line = both(path, written(tmp_path / "talk.srt", cues), store)
    assert frames_of(line, "pause") == []


def test_the_cues_are_the_captions_of_the_video_and_the_sound_is_the_same(tmp_path: Path, store: FolderStore) -> None:
    save(tmp_path / "talk.wav", speech(6))
    portrait(tmp_path / "ada.png")
    (tmp_path / "talk.vtt").write_text(
        "WEBVTT\n\n00:00.500 --> 00:02.000\nHello <i>there</i>.\n\n00:03.000 --> 00:05.500 align:end\nGoodbye.\n"
    )
    script = tmp_path / "talk.md"
    timelines = []
    for mark in ("[audio talk.wav]", "[audio talk.wav transcript=talk.vtt]"):
        script.write_text(f"---\nimage: ada.png\n---\n{mark}\n")
        board = pin_inputs(read_inputs(script), store)
        (passage,) = passages_of(board)
        timelines.append(build_timeline(board, [list(level_passage(passage, "talk", PODCAST, store))], store))
    plain, told = timelines
    assert told.sound_key == plain.sound_key
    assert write_srt(caption_cues(plain.sentences)) == ""
    assert write_srt(caption_cues(told.sentences)).split("\n")[:7] == [
        *("1", "00:00:00,500 --> 00:00:02,000", "Hello there.", ""),
        *("2", "00:00:03,000 --> 00:00:05,500", "Goodbye."),
    ]


def test_a_cue_behind_the_end_is_told_by_its_line(tmp_path: Path, store: FolderStore) -> None:
    save(tmp_path / "talk.wav", speech(3))
    portrait(tmp_path / "ada.png")
    written(tmp_path / "talk.srt", [(0, 2, "One."), (3.5, 4, "Two.")])
    script = tmp_path / "talk.md"
    script.write_text("---\nimage: ada.png\n---\n[audio talk.wav transcript=talk.srt]\n")
    given = read_inputs(script)
    pinned = pin_inputs(given, store)
    (passage,) = passages_of(pinned)
    with pytest.raises(ScriptError) as told, told_by_given_names(given):
        level_passage(passage, "talk", PODCAST, store)
    assert str(told.value).startswith(
        f"{tmp_path / 'talk.srt'}:6: this cue begins at 3.5 s, and the recording ends at 3.0 s."
    )


def test_a_transcript_that_cannot_be_read_is_told_before_anything_is_done(tmp_path: Path) -> None:
    save(tmp_path / "talk.wav", speech(3))
    portrait(tmp_path / "ada.png")
    (tmp_path / "talk.srt").write_text("1\n00:00:xx --> 00:01\nOne.\n")
    with pytest.raises(ScriptError) as told:
        read_inputs(
            None,
            audio=str(tmp_path / "talk.wav"),
            transcript=str(tmp_path / "talk.srt"),
            image=str(tmp_path / "ada.png"),
        )
    assert str(told.value).startswith(f"{tmp_path / 'talk.srt'}:2: ")


def test_a_passage_with_a_transcript_is_another_step(tmp_path: Path, store: FolderStore) -> None:
    save(tmp_path / "talk.wav", speech(3))
    portrait(tmp_path / "ada.png")
    written(tmp_path / "talk.srt", [(0, 2, "One.")])
    script = tmp_path / "talk.md"
    contents = []
    for mark in ("[audio talk.wav]", "[audio talk.wav transcript=talk.srt]"):
        script.write_text(f"---\nimage: ada.png\n---\n{mark}\n")
        (passage,) = passages_of(pin_inputs(read_inputs(script), store))
        contents.append(passage.content)
    assert contents[1][: len(contents[0])] == contents[0]
    assert len(contents[1]) == len(contents[0]) + 1
