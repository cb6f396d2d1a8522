"""A library from which a report is removed, and what must be true afterwards."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from click.testing import CliRunner, Result
from flask.testing import FlaskClient

import reviews
from benchmarks.faults.leftovers import leftovers
from benchmarks.faults.removal import EARLIER, NAME, WORDS
from benchmarks.pdf import pdf_of
from reviews.cli.main import main
from reviews.web.app import create_app


@dataclass
class Desk:
    """A library, the report to remove, and everything that has been printed. `held` is the report's id."""

    library: Path
    held: str
    backup: Path
    printed: str = ""
    removed: bool = False
    clients: list[FlaskClient] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.library / "reports"

    @property
    def pdf(self) -> Path:
        return self.folder / NAME

    @property
    def outside(self) -> Path:
        """Return a folder outside the library."""
        outside = self.library.parent / "outside"
        outside.mkdir(exist_ok=True)
        return outside

    def call(self, *words: str) -> Result:
        done = CliRunner().invoke(main, ["--library", str(self.library), *words], catch_exceptions=False)
        self.printed += done.output
        return done

    def update(self, *words: str) -> None:
        done = self.call("update", *words)
        assert done.exit_code == 0, done.output

    def remove(self, *options: str) -> None:
        done = self.call("remove", self.held, "--reason", "a child was named", "--yes", *options)
        assert done.exit_code == 0, done.output
        self.removed = True

    def serve(self) -> FlaskClient:
        client = create_app(self.library).test_client()
        self.clients.append(client)
        assert client.get("/?q=brackenthwaite").status_code == 200
        return client

    def put_back(self, *parts: str) -> None:
        """Restore parts of the library to their state before the removal."""
        for part in parts:
            now, before = self.library / part, self.backup / part
            if before.is_dir():
                shutil.rmtree(now, ignore_errors=True)
                shutil.copytree(before, now)
            else:
                shutil.copyfile(before, now)
        if "corpus.db" in parts:
            for side in self.library.glob("corpus.db-*"):
                side.unlink()

    def found(self, word: str) -> int:
        with reviews.open(self.library) as opened:
            return opened.search(word).total

    def says(self, *sentences: str) -> None:
        printed = " ".join(self.printed.split())
        for sentence in sentences:
            assert sentence in printed, f"{sentence!r} is not in: {printed}"


def at_hand(library: Path, held: str, folder: Path) -> Iterator[Desk]:
    desk = Desk(Path(shutil.copytree(library, folder / "library")), held, library)
    yield desk
    for client in desk.clients:
        client.application.extensions["pool"].close()


def with_attached(pdf: bytes, *lines: str) -> bytes:
    """Return a PDF of one page with these lines that contains another PDF, called Annex.pdf."""
    words = "".join(f"BT /F1 11 Tf 72 {760 - 28 * n} Td ({line}) Tj ET\n" for n, line in enumerate(lines)).encode()
    return pdf_of(
        [
            b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(Annex.pdf) 6 0 R]>>>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
            b"<</Length %d>>stream\n%s\nendstream" % (len(words), words),
            b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
            b"<</Type/Filespec/F(Annex.pdf)/UF(Annex.pdf)/EF<</F 7 0 R>>>>",
            b"<</Type/EmbeddedFile/Length %d>>stream\n%s\nendstream" % (len(pdf), pdf),
        ]
    )


def nothing_is_left(desk: Desk) -> None:
    assert leftovers(desk.library, (*WORDS, *EARLIER)) == []
    assert desk.call("check", "--full").exit_code == 0, desk.printed
    assert desk.found("brackenthwaite") == 0
    with reviews.open(desk.library).store() as store:
        assert all(removal.done for removal in store.removals())
