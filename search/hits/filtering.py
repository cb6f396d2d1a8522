"""Restrict an answer to the reports that pass the filters, and count what each further filter would leave."""

from collections.abc import Mapping

from corpus.errors import UsageError
from index.matching.evaluator import Evaluator
from index.matching.result_set import Answer
from index.matching.sections import EVERY_KIND
from search.answering import facets
from search.diagnostics import Code, Diagnostic, diagnostic
from search.filters import Filters
from search.report_conditions import in_sections
from search.results import FacetValue
from search.session import Session

Chosen = Mapping[str, set[int]]
"""The documents that pass each filter, by facet name."""


def chosen_by(session: Session, filters: Filters) -> tuple[Chosen, list[Diagnostic]]:
    """Return the documents that pass each filter, and notes on values that no report has."""
    chosen: dict[str, set[int]] = {}
    notes = []
    for name, values in filters.values().items():
        found = {value: session.conditions.with_value(name, value) for value in values}
        chosen[name] = set().union(*found.values())
        notes += [_unknown(session, name, value) for value in values if not found[value]]
    if filters.years:
        chosen["year"] = session.conditions.between(filters.years)
    if filters.themes:
        chosen["theme"] = set().union(*(_with_theme(session, name) for name in filters.themes))
    if filters.copies:
        chosen["copies"] = session.without_copies
    return chosen, notes


def _unknown(session: Session, name: str, wanted: str) -> Diagnostic:
    near = " or ".join(f"“{each}”" for each in session.conditions.close(name, wanted))
    return diagnostic(Code.VALUE_UNKNOWN, name=name, wanted=wanted, near=f" Did you mean {near}?" if near else "")


def _with_theme(session: Session, name: str) -> set[int]:
    theme = session.themes.find(name)
    if theme is None:
        near = " or ".join(f"“{each}”" for each in session.themes.close(name))
        raise UsageError(
            f"There is no theme “{name}”. " + (f"Did you mean {near}?" if near else "See the list of themes.")
        )
    return session.themed[theme.name]


def filtered(whole: Answer, chosen: Chosen, mask: int, evaluator: Evaluator) -> Answer:
    """Restrict an answer to the filters. `mask` is the section mask that the words must be in."""
    documents = whole.documents.intersection(*chosen.values())
    if mask == EVERY_KIND:
        return whole.only(documents)
    matches = [evaluator.within(match, mask) for match in whole.matches]
    together = evaluator.together(matches) if whole.together else None
    verbatim = evaluator.within(whole.verbatim, mask) if whole.verbatim else None
    return Answer(in_sections(documents, whole.kinds, mask), matches, whole.kinds, together, verbatim)


def facet_counts(
    session: Session, whole: Answer, answer: Answer, chosen: Chosen, mask: int
) -> dict[str, tuple[FacetValue, ...]]:
    """Count the values of each facet over all hits, without regard to the facet's own filter.

    `whole` is the answer without filters, and `answer` the answer with them.
    """

    def without(name: str) -> set[int]:
        if name not in chosen and (name != "section" or mask == EVERY_KIND):
            return answer.documents
        found = whole.documents.intersection(*(passing for other, passing in chosen.items() if other != name))
        anywhere = name == "section" or mask == EVERY_KIND
        return found if anywhere else in_sections(found, whole.kinds, mask)

    counted = {name: session.counting.of_reports(name, without(name)) for name in facets.OF_A_REPORT}
    counted["section"] = facets.of_sections(without("section"), whole.kinds)
    counted["theme"] = facets.of_themes(
        facets.mask(without("theme"), session.size), session.theme_masks, len(session.reports)
    )
    return counted
