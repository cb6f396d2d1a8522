"""The shipped vocabulary parses without warnings and finds what it claims to find.

An update only searches new reports.
"""

import shutil
from hashlib import sha256
from pathlib import Path
from random import Random
from typing import Any

import pytest

from corpus.files import FileRecord
from corpus.layout import create_library
from corpus.model import Page, Paragraph, Section, SectionKind, Text
from corpus.storage.store import Store
from corpus.themes import Theme, Themes, load_themes
from index import build
from index import query as tree
from index.matching.evaluator import Evaluator
from index.matching.expansion import WordLookup
from search.answering import theme_index
from search.answering.theme_index import ThemeTable, theme_lookup, theme_tree
from search.parsing.parser import parse
from search.searcher import Searcher

THEMES = load_themes()


@pytest.mark.parametrize("theme", THEMES.themes, ids=lambda theme: theme.name)
def test_every_query_of_a_theme_is_read_as_it_is_written(theme: Theme) -> None:
    for query in theme.queries:
        parsed = parse(query, theme_lookup(THEMES))
        assert parsed.warnings == (), query
        assert parse(str(parsed.tree), theme_lookup(THEMES)).tree == parsed.tree


def test_a_theme_may_name_another() -> None:
    medical = theme_tree(THEMES, "Medical neglect / missed health care")
    assert isinstance(medical, tree.Theme)
    assert theme_tree(THEMES, "Was not brought / DNA") in medical.parts


@pytest.mark.parametrize(
    ("name", "misleading"),
    [
        ("SEND / disability", "SEND"),
        ("Serious youth violence / extra-familial harm", "stab*"),
        ("Radicalisation / Prevent", "Prevent"),
        ("Race, ethnicity, culture, faith", "culture"),
        ("Drift and delay", '"permanence"'),
        ("Was not brought / DNA", "DNA"),
    ],
)
def test_terms_that_mostly_find_something_else_are_not_used_alone(name: str, misleading: str) -> None:
    theme = THEMES.find(name)
    assert theme is not None
    assert misleading not in theme.queries


VOCABULARY = Themes(
    (
        Theme("Together", ("multiagency", '"joined up"')),
        Theme("Neglect", ("neglect", "unkempt* AND NOT theme:Together")),
    ),
    (),
)
SENTENCES = ("Neglect.", "Multi agency work.", "Multi-agency work.", "Unkempt hair.", "Joined-up work.", "Joined up.")


PHRASES = Themes((*VOCABULARY.themes, Theme("Phrases", ('"joined up work"', '"unkempt hai*"', "well-being"))), ())
TEXTS = (*SENTENCES, "Unkempt hair, unkempt hands.", "Joined-up work and well-being.", "Wellbeing of the unkempt.")
QUESTIONS = (
    "theme:Phrases",
    '"joined up" -neglect',
    'in:body "joined up work"',
    'in:findings "unkempt hai*"',
    'NOT "joined up work"',
    '"joined up" NEAR/2 well-being',
    '("unkempt hai*" OR hair) neglect',
)


@pytest.mark.parametrize("seed", range(8))
def test_phrases_counted_night_by_night_give_the_answers_that_looking_for_them_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = Random(seed)
    settings = create_library(tmp_path / "library")
    with Store.open(settings.database) as store:
        put(store, "all", "all", [*TEXTS], SectionKind.FINDINGS)  # so that every question finds something
        put(store, "joined", "joined", ["Joined up work."])
        put(store, "hair", "hair", ["Hair."])
        for night in range(5):
            for number in {chance.randrange(4) for _ in range(2)}:
                kind = chance.choice([SectionKind.BODY, SectionKind.FINDINGS])
                put(store, f"report-{number}", f"{night} {number}", chance.choices(TEXTS, k=4), kind)
            if chance.random() < 0.3:
                store.forget_file("report-0.pdf")
            build.build(store, settings.index)
            monkeypatch.setattr(theme_index, "MANY", 0)
            counted = answers(settings.database, settings.index)
            (kept,) = (settings.library / "cache").glob("*.phrases")
            assert [word for word in ("joined", "unkempt", "hair", "being") if word.encode() in kept.read_bytes()] == []
            monkeypatch.setattr(theme_index, "MANY", 1000)
            elsewhere = tmp_path / f"{night}" / "index"  # its cache would lie beside it
            shutil.copytree(settings.index, elsewhere)
            assert counted == answers(settings.database, elsewhere)
            assert not list((tmp_path / f"{night}" / "cache").glob("*.phrases"))
            assert [question for question, said in zip(QUESTIONS, counted, strict=True) if not said["total"]] == []


