"""The part of the ledger that is about voices."""

from __future__ import annotations

from longtake.ledger import speech, sums, tables
from longtake.ledger.jobs import Caps
from longtake.ledger.speech import NewSpeech, SpeechAnswer, SpeechRequest, SpeechState
from longtake.ledger.transaction import Database


class SpeechLedger:
    """The requests to voices of all videos, as one process reads and writes them."""

    def __init__(self, database: Database, stale_after_seconds: float) -> None:
        self._database = database
        self._stale_after_seconds = stale_after_seconds

    def begin_speech(self, new: NewSpeech, caps: Caps, *, most_tries: int) -> SpeechAnswer:
        """Write a request to a voice down before it is sent, or tell why it must not be. Raises OverBudget.

        A process asks at most so often for a text, when no sound comes of it.
        """
        with self._database.writing() as transaction:
            stale_after_seconds = self._stale_after_seconds
            return speech.begin(transaction, new, caps, stale_after_seconds=stale_after_seconds, most_tries=most_tries)

    def beat_speech(self) -> int:
        """Tell that this process lives; the number of its requests to voices that are on their way."""
        with self._database.writing() as transaction:
            return speech.beat(transaction)

    def end_speech(
        self, request: SpeechRequest, state: SpeechState, *, charged_micro_usd: int, reason: str = ""
    ) -> SpeechRequest:
        """Write down what became of a request to a voice."""
        with self._database.writing() as transaction:
            return speech.end(transaction, request, state, charged_micro_usd=charged_micro_usd, reason=reason)

    def speech(self, *, video: str | None = None) -> tuple[SpeechRequest, ...]:
        """The requests to voices, of all videos or of one, the newest first."""
        with self._database.reading() as transaction:
            return speech.find(transaction, *([tables.speech.c.video == video] if video else []))

    def spoken_micro_usd(self, video: str, since: float = 0.0) -> int:
        """Of the video's requests to voices, from that second since 1970 on."""
        with self._database.reading() as transaction:
            return sums.spoken_micro_usd(transaction, video, since)
