"""Helpers to drive the system's Chromium on a real server as a person would."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from waitress import wasyncore
from waitress.server import create_server

from tests.patience import PATIENCE

expect.set_options(timeout=1000 * PATIENCE)

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
MODES: dict[str, dict[str, Any]] = {
    "plain": {},
    "without scripts": {"java_script_enabled": False},
    "phone": {"viewport": {"width": 320, "height": 640}},
    "dark": {"color_scheme": "dark"},
    "high contrast": {"forced_colors": "active"},
}
"""The ways in which people view a page."""
_LISTEN = """document.addEventListener("securitypolicyviolation",
    (event) => console.error("policy: " + event.violatedDirective + " " + event.blockedURI));"""


def chromium() -> str | None:
    """Return the path of the browser, or None."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@contextmanager
def served(app: Flask) -> Iterator[str]:
    """Yield the address of the application on a real server."""
    server = create_server(app, host="127.0.0.1", port=0, threads=4, ident="")
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.effective_port}"
    finally:
        server.task_dispatcher.shutdown()
        # In the thread of the server: it must not wait for a file that another thread has closed.
        server.trigger.pull_trigger(partial(wasyncore.close_all, server._map, ignore_all=True))
        thread.join(PATIENCE)
        assert not thread.is_alive()


@contextmanager
def opened() -> Iterator[Browser]:
    """Yield the browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS, timeout=1000 * PATIENCE)
        try:
            yield browser
        finally:
            browser.close()


class Visitor:
    """A person at a browser. `trouble` collects everything that must never happen."""

    def __init__(self, browser: Browser, address: str, **how: Any) -> None:
        self.address = address
        self.trouble: list[str] = []
        self.context: BrowserContext = browser.new_context(accept_downloads=True, **how)
        self.context.add_init_script(_LISTEN)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("console", lambda said: self._said(said.type, said.text))
        self.page.on("request", lambda request: self._asked(request.url))

    def _dialog(self, dialog: Any) -> None:
        self.trouble.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _said(self, kind: str, text: str) -> None:
        # A deliberately refused page is reported here too; the tests check it themselves.
        if kind == "error" and "the server responded with a status of 4" not in text:
            self.trouble.append(f"console: {text}")

    def _asked(self, url: str) -> None:
        if not url.startswith((self.address + "/", "data:", f"blob:{self.address}")):
            self.trouble.append(f"request to {url}")

    def go(self, path: str) -> Page:
        self.page.goto(self.address + path)
        return self.page

    def close(self) -> None:
        self.context.close()


Visit = Callable[..., Visitor]
"""Opens the browser for a person, in one of the modes."""
