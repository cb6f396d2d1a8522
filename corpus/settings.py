"""The settings of a library. They are read once, passed as an argument, and never change."""

import os
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from corpus.disk.disk_errors import refused
from corpus.disk.names import real_path
from corpus.disk.regular_file import read_list
from corpus.errors import UsageError
from corpus.paths import LibraryPaths

EXTRACTORS = ("pdfium", "pypdf")
ENGINES = ("embedded", "opensearch")

_LARGEST = 2**40  # a larger number is an error of the system, where a file is read
_LONGEST = 1_000_000  # seconds; no system waits for more than 24 days at once

Check = Callable[[Any, Path], Any]
"""Returns a value in the form of the field, or raises ValueError. The path is the folder to which a relative folder
refers.
"""


@dataclass(frozen=True)
class Kind:
    """The values that a setting can have. `allowed` describes them in words that can follow "it must be"."""

    check: Check
    allowed: str


def _count(value: Any, start: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < _LARGEST:
        raise ValueError
    return value


def _seconds(value: Any, start: Path) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= _LONGEST:
        raise ValueError
    return float(value)


def _flag(value: Any, start: Path) -> bool:
    if not isinstance(value, bool):
        raise ValueError
    return value


def _contact(value: Any, start: Path) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[!-~]+@[!-~]+\.[!-~]+|https?://[!-~]+", value):
        raise ValueError
    return value


def _extractor(value: Any, start: Path) -> str:
    if value not in EXTRACTORS:
        raise ValueError
    return str(value)


def _engine(value: Any, start: Path) -> str:
    if value not in ENGINES:
        raise ValueError
    return str(value)


def _addresses(value: Any, start: Path) -> tuple[str, ...]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(
        isinstance(text, str) and re.fullmatch(r"https?://[^\s/@?#]+/?", text) for text in texts
    ):
        raise ValueError
    from urllib.parse import urlsplit  # most searches need none of it

    for text in texts:
        _ = urlsplit(text).port  # raises ValueError
    return tuple(text.rstrip("/") for text in texts)


def _user(value: Any, start: Path) -> str:
    if not isinstance(value, str) or ":" in value:
        raise ValueError
    return value


def _name(value: Any, start: Path) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", value):
        raise ValueError
    return value


def _none_or_more(value: Any, start: Path) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value


def _languages(value: Any, start: Path) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Za-z_]+(\+[A-Za-z_]+)*", value):
        raise ValueError
    return value


def _folders(value: Any, start: Path) -> tuple[Path, ...]:
    texts = [value] if isinstance(value, str | Path) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str | Path) and str(text) for text in texts):
        raise ValueError
    try:
        paths = [Path(text).expanduser() for text in texts]
    except RuntimeError as error:  # the home folder of somebody who is not known here
        raise ValueError from error
    return tuple(Path(os.path.abspath(real_path(start, str(path)))) for path in paths)  # noqa: PTH100 - links stay


def _folder(value: Any, start: Path) -> Path:
    (folder,) = _folders(value, start)
    return folder


COUNT = Kind(_count, "a whole number above 0")
SECONDS = Kind(_seconds, "a number above 0, and at most 1,000,000")
CONTACT = Kind(_contact, 'an e-mail address or a web address, for example "library@example.org"')
FLAG = Kind(_flag, "true or false")
EXTRACTOR = Kind(_extractor, " or ".join(f'"{each}"' for each in EXTRACTORS))
ENGINE = Kind(_engine, " or ".join(f'"{each}"' for each in ENGINES))
ADDRESSES = Kind(_addresses, 'a list of addresses without user and path, for example ["https://os1:9200"]')
USER = Kind(_user, "a name without a colon")
NAME = Kind(_name, "at most 40 lower-case letters, digits and _, starting with a letter")
NONE_OR_MORE = Kind(_none_or_more, "a whole number, 0 or more")
LANGUAGES = Kind(_languages, 'names of Tesseract\'s languages, for example "eng+cym"')
FOLDERS = Kind(_folders, 'a list of folders, for example ["../reviews"]')
FOLDER = Kind(_folder, 'a folder, for example "../model"')
FILE = Kind(_folder, 'a file, for example "ca.pem"')


def _setting(kind: Kind, default: Any, help: str, table: str = "") -> Any:
    """Define a field that can be set in reviews.toml.

    `default` is the value, or a function that returns it. `table` is the table that contains the field in reviews.toml;
    the field's name starts with the table's name.
    """
    metadata = {"kind": kind, "help": help, "table": table}
    if callable(default):
        return field(default_factory=default, metadata=metadata)
    return field(default=default, metadata=metadata)


