"""A voice that costs money: every request is in the ledger before it is sent, and within the caps.

An answer that is lost cannot be fetched again, at no provider. So what may have been charged counts as charged, and the
text is asked for again by itself, within the same caps: it is a sentence, and costs a fraction of a cent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from decimal import ROUND_CEILING, Decimal
from typing import Any, ParamSpec, TypeVar

from typing_extensions import override

from longtake import progress
from longtake.assets import Prepared, content_key
from longtake.errors import (
    AccountRefused,
    InputRefused,
    LedgerFailed,
    OutcomeUnknown,
    OverBudget,
    ProviderBusy,
    SettingError,
    VoiceFailed,
)
from longtake.ledger import Caps, Ledger, NewSpeech, SpeechRequest, SpeechState
from longtake.money import MICRO, usd_text
from longtake.providers import Pace
from longtake.speech import Speech, Voice
from longtake.speech.voice import Find, HostedVoice, Keep

P = ParamSpec("P")
R = TypeVar("R")

MOST_TRIES = 3
"""How often a process asks for one text, when no sound comes of what may have been charged."""

LOOK_SECONDS = 0.3
"""How often it is looked whether another process has spoken the same, or a place has become free."""


class Soundless(VoiceFailed):
    """An answer came, was paid, and has no sound in it. Never leaves this file."""


class Till:
    """What a run pays voices with: the ledger, the caps, and the video that it is for."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        video: str,
        run_id: str,
        video_micro_usd: int | None,
        day_micro_usd: int | None,
        pace: Pace,
    ) -> None:
        self.ledger = ledger
        self.video = video
        self.run_id = run_id
        self.pace = pace
        self.spent_micro_usd = 0
        self._video_micro_usd = video_micro_usd
        self._day_micro_usd = day_micro_usd
        self._on_their_way: set[asyncio.Future[Any]] = set()
        self._is_closing = False
        self._beating: asyncio.Task[None] | None = None

    async def check_budget(self, micro_usd: int, what: str) -> None:
        """Raise OverBudget when the video's budget does not cover `what`, at that price: before any of it is paid.

        What is on its way may be part of it, and does not count here; each request is checked once more.
        """
        cap = self._video_micro_usd
        if cap is None:
            return
        sent = await self.write(self.ledger.speech, video=self.video)
        on_their_way = sum(one.charged_micro_usd for one in sent if one.state is SpeechState.SENDING)
        spent = await self.write(self.ledger.spent_micro_usd, self.video) - on_their_way
        if spent + micro_usd > cap:
            raise OverBudget(
                f"the budget of {self.video!r} is {usd_text(cap)}: {usd_text(spent)} of it is spent or reserved, and "
                f"{what} takes {usd_text(micro_usd)}. Nothing more was spent; raise it (--budget in USD)."
            )

    def caps(self, in_progress: int) -> Caps:
        """The caps that a request must stay within."""
        return Caps(video_micro_usd=self._video_micro_usd, day_micro_usd=self._day_micro_usd, in_progress=in_progress)

    async def write(self, method: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Call the ledger in a thread: it waits for a disk or a network."""
        return await asyncio.to_thread(method, *args, **kwargs)

    async def whole(self, act: Coroutine[Any, Any, R]) -> R:
        """Do it to its end, whoever stops waiting for it. Once the till is closing, nothing new begins."""
        if self._is_closing:
            act.close()
            raise asyncio.CancelledError
        self._beating = self._beating or asyncio.create_task(self._beat())
        doing = asyncio.ensure_future(act)
        self._on_their_way.add(doing)
        doing.add_done_callback(self._on_their_way.discard)
        return await asyncio.shield(doing)

    async def _beat(self) -> None:
        """Tell the ledger that this process lives, so that nobody else takes its requests for lost."""
        while True:
            await asyncio.sleep(self.pace.heartbeat_seconds)
            with suppress(LedgerFailed):  # it is told again
                await self.write(self.ledger.beat_speech)

    async def close(self) -> None:
        """Wait for the answers of all requests that are on their way: they are paid."""
        self._is_closing = True
        while self._on_their_way:
            await asyncio.wait(tuple(self._on_their_way))
        if self._beating:
            self._beating.cancel()


class PaidVoice(Voice):
    """A hosted voice whose requests are paid from a till."""

    def __init__(self, voice: HostedVoice, till: Till) -> None:
        self._voice = voice
        self._till = till
        self._places = asyncio.Semaphore(voice.in_progress_limit)

    @property
    @override
    def name(self) -> str:
        return self._voice.name

    @property
    @override
    def identity(self) -> dict[str, str | int | float | bool | None]:
        return self._voice.identity

    @property
    @override
    def price_usd_per_character(self) -> float | None:
        return self._voice.price_usd_per_character

    @property
    @override
    def maximum_characters(self) -> int:
        return self._voice.maximum_characters

    @property
    @override
    def best_characters(self) -> int:
        return self._voice.best_characters

    @property
    @override
    def hears_context(self) -> bool:
        return self._voice.hears_context

    @property
    @override
    def is_hosted(self) -> bool:
        return True

    @override
    async def speak(self, text: str, *, before: str = "", after: str = "") -> Speech:
        raise NotImplementedError("what is paid for is kept: speak_once does both")

    @override
    async def speak_once(self, text: str, *, before: str, after: str, find: Find, keep: Keep) -> Prepared:
        """Raises OverBudget, AccountRefused and InputRefused: nothing was charged. VoiceFailed after some tries."""
        new = self._request_for(text, before, after)
        while True:
            try:
                async with self._places:
                    kept = await self._till.whole(self._asked(new, text, before, after, keep))
            except (OutcomeUnknown, Soundless) as error:
                progress.note(f"{self.name} is asked again for {_shown(text)}: {error}")
                continue
            if kept:
                return kept
            await asyncio.sleep(LOOK_SECONDS)
            kept = await find()
            if kept:
                return kept

    @override
    async def close(self) -> None:
        await self._till.close()
        await self._voice.close()

    def _request_for(self, text: str, before: str, after: str) -> NewSpeech:
        return NewSpeech(
            text_key=content_key([self.identity, text, *((before, after) if self.hears_context else ())]),
            video=self._till.video,
            run_id=self._till.run_id,
            provider=self._voice.provider,
            account=self._voice.account,
            model=self._voice.model,
            voice=self.name,
            characters=len(text),
            first_words=text[:60],
            reserve_micro_usd=speech_micro_usd(len(text), self._voice),
        )

    async def _asked(self, new: NewSpeech, text: str, before: str, after: str, keep: Keep) -> Prepared | None:
        """The sound, written down and paid; None when another process sends the same, or no place is free."""
        answer = await self._till.write(
            self._till.ledger.begin_speech,
            new,
            self._till.caps(self._voice.in_progress_limit),
            most_tries=MOST_TRIES,
        )
        if answer.answer == "enough":
            raise VoiceFailed(
                f"the voice {self.name} was asked {MOST_TRIES} times for {_shown(text)} and gave no sound; each "
                "request may have been charged. Run it again to ask again"
            )
        if answer.request is None:
            return None
        progress.reach("speaking")
        return await self._spoken(answer.request, text, before, after, keep)

    async def _spoken(self, request: SpeechRequest, text: str, before: str, after: str, keep: Keep) -> Prepared:
        charged = request.reserve_micro_usd
        try:
            speech = await self._voice.speak(text, before=before, after=after)
            progress.reach("spoken")
            kept = await keep(speech)
            progress.reach("kept")
        except (ProviderBusy, AccountRefused, InputRefused) as error:
            await self._end(request, SpeechState.REFUSED, 0, str(error))
            raise
        except VoiceFailed as error:
            await self._end(request, SpeechState.WASTED, charged, str(error))
            raise Soundless(str(error)) from error
        except Exception as error:
            await self._end(request, SpeechState.UNKNOWN, charged, str(error) or type(error).__name__)
            raise
        await self._end(request, SpeechState.SPOKEN, charged, "")
        return kept

    async def _end(self, request: SpeechRequest, state: SpeechState, charged_micro_usd: int, reason: str) -> None:
        self._till.spent_micro_usd += charged_micro_usd
        await self._till.write(
            self._till.ledger.end_speech, request, state, charged_micro_usd=charged_micro_usd, reason=reason
        )


def speech_micro_usd(characters: int, voice: Voice) -> int:
    """What so many characters cost, rounded up to a whole micro-dollar. Raises SettingError when nobody says."""
    price = voice.price_usd_per_character
    if price is None:
        raise SettingError(
            f"nobody states what {voice.name} costs.",
            where="voice",
            hint="Say it in the voice's block: price_usd_per_character. Nothing is spent at an unknown price.",
        )
    return int((characters * Decimal(str(price)) * MICRO).to_integral_value(ROUND_CEILING))


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")
