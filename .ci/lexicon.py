"""Write index/forms/exceptions.txt: the words whose class `index.forms.rule` does not find.

    pip download --no-deps lemminflect==0.2.3
    .ci/lexicon.py lemminflect-0.2.3-py3-none-any.whl

The inflections are those of LemmInflect (MIT, Brad Jascob), which has them from the SPECIALIST Lexicon of the US
National Library of Medicine. What they get wrong for our reports, and which families of words count as one, is in
index/forms/families.txt. Why: docs/adr/0019.
"""

import gzip
import sys
import zipfile
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from index.forms.lexicon import resolve  # noqa: E402 - the repository is not installed where this runs
from index.forms.rule import regular  # noqa: E402 - likewise
from index.function_words import FUNCTION_WORDS  # noqa: E402 - likewise

FORMS = ROOT / "index" / "forms"
_AUXILIARIES = frozenset(("be", "have", "do"))

Senses = dict[str, list[str]]
"""Part of speech → lemmas, the most common first."""


def read_lexicon(wheel: Path) -> dict[str, Senses]:
    """Return every word in lower case. A name is included only if there is no other word like it."""
    words: defaultdict[str, Senses] = defaultdict(dict)
    names: defaultdict[str, Senses] = defaultdict(dict)
    with zipfile.ZipFile(wheel) as archive:
        for file, lemmas_given in (("lemma_lu", True), ("infl_lu", False)):
            text = gzip.decompress(archive.read(f"lemminflect/resources/{file}.csv.gz")).decode()
            for word, part, *rest in (line.split(",") for line in text.splitlines()):
                lemmas = rest[0].lower().split("/") if lemmas_given else [word.lower()]
                known = [lemma for lemma in lemmas if lemma.isascii() and lemma.isalpha()]
                if known and word.isascii() and word.isalpha():
                    (words if word.islower() else names)[word.lower()].setdefault(part, known)
    return {**names, **words}


def read_families(text: str) -> dict[str, str]:
    """Return word → the name of its class. Raises ValueError for a word that occurs twice."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        name, _, members = line.partition(": ")
        for word in members.split():
            if found.setdefault(word, name) != name:
                raise ValueError(f"{word} belongs to {found[word]} and to {name}")
    return found


def lemma(word: str, lexicon: dict[str, Senses]) -> str:
    """Return the word of which a word is an inflection: a verb before a noun, a noun before an adjective."""
    senses = lexicon[word]
    verbs, nouns = senses.get("verb", []), senses.get("noun", [])
    verb = verbs[0] if verbs and verbs[0] not in _AUXILIARIES else word
    if verb != word and not word.endswith("s"):
        return verb
    if nouns and nouns[0] != word:
        return nouns[0]
    if verb != word and not nouns:
        return verb
    for adjective in [*senses.get("adj", []), *senses.get("adv", [])]:
        if not nouns and word.endswith(("er", "est")) and word.startswith(adjective[:-1]):
            return adjective
    return _adjective(word, lexicon) if "adv" in senses else word


def _adjective(word: str, lexicon: dict[str, Senses]) -> str:
    """Return the adjective of an adverb in -ly, or the word itself if there is none."""
    base = word.removesuffix("ly")
    endings = (base, base.removesuffix("al"), f"{base}le", f"{base}l", f"{base[:-1]}y" if base[-1:] == "i" else "")
    found = [each for each in endings if "adj" in lexicon.get(each, ())]
    return found[0] if base != word and found else word


def classes(lexicon: dict[str, Senses], families: dict[str, str]) -> dict[str, str]:
    """Return word → the name of its class, for every known word."""
    words = {*lexicon, *families, *families.values(), *FUNCTION_WORDS}
    return {word: _name(word, lexicon, families) for word in sorted(words)}


def _name(word: str, lexicon: dict[str, Senses], families: dict[str, str]) -> str:
    seen = [word]
    while True:
        last = seen[-1]
        if last in families:
            following = families[last]
        elif last in FUNCTION_WORDS or last not in lexicon:
            following = last if last in FUNCTION_WORDS else regular(last)
        else:
            following = lemma(last, lexicon)
        if following in seen:
            return last
        seen.append(following)


def exceptions(named: dict[str, str]) -> dict[str, str]:
    """Return the words whose class does not follow from the rule and from shorter words."""
    found: dict[str, str] = {}
    for word in sorted(named, key=len):  # the rule only makes words shorter
        if resolve(word, found) != named[word]:
            found[word] = named[word]
    return found


def main(wheel: str) -> None:
    families = read_families((FORMS / "families.txt").read_text("utf-8"))
    table = exceptions(classes(read_lexicon(Path(wheel)), families))
    lines = "".join(f"{word} {name}\n" for word, name in sorted(table.items()))
    (FORMS / "exceptions.txt").write_text(lines, "utf-8", newline="\n")
    print(f"{len(table):,} words")


if __name__ == "__main__":
    main(sys.argv[1])
