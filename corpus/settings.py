"""What can be set. Built once, passed as an argument, never changed."""

import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from corpus.errors import UsageError
from corpus.names import real_path
from corpus.paths import LibraryPaths
from corpus.refusal import refused

EXTRACTORS = ("pdfium", "pypdf")


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True, slots=True)
class Settings(LibraryPaths):
    """The settings of one run. Every field but `library` can stand in the library's reviews.toml."""

    folders: tuple[Path, ...] = _setting(
        (), "folders read in place, besides reports/; a relative one starts at the library"
    )
    jobs: int = field(
        default_factory=lambda: os.cpu_count() or 1,
        metadata={"help": "processes that read PDFs at the same time; default: one for each core"},
    )
    max_seconds: float = _setting(60.0, "seconds that reading one file may take")
    max_memory_mb: int = _setting(600, "megabytes that one reading process may use")
    max_pages: int = _setting(5000, "pages that one file may have")
    max_bytes: int = _setting(200_000_000, "bytes that one file may have")
    extractor: str = _setting(
        "pdfium", 'what reads the text: "pdfium" (pypdf steps in where it fails) or "pypdf" alone'
    )
    ocr: bool = _setting(True, "read pages that are pictures with Tesseract, where it is installed")
    ocr_languages: str = _setting("eng", 'the languages that Tesseract looks for, such as "eng+cym"')
    trust_hidden_text: bool = _setting(
        False, "take text that lies under a black box as text; only for a collection whose owner decides so"
    )


HELP: dict[str, str] = {each.name: each.metadata["help"] for each in fields(Settings) if "help" in each.metadata}
"""Every setting that reviews.toml may hold, with what it does."""


def load_settings(library: Path, **overrides: Any) -> Settings:
    """The defaults, then the library's reviews.toml, then `overrides`; those that are None are as if not given."""
    library = Path(os.path.abspath(library))  # noqa: PTH100 - keeps symbolic links, which people use to place a library
    file = LibraryPaths(library).settings_file
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
        raise UsageError(f"{file} is not right: {error}. Mend that line, or move the file away.") from error


def _checked(name: str, value: Any, start: Path, where: str) -> Any:
    """The value as the field wants it. start: what a relative folder is relative to."""
    if name not in HELP:
        raise UsageError(f"`{name}` in {where} is no setting. Settings are: {', '.join(HELP)}.")
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
