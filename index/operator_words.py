"""The operators of a written query, and the words that could be mistaken for one.

The query parser and the code that writes queries both use it, so that a written query parses back to the same query.
"""

import re
from collections.abc import Sequence

OPERATORS = frozenset(("AND", "OR", "NOT", "NEAR"))
NEARNESS = re.compile(
    r"(?:NEAR|ONEAR|ADJ|WITHIN|WITH|NEXT|PRE|W|N|P)?/([0-9]{1,9})|(?:NEAR|ADJ|WITHIN)[-:~]?([0-9]{1,9})", re.IGNORECASE
)
"""How other databases express that words are near each other, with the distance. Alone in brackets it is a word."""

_LONG = 6  # letters: few acronyms are this long
_LONG_ACRONYMS = frozenset(("CAFCASS", "OFSTED", "UNICEF", "LSCPRS", "MARACS"))
# Short words that are not acronyms. The list need not be complete, because most sentences also have a long word.
_SHORT_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
    ABOUT ABUSE ADULT AFTER ALL ALONE ALSO ANY ARE ASKED AT BABY BACK BED BEEN BEING BIRTH BOY BOYS BUT BY CALL
    CALLS CARE CASE CHILD COULD DAD DADS DAY DAYS DEATH DID DO DOES DONE DRUG DRUGS EVER FEAR FOOD FOR FOUND FROM
    GIRL GIVEN GOOD HAD HARM HAS HAVE HEARD HELP HER HERS HIM HIS HOME HOUSE HOW IN INTO IS IT ITS KEPT KNEW KNOW
    KNOWN LACK LEARN LEFT LIFE LIVE LIVED LOCAL LOST MADE MAN MEN MET MORE MOST MUM MUMS NEED NEEDS NEVER NEW NO
    NONE NOR OF OLD ON ONE ONLY OTHER OUR OUT OVER PEER PLAN PLANS POOR RISK RISKS ROLE SAFE SAID SAW SEE SEEN SELF
    SENT SEX SHARE SHE SIGNS SLEEP STAFF TEAM TEAMS THAN THAT THE THEIR THEM THEN THERE THESE THEY THIS TO TOLD TOO
    UNDER UP USED VISIT VOICE WAS WE WELL WERE WHAT WHEN WHERE WHO WHY WITH WOMAN WOMEN WORK WOULD YOUNG YOUTH
        """,
    )
)
_SIGNS = frozenset('*?~=:"|()')
_HYPHENS = frozenset("-‐‑−–")


def is_in_capitals(words: Sequence[str]) -> bool:
    """Return whether a query is a sentence in capitals (`WAS NOT BROUGHT`), in which operators are read as words.

    In a query of only acronyms (`DNA OR WNB`), or with any other sign of the query language, they are operators.
    """
    others = [word for word in words if word not in OPERATORS]
    if len(others) == len(words) or any(word[:1] in _HYPHENS or _SIGNS & set(word) for word in others):
        return False
    lettered = [word for word in others if any(map(str.isalpha, word))]
    return all(map(str.isupper, lettered)) and any(map(_ordinary, lettered))


def _ordinary(word: str) -> bool:
    letters = "".join(c for c in word if c.isalpha())
    return letters in _SHORT_WORDS or (len(letters) >= _LONG and letters not in _LONG_ACRONYMS)
