"""Malicious and damaged files: `python -m benchmarks.fuzz [DIR]` reads thousands of broken PDFs.

The seeds are the demonstration reports, the same rewritten by pypdf, single pages of them, a few difficult files, and
the PDFs at or below DIR. Each mutation is broken in one to three ways. All go through ingest like any other folder.
None may hang, end the run, exceed the memory limit, or be missing from the counts.
"""

import argparse
import io
import json
import os
import random
import re
import sys
import tempfile
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Self

import pypdf

from corpus.layout import create_library
from corpus.settings import Settings
from corpus.storage.store import Store
from ingest.portfolio import portfolio_of
from ingest.run import ingest

DEMO = Path(__file__).parent.parent / "corpus" / "demo"
SECONDS = 5.0
MEMORY_MB = 600
_BATCH = 250  # files on the disk at the same time
_LARGEST = 3_000_000  # bytes of a seed
_OBJECT = re.compile(rb"\b(\d+) 0 obj\b(.*?)endobj", re.DOTALL)
_REFERENCE = re.compile(rb"\b(\d+) 0 R\b")
_NUMBER = re.compile(rb"(?<![\w.])\d+(?![\w.])")
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)


@dataclass(slots=True)
class Verdict:
    """The results of the mutations.

    `faults` is empty if none did harm. `memory_mb` is the peak memory of one process.
    """

    seeds: int
    mutations: int = 0
    reports: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    memory_mb: float = 0.0
    confinement: str = ""
    faults: list[str] = field(default_factory=list)


# ---------------------------------------------------------------- seeds


def seeds(folder: Path | None = None) -> list[bytes]:
    """Return the files to mutate, at least thirty."""
    found = list(_demonstration())
    found += [_difficult(content) for content in _CONTENTS]
    if folder is not None:
        files = sorted(path for path in folder.rglob("*") if path.suffix.lower() == ".pdf")
        found += [path.read_bytes() for path in files if 20 < path.stat().st_size <= _LARGEST]
    return list(dict.fromkeys(found))


@cache
def _demonstration() -> tuple[bytes, ...]:
    """Return the demonstration reports and what pypdf makes of them, which takes seconds."""
    found = []
    for path in sorted(DEMO.glob("*.pdf")):
        data = path.read_bytes()
        if b"%PDF-" not in data[:1024]:
            continue  # one is a web page, despite its name
        found.append(data)
        found += _written_anew(data)
    return tuple(found)


def _written_anew(data: bytes) -> Iterator[bytes]:
    """Yield the same document with compressed streams, and its last page alone."""
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted:
            return
    except pypdf.errors.PyPdfError:
        return
    packed = pypdf.PdfWriter(clone_from=reader)
    for page in packed.pages:
        page.compress_content_streams()
    single = pypdf.PdfWriter()
    single.add_page(reader.pages[-1])
    for writer in (packed, single):
        out = io.BytesIO()
        writer.write(out)
        yield out.getvalue()


_CONTENTS = (
    b"BT /F 12 Tf 72 700 Td (Child Wren was not seen.) Tj ET",
    b"q 100 0 0 100 72 600 cm BI /W 8 /H 8 /BPC 8 /CS /G ID " + bytes(64) + b" EI Q",
    b"/X Do BT /F 12 Tf 72 700 Td (Child Wren) Tj ET 0 g 60 690 100 20 re f",
    b"q " * 500 + b"BT 3 Tr /F 9 Tf 0 0 Td (Wren) Tj ET" + b" Q" * 500,
)


def _difficult(content: bytes) -> bytes:
    """Return a small file with an outline, labels, a form that draws itself, an annotation and an action."""
    packed = zlib.compress(content)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R/Outlines 6 0 R/PageLabels<</Nums[0<</S/r>>]>>/OpenAction 8 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Annots[8 0 R]/Resources 9 0 R>>",
        b"<</Filter/FlateDecode/Length %d>>stream\n" % len(packed) + packed + b"\nendstream",
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        b"<</Type/Outlines/First 6 0 R/Last 6 0 R/Count 1/Title(Findings)/Next 6 0 R>>",
        b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources 9 0 R/Length 5>>stream\n/X Do\nendstream",
        b"<</Type/Annot/Subtype/Square/Rect[60 690 160 710]/IC[0 0 0]>>",
        b"<</Font<</F 5 0 R>>/XObject<</X 7 0 R>>>>",
    )
    body = b"".join(b"%d 0 obj%s endobj\n" % pair for pair in enumerate(objects, 1))
    return b"%PDF-1.7\n" + body + b"trailer<</Root 1 0 R/Size 10>>\nstartxref\n0\n%%EOF\n"


# ---------------------------------------------------------------- mutations

