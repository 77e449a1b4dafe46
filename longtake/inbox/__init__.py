"""Inboxes: a folder, a prefix in a bucket or a list file, of which each item becomes a video."""

from longtake.inbox.due import MOST_TRIES, Limits, Step, Word, next_day, order_of, step_of, waits
from longtake.inbox.fields import ItemFields
from longtake.inbox.found import Found
from longtake.inbox.inbox import Inbox, open_inbox
from longtake.inbox.prepare import Prepared, prepare_item
from longtake.inbox.verdict import NEEDS_APPROVAL, End, is_free, jobs_in_vain, judge

__all__ = [
    "MOST_TRIES",
    "NEEDS_APPROVAL",
    "End",
    "Found",
    "Inbox",
    "ItemFields",
    "Limits",
    "Prepared",
    "Step",
    "Word",
    "is_free",
    "jobs_in_vain",
    "judge",
    "next_day",
    "open_inbox",
    "order_of",
    "prepare_item",
    "step_of",
    "waits",
]
