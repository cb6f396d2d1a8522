"""What can be set, and where everything of a library lies. Built once, passed as an argument, never changed."""

import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.names import real_path
from corpus.refusal import refused

FILE = "reviews.toml"
"""The optional settings file of a library."""

EXTRACTORS = ("pdfium", "pypdf")


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run. Every field but `library` can stand in the library's reviews.toml."""

    library: Path
    folders: tuple[Path, ...] = _setting(
        (), "folders to read in addition to reports/; a relative path starts at the library"
    )
    jobs: int = field(
        default_factory=lambda: os.cpu_count() or 1,
        metadata={"help": "number of processes that read PDFs; default: one per core"},
    )
    max_seconds: float = _setting(60.0, "seconds allowed for reading one file")
    max_memory_mb: int = _setting(600, "megabytes of memory allowed for one reading process")
    max_pages: int = _setting(5000, "most pages that one file can have")
    max_bytes: int = _setting(200_000_000, "most bytes that one file can have")
    extractor: str = _setting(
        "pdfium", 'program that reads the text: "pdfium" (with pypdf where it fails) or "pypdf" alone'
    )
    ocr: bool = _setting(True, "read scanned pages with Tesseract, where it is installed")
    ocr_languages: str = _setting("eng", 'the languages that Tesseract looks for, such as "eng+cym"')
    trust_hidden_text: bool = _setting(
        False, "include text under black boxes; only for a collection whose owner has decided to"
    )

    @property
    def reports(self) -> Path:
        """Where people put the PDFs."""
        return self.library / "reports"

    @property
    def catalogue(self) -> Path:
        """What people know about the reports."""
        return self.library / "catalogue.csv"

    @property
    def themes(self) -> Path:
        """The library's own themes; need not exist."""
        return self.library / "themes.toml"

    @property
    def database(self) -> Path:
        """The text store."""
        return self.library / "corpus.db"

    @property
    def index(self) -> Path:
        """The generations of the index."""
        return self.library / "index"

    @property
    def runs(self) -> Path:
        """The records of what was done."""
        return self.library / "runs"


HELP: dict[str, str] = {each.name: each.metadata["help"] for each in fields(Settings) if "help" in each.metadata}
"""Every setting that reviews.toml may hold, with what it does."""


def load_settings(library: Path, **overrides: Any) -> Settings:
    """The defaults, then the library's reviews.toml, then `overrides`; those that are None are as if not given."""
    library = Path(os.path.abspath(library))  # noqa: PTH100 - keeps symbolic links, which people use to place a library
    file = library / FILE
    values = {name: _checked(name, value, library, str(file)) for name, value in _read(file).items()}
    given = {name: value for name, value in overrides.items() if value is not None}
    values |= {name: _checked(name, value, Path.cwd(), "the command") for name, value in given.items()}
    return Settings(library=library, **values)


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise refused(file, error, doing="read") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise UsageError(f"{file} has a mistake: {error}. Correct that line, or move the file away.") from error


def _checked(name: str, value: Any, start: Path, where: str) -> Any:
    """The value as the field wants it. start: what a relative folder is relative to."""
    if name not in HELP:
        raise UsageError(f"`{name}` in {where} is not a setting. The settings are: {', '.join(HELP)}.")
    if name == "folders":
        texts = [value] if isinstance(value, str | Path) else value
        if isinstance(texts, list | tuple) and all(isinstance(text, str | Path) and str(text) for text in texts):
            return tuple(Path(os.path.abspath(real_path(start, str(Path(text).expanduser())))) for text in texts)  # noqa: PTH100
        allowed = 'a list of folders, for example ["../reviews"]'
    elif name == "extractor":
        if value in EXTRACTORS:
            return value
        allowed = " or ".join(f'"{each}"' for each in EXTRACTORS)
    elif name in ("trust_hidden_text", "ocr"):
        if isinstance(value, bool):
            return value
        allowed = "true or false"
    elif name == "ocr_languages":
        if isinstance(value, str) and re.fullmatch(r"[A-Za-z_]+(\+[A-Za-z_]+)*", value):
            return value
        allowed = 'names of Tesseract\'s languages, for example "eng+cym"'
    elif name == "max_seconds":
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < float("inf"):
            return float(value)
        allowed = "a number above 0"
    else:
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
        allowed = "a whole number above 0"
    raise UsageError(f"`{name}` in {where} is {value!r}; it must be {allowed}.")
