"""One list names everything in a library, and a library that was used for everything contains nothing else."""

import ast
from pathlib import Path

import pytest

import reviews
from corpus.layout import create_library
from corpus.paths import LibraryPaths
from reviews.maintenance.update import run
from reviews.web.app import Options, create_app
from reviews.web.guard.access import Access
from reviews.web.guard.tokens import Tokens
from search.answering import theme_index

ROOT = Path(__file__).parent.parent.parent


def test_everything_that_the_program_leaves_in_a_library_is_on_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(theme_index, "MANY", 1)  # so that the cache is written
    settings = create_library(tmp_path / "library")
    settings.settings_file.write_text("jobs = 1\n")
    settings.themes.write_text('[[theme]]\nname = "Who asked"\nqueries = "asked"\n')
    run(settings, [ROOT / "corpus" / "demo" / "Child Robin  7 Minute Learning Brief.pdf"])
    tokens = Tokens(settings.library)
    token = tokens.add("Jo Smith")
    app = create_app(settings.library, Options(access=Access(tokens=tokens), log_days=1))
    page = app.test_client().get("/?q=child", headers={"Authorization": f"Bearer {token}"})
    assert page.status_code == 200
    app.extensions["pool"].close()
    with reviews.open(settings.library) as library:
        assert library.search("child").total == 1
    paths = LibraryPaths(settings.library)
    left = {path.name for path in paths.library.iterdir()}
    assert {path.name for path in paths.library.iterdir() if not paths.owns(path)} == set()
    made = (paths.reports, paths.catalogue, paths.database, paths.index, paths.cache, paths.runs, paths.access)
    assert {path.name for path in (*made, paths.tokens)} <= left
    assert paths.begun.exists()
    settings.database.unlink()  # so that the folder is examined like a foreign one
    create_library(settings.library)


def test_what_lies_in_a_library_is_named_in_one_module() -> None:
    names = {"corpus.db", "reviews.toml", "tokens.json", ".lock"}
    found = set()
    for package in ("corpus", "ingest", "index", "search", "reviews"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Constant) and node.value in names:
                    found.add((path.relative_to(ROOT).as_posix(), node.value))
    batch = {("search/batch/parts.py", ".lock")}  # of the folder of a batch, not of a library
    assert {file for file, _ in found - batch} == {"corpus/paths.py"}
