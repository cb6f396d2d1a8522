"""Files that are new, changed, unchanged or gone are found without reading a byte of a report."""

import os
from hashlib import sha256
from pathlib import Path

import pytest

from corpus.errors import UsageError
from corpus.files import FileRecord
from corpus.reasons import Reason
from ingest import discover


def put(path: Path, data: bytes = b"%PDF-1.7") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def keys(library: Path, *paths: Path) -> list[str]:
    return [seen.key for seen in discover.look(paths or [library / "reports"], library)]


def record(seen: discover.Seen, reader: str = "r1", reason: Reason | None = None) -> FileRecord:
    return FileRecord(seen.key, seen.size, seen.mtime_ns, None if reason else "a" * 64, reason, "", reader)


def test_pdfs_are_found_at_any_depth_whatever_the_case_of_their_ending(tmp_path: Path) -> None:
    put(tmp_path / "reports" / "b.PDF")
    put(tmp_path / "reports" / "deep" / "er" / "a.pdf")
    put(tmp_path / "reports" / "note.docx")
    put(tmp_path / "reports" / ".hidden.pdf")
    put(tmp_path / "reports" / ".git" / "c.pdf")
    put(tmp_path / "reports" / "~$open.pdf")
    assert keys(tmp_path) == ["reports/b.PDF", "reports/deep/er/a.pdf"]


def test_a_file_given_by_name_is_included_whatever_its_name(tmp_path: Path) -> None:
    file = put(tmp_path / "elsewhere" / "report")
    assert keys(tmp_path / "library", file) == [str(file)]


def test_a_file_under_two_of_the_paths_is_found_once(tmp_path: Path) -> None:
    file = put(tmp_path / "reports" / "a.pdf")
    assert keys(tmp_path, tmp_path / "reports", file) == ["reports/a.pdf"]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_circle_of_links_is_walked_once(tmp_path: Path) -> None:
    put(tmp_path / "reports" / "a.pdf")
    (tmp_path / "reports" / "again").symlink_to(tmp_path / "reports", target_is_directory=True)
    (tmp_path / "reports" / "lost.pdf").symlink_to(tmp_path / "nowhere.pdf")
    seen = discover.look([tmp_path / "reports"], tmp_path)
    assert [(each.key, each.problem is None) for each in seen] == [("reports/a.pdf", True), ("reports/lost.pdf", False)]


def test_a_path_that_does_not_exist_is_an_error_and_not_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no file or folder"):
        discover.look([tmp_path / "unplugged"], tmp_path)


def test_files_are_sorted_into_new_changed_unchanged_and_gone(tmp_path: Path) -> None:
    same, changed = put(tmp_path / "reports" / "same.pdf"), put(tmp_path / "reports" / "changed.pdf")
    seen = discover.look([tmp_path / "reports"], tmp_path)
    known = {each.key: record(each) for each in seen}
    known["reports/gone.pdf"] = FileRecord("reports/gone.pdf", 1, 1, "b" * 64, reader="r1")
    known["/other/kept.pdf"] = FileRecord("/other/kept.pdf", 1, 1, "c" * 64, reader="r1")
    put(changed, b"%PDF-1.7 more")
    put(tmp_path / "reports" / "new.pdf")
    seen = discover.look([tmp_path / "reports"], tmp_path)
    changes = discover.compare(seen, known, [tmp_path / "reports"], tmp_path, ["r1"])
    assert [each.key for each in changes.to_read] == ["reports/changed.pdf", "reports/new.pdf"]
    assert [each.path for each in changes.unchanged] == [f"reports/{same.name}"]
    assert changes.gone == ("reports/gone.pdf",)


def test_a_better_reader_reads_everything_again(tmp_path: Path) -> None:
    put(tmp_path / "reports" / "a.pdf")
    seen = discover.look([tmp_path / "reports"], tmp_path)
    known = {each.key: record(each, "old reader") for each in seen}
    assert len(discover.compare(seen, known, [tmp_path], tmp_path, ["new reader"]).to_read) == 1


def test_a_file_that_could_not_be_opened_is_tried_every_time(tmp_path: Path) -> None:
    put(tmp_path / "reports" / "a.pdf")
    seen = discover.look([tmp_path / "reports"], tmp_path)
    known = {each.key: record(each, reason=Reason.UNREADABLE) for each in seen}
    assert len(discover.compare(seen, known, [tmp_path], tmp_path, ["r1"]).to_read) == 1