def _cores() -> int:
    return os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Settings(LibraryPaths):
    """The settings of one run. Every field except `library` can be set in reviews.toml."""

    folders: tuple[Path, ...] = _setting(
        FOLDERS, (), "folders to read in addition to reports/; a relative path starts at the library"
    )
    jobs: int = _setting(COUNT, _cores, "number of processes that read PDFs; default: one per core")
    max_seconds: float = _setting(SECONDS, 60.0, "seconds allowed for reading one file")
    max_memory_mb: int = _setting(COUNT, 600, "megabytes of memory allowed for one reading process")
    max_pages: int = _setting(COUNT, 5000, "maximum number of pages in one file")
    max_bytes: int = _setting(COUNT, 200_000_000, "maximum number of bytes in one file")
    extractor: str = _setting(
        EXTRACTOR, "pdfium", 'program that reads the text: "pdfium" (with pypdf where it fails) or "pypdf" alone'
    )
    ocr: bool = _setting(FLAG, True, "read scanned pages with Tesseract, if it is installed")
    ocr_languages: str = _setting(LANGUAGES, "eng", 'languages that Tesseract recognises, such as "eng+cym"')
    trust_hidden_text: bool = _setting(
        FLAG, False, "include text under black boxes; only if the owner of the collection agrees"
    )
    meaning_model: Path | None = _setting(
        FOLDER,
        None,
        "folder with model.onnx and tokenizer.json, instead of the model of the extra `meaning`",
        "meaning",
    )
    collect_contact: str = _setting(
        CONTACT, "", "how boards can reach you: an e-mail or web address, sent with every request", "collect"
    )
    collect_delay: float = _setting(SECONDS, 5.0, "seconds between two requests to one website", "collect")
    collect_timeout: float = _setting(SECONDS, 60.0, "seconds that a website may take to respond", "collect")
    collect_recheck_days: int = _setting(COUNT, 7, "days after which an unchanged PDF is requested again", "collect")
    collect_max_minutes: int = _setting(
        COUNT, 240, "minutes that collecting may take; the next run continues", "collect"
    )
    collect_keep_withdrawn: bool = _setting(
        FLAG, True, "keep searching reports that their publisher has withdrawn", "collect"
    )
    engine: str = _setting(
        ENGINE, "embedded", 'where the index is: "embedded" in the library, or in an "opensearch" cluster'
    )
    opensearch_url: tuple[str, ...] = _setting(ADDRESSES, (), "addresses of the nodes of the cluster", "opensearch")
    opensearch_ca: Path | None = _setting(
        FILE, None, "certificate of the authority that signed the nodes'; default: the system's", "opensearch"
    )
    opensearch_user: str = _setting(USER, "", "the user to sign in as", "opensearch")
    opensearch_password_file: Path | None = _setting(
        FILE,
        None,
        "file with the user's password, readable only by its owner; or set REVIEWS_OPENSEARCH_PASSWORD",
        "opensearch",
    )
    opensearch_index: str = _setting(NAME, "reviews", "prefix of the names of the program's indices", "opensearch")
    opensearch_library: str = _setting(
        NAME, "main", "name of this library among those that publish to the same cluster", "opensearch"
    )
    opensearch_shards: int = _setting(COUNT, 3, "number of shards of a new index", "opensearch")
    opensearch_replicas: int = _setting(NONE_OR_MORE, 1, "further copies of each shard of a new index", "opensearch")

    @property
    def has_library(self) -> bool:
        """Return whether there is a library to search: a corpus, or a cluster that needs no local corpus."""
        return self.engine == "opensearch" or self.database.exists()


def _spelt(name: str, table: str) -> str:
    """Return the name of a field as used in reviews.toml: `meaning.model` is `model` in the table `meaning`."""
    return f"{table}.{name.removeprefix(table + '_')}" if table else name


_FIELDS = {_spelt(each.name, each.metadata["table"]): each for each in fields(Settings) if each.metadata}
NAMES = {each.name: name for name, each in _FIELDS.items()}
"""The name in reviews.toml of each field that can be set there."""
HELP: dict[str, str] = {name: each.metadata["help"] for name, each in _FIELDS.items()}
"""Every setting in reviews.toml, with what it does."""


def load_settings(library: Path, **overrides: Any) -> Settings:
    """Return the defaults, changed by the library's reviews.toml and then by `overrides`.

    Overrides that are None are ignored.
    """
    library = Path(os.path.abspath(library))  # noqa: PTH100 - keeps symbolic links, which people use to place a library
    file = LibraryPaths(library).settings_file
    values = {name: _checked(name, value, library, str(file)) for name, value in _read(file).items()}
    given = {name: value for name, value in overrides.items() if value is not None}
    values |= {
        (spelt := NAMES.get(name, name)): _checked(spelt, value, Path.cwd(), "the command")
        for name, value in given.items()
    }
    return Settings(library=library, **{_FIELDS[name].name: value for name, value in values.items()})


def _read(file: Path) -> dict[str, Any]:
    try:
        return _flat(tomllib.loads(read_list(file).decode("utf-8-sig")))
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise refused(file, error, doing="read") from error
    except (ValueError, RecursionError) as error:  # not TOML, not UTF-8, or nested too deeply
        raise UsageError(f"{file} has a mistake: {error}. Correct that line, or move the file away.") from error


def _flat(values: dict[str, Any]) -> dict[str, Any]:
    """Flatten the values of tables: `model` in the table `meaning` becomes `meaning.model`."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        inner = {f"{name}.{key}": each for key, each in value.items()} if isinstance(value, dict) else {name: value}
        found |= inner
    return found


def _checked(name: str, value: Any, start: Path, where: str) -> Any:
    """Return the checked value of a field.

    `start` is the folder to which a relative folder refers. `where` is named in errors.
    """
    if name not in _FIELDS:
        raise UsageError(f"`{name}` in {where} is not a setting. The settings are: {', '.join(HELP)}.")
    kind: Kind = _FIELDS[name].metadata["kind"]
    try:
        return kind.check(value, start)
    except ValueError as error:
        raise UsageError(f"`{name}` in {where} is {value!r}; it must be {kind.allowed}.") from error
