"""Another take: of what was paid for only."""

from __future__ import annotations

import pytest

from longtake.errors import SettingError
from longtake.options import choose_options
from longtake.redo import check_numbers, check_redo

OPTIONS = {"model": "omnihuman-1.5", "loudness": "podcast"}


def test_a_preview_has_no_takes() -> None:
    check_redo((), choose_options("preview", **OPTIONS))
    check_redo((7,), choose_options("fal", **OPTIONS))
    with pytest.raises(SettingError, match="a preview has no takes"):
        check_redo((7,), choose_options("preview", **OPTIONS))


@pytest.mark.parametrize("number", [0, -1, 15])
def test_a_clip_that_the_video_has_not_is_refused(number: int) -> None:
    check_numbers((1, 14), 14)
    with pytest.raises(SettingError, match=f"there is no clip {number}. The video has clips 1 to 14."):
        check_numbers((3, number), 14)


def test_a_clip_has_a_new_take_or_an_older_one() -> None:
    fal = choose_options("fal", **OPTIONS)
    check_redo((7,), fal, {8: 1})
    with pytest.raises(SettingError, match="takes: clip 7 cannot have a new take"):
        check_redo((7,), fal, {7: 1})
    with pytest.raises(SettingError, match="takes: a preview has no takes"):
        check_redo((), choose_options("preview", **OPTIONS), {7: 1})
