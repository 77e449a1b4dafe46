"""What goes wrong with speech, by rule. Data; each new list of rules begins its counts anew."""

from __future__ import annotations

from collections import Counter
from typing import Literal, get_args

from pydantic import Field

from longtake.frozen import Frozen

VoiceProvider = Literal["openai", "elevenlabs", "polly", "fal", "aimlapi"]
VOICE_PROVIDERS: tuple[VoiceProvider, ...] = get_args(VoiceProvider)

VoiceFault = Literal[
    "fake-size",
    "mp3",
    "busy",
    "quota",
    "status-code",
    "format-refused",
    "drop",
    "half-body",
    "rst-before",
    "slow",
    "empty",
    "silence",
    "json",
    "html",
    "redirect",
    "bad-times",
    "no-download",
]
"""`fake-size`: a WAV whose header makes its size up; `mp3`: instead of whatever was asked for; `busy`: 429; `quota`: no
credit is left; `format-refused`: the plan has no PCM; `drop`, `half-body`: the answer is lost after the request was
billed; `rst-before`: the request is lost; `slow`: the answer is late; `empty`, `silence`, `json`, `html`: a success
without speech; `bad-times`: the times of words make no sense; `no-download`: the linked sound is not there."""

_NOT_BILLED = frozenset({"busy", "quota", "status-code", "format-refused", "rst-before", "redirect"})


class VoiceRule(Frozen):
    """One way to go wrong. Without `nth` it happens every time; `limit` bounds how often in all."""

    provider: VoiceProvider | None = Field(None, description="None: at all of them.")
    fault: VoiceFault
    nth: tuple[int, ...] = Field((), description="Which of the fitting requests, counted from 1.")
    limit: int | None = Field(None, ge=1)
    match: str = Field("", description="Must be part of the text.")
    status: int = Field(500, ge=300, le=599, description="For status-code.")
    kind: str = Field("", description="The provider's word, for busy and status-code.")
    retry_after: str | None = Field(None, description="The header Retry-After, for busy and status-code.")
    seconds: float = Field(1.0, ge=0, description="For slow: how long the answer waits.")
    size: int = Field(0xFFFFFFFF, ge=0, le=0xFFFFFFFF, description="For fake-size: what the header says.")
    billed: bool | None = Field(None, description="Whether the request is billed all the same; None: as usual for it.")

    @property
    def is_billed(self) -> bool:
        """Whether the provider bills a request that it strikes."""
        return self.fault not in _NOT_BILLED if self.billed is None else self.billed


class VoiceFaults:
    """The rules in force, and how often each was met and has struck."""

    def __init__(self, rules: tuple[VoiceRule, ...] = ()) -> None:
        self.rules = rules
        self._met: Counter[int] = Counter()
        self._struck: Counter[int] = Counter()

    def strike(self, provider: VoiceProvider, text: str) -> VoiceRule | None:
        """The first rule that strikes this request, if any does. Every rule that fits the request counts it."""
        struck = None
        for number, rule in enumerate(self.rules):
            if rule.provider not in (None, provider) or rule.match not in text:
                continue
            self._met[number] += 1
            if struck is None and self._strikes(number, rule):
                self._struck[number] += 1
                struck = rule
        return struck

    def _strikes(self, number: int, rule: VoiceRule) -> bool:
        if rule.limit is not None and self._struck[number] >= rule.limit:
            return False
        return not rule.nth or self._met[number] in rule.nth
