"""Find who a recommendation is addressed to, if its wording is clear."""

import re

from corpus.model import bullet_of
from ingest.structure.tables.roles import Role, role_of

_NAME = r"(?P<name>[A-Z][^.;:!?]{1,160}?)"
_AUXILIARY = r"(?:should|must|needs? to|ought to|shall|is asked to|are asked to|is recommended to|are recommended to)"
_IRREGULAR = r"(?:told|sent|made|held|shown|kept|brought|taught|put|done|set|led)"
# "The LSCP should …". Names end where the verb begins.
_ADDRESSED = re.compile(rf"^{_NAME}\s+{_AUXILIARY}(?:\s+\w+(?:\s+\w+ed\b|\s+{_IRREGULAR}\b)?|:$)")
_VERBS = (
    "add|agree|ask|assure|audit|commission|consider|continue|create|deliver|develop|ensure|evaluate|explore|give|hold|implement"
    "|include|introduce|monitor|offer|oversee|produce|promote|provide|record|remind|report|request|require|review|revise|seek"
    "|share|strengthen|take|tell|test|undertake|update|use|work"
)
# "It is recommended that the LSCP reviews …", where only the verb shows where the name ends.
_DOES = re.compile(
    rf"^(?P<name>[A-Z][^.;:!?]{{1,100}}?)\s+(?:makes? sure|(?:{_VERBS})s?"
    r"|(?:establish|publish)(?:es)?|identif(?:y|ies))\b",
)
# "The LSCP to review …", as in lists of actions.
_TO_DO = re.compile(
    rf"^(?P<name>[A-Z][^.;:!?]{{1,100}}?)\s+to\s+(?:make sure|{_VERBS}|arrange|bring|build|check|circulate|design|embed"
    r"|establish|identify|improve|keep|lead|map|publish|raise|refresh|set|support|write)\b"
)
_COUNTED = "first|second|third|fourth|fifth|last"
_INTRODUCED = re.compile(
    rf"^(?:[^.:;]{{0,60}}?\b(?:recommend(?:s|ed)?|(?:recommendation|{_COUNTED}) is|propose[sd]?)\s+)?"
    r"that:?\s+(?P<rest>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_GOES_ON = re.compile(r"(?:the|all|each|every|both)\b")  # a list item below "recommends that:"
_LATER = re.compile(rf"[.]\s(?=(?:It is (?:\w+ )?recommended|The (?:{_COUNTED}) is) that\b)")
_FOR = re.compile(
    r"^(?:[\w-]+[- ])?(?:recommendations?|questions?|considerations?|issues|actions?) (?:for|to) (?P<name>.{2,120}?)"
    r"(?: to (?:consider|answer|reflect on|discuss|explore))?$",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"\b(?:(?i:board|partnerships?|partners?|(?<!multi-)agenc(?:y|ies)|police|constabulary|council|authorit(?:y|ies)|services?|care"
    r"|trusts?|schools?|academ(?:y|ies)|colleges?|education|health|hospitals?|GPs?|commissioning|commissioners?"
    r"|providers?|probation|Cafcass|courts?|judiciary|government|department|ministry|Home Office|Ofsted|inspectorates?"
    r"|panel|committee|directors?|leaders?|managers?|chairs?|chief executives?|Secretary of State|organisations?"
    r"|settings?|practices?|practitioners|professionals|supervisors|teams?|housing|associations?|union|company|bureau|network|hub"
    r"|strategic|executive|ministers?|nurser(?:y|ies)|meeting|group)|DfE|[A-Z]{2,6}s?)\b"
)
_REQUEST = r"(?:Ask|Allow|Enable|Encourage|Expect|Help|Invite|Remind|Request|Require|Support|Tell|Urge|Work)\b"
_BEGINS_NAME = re.compile(  # not a request: "Invite Fernshire Police to share"
    rf"(?!{_REQUEST})(?:{_BODY.pattern}|[A-Z][\w’'-]* (?:and |& |of )?[A-Z]"
    r"|(?:The|All|Each|Every|Both|Adults?[’']?|Children[’']s|Early|Local|Partner|Integrated|National|Relevant)\b)"
)
_ENDS_IN_BODY = re.compile(rf"(?:{_BODY.pattern})(?:\s\([^()]*\))?\W*$")
_TOPIC = re.compile(  # "Working with schools" is what they should do, not who should do it
    r"^(?!housing|nursing|commissioning|safeguarding)\w+ing\b|\b(?:with|between|on|by|from|across|within|to|sharing|role)\b",
    re.IGNORECASE,
)
_BEGINS_CLAUSE = re.compile(r"(?:As|In|When|Where|For)\b")  # "As part of their planning, local authorities"
_CLAUSE = re.compile(r"\b(?:that|which|who|it|they)\b")
_BEFORE_LIST = re.compile(rf"^{_NAME}(?P<to>\s+(?:is |are )?to)?:$")  # "The LSCP to:" above a list
_ROLE = re.compile(
    r"^(?:(?:all|the|senior|frontline|front-line|social|line|school) )*(?:managers|practitioners|professionals|leaders"
    r"|staff|officers|workers|supervisors)\b",
    re.IGNORECASE,
)
_NO_BODY = re.compile(
    r"^(?:No|There|This|That|These|Those|It|They|What|How|Where|When|If|Whether|In order|Any|Each child|Parents|"
    r"Families|We\b|Children\b(?![’'])|Every child|The child\b|A child\b|The review)\b"
)
_VERB = re.compile(r"\b(?:is|are|was|were|be|been|will|would|has|have|had|did|does|do|can|could|may|might|we)\b")
_NAME_WORDS = 6  # in a heading that is only a name
_PASSIVE = re.compile(rf"\b(?:should|must|to)\s+be\s+(?:\w+(?:ed|en)|{_IRREGULAR})\b")
_CALLED = re.compile(
    r"^(?:recommendation|rec\.?)(?: [\w.]{1,6})?\s?[:–-]\s+|^\(?[a-z]{1,4}[.)]\s+"
    r"|^(?:(?:first|second|third|fourth|fifth|sixth|final|last)(?:ly)?|in addition|additionally), ",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"(?:The )?(?:\w+ )?(?:Directors?|Heads?|Chairs?|Boards?|Ministry|Department) of\b", re.IGNORECASE)
_LABELLED = re.compile(r"(?:^|\(|\. )(?P<label>[A-Z][\w /]{1,30}):\s+(?P<name>[^().\n]{2,80})(?=$|[).])", re.MULTILINE)
_BRACKETED = re.compile(r"^\((?P<name>[^()]{3,100})\)$")


def addressee(text: str) -> str | None:
    """Return who an item is addressed to, from wording such as "The LSCP should …" or "That the LSCP reviews …"."""
    words = _CALLED.sub("", text[len(bullet_of(text)) :].lstrip())
    for sentence in (words, *_LATER.split(words)[1:]):
        introduced = _INTRODUCED.match(sentence)
        rest = introduced.group("rest") if introduced else sentence
        capital = rest[:1].upper() + rest[1:]
        name = _name(_ADDRESSED, capital)
        if name is None and (introduced or _GOES_ON.match(rest)):
            name = _name(_DOES, capital)
            name = name if name and _ENDS_IN_BODY.search(name) and not _BEGINS_CLAUSE.match(name) else None
        if name is None and _BEGINS_NAME.match(rest):
            name = _name(_TO_DO, capital)
            name = name if name and _only_bodies(name) else None
        before = _BEFORE_LIST.match(capital) if name is None else None
        if before and (introduced or before.group("to")) and _ENDS_IN_BODY.search(before.group("name")):
            name = _name(_BEFORE_LIST, capital)
        if name is not None and not (introduced and _CLAUSE.search(name)):
            return rest[: len(name)]
    bracketed = _BRACKETED.match(words)
    return bracketed.group("name") if bracketed and _BODY.search(bracketed.group("name")) else None


def _only_bodies(name: str) -> bool:
    """Return whether a name is that of a body or of several: "The LSCP and its partners", not "Support of schools"."""
    parts = re.split(r",? and |, | & ", name)
    return not _TOPIC.search(name) and all(
        _ENDS_IN_BODY.search(part) and (" of " not in part or _OFFICE.match(part)) for part in parts
    )


def led_by(text: str) -> str | None:
    """Return who leads on an item that says so in a label, such as "Lead: the council" or "(Owner: the LSCP)"."""
    for found in _LABELLED.finditer(text):
        if role_of(found.group("label")) is Role.OWNER and not _VERB.search(found.group("name")):
            return found.group("name").strip(" .,;")
    return None


def _name(pattern: re.Pattern[str], sentence: str) -> str | None:
    found = pattern.match(sentence)
    if found is None:
        return None
    name = found.group("name")
    if _NO_BODY.match(name) or _VERB.search(name) or not _BODY.search(name):
        return None
    return None if _PASSIVE.search(found.group()) else name.strip(" ,")


def is_role(name: str) -> bool:
    """Return whether a name only says what people do, such as "Managers", in whatever body a heading names."""
    return _ROLE.match(name) is not None


def addressed_by(heading: str) -> str | None:
    """Return who all items under a heading are addressed to, from a heading such as "Recommendations for the
    police".
    """
    found = _FOR.match(re.sub(r"^[\d.]+\s*", "", heading).strip(" :"))
    return found.group("name") if found and _BODY.search(found.group("name")) else None


def names_body(heading: str) -> bool:
    """Return whether a heading is nothing but the name of a body, such as "Fernshire Constabulary"."""
    return addressed_to(heading) and _ENDS_IN_BODY.search(heading) is not None and not _TOPIC.search(heading)


def addressed_to(heading: str) -> bool:
    """Return whether a heading only names the addressee of the text below: "The police", "For health services"."""
    return len(heading.split()) <= _NAME_WORDS and _BODY.search(heading) is not None
