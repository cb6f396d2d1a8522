"""The same reports give the same results in the same order, however they were read, indexed and searched."""

import json
from pathlib import Path
from typing import Any

from tests.command import DEMO, reviews

QUERIES = (
    ("neglect",),
    ("child school OR nursery",),
    ('"voice of the child"',),
    ("neglect NEAR/10 child",),
    ("in:recommendations neglect",),
    ('theme:"Multi-agency working"', "--sort", "mentions"),
    ("child", "--sort", "newest", "--passages", "all"),
    ("year:1990..",),  # all of them tie
    ("neglct",),
)
PDFS = sorted(DEMO.glob("*.pdf"))


def made(folder: Path, seed: str, jobs: int, *runs: list[Path]) -> dict[str, Any]:
    """Return the answers of a library that was made in these runs with these processes."""
    library = folder / f"library-{seed}"
    env = {"PYTHONHASHSEED": seed}
    assert reviews(library, "init", env=env).returncode == 0
    (library / "reviews.toml").write_text(f"ocr = false\njobs = {jobs}\n")
    for paths in runs:
        done = reviews(library, "update", *paths, env=env)
        assert done.returncode == 0, done.stderr
    told = {}
    for words in QUERIES:
        asked = reviews(library, "search", *words, "--limit", "100", "--facets", "--json", env=env)
        assert asked.returncode == 0, asked.stderr
        answer = json.loads(asked.stdout)
        for name in ("elapsed_ms", "generation"):
            assert answer.pop(name) is not None
        told[" ".join(words)] = answer
    return told


def test_answers_do_not_depend_on_processes_order_of_files_or_hash_seed(tmp_path: Path) -> None:
    one = made(tmp_path, "1", 1, PDFS)
    assert all(answer["hits"] for query, answer in one.items() if query != "neglct")
    other = made(tmp_path, "2", 2, PDFS[::-1][:6], PDFS[::-1])
    for query, answer in one.items():
        assert other[query] == answer, query
