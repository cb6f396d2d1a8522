"""The made-up national collection is always the same, and its themes have the stated frequencies."""

from pathlib import Path

from benchmarks.searching.national import THEMES, generate, report
from corpus.storage.store import Store
from index import build
from index.storage import generations

POOL = [f"Neglect was seen by nurse {number}, and nobody asked the child." for number in range(50)]


def test_the_same_seed_gives_the_same_reports() -> None:
    assert report(4, POOL, 500, 1) == report(4, POOL, 500, 1)
    assert report(4, POOL, 500, 1) != report(4, POOL, 500, 2)


def test_a_theme_occurs_in_exactly_as_many_reports_as_it_claims(tmp_path: Path) -> None:
    generate(tmp_path / "library", POOL, 40, words=200)
    with Store.open(tmp_path / "library" / "corpus.db") as store:
        assert store.check() == []
        build.build(store, tmp_path / "library" / "index")
    snapshot = build.open_snapshot(generations.current(tmp_path / "library" / "index"))
    for every in THEMES:
        found = sum(len(postings.documents) for _, postings in snapshot.postings(f"theme{every}"))
        assert found == len(range(0, 40, every))
    snapshot.close()
