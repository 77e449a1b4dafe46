"""Numbering coded pictures anew, so that one can stand wherever it is wanted (H.264, 7.3.3: slice header).

A picture that no other is drawn from leaves no traces. All that ties it to its place is its order count: a number of
fixed length near the start of its slice, which counts from the last IDR picture.
"""

from __future__ import annotations

from dataclasses import dataclass

_SLICE, _IDR_SLICE, _SPS = 1, 5, 7
_MAIN_PROFILE = 77
_HEAD_BYTES = 12
START_CODE = b"\0\0\0\1"


@dataclass(frozen=True)
class Numbers:
    """How long the numbers in a stream's slice headers are, in bits."""

    frame_num_bits: int
    order_count_bits: int

    @property
    def longest_group_frames(self) -> int:
        """How many frames a group may have; in longer ones a high count would read as one before the IDR picture."""
        return 1 << (self.order_count_bits - 2)


def read_numbers(parameter_sets: bytes) -> Numbers:
    """The lengths that the sequence parameter set of a Main profile stream tells (7.3.2.1.1)."""
    sequence = next(unit for unit in _units(parameter_sets) if unit[0] & 31 == _SPS)
    bits = _Bits(sequence[4 : 4 + _HEAD_BYTES])
    bits.number()  # seq_parameter_set_id
    frame_num_bits = bits.number() + 4
    count_type = bits.number()
    if sequence[1] != _MAIN_PROFILE or count_type != 0:
        raise ValueError(f"x264 gave profile {sequence[1]} with order counts of type {count_type}")
    return Numbers(frame_num_bits, bits.number() + 4)


class Slice:
    """A coded picture of one slice."""

    def __init__(self, picture: bytes, numbers: Numbers) -> None:
        slices = [unit for unit in _units(picture) if unit[0] & 31 in (_SLICE, _IDR_SLICE)]
        if len(slices) != 1:
            raise ValueError(f"a picture has {len(slices)} slices")
        self._unit = slices[0]
        bits = _Bits(self._unit[1 : 1 + _HEAD_BYTES])
        for _ in range(3):
            bits.number()  # first_mb_in_slice, slice_type, pic_parameter_set_id
        count_at = 8 + bits.at + numbers.frame_num_bits
        self._first, self._end = count_at // 8, (count_at + numbers.order_count_bits - 1) // 8 + 1
        self._shift = 8 * self._end - count_at - numbers.order_count_bits
        self._mask = ((1 << numbers.order_count_bits) - 1) << self._shift

    def as_it_is(self) -> bytes:
        """The slice in a byte stream."""
        return START_CODE + self._unit

    def shown_at(self, frame: int) -> bytes:
        """The slice in a byte stream, shown as frame number `frame` behind the IDR picture."""
        unit, first, end = self._unit, self._first, self._end
        bits = int.from_bytes(unit[first:end], "big") & ~self._mask
        count = 2 * frame  # one for each field of a frame
        numbered = (bits | count << self._shift).to_bytes(end - first, "big")
        if 0 in numbered or 0 in unit[first:end]:  # two zeros in a row would bring escape bytes in (7.4.1)
            raise ValueError("a slice header holds zeros where its order count is")
        return START_CODE + unit[:first] + numbered + unit[end:]


def _units(stream: bytes) -> list[bytes]:
    """The NAL units of a byte stream (annex B)."""
    return [bare for unit in stream.split(b"\0\0\1") if (bare := unit.rstrip(b"\0"))]


class _Bits:
    """Reads Exp-Golomb numbers (9.1) from the left."""

    def __init__(self, data: bytes) -> None:
        self._text = "".join(f"{byte:08b}" for byte in data)
        self.at = 0

    def number(self) -> int:
        one = self._text.index("1", self.at)
        end = 2 * one - self.at + 1
        value = int(self._text[one:end], 2) - 1
        self.at = end
        return value
