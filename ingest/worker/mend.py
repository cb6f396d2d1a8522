"""Damaged PDFs: whether streams of one cannot be decoded, and a new end, so that the readers find its objects again."""

import re
import zlib

_ROOT = re.compile(rb"/Root\s+(\d{1,7})\s+(\d{1,5})\s+R")
_CATALOG = re.compile(rb"(\d{1,7})\s+(\d{1,5})\s+obj\b(?:(?!endobj).){0,2000}?/Type\s*/Catalog\b", re.DOTALL)
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_FILTER = re.compile(rb"/(\w+?)(?:Decode)?\b")
_FILTERS = re.compile(rb"/Filter\s*(\[[^\]]*\]|/\w+)")
_KNOWN = {b"Flate", b"LZW", b"ASCII85", b"ASCIIHex", b"RunLength", b"DCT", b"JPX", b"JBIG2", b"CCITTFax"}
_HEAD, _START = 400, 64  # bytes before a stream that say how it is packed, and of the stream that are tried
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


def has_broken_streams(data: bytes) -> bool:
    """Return whether the start of a stream cannot be unpacked, or has an unknown filter. Takes a few milliseconds.

    Returns False for an encrypted file, whose streams cannot be examined.
    """
    if _ENCRYPTED.search(data):
        return False
    for found in _STREAM.finditer(data):
        head = data[max(0, found.start() - _HEAD) : found.start()]
        filters = _FILTER.findall(b"".join(_FILTERS.findall(head[head.rfind(b" obj") + 1 :])))
        if not _KNOWN.issuperset(filters):
            return True
        if filters[:1] == [b"Flate"]:
            try:
                zlib.decompressobj().decompress(data[found.end() : found.end() + _START].partition(b"endstream")[0])
            except zlib.error:
                return True
    return False
