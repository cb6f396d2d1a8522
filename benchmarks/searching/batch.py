"""Cost and correctness of a large batch: `python -m benchmarks.searching.batch LIBRARY` runs 500 queries.

The queries are words, phrases, `NEAR`, patterns, sections, themes and filters. They are made of the library's own words
with a fixed seed, without words that occur in more than one paragraph in fifty. The answers go to one workbook.

Writes JSON to stdout: wall time, CPU time and peak memory of all processes. `disagree` lists the queries for which the
sheets Mentions, Matrix and Summary and a search do not all have the same number.

The millions of rows of the sheets Mentions are read with one regular expression per row, because an XML parser takes
ten times as long. A byte that does not belong to such a row, a row or cell with the wrong number, and a wrong checksum
are errors.
"""

import argparse
import csv
import json
import multiprocessing
import re
import shutil
import subprocess
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from itertools import islice, repeat
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import unescape

import reviews
from benchmarks.measure import command, machine, measure
from benchmarks.searching.__main__ import questions
from index import analyser
from reviews.library import Library
from search.batch.columns import NOT_SEARCHED
from search.sheets.query_sheet import Question
from search.sheets.query_sheet import questions as read

QUERIES = 500
_NARROWED = {3: {"year": "2012.."}, 8: {"section": "findings; recommendations"}, 13: {"year": "2010..2018"}}
_EVERY = 20  # queries in a cycle; those numbered above have a filter
_SAMPLE = 200  # reports whose words are counted
_OPERATORS = re.compile(r"\b[a-z]+:\S*|\bOR\b|\bNEAR/\d+|~\d")
_TEXT = rb"[^<&\x00-\x1f]*+(?:&(?:amp|lt|gt|#10);[^<&\x00-\x1f]*+)*+"
_ROW = re.compile(
    rb'<row r="(\d+)"(?: ht="\d+" customHeight="1")?+>(?:<c r="[A-Z]+\1" s="\d+"(?:><v>[\d.]+</v></c>'
    rb'| t="inlineStr"><is><t(?: xml:space="preserve")?+>' + _TEXT + rb"</t></is></c>))*+</row>"
)
_READ = 16_000_000  # bytes of a sheet at once
_CHUNK = 10  # queries searched for by one task
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def distinctive_words(library: Library) -> set[str]:
    """Return words that an analyst may search for: in more than one paragraph, and in at most one in fifty."""
    held: Counter[str] = Counter()
    count = 0
    with library.store() as store:
        for reading, _ in islice(store.readings.current(), _SAMPLE):
            for text, _, _ in store.readings.indexable(reading):
                count += 1
                held.update({term for term, _ in analyser.terms(text)})
    return {term for term, among in held.items() if 1 < among <= count / 50 and len(term) > 3 and term.isalpha()}


def asked_of(library: Library, queries: int) -> Iterator[str]:
    """Yield those queries of `benchmarks.searching` that an analyst may use.

    Nobody wants to read every mention of `that`. A phrase, or words near each other, may contain common words.
    """
    words = distinctive_words(library)
    made = questions(library, 1, 1000 * queries)

    def is_distinctive(query: str) -> bool:
        own = [term for term, _ in analyser.terms(_OPERATORS.sub(" ", query))]
        return query.startswith("theme:") or (any if '"' in query or "NEAR" in query else all)(t in words for t in own)

    return islice(filter(is_distinctive, made), queries)


def write_sheet(library: Path, sheet: Path, queries: int, *, common: bool = False) -> None:
    """Write a sheet of queries, which is always the same for the same library.

    With `common`, words are drawn as often as they occur.
    """
    with reviews.open(library) as opened, sheet.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["id", "query", "year", "section"])
        made = questions(opened, 1, queries) if common else asked_of(opened, queries)
        for n, query in enumerate(made):
            narrowed = _NARROWED.get(n % _EVERY, {})
            rows.writerow([f"Q{n}", query, narrowed.get("year"), narrowed.get("section")])


