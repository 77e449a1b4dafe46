"""Files that are elsewhere: inputs fetched from http(s) and S3 addresses, and videos written to S3."""

from longtake.remote.fetcher import Fetcher
from longtake.remote.kinds import Kind
from longtake.remote.outputs import Outputs, Target, opened_outputs, parse_target
from longtake.remote.uris import S3Uri, check_public, is_uri, shown, stem_of

__all__ = [
    "Fetcher",
    "Kind",
    "Outputs",
    "S3Uri",
    "Target",
    "check_public",
    "is_uri",
    "opened_outputs",
    "parse_target",
    "shown",
    "stem_of",
]
