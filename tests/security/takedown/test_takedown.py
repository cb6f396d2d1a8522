"""A report is removed, and nothing of its text is left in the library: the table of cases.

Each case is a library in some state in which a report is removed. Afterwards, every byte of the library is searched for
the words of the report and the names of its files, in UTF-8 and UTF-16, and inside compressed streams.
"""

import gzip
import json
import os
import shutil
from collections.abc import Callable
from functools import partial

import pytest

import reviews
from benchmarks.faults.disk import Disk
from benchmarks.faults.leftovers import leftovers
from benchmarks.faults.removal import EARLIER, NAME, WORDS, report, small_pdf
from benchmarks.faults.torture import in_a_child
from corpus.settings import load_settings
from index.storage import generations
from reviews.collecting.collection import Saved
from reviews.collecting.person_files import PersonFile
from reviews.maintenance.lock import writing
from reviews.maintenance.update import run
from reviews.web.app import Options, create_app
from reviews.web.guard.access import Access
from tests.patience import until
from tests.security.takedown.desk import Desk, nothing_is_left, with_attached

Cases = dict[str, Callable[["Desk"], None]]
CASES: Cases = {}
EDITIONS: Cases = {}


def case(act: Callable[[Desk], None]) -> Callable[[Desk], None]:
    CASES[act.__name__.replace("_", " ")] = act
    return act


def of_editions(act: Callable[[Desk], None]) -> Callable[[Desk], None]:
    EDITIONS[act.__name__.replace("_", " ")] = act
    return act


# generations


@case
def three_generations(desk: Desk) -> None:
    desk.remove()


