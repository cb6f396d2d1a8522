"""Completion works in real shells, and the manual page in a real formatter, as docs/cli.md describes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from docs import generate
from reviews.cli.main import main

DOCS = Path(__file__).parents[2] / "docs"
PAGE = DOCS / "reviews.1"


def asked(shell: str, *arguments: str) -> str:
    """Return what a shell prints, with this environment's `reviews` on its PATH.

    Skips the test if the shell is missing.
    """
    if os.name == "nt" or shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    places = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [shell, *arguments],
        env={**os.environ, "PATH": places},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def line_for(shell: str) -> str:
    """Return the line that docs/cli.md tells people to add to their shell's start-up file."""
    row = re.search(rf"^\| {shell}\b.*\| `(.*)` \|$", (DOCS / "cli.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert row
    return row[1].replace(r"\|", "|")


def in_bash(*words: str) -> list[str]:
    version = asked("bash", "-c", "echo ${BASH_VERSINFO[0]} ${BASH_VERSINFO[1]}").split()
    if (int(version[0]), int(version[1])) < (4, 4):
        pytest.skip("this bash is older than 4.4")
    typed = " ".join(f"'{word}'" for word in words)
    call = f"COMP_WORDS=({typed}); COMP_CWORD={len(words) - 1}; _reviews_completion reviews '{words[-1]}'"
    return asked("bash", "-c", f"{line_for('bash')}\n{call}\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"").split()


def test_bash_completes_commands_and_options() -> None:
    assert in_bash("reviews", "con") == ["concordance"]
    assert in_bash("reviews", "token", "") == ["add", "list", "revoke"]
    assert in_bash("reviews", "update", "--allow-w") == ["--allow-withdrawals"]


def test_fish_completes_commands_and_options() -> None:
    def completed(typed: str) -> list[str]:
        told = asked("fish", "--no-config", "-c", f"{line_for('fish')}\ncomplete --do-complete '{typed}'")
        return [line.partition("\t")[0] for line in told.splitlines()]

    assert completed("reviews con") == ["concordance"]
    assert completed("reviews update --allow-w") == ["--allow-withdrawals"]


def test_zsh_takes_the_line_and_asks_the_program(tmp_path: Path) -> None:
    """The menu of zsh needs a terminal, so its two halves are tested separately: the function is bound, and the program
    answers.
    """
    told = asked("zsh", "-f", "-c", f"ZDOTDIR='{tmp_path}'\n{line_for('zsh')}\necho $_comps[reviews]")
    assert told.split() == ["_reviews_completion"]
    question = "export COMP_WORDS='reviews con' COMP_CWORD=1 _REVIEWS_COMPLETE=zsh_complete; reviews"
    kind, value, _ = asked("zsh", "-f", "-c", question).splitlines()
    assert (kind, value) == ("plain", "concordance")


@pytest.mark.parametrize(
    "formatter",
    [("groff", "-man", "-ww", "-Tutf8", "-P-cbou"), ("mandoc", "-Tutf8", "-Werror,stop")],
    ids=lambda each: each[0],
)
def test_the_manual_page_shows_every_command_and_option(formatter: tuple[str, ...]) -> None:
    if shutil.which(formatter[0]) is None:
        pytest.skip(f"{formatter[0]} is not installed")
    done = subprocess.run([*formatter, PAGE], capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    shown = " ".join(re.sub(r".\x08", "", done.stdout).replace("‐\n", "").split())
    for context in generate.commands(main, generate.fresh(main, "reviews")):
        assert context.command_path in shown
        for option in context.command.params:
            for name in option.opts:
                assert not name.startswith("-") or name in shown, (context.command_path, name)


def test_the_manual_page_contains_text_and_no_instructions() -> None:
    assert generate.roff(".so /etc/passwd") == r"\&.so /etc/passwd"
    assert generate.roff(r"a\b `--out` “x”") == r"a\eb \fB\-\-out\fR \[u201C]x\[u201D]"
