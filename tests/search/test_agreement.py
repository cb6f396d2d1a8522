"""No mention is missed: search finds exactly what a brute-force reading of the stored text finds.

Everything between a typed query and a highlighted passage takes part: parser, index, evaluation, passages.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Literal, NamedTuple

import pytest

import reviews
from corpus.layout import create_library
from corpus.settings import load_settings
from corpus.storage.store import Store
from index import analyser, build
from index.matching import matches, together
from index.matching.result_set import Answer
from index.matching.spans import Span
from index.matching.together import Together
from index.query import And, In, Near, Not, Or, Phrase, Plain, Query, Theme, Word
from index.storage import term_postings
from reviews.library import Library
from reviews.maintenance.update import run
from search.filters import Filters
from search.parsing import plain_words
from search.results import Hit
from tests.demonstration import demonstration
from tests.oracle import Oracle, Place, as_meant, generate, sentences
from tests.oracle_of import oracle_of

ROOT = Path(__file__).parents[2]
QUERIES = int(os.environ.get("REVIEWS_ORACLE", "400"))
"""The number of generated queries: 5,000 or more in the long form, `make torture`."""
SHARED = Path(os.environ.get("REVIEWS_SHARED", ROOT.parent / "shared")) / "reports"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    with reviews.open(demonstration(tmp_path_factory, "demo")) as library:
        yield library


def made(folder: Path, *sources: Path) -> Library:
    run(replace(create_library(folder / "library"), ocr=False), sources)
    return reviews.open(folder / "library")


class Found(NamedTuple):
    """What was found. `mentions` and `marks` are the places in each matching report.

    For plain words, `together` is how many reports have them together. `shown` are the parts of paragraphs that are
    listed.
    """

    mentions: dict[str, list[Place]]
    marks: dict[str, list[Place]]
    together: int | None
    shown: dict[str, list[Place]]


def searched(library: Library, query: str, kind: str | None) -> Found:
    """Return every matching report, with every place in it that is counted or highlighted."""
    results = library.search(query, Filters(sections=(kind,) if kind else ()), limit=None, per_report=None)
    mentions, marks, shown = {}, {}, {}
    for hit in results:
        mentions[hit.report.id] = sorted(places(hit, "mentions"))
        marks[hit.report.id] = sorted(places(hit, "highlights"))
        shown[hit.report.id] = [(p.ordinal, p.offset, p.offset + len(p.text)) for p in hit.passages]
        assert len(mentions[hit.report.id]) == hit.mentions, "the number of mentions is not what is counted"
        assert hit.together is None or hit.together == bool(hit.mentions)
    assert len(mentions) == results.total
    assert results.together is None or results.together + (results.apart or 0) == results.total
    return Found(mentions, marks, results.together, shown)


def places(hit: Hit, of: Literal["mentions", "highlights"]) -> list[Place]:
    return [(p.ordinal, p.offset + a, p.offset + b) for p in hit.passages for a, b in getattr(p, of)]


def expected(oracle: Oracle, tree: Query, kind: str | None) -> Found:
    """Return the expected answer, found by brute force.

    For plain words that occur together somewhere, only these paragraphs are listed.
    """
    mentions = {report: sorted(found) for report, found in oracle.answer(tree, kind).items()}
    marks = {
        report: sorted(
            place for place in found if not mentions[report] or place[0] in {each[0] for each in mentions[report]}
        )
        for report, found in oracle.marks(tree, kind).items()
    }
    together = sum(map(bool, mentions.values())) if isinstance(tree, Plain) else None
    return Found(mentions, marks, together, {})


def write_themes(library: Library, queries: list[Query]) -> None:
    """Write the made-up themes that the queries use into the library."""
    blocks = [
        f"[[theme]]\nname = {json.dumps(theme.name)}\nqueries = {json.dumps([str(part) for part in theme.parts])}\n"
        for theme in dict.fromkeys(theme for query in queries for theme in themes_in(query))
    ]
    library.settings.themes.write_text("\n".join(blocks), "utf-8")
    library.close()  # a searcher reads the themes when it opens


def themes_in(query: Query) -> Iterator[Theme]:
    match query:
        case Theme():
            yield query
        case And(parts) | Or(parts):
            for part in parts:
                yield from themes_in(part)
        case Not(part) | In(_, part):
            yield from themes_in(part)
        case Near(left, right):
            yield from themes_in(left)
            yield from themes_in(right)


def disagreements(library: Library, oracle: Oracle, queries: list[Query]) -> list[str]:
    write_themes(library, queries)
    return differing(library, oracle, [(str(query), query) for query in queries])


def differing(library: Library, oracle: Oracle, queries: list[tuple[str, Query]]) -> list[str]:
    """Return the queries whose answers differ, each as typed and as understood.

    Every other plain-word query is limited to findings.
    """
    kinds = (
        None if number % 2 or not isinstance(tree, Plain) else "findings" for number, (_, tree) in enumerate(queries)
    )
    return [
        text
        for (text, tree), kind in zip(queries, kinds, strict=True)
        if not agrees(searched(library, text, kind), expected(oracle, tree, kind), isinstance(tree, Plain))
    ]


def agrees(found: Found, wanted: Found, plain: bool) -> bool:
    """Return whether an answer agrees with the text.

    For plain words, a page of a paragraph is listed only if it has a mention. Everything listed has all of its
    highlights.
    """
    if (found.mentions, found.together) != (
        wanted.mentions,
        wanted.together,
    ) or found.marks.keys() != wanted.marks.keys():
        return False
    return found.marks == {
        report: [mark for mark in marks if not plain or any(inside(mark, part) for part in found.shown[report])]
        for report, marks in wanted.marks.items()
    }


def inside(place: Place, part: Place) -> bool:
    return place[0] == part[0] and part[1] <= place[1] and place[2] <= part[2]


@pytest.mark.parametrize("many", [1, 10_000], ids=["in arrays", "report by report"])
def test_search_agrees_with_the_text_on_the_demonstration_reports(
    many: int, demo: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(term_postings, "_MANY", many)
    oracle = oracle_of(demo)
    assert disagreements(demo, oracle, generate(oracle, seed=many, n=QUERIES)) == []


def test_sentences_are_read_without_their_function_words(demo: Library) -> None:
    oracle = oracle_of(demo)
    typed = [(text, as_meant(text)) for text in sentences(oracle, seed=4, n=QUERIES // 5)]
    assert {type(tree) for _, tree in typed} >= {Word, Plain, Phrase}
    assert differing(demo, oracle, typed) == []


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared reports are not here")
def test_search_agrees_with_the_text_on_the_shared_reports(tmp_path: Path) -> None:
    chosen = sorted(SHARED.glob("*/*.pdf"))[::9]
    with made(tmp_path, *chosen) as library:
        oracle = oracle_of(library)
        assert disagreements(library, oracle, generate(oracle, seed=2, n=QUERIES // 5)) == []


def test_the_comparison_fails_when_the_analysis_drops_a_word(
    demo: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index without two-letter words, such as a stop list would make, is detected."""
    oracle = oracle_of(demo)
    deaf = load_settings(Path(shutil.copytree(demo.settings.library, tmp_path / "library")))
    heard = analyser._terms

    class Deaf(dict[str, tuple[str, str]]):
        def __missing__(self, token: str) -> tuple[str, str]:
            term = heard[token]
            return ("", "") if len(term[0]) == 2 else term

    with monkeypatch.context() as dropping:
        dropping.setattr(analyser, "_terms", Deaf())
        with Store.open(deaf.database) as store:
            build.build(store, deaf.index, rebuild=True)
    with reviews.open(deaf.library) as library:
        assert disagreements(library, oracle, generate(oracle, seed=3, n=200))


