"""Broken and malicious files, random but reproducible: nothing hangs, and nothing is lost.

`make torture` makes 2,000.
"""

import os
import random
from pathlib import Path

import pytest

from benchmarks import fuzz
from corpus.layout import create_library
from corpus.reasons import Reason
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest import portfolio
from ingest.run import ingest
from ingest.sandbox.worker_client import Limits, Refusal, Sandbox
from tests.patience import PATIENCE

SHARED = Path(os.environ.get("REVIEWS_SHARED", Path(__file__).parents[4] / "shared"))


def test_there_are_thirty_seeds_and_every_way_to_break_them_breaks_them() -> None:
    basis = fuzz.seeds()
    assert len(basis) >= 30
    for mutation in fuzz.MUTATIONS:
        chance = random.Random(1)
        changed = sum(mutation(data, chance) != data for data in basis)
        assert changed > 0.5 * len(basis), mutation.__name__


def test_broken_files_do_no_harm() -> None:
    verdict = fuzz.fuzz(40, seed=20, seconds=10.0)
    assert verdict.faults == []
    assert verdict.mutations == 40
    assert verdict.reports + sum(verdict.reasons.values()) == 40
    assert verdict.reports > 10, "a broken file is read as far as it goes"
    assert len(verdict.reasons) >= 2


def test_the_account_would_notice_a_file_that_is_left_out(tmp_path: Path) -> None:
    made = create_library(tmp_path / "library")
    (made.reports / "here.pdf").write_bytes(b"<html>")
    (made.reports / "lost.pdf").mkdir()
    verdict = fuzz.Verdict(1)
    with Store.open(made.database) as store:
        fuzz._account(store, made, ["here.pdf", "lost.pdf"], 1, verdict)
    assert len(verdict.faults) == 1
    assert "lost.pdf" in verdict.faults[0]


@pytest.mark.parametrize(
    ("mutation", "allowed"),
    [
        (fuzz.many_pages, {None, Reason.TOO_LARGE, Reason.CORRUPT, Reason.OUT_OF_MEMORY, Reason.TIMED_OUT}),
        (fuzz.bomb, {None, Reason.OUT_OF_MEMORY, Reason.TIMED_OUT, Reason.CORRUPT}),
        (fuzz.huge, {None, Reason.OUT_OF_MEMORY, Reason.CORRUPT, Reason.NO_TEXT}),
        (fuzz.nest, {None, Reason.CORRUPT, Reason.TIMED_OUT, Reason.OUT_OF_MEMORY, Reason.EMPTY}),
        (fuzz.loop, {None, Reason.CORRUPT, Reason.TIMED_OUT, Reason.EMPTY, Reason.OUT_OF_MEMORY}),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_what_is_refused_has_a_reason_that_can_be_true(mutation: fuzz.Mutation, allowed: set[Reason | None]) -> None:
    chance = random.Random(3)
    basis = fuzz.seeds()
    with Sandbox(Limits(seconds=4.0 if Reason.TIMED_OUT in allowed else PATIENCE)) as box:
        for _ in range(4):
            result = box.read(mutation(chance.choice(basis), chance), id="f" * 64, name="wren")
            reason = result.reason if isinstance(result, Refusal) else None
            assert reason in allowed | {Reason.ENCRYPTED}, result  # one of the seeds is locked


@pytest.mark.skipif(not (SHARED / "hard").is_dir(), reason="the difficult files are not here")
def test_every_difficult_file_is_in_the_account(tmp_path: Path) -> None:
    made = create_library(tmp_path / "library")
    settings = Settings(library=made.library, max_seconds=10, ocr=False)
    files = [path for path in (SHARED / "hard").rglob("*") if path.is_file() and path.suffix.lower() == ".pdf"]
    with Store.open(made.database) as store:
        summary = ingest(store, settings, [SHARED / "hard"], jobs=2)
        assert store.check() == []
        inside = [path for path in store.files() if portfolio.portfolio_of(path)]
    assert summary.found == len(files) + len(inside)
    assert summary.read + summary.same + summary.failed == summary.found
    crashed = [failure for failure in summary.failures if failure.reason is Reason.CRASHED]
    assert crashed == [], "a crash of the reader is one that we have not understood"
