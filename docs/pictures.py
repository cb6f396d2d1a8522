"""Take the pictures in README.md: `make pictures`.

Uses a real browser on a real server, over the fictional demonstration reports. Only this script writes docs/pictures.
Run it when the web page has changed, and look at the result.
"""

import io
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from click.testing import CliRunner
from PIL import Image
from playwright.sync_api import Page, sync_playwright
from waitress.server import create_server

from reviews.cli.main import main
from reviews.web.app import create_app

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
MOST_BYTES = 300_000
COLOURS = 128
QUERY = "neglect"
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
]


@contextmanager
def served() -> Iterator[str]:
    """Yield the address of the web page over a new library of the demonstration reports."""
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "library"
        for command in (["init"], ["update", str(ROOT / "corpus" / "demo")]):
            if command[0] == "update":
                shutil.copyfile(ROOT / "corpus" / "demo" / "catalogue.csv", library / "catalogue.csv")
            done = CliRunner().invoke(main, ["--library", str(library), *command])
            if done.exit_code:
                raise SystemExit(done.output)
        app = create_app(library)
        server = create_server(app, host="127.0.0.1", port=0, threads=4, ident="")
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.effective_port}"
        finally:
            server.close()
            thread.join(5)
            app.extensions["pool"].close()


def save(name: str, png: bytes) -> int:
    """Write a picture with a small palette, which is enough for a page of text. Returns its size in bytes."""
    image = Image.open(io.BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    path = PICTURES / f"{name}.png"
    image.save(path, optimize=True)
    return path.stat().st_size


def answer(page: Page, address: str) -> bytes:
    """Return a screenshot of the first results of a query."""
    page.goto(f"{address}/?q={QUERY}")
    page.wait_for_load_state("networkidle")
    return page.screenshot()


def marked(page: Page, address: str) -> bytes:
    """Return a screenshot of a page of the first report, reached as a person would: its text, with the highlighted page
    next to it.
    """
    page.goto(f"{address}/?q={QUERY}")
    page.locator("a[href*='/pages/']").first.click()
    page.goto(page.url.partition("#")[0])  # from its top, and not from the passage
    page.locator("#viewer canvas").wait_for()
    page.wait_for_load_state("networkidle")
    page.evaluate("window.scrollTo(0, 0)")
    return page.screenshot()


def take() -> int:
    """Take both pictures. Returns the exit code."""
    browser_path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser_path is None:
        raise SystemExit("Chromium is not installed. Install it, for example with `apt-get install chromium`.")
    PICTURES.mkdir(exist_ok=True)
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=FLAGS)
        page = browser.new_page(viewport={"width": 1100, "height": 900}, device_scale_factor=1.35, locale="en-GB")
        sizes = [save("answer", answer(page, address)), save("page", marked(page, address))]
        browser.close()
    print(f"{PICTURES.relative_to(ROOT)}: {sum(sizes):,} bytes")
    return 0 if sum(sizes) <= MOST_BYTES else 1


if __name__ == "__main__":
    sys.exit(take())
