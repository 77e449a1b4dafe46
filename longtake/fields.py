"""Whether the chosen providers can take what a storyboard uses: asked before anything is spent."""

from __future__ import annotations

from collections.abc import Iterator

from longtake.errors import SettingError
from longtake.models import OptionalInput
from longtake.options import RenderOptions
from longtake.storyboard import Storyboard

HOW_TO_DO_WITHOUT: dict[OptionalInput, str] = {
    "prompt": "Leave the prompt out",
    "mask": "Leave the mask out",
    "turbo": "Leave --turbo out",
}


def check_fields(storyboard: Storyboard, options: RenderOptions) -> None:
    """Raise SettingError when a provider cannot take a prompt, a mask or turbo that is used, or needs a prompt.

    A preview takes everything: it stands for whoever renders the video later.
    """
    if options.is_preview:
        return
    used = set(_used(storyboard, options))
    for offer in options.offers():
        for name in sorted(used - offer.takes):
            others = [o.provider for o in options.offers() if name in o.takes]
            choice = f", or choose --provider {others[0]}" if others else ""
            raise SettingError(
                f"{offer.provider} takes no {name} for {offer.model}.",
                where="provider",
                hint=f"{HOW_TO_DO_WITHOUT[name]}{choice}.",
            )
        if "prompt" in offer.needs and not _all_prompted(storyboard):
            raise SettingError(
                f"{offer.model} at {offer.provider} needs a prompt.",
                where="provider",
                hint="Give every speaker one, by --prompt or prompt: in the script.",
            )


def _used(storyboard: Storyboard, options: RenderOptions) -> Iterator[OptionalInput]:
    for scene in storyboard.scenes:
        for line in scene.lines:
            look = storyboard.look(scene, line)
            if look.prompt:
                yield "prompt"
            if look.mask:
                yield "mask"
    if options.turbo:
        yield "turbo"


def _all_prompted(storyboard: Storyboard) -> bool:
    return all(storyboard.look(scene, line).prompt for scene in storyboard.scenes for line in scene.lines)