def rows_of(book: zipfile.ZipFile, part: str) -> Iterator[dict[str, str]]:
    """Yield the rows of one sheet as stored in the file, keyed by column letters."""
    with book.open(part) as file:
        root = None
        for event, element in ElementTree.iterparse(file, ("start", "end")):
            if root is None:
                root = element
            if event == "end" and element.tag == f"{_MAIN}row":
                yield {
                    re.sub(r"\d", "", cell.get("r", "")): "".join(cell.itertext()) for cell in element.iter(f"{_MAIN}c")
                }
                element.clear()
                for other in root:
                    if other.tag == f"{_MAIN}sheetData":
                        other.clear()


def parts_of(book: zipfile.ZipFile) -> dict[str, str]:
    """Return the file of each sheet, by sheet name."""
    names = [
        sheet.get("name", "") for sheet in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{_MAIN}sheet")
    ]
    return {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(names, 1)}


def mentions_in(path: Path, part: str) -> tuple[int, dict[str, int]]:
    """Return the number of rows of one sheet Mentions below its header, and the mentions of each query by id.

    Raises ValueError if the sheet is not what the program writes.
    """
    found: dict[bytes, int] = {}
    with zipfile.ZipFile(path) as book, book.open(part) as file:
        head, _, rest = file.read(_READ).partition(b"</row>")
        names = {
            "".join(cell.itertext()): re.sub(r"\d", "", cell.get("r", ""))
            for cell in ElementTree.fromstring(head + b"</row></sheetData></worksheet>").iter(f"{_MAIN}c")
        }
        number, at = 1, 0
        of_id, of_mentions = (names[name].encode() for name in ("id", "mentions"))
        wanted = re.compile(rb'<c r="%b\d[^>]*><is><t[^>]*>([^<]*)<.*?<c r="%b\d[^>]*><v>(\d+)<' % (of_id, of_mentions))
        while True:
            row = _ROW.match(rest, at)
            if row is None:
                if rest.startswith(b"</sheetData>", at) or len(rest) - at > _READ or not (more := file.read(_READ)):
                    break
                rest, at = rest[at:] + more, 0
                continue
            number += 1
            told = wanted.search(rest, at, row.end())
            if int(row[1]) != number or told is None:
                raise ValueError(f"{part}: row {number} is not a row as the program writes it")
            found[told[1]] = found.get(told[1], 0) + int(told[2])
            at = row.end()
        if not rest.startswith(b"</sheetData>", at):
            raise ValueError(f"{part}: what follows row {number} is not a row")
        ElementTree.fromstring(head + b"</row>" + rest[at:] + file.read())  # to the end, where the checksum is compared
    return number - 1, {unescape(name.decode()): count for name, count in found.items()}


def sums(path: Path, pool: Executor) -> dict[str, dict[str, int]]:
    """Return the mentions of each query by id, for each sheet."""
    found: dict[str, dict[str, int]] = {}
    with zipfile.ZipFile(path) as book:
        parts = parts_of(book)
        read_in = pool.map(mentions_in, repeat(path), [parts[name] for name in parts if name.startswith("Mentions")])
        head, *rows = rows_of(book, parts["Summary"])
        at = {name: column for column, name in head.items()}
        found["Summary"] = {row[at["id"]]: int(row[at["mentions"]]) for row in rows if at["mentions"] in row}
        _, total, head, *rows = rows_of(book, parts["Matrix"])
        ids = {column: name.partition("  ")[0] for column, name in head.items() if "  " in name}
        found["Matrix"] = {
            name: sum(int(row[column]) for row in rows if row.get(column, NOT_SEARCHED) != NOT_SEARCHED)
            for column, name in ids.items()
            if total.get(column, NOT_SEARCHED) != NOT_SEARCHED  # an error
        }
    mentions: Counter[str] = Counter()
    lines = 0
    for count, told in read_in:
        mentions.update(told)
        lines += count
    found["Mentions"] = {name: mentions[name] for name in found["Summary"]}
    found["rows"] = {"Mentions": lines}
    return found


