"""File names as they are stored, shown and matched, and how to get back to the file.

On Linux a name consists of bytes, which may not be text, and it may contain a line break or a mark that reverses the
text around it. The store, records, tables and pages use a form that is always clean text: any other byte is written as
`<E9>`, in hexadecimal, as in `less` and `vi`.
"""

import os
import re
import unicodedata
from pathlib import Path

CONTROLS = "\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069"
"""The characters, as for a class of a regular expression, that could move the cursor of a terminal or change the order
of what is read. Tabs and line breaks are not among them.
"""

# Compiled on first use, because most searches need none of them.
_UNSAFE = f"[{CONTROLS}\t\n\u2028\u2029]"
_BYTE = b"<(?!00)([0-9A-F]{2})>"  # no file name has a byte 0
_BYTE_IN_TEXT = "<([89A-F][0-9A-F])>"


def escaped_controls(text: str) -> str:
    """Return JSON in which characters that could control a terminal are escaped. This changes no value."""
    return text if text.isprintable() else re.sub(f"[{CONTROLS}]", lambda found: f"\\u{ord(found[0]):04x}", text)


def safe_name(path: str | os.PathLike[str]) -> str:
    """Return the path as clean text. The same path gives the same text in every locale. Most paths are unchanged."""
    kept = re.sub(rb"<(?=[0-9A-F]{2}>)", b"<3C>", os.fsencode(path))  # a name that already contains such text
    text = kept.decode("utf-8", "surrogateescape")
    text = "".join(f"<{ord(c) - 0xDC00:02X}>" if "\udc80" <= c <= "\udcff" else c for c in text)
    return re.sub(_UNSAFE, lambda found: "".join(f"<{byte:02X}>" for byte in found[0].encode()), text)


def real_path(library: Path, name: str) -> Path:
    """Return the path of the file with a stored name, which is absolute or relative to the library."""
    name = name.replace("\0", "<00>")
    raw = re.sub(_BYTE, lambda found: bytes.fromhex(found[1].decode()), name.encode("utf-8", "surrogateescape"))
    return library / os.fsdecode(raw)


def readable_name(name: str) -> str:
    """Return the name as a person would type it from a list: with composed letters, and bytes decoded as on older
    Windows.

    macOS writes `Siân` as four letters and a mark; Excel and most people write four letters. Use it only for comparing.
    """
    read = re.sub(_BYTE_IN_TEXT, lambda found: bytes.fromhex(found[1]).decode("cp1252", "ignore"), name)
    return unicodedata.normalize("NFC", read)
