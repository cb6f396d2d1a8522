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
_EMPTY = "/static/icon.svg"
"""A page of the application that does nothing."""
_FORGET = "localStorage.clear(), sessionStorage.clear()"
_LOOK = """[innerWidth, innerHeight, matchMedia("print").matches, matchMedia("(forced-colors: active)").matches,
    matchMedia("(prefers-color-scheme: dark)").matches, matchMedia("(prefers-reduced-motion: reduce)").matches]"""
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
        self.changed = False
        self.context: BrowserContext = browser.new_context(accept_downloads=True, **how)
        self.context.add_init_script(_LISTEN)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(1000 * PATIENCE)
        self.page.on("dialog", self._dialog)
        self.page.on("pageerror", lambda error: self.trouble.append(f"error: {error}"))
        self.page.on("console", lambda said: self._said(said.type, said.text))
        self.page.on("request", lambda request: self._asked(request.url))
        self._look = self.page.evaluate(_LOOK)

    def before_each_page(self, script: str) -> None:
        """Run a script before those of every page. It cannot be taken back."""
        self.changed = True
        self.context.add_init_script(script)

    def forgets(self) -> bool:
        """Forget everything as if the browser had just been opened. Returns whether that is possible."""
        if self.changed or self.context.pages != [self.page]:
            return False
        self.page.goto(self.address + _EMPTY)
        self.page.emulate_media(media="null")  # nothing shows the difference to "screen" before a page is printed
        self.page.evaluate(_FORGET)
        self.context.clear_cookies()
        self.context.clear_permissions()
        self.trouble = []
        return bool(self.page.evaluate(_LOOK) == self._look)

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


class Visitors:
    """People at browsers that forget everything between two tests. This takes a quarter of the time of opening one."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address = browser, address
        self._waiting: dict[str, list[Visitor]] = {}

    @contextmanager
    def visit(self) -> Iterator[Callable[..., Visitor]]:
        """Yield a function that opens the browser for a person. Fails at the end if anything went wrong."""
        here: list[tuple[str, Visitor]] = []

        def open_for(**how: Any) -> Visitor:
            waiting = self._waiting.setdefault(repr(sorted(how.items())), [])
            here.append((repr(sorted(how.items())), waiting.pop() if waiting else self._new(how)))
            return here[-1][1]

        yield open_for
        trouble = [each for _, visitor in here for each in visitor.trouble]
        for how, visitor in here:
            if visitor.forgets():
                self._waiting[how].append(visitor)
            else:
                visitor.close()
        assert trouble == []

    def _new(self, how: dict[str, Any]) -> Visitor:
        return Visitor(self._browser, self._address, **how)


Visit = Callable[..., Visitor]
"""Opens the browser for a person, in one of the modes."""
