"""The memory that a batch needs hardly depends on the number of mentions."""

import tracemalloc
from pathlib import Path

from search.sheets.query_sheet import questions
from tests.search.plain_reports import FILLER, library_of

_EACH = 25  # bytes for each additional mention: paragraphs in a dictionary took 48, and rows kept in memory take 1,000


def test_a_mention_takes_few_bytes(tmp_path: Path) -> None:
    said = [f"{FILLER} A {'lantern' if n % 50 else 'lantern, a kite and a bicycle'} by the door." for n in range(300)]
    library = library_of(tmp_path, {f"Review {n}": said for n in range(10)})
    peak: dict[str, int] = {}
    mentions: dict[str, int] = {}
    for query in ("lantern OR door", "kite OR bicycle") * 2:  # the first time, modules are imported and texts cached
        sheet = questions(f"id,query\nA,{query}\nB,{query}\n".encode(), "sheet.csv")
        tracemalloc.start()
        try:
            mentions[query] = library.batch(sheet, tmp_path / "answers.csv").mentions
            peak[query] = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
    many, few = mentions
    assert (mentions[many], mentions[few]) == (12_000, 240)
    assert peak[many] - peak[few] < _EACH * (mentions[many] - mentions[few])
