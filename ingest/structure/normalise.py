"""Repair text with pure functions. Everything else is kept as printed.

`repair` is applied to every line. `join` puts two lines together and decides about the hyphen between them.
"""

import re
import unicodedata
from collections.abc import Container, Iterable

# Characters whose compatibility form would change the meaning, or is something that nobody would type. NFKC is not
# applied to superscript digits and letters (a footnote mark would merge with its word), fractions, the ellipsis, trade
# marks, degrees and free accents.
_KEPT = (
    "\u00a8\u00aa\u00af\u00b2-\u00b5\u00b8-\u00ba\u00bc-\u00be\u02b0-\u02ff\u2026\u2070-\u209f\u2100-\u218f"
    "\u2460-\u24ff\u3200-\u33ff"
)
_FOLDED = re.compile(f"[^\x00-\x7f{_KEPT}]+")
RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Digits as printed in footnote marks."""

# What does not belong in text: control characters (white space is folded first), joiners and direction marks, byte
# order marks, halves of surrogate pairs. Soft hyphens inside a line only tell the printer where a word may be broken.
_DROPPED = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff"
    "\ufff9-\ufffb\ufffe\uffff]"
)
# Joiners say nothing between Latin letters. Other scripts need them.
_JOINERS = re.compile("[\u200c\u200d](?=[A-Za-z])|(?<=[A-Za-z])[\u200c\u200d]")
_COMBINING = re.compile("[\u0300-\u036f]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_PRIVATE = re.compile("[\ue000-\uf8ff\U000f0000-\U0010fffd]")
_APART = re.compile(r" \w \w ")  # text without this has no spaced letters: this test is faster
_SPACED = re.compile(r"(?<!\S)\w(?: \w){3,}(?!\S)")
_HYPHENATED = re.compile(r"\w+(?:-\w+)+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")

KNOWN_PREFIXES = frozenset(
    re.findall(
        r"\w+",
        "anti bi co de ex extra inter intra mid mini mono multi neo non pre pro pseudo quasi re semi sub super tri "
        "ultra un",
    )
)
"""First parts of hyphenated words that are not words by themselves."""

# Words that are written with a hyphen, whatever else is in the document.
_COMPOUND = re.compile(
    r"(?:self-(?!ish|less|hood)|non-(?!sense|e(?:theless)?$|plus)|well-(?!ington|ness|s$)|joined-up"
    r"|(?:age|ante|anti|child|co|cross|ex|family|ill|inter|intra|long|mid|multi|over|peri|post|pre|re|risk|short|trauma"
    r"|under|wide)-(?:agenc|assess|based|being|birth|born|centred|departmental|disciplin|equipped|focused|friendly"
    r"|health|informed|known|locat|natal|offend|operat|optimis|ordinat|partner|produc|profession|ranging|referr"
    r"|secondary|sector|sleeping|specialist|term$|treat(?:ed|ing|ment)|traumati))",
    re.IGNORECASE,
)
_SMALL_WORDS = frozenset(("a", "and", "at", "by", "for", "in", "of", "on", "the", "to"))  # up-to-/date
_SEVERAL = 5  # words that are broken at the end of a line


def normalise(text: str) -> str:
    """Apply NFKC, except where that would change the meaning.

    Ligatures, wide forms and presentation forms become letters, and all hyphens become the same character. The readers
    leave out soft hyphens that are not printed.
    """
    if text.isascii():
        return text
    if _COMBINING.search(text):
        text = unicodedata.normalize("NFC", text)  # below, letters without accents are left out
    text = _FOLDED.sub(lambda found: unicodedata.normalize("NFKC", found.group()), text)
    return text.replace("\u2010", "-").replace("\u2011", "-").replace("\u00ad", "-")


def bullets(text: str) -> str:
    """Replace private-use characters: with a bullet at the start of a line, where a symbol font uses them, and
    otherwise with a space.
    """
    if text.isascii() or not _PRIVATE.search(text):
        return text
    stripped = text.lstrip()
    if _PRIVATE.match(stripped):
        text = "• " + _PRIVATE.sub("", stripped, count=1).lstrip()
    return _PRIVATE.sub(" ", text)


def printable(text: str) -> str:
    """Remove control characters and direction marks, and replace broken characters with U+FFFD."""
    text = _JOINERS.sub("", _SURROGATES.sub("\ufffd", text))
    return _DROPPED.sub("", text.replace("\t", " ").replace("\x0b", " ").replace("\x0c", " "))


def undouble(text: str) -> str:
    """Undo fake bold that prints each letter twice: `SSEERRIIOOUUSS` becomes `SERIOUS`.

    Applies only if every word of the line is doubled.
    """
    words = text.split()
    if not words or sum(map(len, words)) < 8 or any(len(w) % 2 or w[::2] != w[1::2] for w in words):
        return text
    return " ".join(word[::2] for word in words)


def unspace(text: str) -> str:
    """Join spaced letters into words: `P a g e` becomes `Page`.

    Applies to four or more letters, but not to digits or capital initials.
    """

    def close(found: re.Match[str]) -> str:
        return found.group().replace(" ", "") if closes(found.group()) else found.group()

    return _SPACED.sub(close, text)


def closes(spaced: str) -> bool:
    """Return whether spaced letters form words rather than a row of digits or capital initials."""
    letters = spaced.replace(" ", "")
    return letters.isalpha() and (letters[1:].islower() or len(letters) > 5)


def fold_spaces(text: str) -> str:
    """Replace any run of white space with one space, and strip the ends."""
    return " ".join(text.split())


def repair(text: str) -> str:
    """Apply all repairs to one line, in order. Most lines need none, which is checked first."""
    if not text.isascii():
        if (
            not text.isprintable()
            or "\u2010" in text
            or "\u00ad" in text
            or not unicodedata.is_normalized("NFKC", text)
        ):
            text = fold_spaces(printable(bullets(normalise(text))))
    elif not text.isprintable():
        text = fold_spaces(printable(text))
    if "  " in text or text[:1] == " " or text[-1:] == " ":
        text = fold_spaces(text)
    if text[:1] == text[1:2]:
        text = undouble(text)
    return unspace(text) if _APART.search(text) else text


def ends_in_hyphen(text: str) -> bool:
    """Return whether the last word of a line is broken at a hyphen."""
    return text[-1:] == "-" and text[-2:-1].isalnum()


def with_hyphen(text: str, hyphen: bool) -> str:
    """Return a line as printed, including a hyphen at its end, which is stored separately from the text."""
    return f"{text}-" if hyphen else text


def is_typeset(broken: Iterable[tuple[str, str]], words: Container[str], hyphenated: Container[str]) -> bool:
    """Return whether a typesetter broke the words of a document at the end of lines. Otherwise every hyphen there is
    the author's.

    `broken` has the line before and after each break. A typesetter breaks words that are written without a hyphen
    elsewhere. Several breaks are needed to show that there is none.
    """
    plain = authors = others = 0
    for above, below in broken:
        last, first = _LAST.search(above), _FIRST.search(below)
        if last and first:
            one, other = last.group().lower(), first.group().lower()
            if f"{one}-{other}" in hyphenated:
                authors += 1
            elif one + other in words:
                plain += 1
            else:
                others += 1
    return authors + others < _SEVERAL or 0 < plain >= authors


def keeps_hyphen(
    first: str, second: str, words: Container[str], hyphenated: Container[str], *, typeset: bool = True
) -> bool:
    """Return whether a word broken after `first` is written with a hyphen.

    The rest of the document decides, if it has `multi-agency` or `safeguarding` elsewhere. Otherwise the hyphen is kept
    if both halves are words (`child-/focused`, `multi-/disciplinary`), names or numbers (`Jones-/Smith`, `16-/17`), and
    dropped if the typesetter added it (`neigh-/bour`).
    """
    if (first + "-" + second).lower() in hyphenated:
        return True
    if (first + second).lower() in words:
        return False
    if not typeset:
        return True
    left, right = first.rsplit("-", 1)[-1], second.split("-", 1)[0]
    if not left[-1:].isalpha() or not right[:1].isalpha() or (right[0].isupper() and not left.isupper()):
        return True
    if left != first and (left.lower() in words or left.lower() in _SMALL_WORDS):  # seven-days-a-/week
        return True
    if _COMPOUND.match(f"{left}-{right}"):
        return True
    return (left.lower() in words or left.lower() in KNOWN_PREFIXES) and right.lower() in words


_ADDRESS = re.compile(r"(?:https?://|www\.)\S+$|\S+@\S*$")
_GOES_ON = re.compile(
    r"\S*?(?:[/_=%&?]|[.-]\w)|\S{25}"
)  # a word with signs in it, or no word, is the rest of an address
_ALTERNATIVE = re.compile(r"(?<![^\s(])[^\W\d_]+/$")  # "and/", but not the end of an address
_LAST = re.compile(r"[\w'’-]+$")
_SUSPENDS = frozenset(("and", "or", "to", "nor", "ac", "neu"))  # "16- and 17-year-olds", "pre- or post-natal"
_FIRST = re.compile(r"^[\w'’]+(?:-[\w'’]+)*")


def join(
    above: str,
    below: str,
    hyphen: bool,
    words: Container[str],
    hyphenated: Container[str],
    *,
    typeset: bool = True,
) -> str:
    """Join two lines with a space or, if `above` ended in a hyphen, join the word that is broken between them.

    The address of a web page has neither, if it is broken at a slash or a hyphen.
    """
    if not above or not below:
        return above or below
    if (hyphen or (above[-1] == "/" and _GOES_ON.match(below))) and _ADDRESS.search(above):
        return f"{with_hyphen(above, hyphen)}{below}"
    if not hyphen:
        slash = above[-1] == "/" and below[0].islower() and _ALTERNATIVE.search(above)
        return f"{above}{below}" if slash else f"{above} {below}"
    last, first = _LAST.search(above), _FIRST.search(below)
    if last is None or first is None:
        return f"{above}- {below}" if last is None else f"{above}-{below}"
    if first.group().lower() in _SUSPENDS:
        return f"{above}- {below}"
    return (
        above + ("-" if keeps_hyphen(last.group(), first.group(), words, hyphenated, typeset=typeset) else "") + below
    )


def vocabulary(lines: list[str]) -> tuple[set[str], set[str]]:
    """Return the words of a document and its hyphenated words, in lower case, as evidence for `join`.

    If a line ended in a hyphen, its last word and the first word of the next line must not be included in `lines`.
    """
    pieces = set(map(str.lower, set(" ".join(lines).split())))
    plain = set(filter(str.isalpha, pieces))  # most of them
    return (
        plain.union(_WORD.findall(" ".join(pieces - plain))),
        set(_HYPHENATED.findall(" ".join(piece for piece in pieces if "-" in piece))),
    )