def test_files_in_a_folder_that_may_not_be_opened_are_not_gone(tmp_path: Path) -> None:
    closed = discover.Seen(tmp_path / "reports" / "locked", "reports/locked", 0, 0, "Permission denied")
    known = {"reports/locked/a.pdf": FileRecord("reports/locked/a.pdf", 1, 1, "a" * 64, reader="r1")}
    assert discover.compare([closed], known, [tmp_path / "reports"], tmp_path, ["r1"]).gone == ()


def changes(
    library: Path, root: Path, before: list[discover.Seen], *, verify: bool = False, allow: bool = False
) -> discover.Changes:
    """Return what has changed below a root since its files were seen and read."""
    known = {each.key: record(each) for each in before}
    seen = discover.look([root], library, known)
    return discover.compare(seen, known, [root], library, ["r1"], verify=verify, allow_withdrawals=allow)


def test_a_folder_that_is_suddenly_empty_withdraws_nothing_unless_that_is_allowed(tmp_path: Path) -> None:
    root = tmp_path / "share"
    put(root / "deep" / "a.pdf")
    before = discover.look([root], tmp_path / "library")
    (root / "deep" / "a.pdf").unlink()
    assert changes(tmp_path / "library", root, before).gone == ()
    assert changes(tmp_path / "library", root, before).held_back == (str(root),)
    assert changes(tmp_path / "library", root, before, allow=True).gone == (str(root / "deep" / "a.pdf"),)


def test_a_missing_folder_withdraws_nothing_and_is_reported(tmp_path: Path) -> None:
    root = tmp_path / "share"
    put(root / "a.pdf")
    before = discover.look([root], tmp_path / "library")
    (root / "a.pdf").unlink()
    root.rmdir()
    now = changes(tmp_path / "library", root, before)
    assert (now.gone, now.held_back) == ((), (str(root),))
    assert [each.problem for each in now.to_read] == ["No such file or directory"]
    assert changes(tmp_path / "library", root, before, allow=True).gone == (str(root / "a.pdf"),)


def test_a_share_below_the_folder_that_was_not_mounted_withdraws_nothing_and_a_tidied_folder_does(
    tmp_path: Path,
) -> None:
    root = tmp_path / "reports"
    put(root / "kept.pdf")
    for n in range(discover._MANY):
        put(root / "share" / f"{n}.pdf")
    put(root / "case" / "only.pdf")
    before = discover.look([root], tmp_path)
    for path in [*(root / "share").iterdir(), *(root / "case").iterdir()]:
        path.unlink()
    now = changes(tmp_path, root, before)
    assert now.held_back == ("reports/share",)
    assert now.gone == ("reports/case/only.pdf",)
    (root / "share").rmdir()
    assert len(changes(tmp_path, root, before).gone) == discover._MANY + 1


def test_some_files_of_many_can_disappear_without_further_checks(tmp_path: Path) -> None:
    for name in "abc":
        put(tmp_path / "reports" / f"{name}.pdf")
    before = discover.look([tmp_path / "reports"], tmp_path)
    (tmp_path / "reports" / "b.pdf").unlink()
    now = changes(tmp_path, tmp_path / "reports", before)
    assert (now.gone, now.held_back) == (("reports/b.pdf",), ())


def test_bytes_that_changed_under_the_same_size_and_time_are_found_when_all_is_verified(tmp_path: Path) -> None:
    file = put(tmp_path / "reports" / "a.pdf", b"before")
    (seen,) = discover.look([tmp_path / "reports"], tmp_path)
    known = {seen.key: FileRecord(seen.key, seen.size, seen.mtime_ns, sha256(b"before").hexdigest(), None, "", "r1")}

    def to_read(verify: bool) -> int:
        now = discover.look([tmp_path / "reports"], tmp_path)
        return len(discover.compare(now, known, [tmp_path], tmp_path, ["r1"], verify=verify).to_read)

    assert to_read(verify=True) == 0
    file.write_bytes(b"after.")
    os.utime(file, ns=(seen.mtime_ns, seen.mtime_ns))
    assert to_read(verify=False) == 0
    assert to_read(verify=True) == 1
