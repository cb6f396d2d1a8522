"""Call PDFium functions by address, with shared buffers for what they return through pointers.

Documents, pages and objects are plain addresses here (0 means none). A call with an address costs a third of one with
pypdfium2's typed pointers, and a hundred reports take a million calls.
"""

import ctypes
import struct
from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any, NewType, cast

ADDRESS, INT, ULONG, FLOAT, DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong, ctypes.c_float, ctypes.c_double

_ROWS = 500  # capacity of `Rows`

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the file's coordinates."""


def address(pointer: Any) -> int:
    """Return the address in a ctypes pointer, or 0."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def quick(function: Any, result: Any, *arguments: Any) -> Any:
    """Return a PDFium function that takes and returns plain numbers."""
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))


Prepared = NewType("Prepared", object)
"""An address as an argument for `plain` functions. Converting it for each call would take longer than most calls."""


def prepared(address: int) -> Prepared:
    """Prepare an address for functions made by `plain`."""
    return Prepared(ctypes.c_void_p.from_param(address))


def all_prepared(addresses: Iterable[int]) -> list[Prepared]:
    """Prepare many addresses for functions made by `plain`."""
    return cast("list[Prepared]", list(map(ctypes.c_void_p.from_param, addresses)))


def plain(function: Any, result: Any) -> Any:
    """Return a PDFium function for frequent calls, whose arguments are not converted.

    It accepts only prepared addresses and numbers that fit in a C int.
    """
    return ctypes.PYFUNCTYPE(result)(address(function))


def buffer(size: int) -> tuple[bytearray, int]:
    """Return memory for text that a function writes, and its address.

    A ctypes array would need a new type for each size. Creating that type takes longer than filling the memory with the
    text of most pages.
    """
    room = bytearray(size)
    return room, ctypes.addressof(ctypes.c_char.from_buffer(room))


class Rows:
    """Buffers for what a `plain` function writes through pointers, with one row of numbers per call.

    `format` is the struct format of a row. `places` are the positions in the row for what the function writes through
    each pointer.
    """

    def __init__(self, format: str, *places: int) -> None:
        self._layout = struct.Struct(format)
        row = self._layout.size
        self._held = (DOUBLE * (_ROWS * row // 8))()
        self._bytes = memoryview(self._held).cast("B")
        start = ctypes.addressof(self._held)
        self._pointers = [
            all_prepared(range(start + at * (row // len(places)), start + _ROWS * row, row)) for at in places
        ]

    def ask(self, function: Any, many: Sequence[Any], first: Prepared | None = None) -> list[tuple[Any, ...]]:
        """Return what the function writes for each of many arguments, or zeros if it writes nothing.

        If `first` is given, it is passed as the first argument of each call.
        """
        rows, _ = self.ask_both(function, many, first)
        return rows

    def ask_both(
        self, function: Any, many: Sequence[Any], first: Prepared | None = None
    ) -> tuple[list[tuple[Any, ...]], list[int]]:
        """Like `ask`, but also return the results of the calls."""
        if len(many) > _ROWS:
            rows, returned = self.ask_both(function, many[:_ROWS], first)
            more_rows, more_returned = self.ask_both(function, many[_ROWS:], first)
            return rows + more_rows, returned + more_returned
        room = self._bytes[: self._layout.size * len(many)]
        room[:] = bytes(len(room))
        if first is None:
            returned = list(map(function, many, *self._pointers))
        else:
            returned = list(map(function, repeat(first), many, *self._pointers))
        return list(self._layout.iter_unpack(room)), returned

    def ask_in_turns(self, function: Any, turns: Iterable[Sequence[Any]], first: Prepared) -> list[tuple[Any, ...]]:
        """Return what the function writes for each argument of each turn, at most 500 arguments per turn.

        Use it if another function must be called before each turn: `turns` may be a generator.
        """
        rows: list[tuple[Any, ...]] = []
        used, pointers = self._emptied()
        for many in turns:
            if used + len(many) > _ROWS:
                rows += self._layout.iter_unpack(self._bytes[: self._layout.size * used])
                used, pointers = self._emptied()
            used += len(list(map(function, repeat(first), many, *pointers)))
        return rows + list(self._layout.iter_unpack(self._bytes[: self._layout.size * used]))

    def _emptied(self) -> tuple[int, list[Iterator[Prepared]]]:
        self._bytes[:] = bytes(len(self._bytes))
        return 0, [iter(each) for each in self._pointers]


# Buffers shared by all calls: each result is read before the next call. Nothing here runs in two threads.
doubles, floats, whole = (DOUBLE * 4)(), (FLOAT * 6)(), (INT * 2)()
four_doubles, four_floats = struct.Struct("4d").unpack_from, struct.Struct("4f").unpack_from
D0, D1, D2, D3 = (ctypes.addressof(doubles) + n * ctypes.sizeof(DOUBLE) for n in range(4))
F0, F1, F2, F3 = (ctypes.addressof(floats) + n * ctypes.sizeof(FLOAT) for n in range(4))
W0, W1 = (ctypes.addressof(whole) + n * ctypes.sizeof(INT) for n in range(2))
