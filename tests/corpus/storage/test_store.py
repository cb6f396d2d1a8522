"""The corpus stores a report completely or not at all, and returns what was read unchanged."""

import gc
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from corpus.catalogue.rows import Row
from corpus.errors import Corrupt, Gone, LimitHit, Locked, NoIndex, NotFound, UsageError
from corpus.files import Failure, FileRecord
from corpus.model import Aside, AsideRole, Found, Hidden, Item, ItemKind, Page, Paragraph, Section, SectionKind, Text
from corpus.reasons import Reason
from corpus.report import Coverage
from corpus.storage.store import Store

ELM = "e1" + "0" * 62
OAK = "e1a" + "0" * 61


def a_text(report: str = ELM, words: str = "The school saw Child Elm every day.", reader: str = "reader 1") -> Text:
    return Text(
        id=report,
        pages=(
            Page(1, "i"),
            Page(2, "1", "ocr", None, 81.5, (Hidden.BOX, Hidden.OFF_PAGE)),
            Page(3, "2", None, "no_text"),
        ),
        sections=(Section(0, SectionKind.BODY, ""), Section(1, SectionKind.FINDINGS, "2. Findings")),
        paragraphs=(
            Paragraph(0, 1, None, 0, "Child Elm: a review", heading=True),
            Paragraph(1, 1, "1.1", 0, words, turns=((10, 2), (20, 3))),
            Paragraph(2, 2, "2.1", 1, "Nobody asked ‘why’."),
        ),
        asides=(
            Aside(1, 0, AsideRole.HEADER, "Westmoor Partnership"),
            Aside(2, 2, AsideRole.HEADER, "Westmoor Partnership"),
            Aside(2, 3, AsideRole.PAGE_NUMBER, "1"),
        ),
        found={"title": Found("Child Elm", "cover", 0.9), "year": Found("2019", "cover", 0.7)},
        reader=reader,
        items=(
            Item(
                ItemKind.FINDING,
                "2.1",
                "Nobody asked ‘why’.",
                2,
                Section(1, SectionKind.FINDINGS, "2. Findings"),
                2,
                2,
                "the police",
            ),
        ),
    )


def a_file(path: str = "reports/elm.pdf", report: str | None = ELM, **more: Any) -> FileRecord:
    return FileRecord(path, 1000, 1_700_000_000_000_000_000, report, **more)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "corpus.db"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    with Store.open(path, create=True) as opened:
        yield opened


def state(store: Store) -> object:
    """Return everything that a person could see of a corpus."""
    return (
        store.revision,
        store.files(),
        store.readings.current(),
        store.reports(),
        store.coverage(),
        store.catalogue(),
        [store.readings.text(reading) for reading, _ in store.readings.current()],
        store.check(),
    )


class TestWhatWasReadComesBack:
    def test_a_text_is_returned_as_it_was_stored(self, store: Store) -> None:
        store.put(a_text(), a_file())
        assert store.readings.text(store.readings.current_of(ELM)) == a_text()

    def test_a_file_is_returned_as_it_was_stored(self, store: Store) -> None:
        store.put(a_text(), a_file(reader="reader 1", detail="3 pages"))
        assert store.files() == {"reports/elm.pdf": a_file(reader="reader 1", detail="3 pages")}

    def test_an_empty_text_is_a_reading_too(self, store: Store) -> None:
        store.put(Text(ELM, (), (), ()), a_file())
        assert store.readings.text(store.readings.current_of(ELM)) == Text(ELM, (), (), ())
        assert store.check() == []

    def test_some_paragraphs_are_returned_in_order_and_each_once(self, store: Store) -> None:
        store.put(a_text(), a_file())
        assert store.readings.paragraphs(1, [2, 0, 2]) == [a_text().paragraphs[0], a_text().paragraphs[2]]
        assert store.readings.paragraphs(1, []) == []

    def test_more_paragraphs_can_be_read_than_one_statement_allows(self, store: Store) -> None:
        many = tuple(Paragraph(n, 1, None, 0, f"Paragraph {n}") for n in range(3000))
        store.put(Text(ELM, (Page(1, "1"),), (Section(0, SectionKind.BODY, ""),), many), a_file())
        assert store.readings.paragraphs(1, range(2999)) == list(many[:2999])

    def test_a_missing_paragraph_is_never_left_out_silently(self, store: Store) -> None:
        store.put(a_text(), a_file())
        with pytest.raises(Corrupt, match="--rebuild"):
            store.readings.paragraphs(1, [0, 7])

    def test_the_indexer_gets_text_kind_and_heading(self, store: Store) -> None:
        store.put(a_text(), a_file())
        assert store.readings.indexable(1) == [
            ("Child Elm: a review", "body", True),
            ("The school saw Child Elm every day.", "body", False),
            ("Nobody asked ‘why’.", "findings", False),
        ]

    def test_a_file_name_that_an_earlier_version_kept_as_bytes_is_made_clean_text(self, path: Path) -> None:
        with Store.open(path, create=True) as store:
            store.put(a_text(), a_file("reports/elm.pdf"))
            store._db.execute("UPDATE file SET path = ?", ("reports/caf\udce9.pdf".encode("utf-8", "surrogatepass"),))
            store._db.execute("PRAGMA user_version = 1")
        with Store.open(path, read_only=True) as store:
            assert store.reports()[0].files == ("reports/caf<E9>.pdf",)
        with Store.open(path) as store:
            assert list(store.files()) == ["reports/caf<E9>.pdf"]
            assert store.check() == []
            store.forget_file("reports/caf<E9>.pdf")
            assert store.files() == {}