Mutation = Callable[[bytes, random.Random], bytes]


def flip(data: bytes, chance: random.Random) -> bytes:
    """Flip some bits."""
    broken = bytearray(data)
    for _ in range(chance.choice((1, 5, 50, 500))):
        broken[chance.randrange(len(broken))] ^= 1 << chance.randrange(8)
    return bytes(broken)


def truncate(data: bytes, chance: random.Random) -> bytes:
    """Cut off the end."""
    return data[: chance.randrange(len(data))]


def cut(data: bytes, chance: random.Random) -> bytes:
    """Remove or repeat a piece in the middle."""
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.randrange(1, 5_000))
    return data[:start] + data[start:end] * chance.choice((0, 2)) + data[end:]


def swap(data: bytes, chance: random.Random) -> bytes:
    """Swap two objects."""
    found = list(_OBJECT.finditer(data))
    if len(found) < 2:
        return flip(data, chance)
    one, other = sorted(chance.sample(found, 2), key=lambda each: each.start())
    middle = data[one.end(2) : other.start(2)]
    return data[: one.start(2)] + other.group(2) + middle + one.group(2) + data[other.end(2) :]


def loop(data: bytes, chance: random.Random) -> bytes:
    """Point references elsewhere, including back to themselves."""
    numbers = sorted({int(found) for found in _REFERENCE.findall(data)}) or [1]
    share = chance.choice((0.02, 0.2, 1.0))
    return _REFERENCE.sub(
        lambda found: b"%d 0 R" % chance.choice(numbers) if chance.random() < share else found.group(), data
    )


def lie(data: bytes, chance: random.Random) -> bytes:
    """Falsify numbers: page counts, picture sizes, lengths and offsets."""
    share = chance.choice((0.002, 0.02, 0.2))
    odd = (b"0", b"-1", b"1000000", b"2147483647", b"4294967296", b"99999999999999999999", b"0.00001")
    return _NUMBER.sub(lambda found: chance.choice(odd) if chance.random() < share else found.group(), data)


def many_pages(data: bytes, chance: random.Random) -> bytes:
    """Repeat the first page a million times, or let the page count say so."""
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", data)
    if kids is None:
        return lie(data, chance)
    first = _REFERENCE.search(kids.group(1))
    if first is None or chance.random() < 0.5:
        return re.sub(rb"/Count\s+\d+", b"/Count 1000000", data)
    return data[: kids.start(1)] + (first.group() + b" ") * 1_000_000 + data[kids.end(1) :]


def nest(data: bytes, chance: random.Random) -> bytes:
    """Nest brackets thousands deep in place of one value."""
    found = list(re.finditer(rb"/\w+(?=\s*[\[(<\d])", data))
    if not found:
        return flip(data, chance)
    at = chance.choice(found).end()
    deep = chance.choice((100, 5_000, 100_000))
    opened, closed = chance.choice(((b"[", b"]"), (b"<</A ", b">>"), (b"(", b")"), (b"q ", b"Q ")))
    return data[:at] + b" " + opened * deep + closed * deep + data[at:]


def bomb(data: bytes, chance: random.Random) -> bytes:
    """Make a stream that unpacks to hundreds of megabytes."""
    found = list(_STREAM.finditer(data))
    if not found:
        return nest(data, chance)
    stream = chance.choice(found)
    piece = chance.choice((b"q ", b"\0", b"(Wren) Tj ", b"/X Do ", b"0 0 9 9 re f "))
    swollen = _swollen(piece, chance.choice((1, 50, 400)))
    return data[: stream.start(1)] + swollen + b"\n" + data[stream.end(1) :]


@cache
def _swollen(piece: bytes, times: int) -> bytes:
    """Pack the piece 100,000 times as often. The block is packed once and repeated, which takes a tenth of the time."""
    block = piece * 100_000
    packer = zlib.compressobj(9, wbits=-zlib.MAX_WBITS)
    packed = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    checksum = 1
    for _ in range(times):
        checksum = zlib.adler32(block, checksum)
    return b"\x78\xda" + packed * times + packer.flush() + checksum.to_bytes(4, "big")


def huge(data: bytes, chance: random.Random) -> bytes:
    """Make pictures and pages enormous."""
    size = b"%d" % chance.choice((30_000, 1_000_000, 2_000_000_000))
    data = re.sub(rb"/(Width|Height|W|H)\s+\d+", lambda found: b"/" + found.group(1) + b" " + size, data)
    return re.sub(rb"/MediaBox\s*\[[^\]]*\]", b"/MediaBox[0 0 %b %b]" % (size, size), data)


