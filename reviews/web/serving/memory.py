"""Share memory between processes, and give it back to the system in a process that runs for long.

The allocator of glibc keeps freed memory in a separate arena for each thread, so that a server seems to grow with every
new generation of the index. Other systems have other allocators, and nothing is done there.
"""

import ctypes
import gc
import importlib
import os
import sys

_M_ARENA_MAX = -8  # a parameter of mallopt(3)
_ARENAS = 2


def _glibc() -> ctypes.CDLL | None:
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def share_arenas() -> None:
    """Let all threads share two arenas. Call it before threads are started."""
    if (library := _glibc()) is not None:
        library.mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Free unused memory, including reference cycles, and return it to the system."""
    gc.collect()
    if (library := _glibc()) is not None:
        library.malloc_trim(0)


def preload() -> None:
    """Import what the first searches need, so that processes forked later share it."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # a process with threads must not be forked
    importlib.import_module("index.matching.arrays")  # with numpy
    gc.collect()
    gc.freeze()  # the garbage collector would otherwise touch, and so copy, memory that processes share
