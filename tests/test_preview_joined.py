"""Preview clips join as they are: every picture comes out unchanged at its slot."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np

from longtake.preview import render_preview
from longtake.stitch import StitchJob, stitch
from tests.preview_media import silence, speech_like, write_chunk, write_portrait
from tests.stitch_media import decoded, place, write_master


def test_previews_are_copied_and_keep_every_picture(tmp_path: Path) -> None:
    portraits = [write_portrait(tmp_path / f"{n}.jpg", (320, 180)) for n in range(2)]
    slots, sent = [63, 1, 40, 9, 100], [63, 25, 65, 25, 100]
    paths = []
    for number, (slot, length) in enumerate(zip(slots, sent, strict=True)):
        voice = np.concatenate([speech_like(slot / 25, seed=number), silence(length - slot)])
        chunk = write_chunk(tmp_path / f"{number}.wav", voice)
        paths.append(tmp_path / f"{number}.mp4")
        render_preview(portraits[number % 2], chunk, paths[-1], label=f"{number:03d}")
    clips = place(paths, slots, sent)
    master = write_master(tmp_path / "master.m4a", [clip.start_frame for clip in clips], clips[-1].end_frame)
    report = stitch(StitchJob(clips=clips, master=master, comment="A preview"), tmp_path / "joined.mp4")
    assert report.reencoded_clips == 0
    joined = dict(decoded(tmp_path / "joined.mp4"))
    for clip in clips:
        for time, picture in list(decoded(clip.path))[: clip.slot_frames]:
            assert np.array_equal(joined[Fraction(clip.start_frame, 25) + time], picture)
    assert len(joined) - sum(slots) <= 2  # of padding, only what shown pictures are drawn from
