"""H.264's set-up record in MP4 (ISO/IEC 14496-15, `avcC`): its parameter sets, read and merged.

Each picture names a picture parameter set by number, and that one a sequence parameter set. So one track can hold
streams of two encoders, when their sets have different numbers and the record lists both.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from longtake.frozen import Frozen

IDR_SLICE, SPS, PPS = 5, 7, 8
_EXTENDED_PROFILES = {100, 110, 122, 144, 244}
_LENGTH_BYTES = 4


class ParameterSets(Frozen):
    """What an avcC record holds. `tail` is the chroma format and bit depths that High profiles append."""

    profile: int
    compatibility: int
    level: int
    sequence: tuple[bytes, ...]
    picture: tuple[bytes, ...]
    tail: bytes

    @property
    def all(self) -> frozenset[bytes]:
        """Every parameter set."""
        return frozenset(self.sequence + self.picture)

    def numbers(self) -> frozenset[int]:
        """The numbers that the sets have."""
        return frozenset(_number(unit, skip=4) for unit in self.sequence) | frozenset(
            _number(unit, skip=1) for unit in self.picture
        )

    def free_number(self) -> int:
        """The smallest number that none of the sets has."""
        used = self.numbers()
        return next(number for number in count() if number not in used)


def parse_avcc(record: bytes) -> ParameterSets | None:
    """Read an avcC record; None when it is none, or does not measure its units with 4 bytes."""
    try:
        if record[0] != 1 or (record[4] & 3) + 1 != _LENGTH_BYTES:
            return None
        sequence, at = _read_sets(record, 5, record[5] & 31)
        picture, at = _read_sets(record, at, record[at])
    except IndexError:
        return None
    if not sequence or not picture:
        return None
    return ParameterSets(
        profile=record[1],
        compatibility=record[2],
        level=record[3],
        sequence=sequence,
        picture=picture,
        tail=record[at:],
    )


def _read_sets(record: bytes, at: int, number: int) -> tuple[tuple[bytes, ...], int]:
    units = []
    at += 1
    for _ in range(number):
        size = record[at] << 8 | record[at + 1]
        units.append(record[at + 2 : at + 2 + size])
        at += 2 + size
        if at > len(record):
            raise IndexError
    return tuple(units), at


def write_avcc(sets: ParameterSets) -> bytes:
    """The avcC record of parameter sets."""
    head = bytes([1, sets.profile, sets.compatibility, sets.level, 0xFC | (_LENGTH_BYTES - 1)])
    return head + _write_sets(sets.sequence, 0xE0) + _write_sets(sets.picture, 0) + sets.tail


def merge_sets(first: ParameterSets, second: ParameterSets) -> ParameterSets:
    """The parameter sets of both, whose numbers must differ. Says the higher profile and level."""
    profile = max(first.profile, second.profile)
    return ParameterSets(
        profile=profile,
        compatibility=first.compatibility & second.compatibility,
        level=max(first.level, second.level),
        sequence=first.sequence + second.sequence,
        picture=first.picture + second.picture,
        tail=(first if first.profile == profile else second).tail if profile in _EXTENDED_PROFILES else b"",
    )


def sets_between_start_codes(stream: bytes) -> tuple[bytes, ...]:
    """The sequence parameter sets of a byte stream (H.264, annex B)."""
    units = (unit.rstrip(b"\0") for unit in stream.split(b"\0\0\1"))
    return tuple(unit for unit in units if unit and unit[0] & 31 == SPS)


def _write_sets(units: tuple[bytes, ...], flags: int) -> bytes:
    return bytes([flags | len(units)]) + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def units_of(picture: bytes | memoryview) -> Iterator[tuple[int, int, int]]:
    """The NAL units of a coded picture: header byte, and where the unit lies in it (its 4 bytes of length first)."""
    at, size = 0, len(picture)
    while at + _LENGTH_BYTES < size:
        end = at + _LENGTH_BYTES + int.from_bytes(picture[at : at + _LENGTH_BYTES], "big")
        if end > size:
            return
        yield picture[at + _LENGTH_BYTES], at, end
        at = end


def parameter_sets_in(picture: bytes | memoryview) -> set[bytes]:
    """The parameter sets that a coded picture brings along."""
    return {bytes(picture[at + 4 : end]) for header, at, end in units_of(picture) if header & 31 in (SPS, PPS)}


def without_parameter_sets(picture: bytes | memoryview) -> bytes:
    """A coded picture without the parameter sets it brings along."""
    return b"".join(bytes(picture[at:end]) for header, at, end in units_of(picture) if header & 31 not in (SPS, PPS))


def starts_afresh(picture: bytes | memoryview) -> bool:
    """Whether a coded picture is an IDR picture: nothing decoded before it matters."""
    return any(header & 31 == IDR_SLICE for header, _, _ in units_of(picture))


def _number(unit: bytes, *, skip: int) -> int:
    """The Exp-Golomb number behind the first `skip` bytes of a parameter set."""
    bits = "".join(f"{byte:08b}" for byte in unit[skip : skip + 8])
    zeros = bits.index("1")
    return int(bits[zeros : 2 * zeros + 1], 2) - 1
