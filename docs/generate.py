"""Generate parts of the documentation from the program: `python docs/generate.py [--check]`.

docs/cli.md is made from the commands and the error classes, and the table in docs/library.md from the settings. The
commands in README.md are run on the demonstration reports, and their output is put below them. `--check` writes nothing
and ends with 1 if a file is out of date.
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
    meanings[130] = ["Interrupted with Ctrl-C; what was finished is kept."]
    return {code: " ".join(meanings[code]) for code in sorted(meanings)}


def cli() -> str:
    """Return the reference of the `reviews` command."""
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
    """Return the page on the library with the current table of settings."""
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
    """Return a default as it is written in reviews.toml."""
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


GENERATED = {HERE / "cli.md": cli, HERE / "library.md": library, ROOT / "README.md": readme}


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
