"""All that a storyboard wants beside its clips, prepared before one of them is paid."""

from __future__ import annotations

from collections.abc import Sequence

from longtake.assets import Store
from longtake.captions import caption_cues
from longtake.finish.bed import prepare_bed
from longtake.finish.conform import prepare_picture
from longtake.finish.conform_sound import prepare_sound
from longtake.finish.finish import Around, Finish
from longtake.finish.glyphs import check_drawable
from longtake.finish.logo import prepare_logo
from longtake.inputs import asset_of
from longtake.loudness import LoudnessPreset
from longtake.options import Fit, RenderOptions
from longtake.portrait import Size
from longtake.prepared import TimedText
from longtake.progress import note
from longtake.storyboard import Storyboard

_LONG_SECONDS = 120


def wants_finish(storyboard: Storyboard, options: RenderOptions) -> bool:
    """Whether a video has anything beside its clips."""
    return bool(
        storyboard.intro or storyboard.outro or storyboard.music or storyboard.logo or options.captions == "burn"
    )


def prepare_finish(
    storyboard: Storyboard,
    sentences: Sequence[TimedText],
    size: Size,
    options: RenderOptions,
    preset: LoudnessPreset,
    store: Store,
) -> Finish:
    """What a pinned storyboard wants, made now or found, for a video of `size` that says `sentences`.

    Raises MediaError or ImageError for a file that cannot be used, MissingComponent for captions that cannot be drawn.
    """
    return with_captions(prepare_files(storyboard, size, options.fit, preset, store), sentences, options)


def with_captions(finish: Finish, sentences: Sequence[TimedText], options: RenderOptions) -> Finish:
    """The same with captions that say `sentences`, where they are drawn in. Raises MissingComponent."""
    if options.captions != "burn":
        return finish
    return finish.model_copy(update={"is_burnt": True, "undrawn": check_drawable(caption_cues(sentences))})


def prepare_files(storyboard: Storyboard, size: Size, fit: Fit, preset: LoudnessPreset, store: Store) -> Finish:
    """What of it is made of files: all that can be known before anything is spoken. Raises MediaError, ImageError."""
    return Finish(
        intro=_around(storyboard.intro, size, fit, preset, store, where="intro"),
        outro=_around(storyboard.outro, size, fit, preset, store, where="outro"),
        music=prepare_bed(storyboard.music, store) if storyboard.music else None,
        logo=prepare_logo(storyboard.logo, size, store) if storyboard.logo else None,
    )


def _around(
    name: str | None, size: Size, fit: Fit, preset: LoudnessPreset, store: Store, *, where: str
) -> Around | None:
    if not name:
        return None
    source = asset_of(name)
    picture, frames = prepare_picture(source, size, fit, store, where=where)
    return Around(picture=picture, sound=prepare_sound(source, frames, preset, store, where=where), frames=frames)


def tell_encoding(finish: Finish, seconds: float) -> None:
    """Tell a person that the whole video will be encoded anew, and why."""
    if finish.encodes:
        length = f"all {seconds / 60:.0f} minutes of the video" if seconds >= _LONG_SECONDS else "the whole video"
        note(f"At the end {length} will be encoded anew, which takes a while: {' and '.join(finish.encodes)}.")
