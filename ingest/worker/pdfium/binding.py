"""Calls the functions of PDFium by address, with shared buffers for what they return through pointers.

Documents, pages and objects are plain addresses here (0: there is none). A call with an address costs a third of one
with the typed pointers of pypdfium2, and a hundred reports take a million of them.
"""

import ctypes
import struct
from typing import Any

Box = tuple[float, float, float, float]
"""Left, bottom, right, top in the space of the file."""


def address(pointer: Any) -> int:
    """Where a pointer of ctypes points, or 0."""
    return ctypes.cast(pointer, ctypes.c_void_p).value or 0


def quick(function: Any, result: Any, *arguments: Any) -> Any:
    """A function of PDFium that takes and returns plain numbers."""
    return ctypes.PYFUNCTYPE(result, *arguments)(address(function))


ADDRESS, INT, ULONG, FLOAT, DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong, ctypes.c_float, ctypes.c_double

# Buffers that all calls share: each result is read before the next call. Nothing here runs in two threads.
doubles, floats, whole = (DOUBLE * 4)(), (FLOAT * 6)(), (INT * 2)()
four_doubles, four_floats = struct.Struct("4d").unpack_from, struct.Struct("4f").unpack_from
D0, D1, D2, D3 = (ctypes.addressof(doubles) + n * ctypes.sizeof(DOUBLE) for n in range(4))
F0, F1, F2, F3 = (ctypes.addressof(floats) + n * ctypes.sizeof(FLOAT) for n in range(4))
W0, W1 = (ctypes.addressof(whole) + n * ctypes.sizeof(INT) for n in range(2))
