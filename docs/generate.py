"""Generate parts of the documentation from the program: `python docs/generate.py [--check]`.

docs/cli.md and the manual page docs/reviews.1 are made from the commands and the error classes, the table in
docs/library.md from the settings, docs/columns.md from the data dictionary, and the table of filters in
docs/query-language.md from the filters. The commands in README.md are run on the demonstration reports, and their
output is put below them. `--check` writes nothing and ends with 1 if a file is out of date.
"""

import dataclasses
import inspect
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import click
from click.testing import CliRunner

from corpus import errors
from corpus.settings import HELP, NAMES, Settings
from reviews.cli.main import main
from search.filters import FILTERS
from search.tables.dictionary import COLUMNS, KINDS

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WIDTH = 100


def commands(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    """Yield a context for every visible command, the group itself first, nested groups included."""
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from commands(inner, fresh(inner, name, context))


def fresh(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    """Return a context whose help looks the same on every computer."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(command, info_name=name, parent=parent, **settings)


def exit_codes() -> dict[int, str]:
    """Return every exit code with its meaning, from the first lines of the error classes that share it."""
    meanings: dict[int, list[str]] = {0: ["Done."]}
    for _, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, errors.ReviewsError) and error.__module__ == errors.__name__:
            first = (inspect.getdoc(error) or "").partition("\n\n")[0].replace("\n", " ")
            said = "A bug: please report it (CONTRIBUTING.md)." if error is errors.ReviewsError else first
            meanings.setdefault(error.exit_code, []).append(said)
    meanings[130] = ["Interrupted with Ctrl-C. Finished work is kept."]
    return {code: " ".join(meanings[code]) for code in sorted(meanings)}


def cli() -> str:
    """Return the reference of the `reviews` command."""
    parts = [
        "# The `reviews` command",
        "",
        "`make docs` generates this page from the program. `reviews COMMAND --help` prints the same text. Results go",
        "to stdout, and progress and diagnostics to stderr. The [glossary](glossary.md) explains terms such as",
        "*coverage*.",
        "",
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in exit_codes().items()),
        "",
    ]
    parts += [COMPLETION]
    for context in commands(main, fresh(main, "reviews")):
        parts += [f"## {context.command_path}", "", "```text", context.get_help().rstrip(), "```", ""]
    return "\n".join(parts)


COMPLETION = r"""## Completion and manual page

Your shell can complete commands, options and file names when you press Tab. Add one line to the file that your
shell reads when it starts:

| shell | file | line |
|---|---|---|
| bash 4.4 or later | `~/.bashrc` | `eval "$(_REVIEWS_COMPLETE=bash_source reviews)"` |
| zsh | `~/.zshrc` | `autoload -Uz compinit && compinit && eval "$(_REVIEWS_COMPLETE=zsh_source reviews)"` |
| fish | `~/.config/fish/config.fish` | `_REVIEWS_COMPLETE=fish_source reviews \| source` |

`reviews` must be on the `PATH`. Completion does not read the library or any report.

This reference is also a manual page. `pip install` puts it into the environment. On Linux, `man reviews` shows it
while the environment is active. In a checkout, run `man docs/reviews.1`.
"""


def manual() -> str:
    """Return the manual page of `reviews`, in roff's man macros."""
    root = fresh(main, "reviews")
    parts = [
        f'.TH REVIEWS 1 "" "reviews {version("safeguarding-reviews")}" "User Commands"',
        ".SH NAME",
        f"reviews {roff('- search inside safeguarding practice reviews')}",
        *(".SH SYNOPSIS", f".B {roff(usage(root))}"),
        *(".SH DESCRIPTION", *described(main)),
        *(".SH OPTIONS", *options(root)),
        ".SH COMMANDS",
    ]
    for context in commands(main, root):
        if context is not root:
            parts += [f'.SS "{roff(usage(context))}"', *described(context.command), *options(context)]
    parts += [".SH EXIT STATUS"]
    for code, meaning in exit_codes().items():
        parts += [".TP", f".B {code}", roff(meaning)]
    parts += [".SH ENVIRONMENT", ".TP", ".B REVIEWS_LIBRARY", "The library to use when \\-\\-library is not given."]
    return "\n".join(parts) + "\n"


def usage(context: click.Context) -> str:
    """Return how a command is called, on one line."""
    return " ".join([context.command_path, *context.command.collect_usage_pieces(context)])


def described(command: click.Command) -> list[str]:
    """Return the help of a command, as one string per paragraph."""
    paragraphs = re.split(r"\n\s*\n", inspect.cleandoc(command.help or ""))
    return [line for text in paragraphs for line in (".PP", roff(" ".join(text.split())))]


def options(context: click.Context) -> list[str]:
    """Return the options of a command with their help."""
    records = (each.get_help_record(context) for each in context.command.get_params(context))
    return [line for each in records if each and each[1] for line in (".TP", f".B {roff(each[0])}", roff(each[1]))]


def roff(text: str) -> str:
    """Return text escaped for roff, with the parts in backticks in bold."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq")
    text = re.sub(r"`([^`]+)`", r"\\fB\1\\fR", text)
    text = re.sub(r"[^\x00-\x7f]", lambda match: f"\\[u{ord(match[0]):04X}]", text)
    return f"\\&{text}" if text.startswith((".", "'")) else text


def library() -> str:
    """Return the page on the library, with the current table of settings."""
    defaults = {
        NAMES[field.name]: "–" if field.default is dataclasses.MISSING else shown(field.default)
        for field in dataclasses.fields(Settings)
        if field.name in NAMES
    }
    rows = [f"| `{name}` | {defaults[name]} | {description} |" for name, description in HELP.items()]
    return with_table("library.md", "settings", ["| setting | default | meaning |", "|---|---|---|", *rows])


def query_language() -> str:
    """Return the page on the query language, with the current table of filters."""
    rows = []
    for each in FILTERS:
        columns = " or ".join(f"`{column}`" for column in (each.name, *each.also))
        rows.append(f"| {each.name} | {each.help} | `--{each.name}` | {columns} |")
    head = ["| filter | what it keeps | option | column of a sheet |", "|---|---|---|---|"]
    return with_table("query-language.md", "filters", [*head, *rows])


def with_table(name: str, what: str, table: list[str]) -> str:
    """Return a page of the documentation with a table put between its two marks."""
    start, end = f"<!-- {what}: written by `make docs` -->", f"<!-- end of {what} -->"
    before, _, rest = (HERE / name).read_text(encoding="utf-8").partition(start)
    _, _, after = rest.partition(end)
    return "\n".join([before + start, "", *table, "", end + after])


def shown(default: object) -> str:
    """Return a default as it is written in reviews.toml."""
    if default is None:
        return "–"
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        return f"`{list(default)}`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def readme() -> str:
    """Return README.md with the current output of its commands, on a library of the demonstration reports."""
    with tempfile.TemporaryDirectory() as folder:
        held = Path(folder) / "library"
        answered("reviews init", held)
        shutil.copyfile(ROOT / "corpus" / "demo" / "catalogue.csv", held / "catalogue.csv")
        (held / "reviews.toml").write_text("ocr = false\n")  # the same page with and without Tesseract
        answered(shlex.join(["reviews", "update", str(ROOT / "corpus" / "demo")]), held)
        return re.sub(
            r"(?<=^```console\n)\$ (reviews .*)\n(?:(?!```).*\n)*",
            lambda shown: f"$ {shown[1]}\n{answered(shown[1], held)}",
            (ROOT / "README.md").read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )


def answered(line: str, held: Path) -> str:
    """Return what a command prints on a terminal of 88 columns."""
    environment = {"REVIEWS_LIBRARY": str(held), "COLUMNS": "88", "NO_COLOR": "1"}
    result = CliRunner().invoke(main, shlex.split(line)[1:], env=environment)
    if result.exit_code:
        raise click.ClickException(f"`{line}` failed with exit code {result.exit_code}: {result.output}")
    return result.stdout


def columns() -> str:
    """Return the data dictionary: every column of every table."""
    parts = [
        "# Columns",
        "",
        "This page lists every column of the tables that the program writes as CSV, workbooks, JSON Lines, Parquet and",
        "data frames. A column name has the same meaning in every table. `make docs` generates this page from the",
        "program.",
        "",
        "| type | meaning |",
        "|---|---|",
        *(f"| {kind} | {meaning} |" for kind, meaning in KINDS.items()),
        "",
        "| column | type | meaning | unit |",
        "|---|---|---|---|",
        *(f"| `{name}` | {each.kind} | {each.meaning} | {each.unit} |" for name, each in sorted(COLUMNS.items())),
        "",
    ]
    return "\n".join(parts)


GENERATED = {
    HERE / "columns.md": columns,
    HERE / "cli.md": cli,
    HERE / "reviews.1": manual,
    HERE / "library.md": library,
    HERE / "query-language.md": query_language,
    ROOT / "README.md": readme,
}


def stale() -> list[Path]:
    """Return the generated files that are out of date."""
    return [
        path for path, write in GENERATED.items() if not path.exists() or path.read_text(encoding="utf-8") != write()
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        old = stale()
        for path in old:
            print(f"{path.relative_to(ROOT)} is out of date. Run `make docs` and check the diff.")
        sys.exit(1 if old else 0)
    for path, write in GENERATED.items():
        path.write_text(write(), encoding="utf-8", newline="\n")
        print(f"Wrote {path.relative_to(ROOT)}")
