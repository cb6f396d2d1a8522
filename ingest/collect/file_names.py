"""Build the file name of a collected report from its board, title and hash. It is the same on every system."""

import re
import unicodedata

_LONGEST = 80  # characters of board and title together: paths on Windows are short
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def file_name(board: str, title: str, report: str) -> str:
    """Return a name such as `knowsley-child-y-serious-case-review-2019-pbakcofelimg.pdf`.

    `report` is the SHA-256 of the bytes. The name contains only ASCII letters, digits and hyphens. It ends in letters
    made from the hash, so that no part of the hash can be mistaken for a year.
    """
    words = "-".join(filter(None, (_plain(board)[:30].strip("-"), _plain(title))))
    return f"{words[:_LONGEST].strip('-') or 'report'}-{report[:12].translate(_LETTERS)}.pdf"


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in parts if not unicodedata.combining(letter)).replace("’", "").replace("'", "")
    return "-".join(re.findall(r"[a-z0-9]+", kept.replace("&", " and ")))
