"""The reader of a large workbook reads everything in it, and refuses an invalid sheet."""

import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import reviews
from benchmarks.searching.batch import mentions_in, parts_of, sums
from search.sheets.query_sheet import questions
from tests.demonstration import demonstration

ASKED = b'id,query,year\nA & B,neglect,\n=C,"child* OR ""voice of the child""",\nD,nosuchwordatall,\nE,year:2014,\n'


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, int], int]:
    """Return a workbook, the mentions of each query, and the total number of rows."""
    folder = tmp_path_factory.mktemp("batch")
    with reviews.open(demonstration(tmp_path_factory, "library")) as library:
        done = library.batch(questions(ASKED, "sheet.csv"), folder / "out.xlsx")
    return (
        folder / "out.xlsx",
        {asked.question.id: asked.mentions for asked in done.about.answers if asked.mentions is not None},
        done.rows,
    )


def test_the_sums_of_each_sheet_are_read(written: tuple[Path, dict[str, int], int]) -> None:
    path, wanted, rows = written
    assert sum(wanted.values()) > 20
    with ThreadPoolExecutor() as pool:
        found = sums(path, pool)
    assert found == {**dict.fromkeys(("Summary", "Matrix", "Mentions"), wanted), "rows": {"Mentions": rows}}


@pytest.mark.parametrize(
    ("there", "instead"),
    [
        (b'<row r="4"', b'<row r="5"'),
        (b'<c r="B4"', b'<c r="B5"'),
        (b"</t></is></c></row>", b"& </t></is></c></row>"),
        (b"</row><row", b"</row> <row"),
        (b"</sheetData>", b"</row></sheetData>"),
        (b"</sheetData>", b""),
    ],
)
def test_an_invalid_sheet_is_refused(
    written: tuple[Path, dict[str, int], int], tmp_path: Path, there: bytes, instead: bytes
) -> None:
    with zipfile.ZipFile(written[0]) as book:
        part = parts_of(book)["Mentions"]
        data = book.read(part)
    assert there in data
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as other:
        other.writestr(part, instead.join(data.rsplit(there, 1)))
    with pytest.raises(ValueError, match=r"sheet3\.xml"):
        mentions_in(tmp_path / "other.xlsx", part)


def test_a_wrong_checksum_is_detected(written: tuple[Path, dict[str, int], int], tmp_path: Path) -> None:
    with zipfile.ZipFile(written[0]) as book:
        part = book.getinfo("xl/worksheets/sheet3.xml")
    data = bytearray(written[0].read_bytes())
    assert data[part.header_offset + 14 : part.header_offset + 18] == part.CRC.to_bytes(4, "little")
    directory = data.rindex(part.CRC.to_bytes(4, "little"))
    data[directory] ^= 1
    (tmp_path / "other.xlsx").write_bytes(data)
    with pytest.raises(zipfile.BadZipFile):
        mentions_in(tmp_path / "other.xlsx", part.filename)
