"""Writes the parts of the documentation that the program can tell itself: `python docs/generate.py [--check]`.

docs/cli.md is made from the click commands and from the error tree, and the table of settings in docs/library.md from
the settings; the commands that README.md shows are run on the demonstration reports, and what they print is put below
them. With `--check` nothing is written, and the exit code is 1 when a file is not what it should be.
"""

import dataclasses
import inspect
import re
import shlex
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from corpus import errors
from corpus.settings import HELP, Settings
from reviews.cli.main import main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WIDTH = 100
START, END = "<!-- settings: written by `make docs` -->", "<!-- end of settings -->"


def commands(command: click.Command, context: click.Context) -> Iterator[click.Context]:
    """A context for every command that a person can call, the group itself first, groups within groups included."""
    yield context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            if inner is not None and not inner.hidden:
                yield from commands(inner, fresh(inner, name, context))


def fresh(command: click.Command, name: str, parent: click.Context | None = None) -> click.Context:
    """A context that shows help in the same way on every machine."""
    settings = {**command.context_settings, "terminal_width": WIDTH, "max_content_width": WIDTH}
    return click.Context(command, info_name=name, parent=parent, **settings)


def exit_codes() -> dict[int, str]:
    """Every exit code with its meaning, taken from the first lines of the error classes (one code, several errors)."""
    meanings: dict[int, list[str]] = {0: ["Done."]}
    for _, error in inspect.getmembers(errors, inspect.isclass):
        if issubclass(error, errors.ReviewsError) and error.__module__ == errors.__name__:
            first = (inspect.getdoc(error) or "").partition("\n\n")[0].replace("\n", " ")
            said = "A bug: please report it (CONTRIBUTING.md)." if error is errors.ReviewsError else first
            meanings.setdefault(error.exit_code, []).append(said)
    meanings[130] = ["Interrupted with Ctrl-C; what was finished is kept."]
    return {code: " ".join(meanings[code]) for code in sorted(meanings)}


def cli() -> str:
    """The reference of the `reviews` command."""
    parts = [
        "# The `reviews` command",
        "",
        "Made from the program by `make docs`; `reviews COMMAND --help` prints the same. Results go to stdout,",
        "progress and diagnostics to stderr. What *report*, *passage* or *coverage* mean: [glossary](glossary.md).",
        "",
        "## Exit codes",
        "",
        "| code | meaning |",
        "|---|---|",
        *(f"| {code} | {meaning} |" for code, meaning in exit_codes().items()),
        "",
    ]
    for context in commands(main, fresh(main, "reviews")):
        parts += [f"## {context.command_path}", "", "```text", context.get_help().rstrip(), "```", ""]
    return "\n".join(parts)


def library() -> str:
    """The page on the library, with the table of settings as they are now."""
    page = (HERE / "library.md").read_text(encoding="utf-8")
    defaults = {
        field.name: "–" if field.default is dataclasses.MISSING else shown(field.default)
        for field in dataclasses.fields(Settings)
    }
    rows = [f"| `{name}` | {defaults[name]} | {told} |" for name, told in HELP.items()]
    before, _, rest = page.partition(START)
    _, _, after = rest.partition(END)
    return "\n".join([before + START, "", "| setting | default | meaning |", "|---|---|---|", *rows, "", END + after])


def shown(default: object) -> str:
    """A default as it is written in reviews.toml."""
    if isinstance(default, bool):
        return f"`{str(default).lower()}`"
    if isinstance(default, tuple):
        return f"`{list(default)}`"
    return f'`"{default}"`' if isinstance(default, str) else f"`{default}`"


def readme() -> str:
    """README.md with what its commands print now, on a library of the demonstration reports."""
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
    """What a command prints on a terminal of 88 columns."""
    environment = {"REVIEWS_LIBRARY": str(held), "COLUMNS": "88", "NO_COLOR": "1"}
    result = CliRunner().invoke(main, shlex.split(line)[1:], env=environment)
    if result.exit_code:
        raise click.ClickException(f"`{line}` ended with {result.exit_code}: {result.output}")
    return result.stdout


GENERATED = {HERE / "cli.md": cli, HERE / "library.md": library, ROOT / "README.md": readme}


def stale() -> list[Path]:
    """The generated files that differ from what the program says now."""
    return [
        path for path, write in GENERATED.items() if not path.exists() or path.read_text(encoding="utf-8") != write()
    ]


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        old = stale()
        for path in old:
            print(f"{path.relative_to(ROOT)} is not what the program says: run `make docs` and look at the difference.")
        sys.exit(1 if old else 0)
    for path, write in GENERATED.items():
        path.write_text(write(), encoding="utf-8", newline="\n")
        print(f"{path.relative_to(ROOT)} written")
