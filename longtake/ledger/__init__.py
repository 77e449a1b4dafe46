"""The ledger: what every paid job is, costs and became. The truth about money; it fails closed."""

from longtake.ledger.decisions import Decision
from longtake.ledger.items import Item, Items, ItemState, NewRun
from longtake.ledger.jobs import Caps, CostsBy, Job, NewJob, Reservation, Spending, Transition
from longtake.ledger.ledger import Ledger, open_ledger
from longtake.ledger.reserve import is_in_vain
from longtake.ledger.speech import NewSpeech, SpeechAnswer, SpeechRequest, SpeechState
from longtake.ledger.states import IN_PROGRESS, LIVE, JobState

__all__ = [
    "IN_PROGRESS",
    "LIVE",
    "Caps",
    "CostsBy",
    "Decision",
    "Item",
    "ItemState",
    "Items",
    "Job",
    "JobState",
    "Ledger",
    "NewJob",
    "NewRun",
    "NewSpeech",
    "Reservation",
    "SpeechAnswer",
    "SpeechRequest",
    "SpeechState",
    "Spending",
    "Transition",
    "is_in_vain",
    "open_ledger",
]