class TestFilesAndReports:
    def test_two_names_can_belong_to_one_report(self, store: Store) -> None:
        store.put(a_text(), a_file("reports/b.pdf"))
        store.note_file(a_file("reports/a.pdf"))
        assert [report.files for report in store.reports()] == [("reports/a.pdf", "reports/b.pdf")]

    def test_a_report_is_withdrawn_with_its_last_file_but_its_reading_stays(self, store: Store) -> None:
        store.put(a_text(), a_file("a.pdf"))
        store.note_file(a_file("b.pdf"))
        store.forget_file("a.pdf")
        assert len(store.reports()) == 1
        store.forget_file("b.pdf")
        assert (store.reports(), store.readings.current()) == ([], [])
        assert store.readings.text(1) == a_text()
        assert store.readings.holds(ELM, "reader 1")

    def test_a_report_that_comes_back_need_not_be_read_again(self, store: Store) -> None:
        store.put(a_text(), a_file("a.pdf"))
        store.forget_file("a.pdf")
        store.note_file(a_file("b.pdf"))
        assert store.readings.current() == [(1, ELM)]

    def test_a_file_with_new_bytes_replaces_its_old_report(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.put(a_text(OAK), a_file(report=OAK))
        assert [report.id for report in store.reports()] == [OAK]

    def test_a_file_that_became_unreadable_is_a_failure_and_not_a_report(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.note_file(a_file(report=None, reason=Reason.CORRUPT, detail="no trailer"))
        assert store.reports() == []
        assert store.failures() == [Failure("reports/elm.pdf", Reason.CORRUPT, "no trailer")]

    def test_the_old_reading_stays_until_it_is_pruned(self, store: Store) -> None:
        store.put(a_text(words="As it was read first."), a_file())
        store.put(a_text(words="As it was read better.", reader="reader 2"), a_file())
        store.put(a_text(words="As it was read best.", reader="reader 3"), a_file())
        assert store.readings.current() == [(3, ELM)]
        assert store.prune(keep=[2]) == 1
        assert [store.readings.text(n).paragraphs[1].text for n in (2, 3)] == [
            "As it was read better.",
            "As it was read best.",
        ]
        with pytest.raises(Gone, match="Run the search again"):
            store.readings.text(1)
        assert store.check() == []

    def test_the_number_of_a_pruned_reading_is_never_reused(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.forget_file("reports/elm.pdf")
        store.prune(keep=[])
        store.put(a_text(), a_file())
        assert store.readings.current() == [(2, ELM)]

    def test_holds_asks_for_the_latest_reader(self, store: Store) -> None:
        assert not store.readings.holds(ELM, "reader 1")
        store.put(a_text(), a_file())
        assert store.readings.holds(ELM, "reader 1")
        store.put(a_text(reader="reader 2"), a_file())
        assert not store.readings.holds(ELM, "reader 1")

    def test_coverage_counts_what_is_current(self, store: Store) -> None:
        assert store.coverage() == Coverage(0, 0, 0, 0)
        store.put(a_text(), a_file())
        store.put(Text(OAK, (Page(1, "1", None, "no_text"),), (), ()), a_file("oak.pdf", OAK))
        store.note_file(a_file("page.pdf", None, reason=Reason.NOT_PDF))
        assert store.coverage() == Coverage(reports=2, searchable=1, unread_pages=2, failures=1)

    def test_a_report_whose_pages_were_all_partly_read_is_searchable(self, store: Store) -> None:
        text = a_text()
        store.put(replace(text, pages=tuple(replace(page, unread="partly_read") for page in text.pages)), a_file())
        (report,) = store.reports()
        assert (report.searchable, report.unread_pages) == (True, report.pages)
        assert store.coverage() == Coverage(reports=1, searchable=1, unread_pages=report.pages, failures=0)

    def test_coverage_counts_the_files_that_wait_until_each_has_been_read_or_refused(self, store: Store) -> None:
        store.note_waiting(["reports/elm.pdf", "page.pdf", "gone.pdf"])
        assert store.coverage() == Coverage(0, 0, 0, 0, waiting=3)
        store.put(a_text(), a_file())
        store.note_file(a_file("page.pdf", None, reason=Reason.NOT_PDF))
        assert store.waiting_files() == ["gone.pdf"]
        known = store.revision
        store.note_waiting([], settled=["gone.pdf"])
        assert store.coverage().waiting == 0
        assert store.revision > known, "answers say something else now"

    def test_a_prefix_names_a_report(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.put(a_text(OAK), a_file("oak.pdf", OAK))
        assert store.report(" E1A0").id == OAK
        assert store.report(ELM).id == ELM
        with pytest.raises(UsageError, match=r"e1a000000000 \(oak.pdf\), e10000000000 \(reports/elm.pdf\)"):
            store.report("e1")
        with pytest.raises(NotFound, match="reviews reports"):
            store.report("ff")
        with pytest.raises(UsageError, match="Give the id of a report"):
            store.report("")


class TestWhatIsKnown:
    def test_the_file_is_used_where_the_catalogue_is_silent(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.set_catalogue(
            [Row(2, {"file": "elm.pdf", "title": "The Review of Child Elm", "board": "Westmoor", "x": "y"})]
        )
        (report,) = store.reports()
        assert (report.title, report.board, report.year) == ("The Review of Child Elm", "Westmoor", 2019)
        assert report.provenance == {"title": "catalogue", "board": "catalogue", "year": "cover"}

    def test_a_report_without_a_title_is_named_after_its_file(self, store: Store) -> None:
        store.put(replace(a_text(), found={}), a_file("reports/Child Elm.PDF"))
        (report,) = store.reports()
        assert (report.title, report.provenance) == ("Child Elm", {"title": "file name"})

    def test_a_case_is_known_when_board_child_and_year_are_known(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.set_catalogue([Row(2, {"file": "elm.pdf", "board": "Westmoor"})])
        assert store.reports()[0].case is None
        store.set_catalogue([Row(2, {"file": "elm.pdf", "board": "Westmoor", "child": "Child Elm"})])
        assert store.reports()[0].case == "Westmoor / Child Elm / 2019"
        store.set_catalogue([Row(2, {"file": "elm.pdf", "board": "Westmoor", "child": "Child Elm", "case": "Elm"})])
        assert store.reports()[0].case == "Elm"

    def test_a_cell_that_is_not_a_year_gives_way_to_the_file(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.set_catalogue([Row(2, {"file": "elm.pdf", "year": "2019-20"})])
        assert (store.reports()[0].year, store.reports()[0].provenance["year"]) == (2019, "cover")

    def test_rows_without_a_file_are_catalogued_but_not_held(self, store: Store) -> None:
        rows = [Row(2, {"file": "elm.pdf"}), Row(3, {"title": "Child Yew – Review"})]
        store.set_catalogue(rows)
        assert store.not_held() == rows
        store.put(a_text(), a_file())
        assert store.not_held() == rows[1:]

    def test_the_catalogue_is_returned_as_it_was_set(self, store: Store) -> None:
        rows = [Row(2, {"title": "Child Élm"}), Row(4, {"title": "=1+1", "colour": "grün"})]
        store.set_catalogue(rows)
        assert store.catalogue() == rows


class TestRevision:
    def test_it_increases_with_every_change_that_affects_an_answer_and_no_other(self, store: Store) -> None:
        seen = [store.revision]

        def grown() -> bool:
            seen.append(store.revision)
            return seen[-1] > seen[-2]

        store.put(a_text(), a_file())
        assert grown()
        store.note_file(replace(a_file(), mtime_ns=5, reader="another"))
        assert not grown()
        assert store.files()["reports/elm.pdf"].mtime_ns == 5
        store.note_file(a_file("again.pdf"))
        assert grown()
        store.note_file(a_file("bad.pdf", None, reason=Reason.EMPTY))
        assert grown()
        store.set_catalogue([Row(2, {"file": "elm.pdf"})])
        assert grown()
        store.set_catalogue([Row(2, {"file": "elm.pdf"})])
        assert not grown()
        store.forget_file("bad.pdf")
        assert grown()
        store.forget_file("never seen.pdf")
        assert not grown()
        store.prune(keep=[])
        assert not grown()

    def test_changes_by_another_writer_are_noticed(self, store: Store, path: Path) -> None:
        assert store.reports() == []
        with Store.open(path) as other:
            other.put(a_text(), a_file())
        assert len(store.reports()) == 1

    def test_reports_come_from_one_state_while_a_writer_writes(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.put(a_text(), a_file())
        catalogue = store.catalogue

        def written_meanwhile() -> list[Row]:
            with Store.open(path) as other:
                other.put(a_text(OAK), a_file("oak.pdf", OAK))
                other.set_catalogue([Row(2, {"file": "elm.pdf", "title": "New"})])
            return catalogue()

        monkeypatch.setattr(store, "catalogue", written_meanwhile)
        assert [report.title for report in store.reports()] == ["Child Elm"]
        monkeypatch.undo()
        assert [report.title for report in store.reports()] == ["Child Elm", "New"]
        assert store.coverage().reports == 2


class TestWholeOrNotAtAll:
    @pytest.mark.parametrize("part", ["paragraphs", "asides", "found"])
    def test_an_interrupted_put_leaves_the_old_state(self, store: Store, path: Path, part: str) -> None:
        store.put(a_text(), a_file())
        before = state(store)

        def interrupted() -> Iterator[Any]:
            whole = getattr(a_text(), part)
            yield from whole.items() if part == "found" else whole
            raise KeyboardInterrupt

        class Broken(dict[str, Found]):
            def items(self) -> Any:
                return interrupted()

        new: Any = Broken() if part == "found" else interrupted()
        with pytest.raises(KeyboardInterrupt):
            store.put(replace(a_text(words="New words."), **{part: new}), a_file())
        assert state(store) == before
        with Store.open(path) as other:
            assert state(other) == before
        store.put(a_text(words="New words."), a_file())
        assert store.readings.text(2).paragraphs[1].text == "New words."

    def test_readers_see_the_old_state_while_a_writer_writes(self, store: Store, path: Path) -> None:
        store.put(a_text(), a_file())
        with Store.open(path, read_only=True) as one, Store.open(path, read_only=True) as two:
            before = state(one)

            def while_writing() -> Iterator[Paragraph]:
                yield from a_text().paragraphs
                assert state(one) == before
                assert state(two) == before

            changed: Any = while_writing()
            store.put(replace(a_text(words="New words."), paragraphs=changed), a_file("b.pdf"))
            assert state(one) == state(two) == state(store) != before

    def test_a_second_writer_waits_and_then_says_what_blocks_it(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("corpus.storage.database._WAIT_SECONDS", 0.05)
        with Store.open(path) as other, closing(sqlite3.connect(path, isolation_level=None)) as rude:
            rude.execute("BEGIN IMMEDIATE")
            with pytest.raises(Locked, match="Another run"):
                other.put(a_text(), a_file())
            rude.execute("ROLLBACK")
            other.put(a_text(), a_file())

    def test_a_full_disk_loses_nothing(self, store: Store) -> None:
        store.put(a_text(), a_file())
        before = state(store)
        pages = store._db.number("PRAGMA page_count")
        store._db.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(LimitHit, match="full"):
            store.put(a_text(OAK, words="many words " * 10_000), a_file("oak.pdf", OAK))
        assert state(store) == before
        store._db.execute("PRAGMA max_page_count = 1000000")
        store.put(a_text(OAK, words="many words " * 10_000), a_file("oak.pdf", OAK))
        assert len(store.reports()) == 2

    @pytest.mark.skipif(not Path("/dev/full").exists() or os.name == "nt", reason="needs a device that is always full")
    def test_a_full_device_is_reported(self, tmp_path: Path) -> None:
        (tmp_path / "corpus.db").symlink_to("/dev/full")
        with pytest.raises(LimitHit):
            Store.open(tmp_path / "corpus.db", create=True)

    def test_writing_to_a_reader_is_refused(self, store: Store, path: Path) -> None:
        with Store.open(path, read_only=True) as reader, pytest.raises(LimitHit, match="read-only"):
            reader.put(a_text(), a_file())


class TestOpening:
    def test_a_corpus_is_private(self, store: Store, path: Path) -> None:
        store.put(a_text(), a_file())
        if sys.platform != "win32":
            assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.glob("corpus.db*")} == {0o600}

    def test_a_missing_corpus_says_how_to_create_one(self, path: Path) -> None:
        with pytest.raises(NotFound, match="reviews init"):
            Store.open(path)
        assert not path.exists()

    def test_creating_it_again_keeps_existing_data(self, store: Store, path: Path) -> None:
        store.put(a_text(), a_file())
        with Store.open(path, create=True) as again:
            assert len(again.reports()) == 1

    @pytest.mark.parametrize("wal", [False, True])
    def test_an_interrupted_creation_can_be_finished(self, path: Path, wal: bool) -> None:
        path.touch()
        if wal:
            with closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA journal_mode = WAL")
        with pytest.raises(NotFound, match="interrupted"):
            Store.open(path)
        with Store.open(path, create=True) as store:
            assert store.check() == []

    def test_a_newer_version_is_refused_and_not_changed(self, store: Store, path: Path) -> None:
        store._db.execute("PRAGMA user_version = 99")
        store.close()
        before = path.read_bytes()
        for options in ({}, {"create": True}, {"read_only": True}):
            with pytest.raises(NoIndex, match="Update the program"):
                Store.open(path, **options)
        assert path.read_bytes() == before

    def test_a_foreign_database_is_refused_and_not_changed(self, path: Path) -> None:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("CREATE TABLE holiday (day)")
        before = path.read_bytes()
        for options in ({}, {"create": True}):
            with pytest.raises(Corrupt, match="not a database of this program"):
                Store.open(path, **options)
        assert path.read_bytes() == before

    def test_a_file_that_is_not_a_database_is_refused(self, path: Path) -> None:
        path.write_text("a shopping list " * 100)
        with pytest.raises(Corrupt, match="damaged or is not a corpus"):
            Store.open(path)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="rights do not bind this user")
    def test_a_folder_without_permissions_is_reported(self, tmp_path: Path) -> None:
        folder = tmp_path / "closed"
        folder.mkdir(mode=0o500)
        with pytest.raises(LimitHit, match="write in it"):
            Store.open(folder / "corpus.db", create=True)

    def test_a_missing_folder_is_reported(self, tmp_path: Path) -> None:
        with pytest.raises(LimitHit, match="Check the disk"):
            Store.open(tmp_path / "nowhere" / "corpus.db", create=True)

    def test_a_name_with_unusual_characters_can_be_opened(self, tmp_path: Path) -> None:
        path = tmp_path / "a b#c%20d'é.db"
        with Store.open(path, create=True) as store:
            store.put(a_text(), a_file())
        with Store.open(path, read_only=True) as store:
            assert len(store.reports()) == 1
        assert {file.name for file in tmp_path.iterdir()} >= {path.name}

    def test_a_corpus_on_a_read_only_disk_opens(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        store.put(a_text(), a_file())
        store.close()
        monkeypatch.setattr(os, "access", lambda *_: False)
        with Store.open(path, read_only=True) as reader:
            assert len(reader.reports()) == 1
        assert [file.name for file in path.parent.iterdir()] == [path.name]


class TestSoundness:
    def test_a_sound_corpus_has_no_problems(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store.put(a_text(reader="2"), a_file())
        store.forget_file("reports/elm.pdf")
        assert store.check() == []

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            ("DELETE FROM paragraph WHERE ordinal = 1", "not numbered"),
            ("DELETE FROM section WHERE ordinal = 0", "sections that are not numbered"),
            ("DELETE FROM section WHERE ordinal = 1", "Paragraph 2 of reading 1 is not in any of its sections"),
            ("DELETE FROM page WHERE number = 3", "recorded number of pages"),
            ("UPDATE page SET unread = 'no_text'", "recorded number of pages"),
            (
                "UPDATE paragraph SET page = 9, last_page = 9 WHERE ordinal = 2",
                "Paragraph 2 of reading 1 is not on any of its pages",
            ),
            ("UPDATE paragraph SET turns = '20:3 10:2' WHERE ordinal = 1", "has invalid page breaks"),
            ("UPDATE paragraph SET turns = 'rubbish' WHERE ordinal = 1", "has invalid page breaks"),
            ("UPDATE paragraph SET turns = '10:2 2000:3' WHERE ordinal = 1", "has invalid page breaks"),
            ("UPDATE section SET kind = 'verse'", "'verse' is not a value"),
            ("UPDATE aside SET role = 'verse'", "'verse' is not a value"),
            ("UPDATE file SET reason = 'verse'", "'verse' is not a value"),
            ("UPDATE item SET kind = 'verse'", "'verse' is not a value"),
            ("UPDATE item SET last = 9", "Item 0 of reading 1 refers to paragraphs"),
            ("UPDATE reading SET current = 0", "no current reading"),
            ("UPDATE file SET report = NULL", "but no file"),
            ("UPDATE file SET report = 'ff'", "never read"),
            ("DELETE FROM reading", "does not belong to any reading"),
        ],
    )
    def test_faults_are_reported(self, store: Store, path: Path, damage: str, said: str) -> None:
        store.put(a_text(), a_file())
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute(damage)
        problems = store.check()
        assert [problem for problem in problems if said in problem], problems

    def test_an_unknown_word_is_damage_and_not_a_bug(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store._db.execute("UPDATE section SET kind = 'verse'")
        with pytest.raises(Corrupt, match="damaged"):
            store.readings.text(1)

    def test_a_text_that_is_not_utf_8_is_damage_and_not_a_bug(self, store: Store) -> None:
        store.put(a_text(), a_file())
        store._db.execute("UPDATE section SET heading = CAST(x'ff' AS TEXT)")
        with pytest.raises(Corrupt, match="damaged"):
            store.readings.text(1)

    def test_damaged_bytes_are_found(self, store: Store, path: Path) -> None:
        for n in range(40):
            store.put(a_text(f"{n:064x}", words=f"Words of report {n}. " * 50), a_file(f"{n}.pdf", f"{n:064x}"))
        store.close()
        data = bytearray(path.read_bytes())
        for page in range(len(data) // 8192, len(data) // 4096, 3):  # after the schema
            data[page * 4096 : page * 4096 + 64] = os.urandom(64)
        path.write_bytes(data)
        with Store.open(path) as damaged:
            assert damaged.check()
            with pytest.raises(Corrupt):
                _ = [damaged.readings.text(reading) for reading, _ in damaged.readings.current()]


class TestWhatWent:
    def test_a_report_without_a_file_is_withdrawn_with_title_file_and_date(self, store: Store) -> None:
        store.put(a_text(), a_file("elm.pdf"))
        today = datetime.now(UTC).date()
        store.forget_file("elm.pdf")
        withdrawn = store.withdrawals()[0]
        assert (withdrawn.report, withdrawn.file, withdrawn.replaced_by) == (ELM, "elm.pdf", None)
        assert today <= date.fromisoformat(withdrawn.date) <= datetime.now(UTC).date()

    def test_a_report_that_comes_back_is_not_withdrawn(self, store: Store) -> None:
        store.put(a_text(), a_file("elm.pdf"))
        store.forget_file("elm.pdf")
        store.note_file(a_file("again.pdf", ELM))
        assert store.withdrawals() == []

    def test_losing_one_of_two_files_does_not_withdraw_a_report(self, store: Store) -> None:
        store.put(a_text(), a_file("elm.pdf"))
        store.note_file(a_file("twin.pdf", ELM))
        store.forget_file("elm.pdf")
        assert store.withdrawals() == []

    def test_a_new_edition_under_the_same_name_replaces_the_old_one(self, store: Store) -> None:
        store.put(a_text(), a_file("review.pdf"))
        store.put(a_text(OAK), a_file("review.pdf", OAK))
        assert [(w.report, w.replaced_by) for w in store.withdrawals()] == [(ELM, OAK)]

    def test_a_removed_report_leaves_neither_bytes_nor_file_names(self, store: Store, path: Path) -> None:
        store.put(a_text(ELM, words="The zanzibar word. " * 400), a_file("elm.pdf", ELM))
        store.put(a_text(OAK), a_file("oak.pdf", OAK))
        store.remove(ELM, "court order")
        store.scrub()
        left = b"".join(each.read_bytes() for each in path.parent.glob(f"{path.name}*"))
        assert b"zanzibar" not in left
        assert b"elm.pdf" not in left
        assert [*store.files()] == ["oak.pdf"]
        assert [report for _, report in store.readings.current()] == [OAK]
        assert [(r.report, r.reason, r.done) for r in store.removals()] == [(ELM, "court order", False)]
        store.note_removed()
        assert store.removals()[0].done
        assert store.check() == []

    def test_a_withdrawn_report_is_found_by_the_start_of_its_id(self, store: Store) -> None:
        store.put(a_text(), a_file("elm.pdf"))
        store.forget_file("elm.pdf")
        assert store.known(ELM[:10]) == ELM
        with pytest.raises(NotFound):
            store.known("ffff0000")


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        ("4.3.2 Neglect", "4.3.2", "      Neglect"),
        ("47. Neglect", "47", "  . Neglect"),
        ("28.Independent", "28", "  .Independent"),
        ("R3: Ask", "R3", "  : Ask"),
        ("15 June 2023", "15", "15 June 2023"),
        ("24 Hours later", "24", "24 Hours later"),
        ("12.03.14 A visit", "12.03.14", "12.03.14 A visit"),
        ("Recommendation 3: Ask", "Recommendation 3", "Recommendation 3: Ask"),
        ("4.3.2 Neglect", None, "4.3.2 Neglect"),
        ("Neglect 4.3.2", "4.3.2", "Neglect 4.3.2"),
    ],
)
def test_the_printed_number_of_a_paragraph_is_blank_where_it_is_searched(
    text: str, number: str | None, expected: str
) -> None:
    assert Paragraph(0, 1, number, 0, text).searched == expected


class TestReadingBesideAWriter:
    """A reader creates no file, whatever state the corpus was left in, and never answers from half a change."""

    @pytest.fixture
    def unlogged(self, store: Store, path: Path) -> Path:
        """Return a corpus that claims to have a log but has none, as an older version of the program left it."""
        store.put(a_text(), a_file())
        store.close()
        with closing(sqlite3.connect(path)) as older:
            assert older.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        return path

    def test_at_rest_there_is_one_file(self, store: Store, path: Path) -> None:
        store.put(a_text(), a_file())
        store.close()
        assert [each.name for each in path.parent.iterdir()] == [path.name]
        with Store.open(path, read_only=True) as reader:
            assert len(reader.reports()) == 1
            assert [each.name for each in path.parent.iterdir()] == [path.name]

    def test_a_reader_continues_when_a_log_begins_and_when_it_ends(self, store: Store, path: Path) -> None:
        store.put(a_text(), a_file())
        store.close()
        with Store.open(path, read_only=True) as reader:
            for number in range(3):
                with Store.open(path) as writer:
                    writer.put(a_text(words=f"Words {number}."), a_file())
                    assert len(reader.readings.current()) == 1
                assert reader.readings.text(reader.readings.current_of(ELM)).paragraphs[1].text == f"Words {number}."

    def test_one_that_an_older_version_left_is_read_without_a_log_and_sees_the_next_writer(
        self, unlogged: Path
    ) -> None:
        with Store.open(unlogged, read_only=True) as reader:
            before = state(reader)
            assert not [each.name for each in unlogged.parent.iterdir() if each.name.endswith("-shm")]
            with Store.open(unlogged) as writer:
                writer.put(a_text(OAK), a_file("oak.pdf", OAK))
                assert len(reader.reports()) == 2
            assert len(reader.reports()) == 2
            assert state(reader) != before

    def test_rows_read_without_locks_are_discarded_when_a_writer_starts(self, unlogged: Path) -> None:
        with Store.open(unlogged, read_only=True) as reader:
            assert len(reader.reports()) == 1
            with reader._db.snapshot():
                reader.readings.current()
                with Store.open(unlogged) as writer:
                    writer.put(a_text(OAK), a_file("oak.pdf", OAK))
                with pytest.raises(Gone, match="again"):
                    reader.readings.current()
            assert len(reader.reports()) == 2, "the next call works"

    def test_rows_read_without_locks_are_read_again_when_a_writer_starts(self, unlogged: Path) -> None:
        with Store.open(unlogged, read_only=True) as reader:
            writers = iter([Store.open])

            def write(_: str) -> None:
                for open_corpus in writers:
                    with open_corpus(unlogged) as writer:
                        writer.put(a_text(OAK), a_file("oak.pdf", OAK))

            assert reader._db.number("SELECT count(*) FROM reading") == 1
            reader._db._connection.set_trace_callback(write)  # called before a statement runs
            assert reader._db.number("SELECT count(*) FROM reading") == 2

    def test_a_copy_with_the_log_but_without_its_index_is_read_completely(
        self, store: Store, path: Path, tmp_path: Path
    ) -> None:
        store.put(a_text(), a_file())
        copy = tmp_path / "copy"
        copy.mkdir()
        for name in (path.name, f"{path.name}-wal"):
            (copy / name).write_bytes((path.parent / name).read_bytes())
        with Store.open(copy / path.name, read_only=True) as reader:
            assert len(reader.reports()) == 1

    @pytest.mark.parametrize("size", [0, 10, 32, 40])
    def test_a_log_truncated_by_a_power_cut_does_no_harm(self, unlogged: Path, size: int) -> None:
        begin = "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('PRAGMA"
        killed = f"{begin} journal_mode = WAL'); c.execute('UPDATE state SET revision = 99'); os.kill(os.getpid(), 9)"
        subprocess.run([sys.executable, "-c", killed, str(unlogged)], check=False)
        os.truncate(f"{unlogged}-wal", size)
        with Store.open(unlogged, read_only=True) as reader:
            assert len(reader.reports()) == 1
        with Store.open(unlogged) as writer:
            writer.put(a_text(OAK), a_file("oak.pdf", OAK))
            with Store.open(unlogged, read_only=True) as reader:
                assert len(reader.reports()) == 2

    def test_nothing_is_mapped_into_memory_and_no_temporary_file_is_created(self, store: Store, path: Path) -> None:
        with Store.open(path, read_only=True) as reader:
            for each in (store, reader):
                assert each._db.rows("PRAGMA mmap_size") in ([(0,)], [])
                assert each._db.number("PRAGMA temp_store") == 2

    def test_a_writer_stops_before_the_disk_is_too_full_to_begin_a_log(
        self, store: Store, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shutil.disk_usage", lambda _: Usage(1000, 900, 100))
        with pytest.raises(LimitHit, match="is full"):
            Store.open(path)
        with Store.open(path, read_only=True) as reader:
            assert reader.reports() == []


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_deleted_data_is_overwritten_however_sqlite_was_built(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connect = sqlite3.connect

    def built_otherwise(*given: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*given, **more)
        connection.execute("PRAGMA secure_delete = OFF")
        return connection

    monkeypatch.setattr(sqlite3, "connect", built_otherwise)
    with Store.open(path, create=True) as store:
        assert store._db.execute("PRAGMA secure_delete").fetchone() == (1,)


def test_a_copy_of_a_removed_report_is_listed_but_not_as_a_failure(store: Store) -> None:
    store.note_file(a_file("bad.pdf", None, reason=Reason.EMPTY))
    store.note_file(a_file("copy.pdf", None, reason=Reason.LIKE_REMOVED))
    assert store.coverage().failures == 1
    assert [failure.file for failure in store.failures()] == ["bad.pdf", "copy.pdf"]


def test_a_store_that_nobody_closes_is_closed_when_it_is_dropped(tmp_path: Path) -> None:
    Store.open(tmp_path / "corpus.db", create=True).close()
    store = Store.open(tmp_path / "corpus.db", read_only=True)
    connection = store._db._connection
    connection.execute("SELECT 1")
    del store
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")
