"""Every command, option, exit code and JSON key is documented."""

import inspect
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner

from corpus import errors
from docs import generate
from reviews.cli.main import main
from tests.demonstration import demonstration

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"

CONTEXTS = list(generate.commands(main, generate.fresh(main, "reviews")))
COMMANDS = {context.command_path: context.command for context in CONTEXTS}


def test_the_generated_pages_are_up_to_date() -> None:
    assert generate.stale() == [], "run `make docs` and check the diff"


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_and_option_has_help(path: str) -> None:
    command = COMMANDS[path]
    assert command.help, f"{path} has no help"
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            assert option.help, f"{path} {option.opts[0]} has no help"


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_shows_its_help_with_h(path: str) -> None:
    result = CliRunner().invoke(main, [*path.split()[1:], "-h"])
    assert result.exit_code == 0
    assert result.output.startswith("Usage:")


def test_every_exit_code_is_documented() -> None:
    codes = {
        error.exit_code
        for _, error in inspect.getmembers(errors, inspect.isclass)
        if issubclass(error, errors.ReviewsError)
    }
    documented = re.findall(r"^\| (\d+) \| \S.* \|$", (DOCS / "cli.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {int(code) for code in documented} == codes | {0, 130}


def shown_commands() -> Iterator[tuple[str, str]]:
    """Yield every command that the documentation tells people to type, with its page."""
    for page in sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md")]):
        if page.name != "cli.md":
            for line in page.read_text(encoding="utf-8").splitlines():
                typed = re.match(r"(?: {4,}|\$ |> | {4,}\$ )(?:\S*[/\\])?(reviews [a-z-].*)", line)
                if typed:
                    yield page.name, re.sub(r" {2,}.*| #.*", "", typed[1])


@pytest.mark.parametrize(("page", "line"), list(shown_commands()))
def test_every_command_in_the_documentation_exists_with_its_options(page: str, line: str) -> None:
    words = shlex.split(line, posix=True)
    command: click.Command = main
    context = generate.fresh(main, "reviews")
    known = {option for parameter in main.params for option in parameter.opts}
    rest = iter(words[1:])
    for word in rest:
        if isinstance(command, click.Group) and not word.startswith("-"):
            inner = command.get_command(context, word)
            assert inner is not None, f"{page} shows `{line}`, but there is no command {word}"
            command = inner
            known |= {option for parameter in command.params for option in parameter.opts}
        elif word.startswith("-"):
            name = word.partition("=")[0]
            assert name in known | {"-h", "--help"}, f"{page} shows `{line}`, but it has no option {name}"
            taking = next((p for p in [*main.params, *command.params] if name in p.opts), None)
            if "=" not in word and isinstance(taking, click.Option) and not taking.is_flag:
                next(rest)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return demonstration(tmp_path_factory, "docs")


def keys(value: object) -> set[str]:
    """Return the keys of a JSON value, at every depth."""
    if isinstance(value, dict):
        return set(value).union(*(keys(inner) for inner in value.values()))
    if isinstance(value, list):
        return set().union(*(keys(inner) for inner in value))
    return set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "neglect OR nosuchword"],
        ["search", "neglect -", "--passages", "all"],
        ["reports"],
        ["coverage"],
        ["show", "FIRST"],
        ["show", "FIRST", "--recommendations"],
        ["themes"],
        ["update"],
        ["ingest"],
        ["index"],
        ["check"],
        ["catalogue", "check"],
        ["batch", "SHEET", "--out", "OUT.csv"],
        ["concordance", "neglect"],
        ["trends", "neglect"],
        ["recommendations"],
        ["terms", "neglect"],
        ["compare", "year:..2016", "year:2017.."],
    ],
    ids=" ".join,
)
def test_every_key_of_the_json_is_documented(library: Path, tmp_path: Path, arguments: list[str]) -> None:
    def output(*words: str) -> dict[str, Any]:
        result = CliRunner().invoke(main, ["--library", str(library), *words, "--json"])
        assert result.exit_code == 0, result.output
        answer = json.loads(result.stdout)
        assert isinstance(answer, dict), "JSON output is one object"
        return answer

    sheet = tmp_path / "sheet.txt"
    sheet.write_text("neglect\n", encoding="utf-8")
    first = output("reports")["reports"][0]["id"]
    places = {"FIRST": first, "SHEET": str(sheet), "OUT.csv": str(tmp_path / "out.csv")}
    answer = output(*(places.get(word, word) for word in arguments))
    explained = set(re.findall(r"[`.](\w+)`", (DOCS / "json.md").read_text(encoding="utf-8")))
    missing = keys(answer) - explained
    assert missing == set(), f"docs/json.md does not explain {', '.join(sorted(missing))}"


SCHEMA = json.loads((ROOT / "search" / "results.schema.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("query", ["neglect", "neglect OR nosuchword", "child*", "(odd", "year:2014", "nosuchword", ""])
def test_an_answer_matches_its_schema(library: Path, query: str) -> None:
    result = CliRunner().invoke(main, ["--library", str(library), "search", query, "--json", "--passages", "all"])
    assert result.exit_code == 0, result.output
    jsonschema.validate(json.loads(result.stdout), SCHEMA)


def test_the_schema_requires_every_key_and_has_only_documented_keys() -> None:
    explained = set(re.findall(r"[`.](\w+)`", (DOCS / "json.md").read_text(encoding="utf-8")))

    def described(value: object) -> Iterator[dict[str, Any]]:
        if isinstance(value, dict):
            if isinstance(value.get("properties"), dict):
                yield value
            for inner in value.values():
                yield from described(inner)

    for value in described(SCHEMA):
        assert set(value["properties"]) == set(value["required"])
        assert set(value["properties"]) <= explained
