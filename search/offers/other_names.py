"""Offer the other names that reports use: `SGO` → special guardianship order, `mum` → mother.

Practitioners type abbreviations, and reports write them out. They have to be typed in capitals, because many are other
words in small letters (salt, send). No index depends on the names, so more can be added at any time.
"""

import re
from collections.abc import Callable

from index import analyser
from index.query import Plain, Query, Word
from index.spellings import whole
from search.offers.themes import typed_words
from search.results import Offer

_ABBREVIATIONS = {
    name: [f'"{written}"' for written in others.split(" | ")]
    for name, others in (
        line.split(": ")
        for line in """\
ACE: adverse childhood experience*
ASD: autism spectrum disorder* | autistic spectrum disorder* | autism spectrum condition*
CAF: common assessment framework*
CCE: child criminal exploitation
CIC: child in care | children in care
CIN: child in need | children in need
CLA: child looked after | children looked after | looked after child*
CP: child protection
CPP: child protection plan*
CSE: child sexual exploitation
DCS: director of children’s services
DSL: designated safeguarding lead*
DV: domestic violence | domestic abuse
EDT: emergency duty team* | emergency duty service*
EHCP: education, health and care plan*
EHE: electively home educated | elective home education
FGC: family group conference*
FGM: female genital mutilation
FII: fabricated or induced illness
HV: health visitor*
ICPC: initial child protection conference*
IDVA: independent domestic violence adviser* | independent domestic violence advocate*
IRO: independent reviewing officer*
LAC: looked after child*
LADO: local authority designated officer* | designated officer*
MAPPA: multi-agency public protection arrangement*
MARAC: multi-agency risk assessment conference*
MASH: multi-agency safeguarding hub*
NAI: non-accidental injury | non-accidental injuries
NEET: not in education, employment or training | not in employment, education or training
NRPF: no recourse to public funds
PA: personal adviser* | personal advisor*
PEP: personal education plan*
PLO: public law outline
RHI: return home interview*
SALT: speech and language therapy | speech and language therapist*
SDQ: strengths and difficulties questionnaire*
SENCO: special educational needs co-ordinator | special educational needs co-ordinators
SEND: special educational needs and disabilities | special educational needs and/or disabilities
SGO: special guardianship order*
SUDI: sudden unexpected death in infancy
TAC: team around the child
TAF: team around the family
UASC: unaccompanied asylum-seeking children | unaccompanied asylum-seeking young people
WNB: was not brought
YJS: youth justice service*
YOS: youth offending service*
YOT: youth offending team*
""".splitlines()
    )
}
_WORDS = (
    ("mother", "mum", "mummy"),
    ("father", "dad", "daddy"),
    ("grandmother", "gran", "grandma", "nan"),
    ("grandfather", "grandad", "grandpa"),
    ("stepfather", "step-father", "stepdad", "step-dad"),
    ("stepmother", "step-mother", "stepmum", "step-mum"),
    ("baby", "infant", "newborn"),
    ("adolescent", "teenager", "teen"),
)
_MORE = 1.1  # times as many reports must be found
_SHORT = re.compile(r"([A-Z]{2,}|SENCo)(?:['’]?s)?")


def other_names(tree: Query, read: Callable[[str], Query], count: Callable[[Query], int]) -> list[Offer]:
    """Offer the query with the other names of its words that the reports use, if it then finds a tenth more.

    `read` parses a query. `count` returns how many reports a query finds, with the filters of the search.
    """
    if not isinstance(tree, Plain | Word):
        return []
    words = typed_words(tree)
    known = {word: [other for other in names_besides(word) if count(read(other))] for word in dict.fromkeys(words)}
    found = {word: others for word, others in known.items() if others}
    if not found:
        return []
    either = {word: " OR ".join((word, *others)) for word, others in found.items()}
    if len(words) > 1:
        either = {word: f"({several})" for word, several in either.items()}
    query = read(" ".join(either.get(word, word) for word in words))
    number = count(query)
    if number < count(tree) * _MORE or not number:
        return []
    said = [other.replace("*", "").strip('"') for others in found.values() for other in others]
    return [Offer("also", str(query), number, ", ".join(found), tuple(said))]


def names_besides(word: str) -> list[str]:
    """Return the other names of a word, as queries."""
    short = _SHORT.fullmatch(whole(word).upper() or word)
    if short is not None:
        return _ABBREVIATIONS.get(short[1].upper(), [])
    terms = analyser.terms(word)
    for same in _WORDS:
        if any([*map(_class, terms)] == [*map(_class, analyser.terms(other))] for other in same):
            return [other for other in same if [*map(_class, terms)] != [*map(_class, analyser.terms(other))]]
    return []


def _class(term: tuple[str, str]) -> str:
    return analyser.word_class(term[0])
