"""Pictures that explain a video: its poster, what is seen at its joins, its portraits. JPEGs in the store."""

from longtake.pictures.joins import Join, join_sheet, joins_of
from longtake.pictures.portraits import MOST_PORTRAITS, Portrait, portrait_sheet, portraits_of
from longtake.pictures.poster import poster

__all__ = [
    "MOST_PORTRAITS",
    "Join",
    "Portrait",
    "join_sheet",
    "joins_of",
    "portrait_sheet",
    "portraits_of",
    "poster",
]
