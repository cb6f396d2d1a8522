"""Cost of size and change: `python -m benchmarks.indexing.scale --like LIBRARY`.

Makes collections of 20, 200 and 2,000 reports from the paragraphs of LIBRARY. Measures on each: building, queries, one
new report, 20 changed reports and an update with nothing new. Then reads 2,000 small PDFs and measures an update with
nothing new. Writes JSON to stdout and a table to stderr.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks.measure import command, machine, measure, size_mb
from benchmarks.pdf import page_of
from benchmarks.searching.national import REPORTS, WORDS, generate, paragraphs_of
from benchmarks.searching.queries import questions


def collection(library: Path, pool: list[str], reports: int) -> dict[str, Any]:
    """Measure a made-up collection of `reports` reports."""
    generate(library, pool, reports)
    index = command(library, "index", "--json")
    told: dict[str, Any] = {"build": measure(index).to_dict()}
    told["index_mb"] = size_mb(library / "index" / "0000001")
    told["corpus_mb"] = size_mb(library / "corpus.db")
    told["queries"] = questions(library)
    for number in range(3):  # the first update after a build copies everything; later ones share
        generate(library, pool, 1, first=reports + number)
        told[f"one_new_{number + 1}"] = measure(index).to_dict()
    generate(library, pool, 20, seed=2)  # the first twenty, with other bytes
    told["twenty_changed"] = measure(index).to_dict()
    told["nothing_new"] = measure(index).to_dict()
    return told


def small_pdf(number: int) -> bytes:
    """Return a PDF of one page with a line of made-up text, different for each number."""
    said = f"BT /F1 12 Tf 72 720 Td (Review {number}: the child was seen at school {number} times.) Tj ET".encode()
    return page_of(said)


def nights(scratch: Path, reports: int) -> dict[str, Any]:
    """Measure `reviews update` on small PDFs: all new, nothing new, one new."""
    folder, library = scratch / "folder", scratch / "small"
    folder.mkdir()
    for number in range(reports):
        (folder / f"review-{number}.pdf").write_bytes(small_pdf(number))
    update = command(library, "update", folder, "--json")
    full = measure(update)
    if json.loads(full.output)["ingest"]["read"] != reports:
        raise SystemExit("Some of the small PDFs could not be read, which is a bug.")
    told = {"files": reports, "full": full.to_dict(), "nothing_new": measure(update).to_dict()}
    (folder / "new.pdf").write_bytes(small_pdf(reports))
    return told | {"one_new": measure(update).to_dict()}


def table(figures: dict[str, Any]) -> str:
    """Return the figures as Markdown."""
    names = ("build", "one_new_1", "one_new_2", "one_new_3", "twenty_changed", "nothing_new")
    lines = ["| reports | " + " | ".join(names) + " | index | p95 of a question |", "|---" * (len(names) + 3) + "|"]
    for reports, told in figures["collections"].items():
        costs = ["{seconds} s, {cpu_seconds} s CPU, {peak_mb} MB".format(**told[name]) for name in names]
        lines.append(f"| {reports} | {' | '.join(costs)} | {told['index_mb']} MB | {told['queries']['p95_ms']} ms |")
    small = figures["small_pdfs"]
    lines += [
        f"{small['files']} small PDFs, {name}: " + "{seconds} s, {cpu_seconds} s CPU".format(**small[name])
        for name in ("full", "nothing_new", "one_new")
    ]
    return "\n".join(lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.indexing.scale", description=__doc__)
    parser.add_argument("--like", type=Path, required=True, help="a library whose paragraphs are used")
    parser.add_argument("--most", type=int, default=REPORTS, help="reports of the largest collection")
    asked = parser.parse_args()
    figures: dict[str, Any] = {"machine": machine(), "words_of_a_report": WORDS, "collections": {}}
    pool = paragraphs_of(asked.like)
    with tempfile.TemporaryDirectory(prefix="reviews-scale-") as scratch:
        for reports in (asked.most // 100, asked.most // 10, asked.most):
            figures["collections"][reports] = collection(Path(scratch) / str(reports), pool, reports)
            print(f"{reports} reports: done", file=sys.stderr)
        figures["small_pdfs"] = nights(Path(scratch), asked.most)
    print(json.dumps(figures, indent=1))
    print(table(figures), file=sys.stderr)


if __name__ == "__main__":
    main()
