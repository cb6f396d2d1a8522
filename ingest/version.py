"""The name of the reader. It is stored with each report, so that a better reader knows what to read again."""

from functools import cache
from importlib.metadata import version

VERSION = 11
"""The version of the program's own reading of pages. Increase it when reports would now be read better."""


@cache
def reader_name(extractor: str = "pdfium", trust_hidden_text: bool = False) -> str:
    """Return the names and versions of everything that reads a report, such as "ingest 3; pypdfium2 5.15.2; pypdf
    7.1.0".
    """
    parts = [f"ingest {VERSION}", f"pypdfium2 {version('pypdfium2')}", f"pypdf {version('pypdf')}"]
    if extractor != "pdfium":
        del parts[1]
    return "; ".join(parts + ["hidden text trusted"] * trust_hidden_text)
