"""Determine the kind of a section from the wording of its heading."""

import re
from functools import lru_cache

from corpus.model import SectionKind

# The first entry whose words are in a heading decides its kind. A line break separates alternatives, like "|".
_WORDS: dict[SectionKind, str] = {
    SectionKind.APPENDIX: """appendix|appendices|annex(?:e|es)?|glossary|bibliography|references
        further reading|acronyms|abbreviations|atodiad""",
    SectionKind.ACTION_PLAN: """action plans?|improvement plans?|implementation plans?""",
    SectionKind.FOREWORD: """foreword|preface|rhagair""",
    SectionKind.SUMMARY: r"""executive summary|crynodeb
        summary(?! of (?:the )?(?:conclusions and )?(?:recommendations|learning|lessons|findings|events))""",
    SectionKind.RECOMMENDATIONS: r"""recommendations?|argymhellion
        (?:questions?|considerations?|issues|actions?|challenges) for (?:[\w’']+ ){0,4}(?:boards?|partners(?:hips?)?)
        (?:questions?|considerations?|issues|actions?|challenges) for (?:[\w’']+ ){0,4}(?:agencies|lscbs?|l?scps?)
        (?:suggested|required|recommended|proposed) actions?|actions? (?:required|recommended)
        questions for consideration
        (?:areas?|priorities|opportunities) for (?:further )?(?:improvement|(?:priority )?action)
        priority actions|improvement priorities|improving systems and practice
        what (?:needs to|should|must) (?:improve|change|happen)""",
    SectionKind.TERMS_OF_REFERENCE: """terms of reference|scope(?: of (?:the|this) review)?|lines of enquiry""",
    SectionKind.METHODOLOGY: r"""method(?:ology|s)?|review process|process of the review|conduct of the review
        how (?:the|this) review was (?:done|conducted|carried out)|learning together|silp|the review team
        members(?:hip)? of the (?:\w+ ){0,2}(?:panel|team)|panel members(?:hip)?|statement of independence
        about this inspection|inspection team|how we (?:did|carried out)""",
    SectionKind.GOOD_PRACTICE: """(?:good|effective|positive) practice|strengths|what (?:worked|went|was done) well
        arfer da""",
    SectionKind.CHRONOLOGY: """chronology|chronological|time ?line|narrative|key (?:practice )?(?:episodes?|events)
        (?:sequence|summary) of events|case history|what happened|cronoleg""",
    SectionKind.FAMILY: """family|families|genogram|household|parents|pen picture""",
    SectionKind.LEARNING: """learning|key messages|lessons?|what we (?:have )?learn(?:t|ed)|gwersi""",
    SectionKind.CONCLUSIONS: """conclusions?|concluding|final (?:remarks|thoughts|comments)|casgliad(?:au)?""",
    SectionKind.FINDINGS: """findings?|(?:inspection )?judgements?|canfyddiadau
        what (?:the review|we) found|what did (?:the review|we) find""",
    SectionKind.ANALYSIS: """analysis|appraisal|appraising|evaluation|themes?|lived experience|voice of the child
        child(?:ren)?(?:'s|’s) experiences?|dadansoddiad""",
    SectionKind.INTRODUCTION: """introduction|background|context|circumstances|purpose
        reasons? for (?:the|this|conducting)
        why (?:the|this) (?:case|review)|about (?:the|this) (?:review|report|local authority)|cyflwyniad""",
}
_KINDS = tuple(
    (kind, re.compile(r"\b(?:" + re.sub(r"\s*\n\s*", "|", words) + r")\b", re.IGNORECASE))
    for kind, words in _WORDS.items()
)
NUMBERED = re.compile(
    r"^(?:(?:section|part|chapter)\s+)?(?:\d{1,3}(?:[.-]\d{1,3})*|[A-Z](?=[.:)])|[ivx]+(?=[.)]))[.:)]?\s+",
    re.IGNORECASE,
)
_NAMES = {
    "finding": SectionKind.FINDINGS,
    "recommendation": SectionKind.RECOMMENDATIONS,
    "learning point": SectionKind.LEARNING,
    "learning theme": SectionKind.LEARNING,
    "practice point": SectionKind.LEARNING,
    "lesson": SectionKind.LEARNING,
    "theme": SectionKind.ANALYSIS,
}
_NAMED = re.compile(rf"(?:key )?({'|'.join(_NAMES)})\s+\d", re.IGNORECASE)


@lru_cache(maxsize=1_000)  # several steps ask for the same headings
def kind_of(heading: str) -> SectionKind | None:
    """Return what the section under a heading is for, or None if the wording does not say."""
    named = _NAMED.match(heading)
    if named:
        return _NAMES[named.group(1).lower()]
    words = NUMBERED.sub("", heading)
    for kind, pattern in _KINDS:
        found = pattern.search(words)
        if found is None:
            continue
        # Accepts "Recommendations for the partnership", not "The police and the recommendations of an earlier report".
        if len(words) <= 45 or found.start() < 12 or len(found.group()) * 3 > len(words):
            return kind
    return None


def plain(heading: str) -> str:
    """Return a heading without its number, case and punctuation, to compare it with a contents list or a bookmark."""
    return " ".join(re.findall(r"\w+", NUMBERED.sub("", heading).lower()))
