"""httpx logs the address of each request, httpcore the headers of each answer, where a redirect tells another one.

Addresses of inputs and clips may be signed, so theirs are cut. What signs them logs the very signatures, for debugging:
that is left out.
"""

from __future__ import annotations

import logging
import re

LOGGERS = ("httpx", "httpcore.http11", "httpcore.http2")
SIGNERS = ("botocore", "boto3", "s3transfer", "urllib3")
_QUERY = re.compile(r"\?\S*")


class _WithoutQueries(logging.Filter):
    """Cuts the query off every address in a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, cut."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(value) for value in record.args)
        if not record.args:
            record.msg = _cut(record.msg)
        return True


def _cut(value: object) -> object:
    if isinstance(value, int | float):
        return value
    return _QUERY.sub("?…", str(value))


_FILTER = _WithoutQueries()


def keep_queries_out_of_logs() -> None:
    """Let no logger of httpx and httpcore tell a query, and none of boto3's a signature. May be called again."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(_FILTER)
    for name in SIGNERS:
        logger = logging.getLogger(name)
        logger.setLevel(max(logger.level, logging.INFO))
