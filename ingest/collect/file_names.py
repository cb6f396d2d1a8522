"""The name of a collected file: made from board, title and hash, and the same on every system."""

import re
import unicodedata

_LONGEST = 80  # characters of board and title together: paths on Windows are short
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def file_name(board: str, title: str, report: str) -> str:
    """`knowsley-child-y-serious-case-review-2019-pbakcofelimg.pdf`. report: the SHA-256 of the bytes.

    ASCII letters, digits and hyphens only. The end is made from the hash, in letters, so that no year is read in it.
    """
    words = "-".join(filter(None, (_plain(board)[:30].strip("-"), _plain(title))))
    return f"{words[:_LONGEST].strip('-') or 'report'}-{report[:12].translate(_LETTERS)}.pdf"


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(letter for letter in parts if not unicodedata.combining(letter)).replace("’", "").replace("'", "")
    return "-".join(re.findall(r"[a-z0-9]+", kept.replace("&", " and ")))