def searched(library: Path, asked: Sequence[Question]) -> dict[str, int]:
    """Return the mentions that a search for each query finds."""
    with reviews.open(library) as opened:
        return {
            question.id: sum(
                hit.mentions for hit in opened.search(question.query, question.filters, limit=None, per_report=0)
            )
            for question in asked
        }


def killed(library: Path, points: int, scratch: Path) -> dict[str, Any]:
    """Kill a batch at `points` moments, then run it to completion.

    No file may ever be incomplete, and the final files must be those of an undisturbed run.
    """
    sheet, out = scratch / "sheet.csv", scratch / "answers.csv"
    write_sheet(library, sheet, 60)
    words = [str(word) for word in command(library, "batch", sheet, "--out", out, "--jobs", "1")]
    began = time.monotonic()
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    lasted = time.monotonic() - began
    whole = {path.name: path.read_bytes() for path in scratch.glob("answers.*csv")}
    half: list[str] = []
    ended = 0
    for point in range(points):
        for path in scratch.glob("answers.*"):
            if path.is_file():
                path.unlink()
        process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(lasted * (point + 1) / (points + 1))
        ended += process.poll() is not None
        process.kill()
        process.wait()
        half += [path.name for path in scratch.glob("answers.*csv") if path.read_bytes() != whole[path.name]]
        if point % 2:  # so every second run starts again, and the others carry on
            shutil.rmtree(scratch / "answers.csv.part", ignore_errors=True)
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    last = {path.name: path.read_bytes() for path in scratch.glob("answers.*csv")}
    return {"killed": points - ended, "had_ended": ended, "half_files": half, "same_at_last": last == whole}


def run(
    library: Path, queries: int, jobs: int | None, form: str, scratch: Path, *, common: bool = False
) -> dict[str, Any]:
    """Run the batch, and check what it wrote."""
    sheet, out = scratch / "sheet.csv", scratch / f"answers.{form}"
    write_sheet(library, sheet, queries, common=common)
    words: list[str | Path] = ["batch", sheet, "--out", out, "--json", *(["--jobs", str(jobs)] if jobs else [])]
    cost = measure(command(library, *words))
    told = json.loads(cost.output)
    figures = {
        **machine(),
        **cost.to_dict(),
        "queries": told["queries"],
        "errors": told["errors"],
        "mentions": told["mentions"],
        "rows": told["rows"],
        "output_mb": round(sum(Path(file).stat().st_size for file in told["files"]) / 1_000_000, 1),
    }
    if form == "xlsx":
        asked = read(sheet.read_bytes(), sheet.name)
        began = time.monotonic()
        with ProcessPoolExecutor(mp_context=multiprocessing.get_context("spawn")) as pool:
            found = sums(out, pool)
            some = [asked[n : n + _CHUNK] for n in range(0, len(asked), _CHUNK)]
            truth = {name: count for told in pool.map(searched, repeat(library), some) for name, count in told.items()}
        rows = found.pop("rows")["Mentions"]
        figures["checked_in"] = round(time.monotonic() - began, 1)
        figures["rows_in_workbook"] = rows
        figures["disagree"] = sorted(
            {name for told in found.values() for name in truth if told.get(name) != truth[name]}
        )
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.searching.batch", description=__doc__)
    parser.add_argument("library", type=Path)
    parser.add_argument("--queries", type=int, default=QUERIES)
    parser.add_argument("--jobs", type=int)
    parser.add_argument("--format", dest="form", choices=["xlsx", "csv", "jsonl", "parquet"], default="xlsx")
    parser.add_argument("--common", action="store_true", help="draw words as often as they occur")
    parser.add_argument("--kill", type=int, metavar="N", help="kill a small batch at N moments instead")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        if asked.kill:
            print(json.dumps(killed(asked.library, asked.kill, Path(scratch)), indent=2))
            return
        print(
            json.dumps(
                run(asked.library, asked.queries, asked.jobs, asked.form, Path(scratch), common=asked.common), indent=2
            )
        )


if __name__ == "__main__":
    main()
