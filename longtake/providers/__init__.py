"""What every provider of clips can be asked, and what is the same for all of them on the wire."""

from longtake.providers.contract import (
    Accepted,
    CancelAnswer,
    Inputs,
    Lookup,
    Outcome,
    Provider,
    Status,
    Submission,
    Ticket,
)
from longtake.providers.pace import Pace

__all__ = [
    "Accepted",
    "CancelAnswer",
    "Inputs",
    "Lookup",
    "Outcome",
    "Pace",
    "Provider",
    "Status",
    "Submission",
    "Ticket",
]