def keep_every_word(words: Sequence[Word]) -> Sequence[Word]:
    return words


def nothing_asks(words: Sequence[str]) -> int:
    return 0


def any_window(groups: Sequence[Sequence[Span]]) -> list[Span]:
    """Return the span from the first match of all to the last."""
    return [(min(a for some in groups for a, _ in some), max(b for some in groups for _, b in some))]


def all_of_them(_together: Together, among: set[int], tick: Callable[[], None]) -> set[int]:
    return among


def every_match(answer: Answer, document: int) -> list[Span]:
    return answer.marks(document)


def only_what_is_counted(answer: Answer, document: int) -> list[Span]:
    return [
        span for span in matches.all_mentions(answer.matches, document) if span[1] <= last_mention(answer, document)
    ]


def last_mention(answer: Answer, document: int) -> int:
    return max((last for _, last in answer.mentions(document)), default=1 << 40) if answer.together else 1 << 40


@pytest.mark.parametrize(
    ("where", "name", "wrong"),
    [
        (plain_words, "_kept", keep_every_word),  # function words are required
        (plain_words, "opening", nothing_asks),  # the beginning of a request is required
        (together, "smallest_windows", any_window),  # a mention contains a smaller one
        (Together, "documents", all_of_them),  # words that are apart are counted as together
        (Answer, "mentions", every_match),  # each word is a mention
        (Answer, "marks", only_what_is_counted),  # a word behind the last mention is not marked
    ],
)
def test_the_comparison_fails_when_a_rule_of_plain_words_is_broken(
    demo: Library, monkeypatch: pytest.MonkeyPatch, where: object, name: str, wrong: object
) -> None:
    oracle = oracle_of(demo)
    typed = [(text, as_meant(text)) for text in sentences(oracle, seed=5, n=60)]
    monkeypatch.setattr(where, name, wrong)
    with pytest.raises(AssertionError):
        assert differing(demo, oracle, typed) == []