@case
def a_large_index_whose_generations_share_files(desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(generations, "_SMALL", 0)
        for number in range(3):
            (desk.folder / f"more-{number}.pdf").write_bytes(small_pdf(f"Another review, number {number}."))
            desk.update()
        desk.remove()


@case
def an_older_generation_in_use(desk: Desk) -> None:
    assert desk.call("index", "--use", "0000002").exit_code == 0
    desk.remove()


@case
def a_damaged_generation_beside(desk: Desk) -> None:
    (desk.library / "index" / "0000002" / "manifest.json").write_text("damaged")
    desk.remove()


@case
def a_build_that_was_killed(desk: Desk) -> None:
    shutil.copytree(desk.library / "index" / "0000003", desk.library / "index" / "building-1")
    (desk.library / "index" / "CURRENT.new").write_text("Zelkova")
    desk.remove()


# hard links and duplicates


@case
def a_hard_link_beside_it(desk: Desk) -> None:
    (desk.folder / "again.pdf").hardlink_to(desk.pdf)
    desk.remove()
    assert not (desk.folder / "again.pdf").exists()


@case
def a_hard_link_outside(desk: Desk) -> None:
    (desk.outside / "kept.pdf").hardlink_to(desk.pdf)
    desk.remove()
    desk.says("hard link")
    assert (desk.outside / "kept.pdf").exists()


@case
def three_copies_that_are_known(desk: Desk) -> None:
    for name in ("Marwick (1).pdf", "Marwick (2).pdf"):
        shutil.copy(desk.pdf, desk.folder / name)
    desk.update()
    desk.remove()


@case
def a_copy_that_no_update_has_seen(desk: Desk) -> None:
    (desk.folder / "new").mkdir()
    shutil.copy(desk.pdf, desk.folder / "new" / "Marwick copy.pdf")
    desk.remove()
    desk.says("Deleted: reports/new/Marwick copy.pdf")


@case
def a_near_copy_that_comes_later_is_told_before_it_is_searched(desk: Desk) -> None:
    near = report() + b"\n"
    desk.remove()
    (desk.outside / "near.pdf").write_bytes(near)
    desk.update(str(desk.outside))
    desk.says("almost that of a report that was removed", "near.pdf")
    assert desk.found("brackenthwaite") == 0


@case
def a_near_copy_is_admitted_when_somebody_says_so(desk: Desk) -> None:
    desk.remove()
    (desk.outside / "near.pdf").write_bytes(report() + b"\n")
    desk.update(str(desk.outside))
    assert desk.found("brackenthwaite") == 0
    assert leftovers(desk.library, WORDS) == []
    desk.update(str(desk.outside), "--allow-copies")
    assert desk.found("brackenthwaite") == 1
    desk.held = next(each.id for each in reviews.open(desk.library).reports() if "near" in each.files[0])
    desk.remove()


@case
def a_near_copy_that_is_held_is_named(desk: Desk) -> None:
    (desk.folder / "near.pdf").write_bytes(report() + b"\n")
    desk.update()
    desk.remove()
    desk.says("almost the same text")
    assert desk.found("brackenthwaite") == 1
    (desk.held,) = (each.id for each in reviews.open(desk.library).reports() if "near" in each.files[0])
    desk.remove()


# editions


def remove_a_third_edition(desk: Desk) -> None:
    desk.pdf.write_bytes(small_pdf("A third edition: Wynfrith again.", "And a sentence of its own."))
    desk.update()
    (desk.held,) = (each.id for each in reviews.open(desk.library).reports() if NAME in each.files[0])
    desk.remove()


@of_editions
def an_older_edition_under_the_same_name(desk: Desk) -> None:
    desk.remove()
    desk.says("older edition")


@of_editions
def two_older_editions(desk: Desk) -> None:
    remove_a_third_edition(desk)


@of_editions
def an_older_edition_before_a_damaged_one(desk: Desk) -> None:
    """The damaged file broke the chain of the editions, and all paragraphs of the older ones stayed."""
    desk.pdf.write_bytes(b"%PDF-1.7 incomplete")
    desk.update()
    remove_a_third_edition(desk)
    desk.says("older edition")


@of_editions
def an_older_edition_that_was_away_for_some_runs(desk: Desk) -> None:
    desk.pdf.unlink()
    desk.update()
    desk.update()
    remove_a_third_edition(desk)
    desk.says("older edition")


@of_editions
def the_older_edition_alone_by_its_id(desk: Desk) -> None:
    with reviews.open(desk.library).store() as store:
        (old,) = (each.report for each in store.withdrawals())
    new, desk.held = desk.held, old
    desk.remove()
    desk.says("newer edition")
    assert leftovers(desk.library, EARLIER) == []
    assert desk.found("brackenthwaite") == 1
    desk.held = new
    desk.remove()


@of_editions
def an_older_edition_that_is_kept_on_purpose(desk: Desk) -> None:
    with reviews.open(desk.library).store() as store:
        (old,) = (each.report for each in store.withdrawals())
    desk.remove("--keep-editions")
    with reviews.open(desk.library).store() as store:
        assert [each.report for each in store.withdrawals()] == [old]
    desk.held = old
    desk.remove()


@of_editions
def an_older_edition_whose_generation_is_in_use(desk: Desk) -> None:
    assert desk.call("index", "--use", "0000002").exit_code == 0
    desk.remove()


@of_editions
def an_edition_that_no_update_has_seen(desk: Desk) -> None:
    (desk.folder / "other-0.pdf").write_bytes(report())  # the same bytes under the name of another report
    desk.remove()
    assert not (desk.folder / "other-0.pdf").exists()


# renames


@case
def renamed_since_the_last_update(desk: Desk) -> None:
    desk.pdf.rename(desk.folder / "Marwick final.pdf")
    desk.remove()
    desk.says("Deleted: reports/Marwick final.pdf")
    assert f"Deleted: reports/{NAME}" not in desk.printed


@case
def moved_to_a_hidden_folder(desk: Desk) -> None:
    (desk.folder / ".trash").mkdir()
    desk.pdf.rename(desk.folder / ".trash" / "1.pdf")
    desk.remove()


@case
def renamed_so_that_it_is_no_pdf(desk: Desk) -> None:
    desk.pdf.rename(desk.folder / "report.bak")
    desk.remove()


@case
def deleted_before(desk: Desk) -> None:
    desk.pdf.unlink()
    desk.remove()
    assert "Deleted:" not in desk.printed


@case
def withdrawn_before(desk: Desk) -> None:
    desk.pdf.unlink()
    desk.update()
    desk.remove()


@case
def renamed_and_read_again_before(desk: Desk) -> None:
    desk.pdf.rename(desk.folder / "Marwick two.pdf")
    desk.update()
    desk.remove()


# outside folders


@case
def a_file_outside_is_named_and_stays(desk: Desk) -> None:
    desk.pdf.rename(desk.outside / NAME)
    desk.update(str(desk.outside))
    desk.update()
    desk.remove()
    desk.says(f"outside the library: {desk.outside / NAME}")
    assert (desk.outside / NAME).exists()


@case
def a_file_outside_that_is_seen_again_leaves_no_name(desk: Desk) -> None:
    desk.pdf.rename(desk.outside / NAME)
    desk.update(str(desk.outside))
    desk.remove()
    desk.update(str(desk.outside))
    desk.update(str(desk.outside))
    assert desk.found("brackenthwaite") == 0


@case
def a_file_renamed_in_a_watched_folder_outside(desk: Desk) -> None:
    (desk.library / "reviews.toml").write_text(f'ocr = false\njobs = 1\nfolders = ["{desk.outside.as_posix()}"]\n')
    desk.pdf.rename(desk.outside / NAME)
    desk.update()
    (desk.outside / NAME).rename(desk.outside / "other name.pdf")
    desk.remove()
    desk.says(f"outside the library: {desk.outside / 'other name.pdf'}")


@case
def a_link_in_the_library_to_a_file_outside(desk: Desk) -> None:
    desk.pdf.rename(desk.outside / "1.pdf")
    (desk.folder / "link.pdf").symlink_to(desk.outside / "1.pdf")
    desk.update()
    desk.remove()
    desk.says("outside the library")
    assert (desk.outside / "1.pdf").exists()


@case
def a_link_that_is_named_after_the_child(desk: Desk) -> None:
    desk.pdf.rename(desk.outside / "1.pdf")
    (desk.folder / "Zelkova.pdf").symlink_to(desk.outside / "1.pdf")
    desk.update()
    desk.remove()
    desk.says("Deleted: reports/Zelkova.pdf", f"outside the library: {desk.outside / '1.pdf'}")
    assert (desk.outside / "1.pdf").exists()


@case
def a_folder_that_is_named_after_the_child(desk: Desk) -> None:
    (desk.folder / "Zelkova" / "Wynfrith").mkdir(parents=True)
    desk.pdf.rename(desk.folder / "Zelkova" / "Wynfrith" / "1.pdf")
    desk.remove()


# files inside its PDF, and other contents of its file


@case
def its_pdf_contains_another_report(desk: Desk) -> None:
    annex = small_pdf("The annex tells of Zelkova in other words.", "A nurse called.")
    desk.pdf.write_bytes(with_attached(annex, "The covering letter of Brackenthwaite school."))
    desk.update()
    (desk.held,) = (each.id for each in reviews.open(desk.library).reports() if each.files == (f"reports/{NAME}",))
    assert desk.found("annex") == 1
    desk.remove()
    desk.says("was an attached file of its PDF")
    assert desk.found("annex") == 0


@case
def its_file_was_changed_and_not_read_again(desk: Desk) -> None:
    desk.pdf.write_bytes(b"%PDF-1.7 incomplete")
    desk.remove()
    desk.says(f"reports/{NAME} was not deleted, because its contents have changed")
    desk.pdf.unlink()


@case
def its_file_cannot_be_read_any_more(desk: Desk) -> None:
    desk.pdf.write_bytes(b"%PDF-1.7 incomplete")
    desk.update()
    desk.remove()
    desk.says(f"reports/{NAME} was not deleted, because its contents have changed")
    desk.pdf.unlink()
    desk.update()
    desk.update()  # the records of runs are cleaned when it begins


@case
def its_damaged_file_is_there_for_some_more_runs(desk: Desk) -> None:
    """The records of these runs kept its name."""
    desk.pdf.write_bytes(b"%PDF-1.7 incomplete")
    desk.remove()
    desk.update()
    desk.pdf.unlink()
    desk.update()
    desk.update()


# an open server


@case
def a_server_is_open(desk: Desk) -> None:
    client = desk.serve()
    assert client.get(f"/reports/{desk.held}").status_code == 200
    desk.remove()
    assert client.get(f"/reports/{desk.held}").status_code == 404


@case
def a_server_has_drawn_a_page_and_lets_go_of_it(desk: Desk) -> None:
    client = desk.serve()
    pool = client.application.extensions["pool"]
    with pool.settings.library.joinpath("reports", NAME).open("rb") as file:
        pool.pictures.draw(desk.held, file.read(), 1, 300, ())
    assert pool.pictures._kept
    desk.remove()
    pool.clear()
    assert not pool.pictures._kept


@case
def people_have_saved_passages_with_notes_that_repeat_them(desk: Desk) -> None:
    access = Access(header="X-Who", proxies=("127.0.0.1",))
    client = create_app(desk.library, Options(hosts=(), access=access)).test_client()
    desk.clients.append(client)
    place = f"{desk.held[:16]}:1"
    for person in ("Jo", "Sam"):
        client.environ_base["HTTP_X_WHO"] = person
        assert client.post("/collections/save", data={"passage": place, "back": "/"}).status_code == 303
        noted = client.post("/collections/1", data={"act": "note", "passage": place, "note": "Zelkova, Wynfrith"})
        assert noted.status_code == 303
        assert "Brackenthwaite" in client.get("/collections").text
    desk.remove()
    shown = client.get("/collections").text
    assert "This report was removed on" in shown
    assert "Zelkova" not in shown


@case
def a_backup_of_collections_is_put_back(desk: Desk) -> None:
    PersonFile(desk.library, "Jo").change(lambda held: held.saving(Saved(desk.held, 1, 1, 1, note="Zelkova Wynfrith")))
    shutil.copytree(desk.library / "collections", desk.outside / "collections")
    desk.remove()
    shutil.copytree(desk.outside / "collections", desk.library / "collections", dirs_exist_ok=True)
    assert leftovers(desk.library, WORDS) != []
    desk.update()


@case
def a_server_has_a_finished_workbook(desk: Desk) -> None:
    client = desk.serve()
    batches = client.application.extensions["pool"].batches
    batch = batches.begin(b"zelkova\n", "queries.txt", "", "")
    until(lambda: batches.find(batch.id, "").ready)
    assert b"PK" in batches.find(batch.id, "").book()
    desk.remove()
    assert not batch.out.exists()


@case
def a_server_was_killed_with_a_workbook(desk: Desk) -> None:
    folder = desk.library / "cache" / "sheets-killed" / "key"
    folder.mkdir(parents=True)
    (folder / "answers.xlsx").write_bytes(report())
    desk.remove()


@case
def themes_and_phrases_were_counted(desk: Desk) -> None:
    with reviews.open(desk.library) as opened, pytest.MonkeyPatch.context() as patched:
        patched.setattr("search.answering.theme_index.MANY", 1)
        opened.searcher().themed()
    assert list((desk.library / "cache").glob("*.phrases"))
    desk.remove()


# a running update


@case
def an_update_is_running(desk: Desk) -> None:
    with writing(desk.library):
        done = desk.call("remove", desk.held, "--reason", "a child was named", "--yes")
    assert done.exit_code == 6
    assert desk.found("brackenthwaite") == 1
    desk.remove()


@case
def an_update_was_killed_while_it_wrote(desk: Desk) -> None:
    if not hasattr(os, "fork"):
        pytest.skip("a kill needs a fork, which Windows has not")
    (desk.folder / "other-0.pdf").write_bytes(small_pdf("Another edition of another report."))
    in_a_child(partial(run, load_settings(desk.library), ()), Disk(desk.library, "kill", 60), sqlite=True)
    desk.remove()


@case
def an_update_left_half_a_record(desk: Desk) -> None:
    (desk.library / "runs" / ".run-0000009.json.x").write_text("Zelkova")
    (desk.library / "runs" / "run-0000009-x.json").write_text(f'{{"report": "{desk.held}", Zelkova')
    (desk.library / ".catalogue.csv.x").write_text("Zelkova")
    desk.remove()


@case
def the_removal_failed_before_the_index_was_built(desk: Desk) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("index.build.build", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
        desk.call("remove", desk.held, "--reason", "a child was named", "--yes")
    assert desk.found("brackenthwaite") == 0
    desk.update()


# restored parts


@case
def an_older_corpus_put_back(desk: Desk) -> None:
    desk.remove()
    desk.put_back("corpus.db")
    refused(desk)
    desk.update()


@case
def an_older_corpus_and_index_put_back(desk: Desk) -> None:
    desk.remove()
    desk.put_back("corpus.db", "index")
    refused(desk)
    desk.update()
    assert [each.report for each in reviews.open(desk.library).store().removals()] == [desk.held]


@case
def everything_put_back_but_the_list_of_removals(desk: Desk) -> None:
    desk.remove()
    desk.put_back("corpus.db", "index", "runs", "reports")
    refused(desk)
    desk.update()
    assert not desk.pdf.exists()


@case
def an_older_index_put_back(desk: Desk) -> None:
    desk.remove()
    desk.put_back("index")
    assert desk.found("brackenthwaite") == 0
    desk.update()


@case
def older_records_put_back(desk: Desk) -> None:
    desk.pdf.unlink()
    desk.update()  # its title and file name are in a record now
    shutil.copytree(desk.library / "runs", desk.outside / "runs")
    desk.remove()
    shutil.copytree(desk.outside / "runs", desk.library / "runs", dirs_exist_ok=True)
    desk.update()


@case
def an_older_cache_put_back(desk: Desk) -> None:
    desk.remove()
    (desk.library / "cache").mkdir(exist_ok=True)
    (desk.library / "cache" / "themes-0-0000002.json").write_text('{"compounds": {"ulverdalequince": 1}, "Zelkova": 2}')
    desk.update()


@case
def the_list_of_removals_lost(desk: Desk) -> None:
    desk.remove()
    (desk.library / "removals.json").unlink()
    desk.update()
    assert desk.held in (desk.library / "removals.json").read_text()


@case
def its_file_put_back(desk: Desk) -> None:
    desk.remove()
    (desk.outside / NAME).write_bytes(report())
    desk.update(str(desk.outside / NAME))
    desk.says("removed")
    assert desk.found("brackenthwaite") == 0


# failures and other files


@case
def it_could_not_be_read_at_first(desk: Desk) -> None:
    early = desk.folder / "Marwick early.pdf"
    early.write_bytes(b"not yet a PDF")
    desk.update()
    early.unlink()
    desk.update()
    desk.remove()


@case
def another_run_was_refused_because_of_it(desk: Desk) -> None:
    record = next(iter(sorted((desk.library / "runs").glob("run-*.json"))))
    told = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps({**told, "ok": False, "error": f"{desk.pdf} cannot be read: permission denied."}))
    desk.remove()


@case
def files_that_no_update_reads_are_in_the_library(desk: Desk) -> None:
    names = ("corpus.db.bak", ".hidden", "reports/bundle.zip", "reports/.old", "runs/notes.csv", "collections/all.csv")
    for name in names:
        path = desk.library / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(gzip.compress(report()))
    desk.remove()
    desk.says(*names)
    assert "removals.json," not in desk.printed.partition("did not make")[2].partition("catalogue.csv")[0]
    for name in names:
        (desk.library / name).unlink()


@case
def an_export_in_the_library_is_named(desk: Desk) -> None:
    (desk.library / "mentions.csv").write_text("a table of mentions\n")
    desk.remove()
    desk.says("mentions.csv")


# files that nobody has read


@case
def it_is_attached_to_an_attached_file(desk: Desk) -> None:
    """Files attached to attached files are not read. Nothing said that the report was in one."""
    outer = desk.folder / "Outer.pdf"
    outer.write_bytes(with_attached(with_attached(report(), "A letter."), "A review of Child Wren."))
    desk.update()
    desk.remove()
    desk.says("not the files attached to them. Check whether they contain the report", "reports/Outer.pdf")
    outer.unlink()
    desk.update()


@case
def it_is_attached_to_a_file_that_no_update_has_seen(desk: Desk) -> None:
    outer = desk.folder / "Outer.pdf"
    outer.write_bytes(with_attached(report(), "A review of Child Wren."))
    desk.remove()
    desk.says("The program has not read these files", "reports/Outer.pdf")
    outer.unlink()


@case
def a_file_that_could_not_be_read_is_named(desk: Desk) -> None:
    (desk.folder / "Locked.pdf").write_bytes(b"%PDF-1.7 incomplete")
    desk.update()
    desk.remove()
    desk.says("The program has not read these files", "Check whether they contain the report: reports/Locked.pdf.")


# links


@case
def a_link_beside_it(desk: Desk) -> None:
    """The link stayed, with the name of the file, and the program said that the system had refused to delete it."""
    links = [desk.folder / name for name in ("A.pdf", "z.pdf", "zz.pdf")]
    for link, target in zip(links, (desk.pdf.name, desk.pdf.name, "z.pdf"), strict=True):
        link.symlink_to(target)
    desk.update()
    desk.remove()
    assert not [link for link in links if link.is_symlink()]


@case
def a_link_that_leads_nowhere_is_named(desk: Desk) -> None:
    """Its name may be that of the child, and nothing said that it is there."""
    (desk.folder / "Zelkova.pdf").symlink_to(desk.folder / "gone.pdf")
    desk.remove()
    desk.says("The program has not read these files", "reports/Zelkova.pdf")
    (desk.folder / "Zelkova.pdf").unlink()


ALL = {**CASES, **EDITIONS}


def refused(desk: Desk) -> None:
    """Assert that a library that forgot a removal shows nothing, and that the message says what to do."""
    for words in (("search", "brackenthwaite"), ("reports",), ("show", desk.held), ("recommendations",)):
        done = desk.call(*words)
        assert done.exit_code != 0, words
        assert "reviews update" in done.output
        assert "rackenthwaite" not in done.output.replace("brackenthwaite", "")
    assert desk.call("check").exit_code != 0


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_left(desk: Desk, name: str) -> None:
    assert leftovers(desk.library, WORDS), "the scan looks for words that were never there"
    CASES[name](desk)
    nothing_is_left(desk)


@pytest.mark.parametrize("name", EDITIONS)
def test_nothing_is_left_of_editions(editions: Desk, name: str) -> None:
    assert leftovers(editions.library, EARLIER), "the scan looks for words that were never there"
    EDITIONS[name](editions)
    nothing_is_left(editions)


def test_the_table_has_at_least_thirty_cases() -> None:
    assert len(ALL) >= 30


def test_every_removal_ends_with_what_the_person_still_has_to_do(desk: Desk) -> None:
    desk.remove()
    desk.says("What you still need to do", "Backups", "Swap", "core dump", "Downloads", "catalogue.csv")
