"""The nightly job: records that add up, going back to an older index, and complete removals."""

import json
import os
import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import corpus
import reviews as application
from corpus.model import SectionKind
from corpus.settings import Settings, load_settings
from corpus.storage.store import Store
from index import build
from index.storage import generations
from ingest.summary import PARTS
from reviews.cli.main import main
from reviews.maintenance import run_log, update
from tests.command import DEMO

SHIPPED = Path(corpus.__file__).with_name("themes.toml")
SCHEMA = Path(corpus.__file__).parent / "storage" / "schema.sql"


def call(library: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["--library", str(library), *words], catch_exceptions=False)


def told(library: Path, *words: str) -> dict[str, Any]:
    result = call(library, *words, "--json")
    assert result.exit_code == 0, result.output
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.fixture
def library(small: Path) -> Path:
    return small


def newest(library: Path) -> dict[str, Any]:
    return next(run_log.latest(library / "runs"))


def test_the_counts_in_every_record_add_up_and_match_its_text_version(library: Path) -> None:
    first, second = sorted((library / "reports").glob("*.pdf"))
    first.rename(library / "reports" / "moved.pdf")
    second.unlink()
    (library / "reports" / "page.pdf").write_bytes(b"<html>404")
    assert call(library, "update").exit_code == 0
    record = newest(library)
    done = record["ingest"]
    assert done["found"] == sum(done[part] for part in PARTS) == 2
    assert (done["moved"], done["failed"], len(done["withdrawn"])) == (1, 1, 1)
    assert record["ok"]
    twin = sorted((library / "runs").glob("*.txt"))[-1].read_text("utf-8")
    assert "1 moved" in twin
    assert "Withdrawn" in twin
    assert "Not read, not_pdf: reports/page.pdf" in twin


def test_a_withdrawn_report_leaves_search_in_the_same_run_and_is_remembered_with_its_date(library: Path) -> None:
    before = {report["id"] for report in told(library, "reports")["reports"]}
    sorted((library / "reports").glob("*.pdf"))[0].unlink()
    today = datetime.now(UTC).date()
    assert call(library, "update").exit_code == 0
    (withdrawn,) = [w for w in told(library, "status")["withdrawn"] if w["file"].startswith("reports/")]
    assert withdrawn["report"] in before
    assert today <= date.fromisoformat(withdrawn["date"]) <= datetime.now(UTC).date()
    assert withdrawn["report"] not in {report["id"] for report in told(library, "reports")["reports"]}
    hits = told(library, "search", "child", "--limit", "100")["hits"]
    assert withdrawn["report"] not in {hit["report"]["id"] for hit in hits}


def test_an_empty_folder_withdraws_nothing_until_that_is_allowed(library: Path) -> None:
    for path in (library / "reports").glob("*.pdf"):
        path.unlink()
    said = call(library, "update")
    assert said.exit_code == 0
    assert "--allow-withdrawals" in " ".join(said.output.split())
    assert len(told(library, "reports")["reports"]) == 2
    assert call(library, "update", "--allow-withdrawals").exit_code == 0
    assert told(library, "reports")["reports"] == []


def test_verify_finds_contents_that_changed_without_a_new_date(library: Path) -> None:
    path = sorted((library / "reports").glob("*.pdf"))[0]
    before = path.stat()
    data = bytearray(path.read_bytes())
    data[-3] ^= 1  # after the last word that a reader examines
    path.write_bytes(data)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert told(library, "update")["ingest"]["changed"] == 0
    assert told(library, "update", "--verify")["ingest"]["changed"] == 1


