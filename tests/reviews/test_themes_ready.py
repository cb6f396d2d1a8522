"""A large library knows which reports have which theme before the first question."""

from pathlib import Path

import pytest

from corpus.library import create_library
from reviews import update
from search import theming

DEMO = Path(__file__).parents[2] / "corpus" / "demo"


@pytest.mark.parametrize(("many", "kept"), [(1, 1), (500, 0)])
def test_the_themes_are_counted_by_the_update_where_there_are_many_reports(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, kept: int
) -> None:
    monkeypatch.setattr(theming, "MANY", many)
    settings = create_library(tmp_path / "library")
    update.run(settings, sorted(DEMO.glob("2014*.pdf")))
    assert len(list((settings.library / "cache").glob("themes-*.json"))) == kept
    assert len(list((settings.library / "cache").glob("themes-*.phrases"))) == kept
