"""Repair a damaged PDF by giving it a new end, so that the readers find its objects again."""

import re

_ROOT = re.compile(rb"/Root\s+(\d{1,7})\s+(\d{1,5})\s+R")
_CATALOG = re.compile(rb"(\d{1,7})\s+(\d{1,5})\s+obj\b(?:(?!endobj).){0,2000}?/Type\s*/Catalog\b", re.DOTALL)
_ENCRYPTED = re.compile(rb"/Encrypt\s*(?:\d|<<)")


def with_new_end(data: bytes) -> bytes | None:
    """Return the file with a trailer that names its catalogue and has no cross-reference table, or None.

    Without a table, a reader searches for the objects themselves. Returns None if the file names no catalogue or is
    encrypted, because only its own trailer can say how.
    """
    if _ENCRYPTED.search(data):
        return None
    found = _ROOT.findall(data)[-1:] or _CATALOG.findall(data)[-1:]
    if not found:
        return None
    number, generation = found[0]
    start = max(data.find(b"%PDF-"), 0)
    return b"%s\ntrailer\n<</Root %s %s R>>\nstartxref\n0\n%%%%EOF\n" % (data[start:], number, generation)