def test_phrases_of_a_damaged_file_are_looked_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_index, "MANY", 0)
    settings = create_library(tmp_path / "library")
    with Store.open(settings.database) as store:
        for number, text in enumerate(TEXTS):
            put(store, f"report-{number}", f"{number}", [text])
        build.build(store, settings.index)
    whole = answers(settings.database, settings.index)
    (kept,) = (settings.library / "cache").glob("*.phrases")
    sound, chance = kept.read_bytes(), Random(1)
    for _ in range(100):
        damaged = bytearray(sound)
        damaged[chance.randrange(len(sound))] ^= 1 << chance.randrange(8)
        for broken in (damaged, sound[: chance.randrange(len(sound))]):
            kept.write_bytes(broken)
            assert answers(settings.database, settings.index) == whole


def test_what_was_counted_is_read_and_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(theme_index, "MANY", 0)
    settings = create_library(tmp_path / "library")
    with Store.open(settings.database) as store:
        put(store, "report", "1", ["Joined up work."])
        build.build(store, settings.index)
    with Searcher(settings.database, settings.index, PHRASES) as searcher:
        searcher.themed()
        monkeypatch.setattr(Evaluator, "_phrases", None)  # what looks for a phrase
        assert searcher.search("theme:Phrases").total == 1
        with pytest.raises(TypeError):
            searcher.search('"up work"')


def answers(database: Path, index: Path) -> list[dict[str, Any]]:
    with Searcher(database, index, PHRASES) as searcher:
        said = [searcher.search(asked, per_report=None).to_dict() for asked in QUESTIONS]
    for answer in said:
        del answer["elapsed_ms"]
    return said


@pytest.mark.parametrize("seed", range(12))
def test_themes_that_are_counted_night_by_night_are_those_that_are_counted_at_once(tmp_path: Path, seed: int) -> None:
    chance = Random(seed)
    settings = create_library(tmp_path / "library")
    with Store.open(settings.database) as store:
        for night in range(5):
            for number in {chance.randrange(4) for _ in range(2)}:
                put(store, f"report-{number}", f"{night} {number}", chance.choices(SENTENCES, k=2))
            if chance.random() < 0.3:
                store.forget_file("report-0.pdf")
            build.build(store, settings.index)
            with Searcher(settings.database, settings.index, VOCABULARY) as searcher:
                step_by_step, strongest = dict(searcher.themed()), the_strongest(searcher)
            for kept in (settings.library / "cache").iterdir():
                kept.rename(tmp_path / "aside")
            with Searcher(settings.database, settings.index, VOCABULARY) as searcher:
                assert step_by_step == searcher.themed()
                assert strongest == the_strongest(searcher)


def the_strongest(searcher: Searcher) -> dict[str, list[tuple[str, int]]]:
    """The themes of each report; the mentions of each theme are those that a search counts."""
    found = {report.id: searcher.strongest_themes(report.id, 9) for report in searcher.reports()}
    for theme in VOCABULARY.themes:
        hits = searcher.search(f'theme:"{theme.name}"', limit=None, per_report=0, facets=False).hits
        counted = {hit.report.id: hit.mentions for hit in hits}
        assert counted == {
            report: dict(known)[theme.name] for report, known in found.items() if theme.name in dict(known)
        }
    return found


def test_only_new_reports_are_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    real = ThemeTable._before

    def before(table: ThemeTable, lookup: WordLookup) -> Any:
        kept, phrases = real(table, lookup)
        looked_at.append(len(kept.live))
        return kept, phrases

    monkeypatch.setattr(ThemeTable, "_before", before)
    settings = create_library(tmp_path / "library")
    with Store.open(settings.database) as store:
        for night in range(3):
            put(store, f"report-{night}", f"{night}", ["Neglect."])
            build.build(store, settings.index)
            with Searcher(settings.database, settings.index, VOCABULARY) as searcher:
                assert len(searcher.themed()["Neglect"]) == night + 1
    assert looked_at == [0, 1, 2], "how many reports need not be looked at again"


def put(store: Store, name: str, edition: str, sentences: list[str], kind: SectionKind = SectionKind.BODY) -> None:
    text = Text(
        id=sha256(edition.encode()).hexdigest(),
        pages=(Page(1, "1"),),
        sections=(Section(0, kind, ""),),
        paragraphs=tuple(Paragraph(n, 1, None, 0, sentence) for n, sentence in enumerate(sentences)),
    )
    store.put(text, FileRecord(f"{name}.pdf", 1, 1, text.id))
