"""The voices of a run with hosted ones among them: paid where a run may pay, else stood in for."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from uuid import uuid4

from typing_extensions import override

from longtake.assets import Store
from longtake.loudness import LoudnessPreset
from longtake.speech import Voice, open_voice
from longtake.speech.book import VoiceBook
from longtake.speech.voice import HostedVoice
from longtake.storyboard import Line, Storyboard
from longtake.voices.paid import PaidVoice, Till
from longtake.voices.unspoken import costs_money, missing_texts, unspoken_of


class HostedBook(VoiceBook):
    """Hosted voices by the names that the script has for them, and the voices of this machine.

    Without a till nothing is paid: a line that its voice has not wholly spoken before is spoken by this machine's
    voice for the language, which gives an idea of its length.
    """

    def __init__(self, hosted: Mapping[str, HostedVoice], till: Till | None) -> None:
        self._hosted = dict(hosted)
        self._paid = {spec: PaidVoice(voice, till) for spec, voice in hosted.items()} if till else {}
        self._till = till
        self._of_this_run = None if till else uuid4().hex

    @override
    def named(self, spec: str | None, language: str) -> Voice:
        return self._hosted.get(spec or "") or open_voice(spec, language)

    @override
    async def check_budget(self, storyboard: Storyboard, preset: LoudnessPreset, store: Store) -> None:
        if self._till is None:
            return
        unspoken = await asyncio.to_thread(unspoken_of, storyboard, self, preset, store)
        if unspoken:
            await self._till.check_budget(unspoken.certain_micro_usd, "what its voices have to speak")

    @property
    @override
    def spent_micro_usd(self) -> int:
        return self._till.spent_micro_usd if self._till else 0

    @override
    def cache_key(self, specs: Sequence[str | None]) -> list[object]:
        """What a stand-in has spoken holds for this run alone: another may have spoken it with its own voice since."""
        hosted = [self._hosted[spec].identity for spec in dict.fromkeys(specs) if spec in self._hosted]
        return [*hosted, self._of_this_run] if hosted else []

    @override
    async def voice_for(
        self, line: Line, spec: str | None, language: str, say: Mapping[str, str], preset: LoudnessPreset, store: Store
    ) -> Voice:
        voice = self.named(spec, language)
        if not costs_money(voice):
            return voice
        if self._till:
            return self._paid[spec or ""]
        missing = await asyncio.to_thread(missing_texts, line, voice, language, say, preset, store)
        return open_voice(None, language) if missing else voice

    async def aclose(self) -> None:
        """Wait for what is paid, and let go of the connections."""
        if self._till:
            await self._till.close()
        for voice in self._hosted.values():
            await voice.close()
