"""A request: what a person asked for on the command line, read and checked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import Field

from flows.means.stores import open_store
from flows.means.voices import voices_of_plan
from longtake.assets import Store
from longtake.costs import Spending, spending_of
from longtake.fields import check_fields
from longtake.frozen import Frozen
from longtake.inputs import address_inputs, languages_of, pin_inputs, read_inputs, told_by_given_names
from longtake.manifest import request_key
from longtake.money import MICRO
from longtake.options import RenderOptions, choose_options, named_accounts
from longtake.orders import Takes
from longtake.ours import over_its_input
from longtake.planning import VideoPlan, plan_video
from longtake.remote import Fetcher, Target, parse_target, stem_of
from longtake.settings import load_settings
from longtake.storyboard import Storyboard

INPUTS = ("image", "audio", "transcript", "voice", "language", "prompt", "mask")
OPTIONS = ("provider", "model", "resolution", "turbo", "shape", "fit", "loudness", "captions", "reencode")


LASTING = ("video", "output", *OPTIONS, "budget_usd", "max_repeat_usd", "price_per_second", "draft")
"""Parameters of a run that hold for the next one too: not what the storyboard holds, nor what was asked for once."""


def lasting_parameters(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What of a run's parameters is kept for the commands that go by the video's name."""
    return {name: parameters[name] for name in LASTING if name in parameters}


class Request(Frozen):
    """What a person asked for, read and checked: files exist, options fit together, providers take what is used."""

    storyboard: Storyboard
    options: RenderOptions
    accounts: dict[str, str | None]
    spending: Spending
    draft: bool
    redo: tuple[int, ...] = ()
    video: str
    output: Target
    fetched: dict[str, str] = Field(
        {}, description="What inputs came from, as may be told, by their assets' addresses."
    )

    @classmethod
    def from_words(cls, *, script: str | Path | None, output: str | Path | None, **words: Any) -> Request:
        """Read what was typed; what lies elsewhere is fetched. Raises BadInput that names the option, or the line."""
        options = _options(words)
        target = parse_target(output or f"{stem_of(str(script or words.get('audio') or 'video'))}.mp4")
        settings = load_settings()
        fetcher = Fetcher(lambda: open_store(settings), settings.pace)
        storyboard = read_inputs(script, **{name: words.get(name) for name in INPUTS}, fetcher=fetcher)
        _must_not_be_an_input(target, storyboard, fetcher)
        made = cls._checked(storyboard, options, storyboard.id or target.stem, target, words)
        return made.model_copy(update={"fetched": fetcher.names})

    @classmethod
    def each_from_words(
        cls, *, script: str | Path | None, output: str | Path | None, **words: Any
    ) -> tuple[Request, ...]:
        """A request for each language of the script that is asked for; just one, for a script that is in one.

        The videos of a script in several languages are named by them: talk.en.mp4, talk.de.mp4.
        """
        settings = load_settings()
        fetcher = Fetcher(lambda: open_store(settings), settings.pace)
        languages = languages_of(script, fetcher) if script is not None else ()
        if len(languages) < 2:
            return (cls.from_words(script=script, output=output, **words),)
        named = str(output or f"{stem_of(str(script))}.mp4")
        wanted = (words.get("language") or "").casefold()
        asked = [each for each in languages if wanted in ("", each.casefold())] or [words["language"]]
        return tuple(
            cls.from_words(script=script, output=_in_language(named, language), **{**words, "language": language})
            for language in asked
        )

    @classmethod
    def from_parameters(cls, video: str, storyboard: Storyboard, parameters: Mapping[str, Any]) -> Request:
        """The request of a flow's parameters, for a storyboard that is pinned already."""
        output = parameters.get("output") or f"{video}.mp4"
        return cls._checked(storyboard, _options(parameters), video, parse_target(output), parameters)

    @classmethod
    def _checked(
        cls, storyboard: Storyboard, options: RenderOptions, video: str, output: Target, words: Mapping[str, Any]
    ) -> Request:
        check_fields(storyboard, options)
        spending = spending_of(
            load_settings(),
            words.get("budget", words.get("budget_usd")),
            words.get("max_repeat_usd", 0),
            words.get("price_per_second"),
        )
        return cls(
            storyboard=storyboard,
            options=options,
            accounts=named_accounts(words["provider"]),
            spending=spending,
            draft=words.get("draft", False),
            redo=words.get("redo", ()),
            video=video,
            output=output,
        )

    @property
    def key(self) -> str:
        """Stands for all that the video depends on. Reads every file once."""
        return request_key(address_inputs(self.storyboard), self.options, self.video)

    async def plan(self, store: Store, takes: Takes) -> VideoPlan:
        """Bring the files into the store, prepare the sound, and plan. Errors speak of the files' own names."""
        with told_by_given_names(self.storyboard, self.fetched):
            pinned = await asyncio.to_thread(pin_inputs, self.storyboard, store)
            usd_per_second = self.spending.usd_per_second
            async with voices_of_plan(pinned) as book:
                return await plan_video(
                    pinned, self.options, self.video, store, takes, usd_per_second=usd_per_second, book=book
                )

    def parameters(self, store: Store) -> dict[str, Any]:
        """The flow's parameters. The storyboard becomes an asset: what a run on any machine reads."""
        pinned = pin_inputs(self.storyboard, store)
        budget = self.spending.budget_micro_usd
        is_free = self.options.is_preview and not self.spending.is_named
        return {
            "script": store.put(pinned.model_dump_json().encode(), suffix=".json").address,
            "video": self.video,
            "output": str(self.output),
            "provider": ",".join(f"{name}:{block}" if block else name for name, block in self.accounts.items()),
            **self.options.model_dump(mode="json", exclude={"providers"}),
            "budget_usd": None if budget is None or is_free else budget / MICRO,
            "approve_above_usd": None,  # whoever typed the command has agreed already
            "max_repeat_usd": self.spending.repeat_micro_usd / MICRO,
            "price_per_second": self.spending.usd_per_second,
            "draft": self.draft,
            "redo": list(self.redo),
            "approval": "end",  # whoever types a command waits for its end, and has agreed to the price
        }


def _options(words: Mapping[str, Any]) -> RenderOptions:
    return choose_options(**{name: words[name] for name in OPTIONS if name in words})


def _in_language(output: str, language: str) -> str:
    """The output's name with the language before its suffix."""
    stem, point, suffix = output.rpartition(".")
    return f"{stem}.{language}.{suffix}" if point else f"{output}.{language}"


def _must_not_be_an_input(target: Target, storyboard: Storyboard, fetcher: Fetcher) -> None:
    """A recording may be an MP4 of the very name that the video would get."""
    from longtake.script import files_of

    if isinstance(target, Path):
        names = files_of(storyboard) if target.exists() else ()
        is_input = any(Path(name).exists() and target.samefile(name) for name in names)
    else:
        is_input = fetcher.has(str(target))
    if is_input:
        raise over_its_input(target)
