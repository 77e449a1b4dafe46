"""httpx logs the address of each request; addresses of inputs and clips may be signed, so theirs are cut."""

from __future__ import annotations

import logging
import re

_QUERY = re.compile(r"\?\S*")


class _WithoutQueries(logging.Filter):
    """Cuts the query off every address among a record's arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, cut."""
        if isinstance(record.args, tuple):
            record.args = tuple(_cut(value) for value in record.args)
        return True


def _cut(value: object) -> object:
    if isinstance(value, int | float):
        return value
    return _QUERY.sub("?…", str(value))


_FILTER = _WithoutQueries()


def keep_queries_out_of_logs() -> None:
    """Let no logger of httpx tell a query. May be called again."""
    logging.getLogger("httpx").addFilter(_FILTER)
