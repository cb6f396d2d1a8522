"""Overall benchmark: `make bench`, or `python -m benchmarks [DIR]`.

Measures building an index from PDFs, typical queries, reading compared with PDFium alone, and one scanned page. Runs
Recoll on the same PDFs, and Xapian, SQLite FTS5 and tantivy on the same text.

Writes JSON to stdout, and a table for comparison to stderr. DIR is a folder of PDFs. The default is ../shared/reports
if it exists, else the demonstration reports.
"""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import reviews
from benchmarks.judging import judged
from benchmarks.measure import DEMO, REPORTS, command, machine, measure, size_mb
from benchmarks.reading.throughput import scanned, throughput
from benchmarks.searching import peers
from benchmarks.searching.queries import questions

_TIMES = 5  # runs of a short command, of which the fastest counts


def pdfs(folder: Path, scratch: Path, jobs: int | None = None) -> dict[str, Any]:
    """Measure a full build from a folder of PDFs, a second run with nothing new, and the typical queries."""
    library = scratch / "library"
    options = ["--json", *(["--jobs", str(jobs)] if jobs else [])]
    full = measure(command(library, "update", folder, *options))
    told = json.loads(full.output)
    again = measure(command(library, "update", folder, *options))
    changed = json.loads(again.output)["index"]["changed"]
    if changed:
        raise SystemExit("A second run with nothing new published a new generation, which is a bug.")
    pages = told["ingest"]["pages"]
    return {
        "reports": told["ingest"]["read"],
        "pages": pages,
        "full_build": full.to_dict() | {"pages_per_second": round(pages / full.seconds, 1), "steps": told["seconds"]},
        "nothing_new": again.to_dict(),
        "corpus_mb": size_mb(library / "corpus.db"),
        "index_mb": size_mb(library / "index"),
        "search_command": best(library, "search", "neglect").to_dict(),
        "queries": questions(library),
    }


def one_process(folder: Path, scratch: Path) -> dict[str, Any]:
    """Measure the full build with one worker process and the parent."""
    return measure(command(scratch / "one-process", "update", folder, "--json", "--jobs", "1")).to_dict()


def recoll(folder: Path, scratch: Path, *settings: str) -> dict[str, Any] | None:
    """Index the same PDFs with Recoll. Returns None if it is not installed. `settings` are lines for recoll.conf."""
    program = shutil.which("recollindex")
    if program is None:
        return None
    place = Path(tempfile.mkdtemp(dir=scratch, prefix="recoll-"))
    (place / "recoll.conf").write_text("\n".join([f"topdirs = {folder.resolve()}", *settings, ""]), "utf-8")
    return measure([program, "-c", place, "-z"]).to_dict()


def best(library: Path, *words: str | Path) -> Any:
    """Return the fastest of a few runs of a short command, because other load can only slow a run down."""
    return min((measure(command(library, *words)) for _ in range(_TIMES)), key=lambda cost: cost.seconds)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", default=REPORTS if REPORTS.is_dir() else DEMO)
    parser.add_argument("--jobs", type=int, help="worker processes; default: one for each core")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="reviews-bench-") as scratch:
        figures: dict[str, Any] = {"machine": machine(), "pdfs": pdfs(asked.folder, Path(scratch), asked.jobs)}
        jobs = asked.jobs or os.cpu_count() or 1
        figures["reading"] = throughput(asked.folder, Path(scratch), jobs, times=1)
        figures["scanned_page"] = scanned(Path(scratch))
        figures["one_process"] = one_process(asked.folder, Path(scratch))
        figures["recoll"] = recoll(asked.folder, Path(scratch))
        figures["recoll_one_thread"] = recoll(asked.folder, Path(scratch), "thrQSizes = -1 -1 -1")
        figures["same_text"] = peers.beside(Path(scratch) / "library", Path(scratch))
        with reviews.open(Path(scratch) / "library") as library:
            figures["judged"] = judged.run(library, asked.folder, Path(scratch) / "judged")
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    print(table(figures), file=sys.stderr)
    if figures["judged"]:
        print(f"\n{judged.table(figures['judged'])}", file=sys.stderr)


def table(figures: dict[str, Any]) -> str:
    """Return the figures for comparison, as Markdown."""
    costs = {
        "`reviews update`": figures["pdfs"]["full_build"],
        "`recollindex`": figures["recoll"],
        "`reviews update --jobs 1`": figures["one_process"],
        "`recollindex`, one thread": figures["recoll_one_thread"],
        "`reviews update`, nothing new": figures["pdfs"]["nothing_new"],
        "`reviews search neglect`": figures["pdfs"]["search_command"],
    }
    lines = ["| from PDFs | wall | CPU | peak memory |", "|---|---|---|---|"]
    for name, cost in costs.items():
        told = "not installed | |" if cost is None else "{seconds} s | {cpu_seconds} s | {peak_mb} MB".format(**cost)
        lines.append(f"| {name} | {told} |")
    lines += ["", "| the same text | CPU seconds | words a CPU second | index | milliseconds: word, two, phrase |"]
    lines.append("|---|---|---|---|---|")
    for name, peer in figures["same_text"].items():
        if peer is None:
            lines.append(f"| {name} | not installed | | | |")
        else:
            told = f"{peer['cpu_seconds']} | {peer['words_per_cpu_second']:,} | {peer['mb']} MB"
            lines.append(f"| {name} | {told} | {', '.join(map(str, peer['ms'].values()))} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
