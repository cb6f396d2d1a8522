"""Find who a recommendation is addressed to, if its wording is clear."""

import re

from corpus.model import bullet_of

# "The LSCP should …", after what may introduce it. Names end where the verb begins.
_ADDRESSED = re.compile(
    r"^(?:[^.:;]{0,60}?\b(?:recommend(?:s|ed)?|recommendation is|propose[sd]?)\s+that:?\s+)?"
    r"(?P<name>[A-Z][^.;:!?]{1,160}?)\s+"
    r"(?:should|must|needs? to|ought to|shall|is asked to|are asked to|is recommended to|are recommended to)\s+"
    r"(?P<verb>\w+)(?:\s+\w+ed\b)?"
)
_FOR = re.compile(
    r"^(?:single[- ]agency )?(?:recommendations?|questions?|considerations?) (?:for|to) (?P<name>.{2,120})$",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:(?i:board|partnerships?|partners?|agenc(?:y|ies)|police|constabulary|council|authorit(?:y|ies)|services?|care"
    r"|trusts?|schools?|academ(?:y|ies)|colleges?|education|health|hospitals?|GPs?|commissioning|commissioners?"
    r"|providers?|probation|Cafcass|courts?|judiciary|government|department|ministry|Home Office|Ofsted|inspectorates?"
    r"|panel|committee|directors?|leaders?|managers?|chairs?|chief executives?|Secretary of State|organisations?"
    r"|settings?|practices?|practitioners|professionals|teams?|housing|associations?|union|company|bureau|network|hub"
    r"|strategic|executive|ministers?|nurser(?:y|ies)|meeting|group)|DfE|[A-Z]{2,6}s?)\b"
)
_NO_BODY = re.compile(
    r"^(?:No|There|This|That|These|Those|It|They|What|How|Where|When|If|Whether|In order|Any|Each child|Parents|"
    r"Families|We\b|Children\b(?![’'])|Every child|The child\b|A child\b|The review)\b"
)
_VERB = re.compile(r"\b(?:is|are|was|were|be|been|will|would|has|have|had|did|does|do|can|could|may|might|we)\b")
_NAME_WORDS = 6  # in a heading that is only a name
_PASSIVE = re.compile(r"\b(?:should|must|to)\s+be\s+\w+(?:ed|en)\b")
_CALLED = re.compile(r"^recommendation:\s+", re.IGNORECASE)


def addressee(text: str) -> str | None:
    """Return who an item is addressed to, from wording such as "The LSCP should …"."""
    found = _ADDRESSED.match(_CALLED.sub("", text[len(bullet_of(text)) :].lstrip()))
    if found is None:
        return None
    name = found.group("name")
    if _NO_BODY.match(name) or _VERB.search(name) or not _BODY.search(name):
        return None
    return None if _PASSIVE.search(found.group()) else name.strip(" ,")


def addressed_by(heading: str) -> str | None:
    """Return who all items under a heading are addressed to, from a heading such as "Recommendations for the
    police".
    """
    found = _FOR.match(re.sub(r"^[\d.]+\s*", "", heading).strip(" :"))
    return found.group("name") if found and _BODY.search(found.group("name")) else None


def addressed_to(heading: str) -> bool:
    """Return whether a heading only names the addressee of the text below: "The police", "For health services"."""
    return len(heading.split()) <= _NAME_WORDS and _BODY.search(heading) is not None
