"""What goes wrong, by rule: at which provider, where, how, and how often. Data; the same seed gives the same faults."""

from __future__ import annotations

import random
from collections import Counter
from typing import Literal, get_args

from pydantic import Field, model_validator

from longtake.frozen import Frozen

ProviderName = Literal["fal", "aimlapi", "pixazo"]
PROVIDERS: tuple[ProviderName, ...] = ("fal", "aimlapi", "pixazo")

Where = Literal["submit", "status", "result", "cancel", "list", "upload", "download", "job", "media"]
"""Requests by what they ask for (`download`: of a clip; AIML API and Pixazo answer a result as a status, which rules of
either place strike), and, decided when a job is accepted, its end (`job`) and its clip (`media`)."""

WireFault = Literal[
    "accept-then-drop",
    "rst-before",
    "rst-after",
    "half-body",
    "slow",
    "status-code",
    "user-timeout",
    "broken-json",
    "html",
    "redirect",
]
"""Faults of an answer. Those that end in a lost answer still have the request done, but for `rst-before`."""

StatusFault = Literal["unknown-word", "back-to-queue", "log"]
JobFault = Literal["refused", "platform-error", "stuck"]
MediaFault = Literal[
    "other-fps",
    "frames",
    "size",
    "encoder",
    "truncated",
    "wrong-audio",
    "black",
    "frozen",
    "no-audio",
    "html",
    "short-content",
]
Fault = Literal[WireFault, StatusFault, JobFault, MediaFault]

_WIRE_FAULTS: frozenset[str] = frozenset(get_args(WireFault))
_FAULTS_AT: dict[str, frozenset[str]] = {
    "job": frozenset(get_args(JobFault)),
    "media": frozenset(get_args(MediaFault)),
    "status": _WIRE_FAULTS | frozenset(get_args(StatusFault)),
}
_NEVER_DONE = frozenset({"rst-before", "status-code", "user-timeout", "redirect"})


class Rule(Frozen):
    """One way to go wrong. Without `nth` and `rate` it happens every time; `limit` bounds how often in all."""

    provider: ProviderName | None = Field(None, description="None: at all of them.")
    where: Where
    fault: Fault
    nth: tuple[int, ...] = Field((), description="Which of the fitting events, counted from 1.")
    rate: float = Field(0.0, ge=0, le=1, description="The share of the fitting events, drawn by the seed.")
    match: str = Field("", description="Must be part of the request's line or body, or of the audio's file name.")
    limit: int | None = Field(None, ge=1)
    per_job: bool = Field(False, description="Count `nth` and `limit` for each job on its own.")
    status: int = Field(500, ge=300, le=599, description="For status-code, and fal's result of a platform-error.")
    hidden: bool = Field(False, description="For platform-error: fal's status does not tell, the result alone does.")
    accepted: bool | None = Field(None, description="Whether the request is done all the same; None: as usual for it.")
    retry_after: str | None = Field(None, description="For status-code: the header Retry-After.")
    seconds: float = Field(1.0, ge=0, description="For slow: how long the answer waits.")
    kind: str = Field("", description="For refused and platform-error, or a 4xx: the provider's word for why.")
    word: str = Field(
        "", description="The status word to say, for unknown-word, refused and platform-error; for log: fal's log line."
    )
    fps: int = Field(30, ge=1, description="For other-fps.")
    frames: int = Field(0, description="For frames: how many more, or fewer.")

    @model_validator(mode="after")
    def _is_a_fault_of_its_place(self) -> Rule:
        if self.fault not in _FAULTS_AT.get(self.where, _WIRE_FAULTS):
            raise ValueError(f"{self.fault!r} cannot happen at {self.where!r}")
        if self.nth and self.rate:
            raise ValueError("give nth or rate, not both")
        return self

    @property
    def is_done(self) -> bool:
        """Whether the request has its effect although its answer is faulty."""
        return self.fault not in _NEVER_DONE if self.accepted is None else self.accepted

    @property
    def is_wire(self) -> bool:
        """Whether it is the answer that is faulty, not what it says."""
        return self.where not in ("job", "media") and self.fault in _WIRE_FAULTS


class Faults:
    """The rules in force, and how often each was met and has struck."""

    def __init__(self, seed: int, rules: tuple[Rule, ...] = ()) -> None:
        self._seed = seed
        self.rules = rules
        self._met: Counter[tuple[int, str]] = Counter()
        self._struck: Counter[tuple[int, str]] = Counter()

    def strike(self, provider: ProviderName, where: Where, subject: str, job_id: str = "") -> Rule | None:
        """The first rule that strikes this event, if any does. Every rule that fits the event counts it."""
        struck = None
        for number, rule in enumerate(self.rules):
            if rule.where != where or rule.provider not in (None, provider) or rule.match not in subject:
                continue
            key = (number, job_id if rule.per_job else "")
            self._met[key] += 1
            if struck is None and self._strikes(rule, key):
                self._struck[key] += 1
                struck = rule
        return struck

    def _strikes(self, rule: Rule, key: tuple[int, str]) -> bool:
        if rule.limit is not None and self._struck[key] >= rule.limit:
            return False
        if rule.nth:
            return self._met[key] in rule.nth
        if rule.rate:
            drawn = random.Random(f"{self._seed}/{key}/{self._met[key]}").random()  # noqa: S311  no secret
            return drawn < rule.rate
        return True