def splice(data: bytes, chance: random.Random) -> bytes:
    """Insert random bytes in the middle and at the end."""
    at = chance.randrange(len(data))
    return data[:at] + chance.randbytes(chance.choice((1, 100, 10_000))) + data[at:] + chance.randbytes(1_000)


def forget(data: bytes, chance: random.Random) -> bytes:
    """Remove keywords that hold a file together."""
    word = chance.choice(
        (b"endstream", b"endobj", b"startxref", b"trailer", b"/Root", b"/Type/Page", b"xref", b"%PDF-")
    )
    return data.replace(word, b"", chance.choice((1, -1)))


MUTATIONS: tuple[Mutation, ...] = (
    flip, truncate, cut, swap, loop, lie, many_pages, nest, bomb, huge, splice, forget,
)  # fmt: skip


def mutate(data: bytes, chance: random.Random) -> bytes:
    """Apply one to three mutations."""
    for mutation in chance.choices(MUTATIONS, k=chance.choice((1, 1, 1, 2, 3))):
        data = mutation(data, chance) or b"%PDF-1.7\n"
    return data


# ---------------------------------------------------------------- the run


def fuzz(
    count: int, *, seed: int = 1, folder: Path | None = None, jobs: int = 2, seconds: float = SECONDS, ocr: bool = False
) -> Verdict:
    """Read `count` mutations. The same `seed` gives the same mutations."""
    basis = seeds(folder)
    verdict = Verdict(len(basis))
    chance = random.Random(seed)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as temporary, _Watch() as watch:
        made = create_library(Path(temporary) / "library")
        settings = Settings(library=made.library, max_seconds=seconds, max_memory_mb=MEMORY_MB, ocr=ocr)
        with Store.open(settings.database) as store:
            for start in range(0, count, _BATCH):
                names = [f"{number:05}.pdf" for number in range(start, min(count, start + _BATCH))]
                for name in names:
                    (settings.reports / name).write_bytes(mutate(chance.choice(basis), chance))
                _account(store, settings, names, jobs, verdict)
                for name in names:
                    (settings.reports / name).unlink()
            verdict.faults += store.check()
    verdict.seconds = round(time.monotonic() - began, 1)
    verdict.memory_mb = watch.megabytes
    if verdict.memory_mb > MEMORY_MB:
        verdict.faults.append(f"A process used {verdict.memory_mb} MB; the limit is {MEMORY_MB}.")
    return verdict


def _account(store: Store, settings: Settings, names: Sequence[str], jobs: int, verdict: Verdict) -> None:
    """Ingest one batch, and check that every file of it is accounted for."""
    summary = ingest(store, settings, [settings.reports / name for name in names], jobs=jobs)
    verdict.mutations += len(names)
    verdict.confinement = summary.confinement
    verdict.reports += summary.read + summary.same
    verdict.reasons = dict(Counter(verdict.reasons) + Counter(failure.reason.value for failure in summary.failures))
    known = set(store.files())
    batch = {f"reports/{name}" for name in names}
    lost = sorted(batch - known)
    found = len(names) + sum(portfolio_of(key) in batch for key in known)  # some have PDFs inside them
    if lost or summary.found != found or summary.read + summary.same + summary.failed != found:
        verdict.faults.append(f"Of {len(names)} files {summary.found} were found; not accounted for: {lost[:5]}")


class _Watch:
    """Samples the peak memory of any process below this one several times a second. Linux only; 0 elsewhere."""

    def __init__(self) -> None:
        self.megabytes = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            told: dict[int, tuple[int, float]] = {}
            for status in Path("/proc").glob("[0-9]*/status"):
                try:
                    facts = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
                    peak = float(facts.get("VmHWM", "0").split()[0]) / 1_024
                    told[int(status.parent.name)] = (int(facts["PPid"]), peak)
                except (OSError, ValueError, KeyError):
                    continue  # it has ended
            for number, (parent, peak) in told.items():
                while parent in told and parent != os.getpid():
                    parent = told[parent][0]
                if parent == os.getpid() and number != os.getpid():
                    self.megabytes = max(self.megabytes, round(peak, 1))


def main() -> None:
    """Print the verdict as JSON. Exits with 1 if any file did harm."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--count", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--ocr", action="store_true", help="also run Tesseract on pages that are pictures")
    asked = parser.parse_args()
    verdict = fuzz(asked.count, seed=asked.seed, folder=asked.folder, jobs=asked.jobs, ocr=asked.ocr)
    if verdict.seconds > asked.count * (SECONDS + 2) / asked.jobs:
        verdict.faults.append(f"{asked.count} files took {verdict.seconds:.0f} s.")
    print(json.dumps(asdict(verdict), indent=1))
    sys.exit(1 if verdict.faults else 0)


if __name__ == "__main__":
    main()