def test_a_run_that_fails_leaves_a_record_that_says_why(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a sentence from a report")

    monkeypatch.setattr(build, "build", fail)
    with pytest.raises(RuntimeError):
        update.run(load_settings(library), ())
    record = newest(library)
    assert (record["ok"], record["error"]) == (False, "RuntimeError")
    assert "FAILED" in call(library, "runs").stdout


def set_age(library: Path, age: timedelta) -> None:
    for path in (library / "runs").glob("*.json"):
        record = json.loads(path.read_text("utf-8"))
        record["finished_at"] = (datetime.now(UTC) - age).isoformat(timespec="seconds")
        path.write_text(json.dumps(record), "utf-8")


@pytest.mark.parametrize(
    ("age", "code"), [(timedelta(hours=25), 0), (timedelta(hours=27), 9), (timedelta(hours=-3), 9)]
)
def test_max_age_fails_when_the_last_good_update_is_too_old_or_in_the_future(
    library: Path, age: timedelta, code: int
) -> None:
    set_age(library, age)
    assert call(library, "status", "--max-age", "26h").exit_code == code
    assert call(library, "status").exit_code == 0


def test_a_run_that_failed_does_not_count_as_fresh(library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_age(library, timedelta(hours=27))
    monkeypatch.setattr(build, "check", lambda *_, **__: ["a fault"])
    assert call(library, "update").exit_code == 5
    assert call(library, "status", "--max-age", "26h").exit_code == 9
    assert call(library, "status", "--max-age", "soon").exit_code == 2


def test_the_index_goes_back_to_a_kept_generation_and_the_next_update_continues(library: Path) -> None:
    older = generations.current(library / "index").manifest.id
    sorted((library / "reports").glob("*.pdf"))[0].unlink()
    assert call(library, "update").exit_code == 0
    assert told(library, "index", "--use", older)["generation"] == older
    assert told(library, "search", "child")["generation"]["id"] == older
    assert len(told(library, "search", "child")["hits"]) == 2
    assert call(library, "index", "--use", "0009999").exit_code == 4
    assert told(library, "update")["index"]["changed"]
    assert len(told(library, "search", "child")["hits"]) == 1


class TestRemoving:
    """No byte of the text of a removed report is left in the library."""

    @pytest.fixture
    def settings(self, library: Path) -> Settings:
        return load_settings(library)

    def words_of_one_only(self, settings: Settings) -> tuple[str, set[bytes]]:
        """Return a report, and words that occur in no other."""
        with Store.open(settings.database, read_only=True) as store:
            texts = {
                report: {word for text, _, _ in store.readings.indexable(reading) for word in text.lower().split()}
                for reading, report in store.readings.current()
            }
        report = sorted(texts, key=lambda report: len(texts[report]))[-1]
        others = " ".join(" ".join(words) for other, words in texts.items() if other != report)
        # What the library contains in any case: the catalogue, and the words of the program.
        others += settings.catalogue.read_text("utf-8-sig").lower() + " ".join(SectionKind) + SCHEMA.read_text("utf-8")
        others += SHIPPED.read_text("utf-8").lower()
        alone = {word for word in texts[report] if len(word) > 8 and word.isalpha() and word not in others}
        assert len(alone) > 10
        return report, {word.encode() for word in alone}

    def left(self, library: Path, words: set[bytes]) -> set[tuple[str, bytes]]:
        shipped = {"catalogue.csv"}
        files = [path for path in library.rglob("*") if path.is_file() and path.name not in shipped]
        return {(path.name, word) for path in files for word in words if word in path.read_bytes().lower()}

    @pytest.mark.parametrize("limit", [50_000_000, 0], ids=["small index", "large index"])
    def test_nothing_is_left_in_corpus_index_generations_caches_and_records(
        self, library: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch, limit: int
    ) -> None:
        monkeypatch.setattr(generations, "_SMALL", limit)  # a large one shares files between generations
        (library / "reports" / "new.pdf").write_bytes((DEMO / "media statement children p & q.pdf").read_bytes())
        assert call(library, "update").exit_code == 0
        report, words = self.words_of_one_only(settings)
        assert len(generations.kept(library / "index")) == 2
        assert self.left(library, words), "this test looks for words that were never there"
        with application.open(library) as opened:
            opened.searcher().themed()
        (library / "runs" / ".half.json.x").write_text(" ".join(word.decode() for word in words))
        (library / "runs" / "20200101T000000.000000Z.json").write_text(f'{{"report": "{report}", {words}')
        result = call(library, "remove", report[:12], "--reason", "a court order", "--yes")
        assert result.exit_code == 0, result.output
        assert self.left(library, words) == set()
        assert len(generations.kept(library / "index")) == 1
        assert not list((library / "cache").glob("*0000001*")), "which themes it had is told by its text"
        assert call(library, "check", "--full").exit_code == 0
        assert newest(library)["removed"] == {"report": report, "reason": "a court order"}
        assert call(library, "remove", report[:12], "--reason", "again", "--yes").exit_code == 2

    def test_a_removal_that_was_interrupted_is_finished_by_the_next_update(
        self, library: Path, settings: Settings
    ) -> None:
        report, words = self.words_of_one_only(settings)
        with Store.open(settings.database) as store:
            store.remove(report, "a court order")  # then the power failed
        assert told(library, "status")["unfinished_removals"] == [report]
        assert call(library, "update").exit_code == 0
        left = {name for name, _ in self.left(library, words) if not name.endswith(".pdf")}
        assert left == set()
        assert told(library, "status")["unfinished_removals"] == []

    def test_a_report_that_came_back_under_another_name_is_refused(self, library: Path, settings: Settings) -> None:
        report, _ = self.words_of_one_only(settings)
        with Store.open(settings.database, read_only=True) as store:
            (file,) = store.report(report).files
        shutil.copy(library / file, library.parent / "kept.pdf")
        assert call(library, "remove", report, "--reason", "a court order", "--yes").exit_code == 0
        assert not (library / file).exists()
        shutil.copy(library.parent / "kept.pdf", library / "reports" / "again.pdf")
        done = told(library, "update")["ingest"]
        assert [failure["reason"] for failure in done["failures"]] == ["removed"]
