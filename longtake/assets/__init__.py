"""Files by content, where they are kept, and how they are found again."""

from longtake.assets.asset import Asset, parse_address
from longtake.assets.epoch import begin_epoch, epoch
from longtake.assets.folder import FolderStore
from longtake.assets.recipes import HOSTED_SENTENCE, Prepared, Recipe, content_key, find_prepared, prepare_once, recall
from longtake.assets.store import Store

__all__ = [
    "HOSTED_SENTENCE",
    "Asset",
    "FolderStore",
    "Prepared",
    "Recipe",
    "Store",
    "begin_epoch",
    "content_key",
    "epoch",
    "find_prepared",
    "parse_address",
    "prepare_once",
    "recall",
]
