"""In a large library, the update counts the themes before the first search."""

from pathlib import Path

import pytest

import reviews
from corpus.layout import create_library
from reviews.maintenance import update
from search.answering import theme_index

DEMO = Path(__file__).parents[3] / "corpus" / "demo"


@pytest.mark.parametrize(("many", "kept"), [(1, 1), (500, 0)])
def test_the_themes_are_counted_by_the_update_where_there_are_many_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, kept: int
) -> None:
    monkeypatch.setattr(theme_index, "MANY", many)
    settings = create_library(tmp_path / "library")
    update.run(settings, sorted(DEMO.glob("2014*.pdf")))
    assert len(list((settings.library / "cache").glob("themes-*.counts"))) == kept
    assert len(list((settings.library / "cache").glob("themes-*.phrases"))) == kept


def test_a_rebuild_clears_caches_of_another_corpus(tmp_path: Path) -> None:
    settings = create_library(tmp_path / "library")
    update.run(settings, sorted(DEMO.glob("2014*.pdf")))
    with reviews.open(settings.library) as library:
        library.searcher().themed()
    assert list((settings.library / "cache").iterdir())
    update.run(settings, [], read=False, rebuild=True)
    assert not list((settings.library / "cache").rglob("*")), "a restored corpus may give its numbers to other reports"
