#!/usr/bin/env python3
"""Check the subjects of new commits: `python .ci/commits.py [BASE]`, or `--message FILE` for the message of one.

New commits are those that BASE (by default origin/main) does not have, because published commits cannot be reworded.
Without origin/main, the newest 50 are checked. How many were checked, and which, is printed to stdout.
"""

import re
import subprocess
import sys
from pathlib import Path

LONGEST = 72
NEWEST = 50  # commits that are checked without a base
NOT_A_VERB = {
    *("a", "an", "the", "this", "that", "these", "those", "it", "its", "we", "i", "you", "there", "no"),
    *("what", "when", "where", "which", "who", "how", "why"),
}
VERBS = {
    *("address", "bring", "compress", "cross", "discuss", "dismiss", "embed", "express", "feed", "focus"),
    *("guess", "pass", "ping", "press", "process", "seed", "shed", "speed", "stress", "suppress"),
}
"""Imperative verbs that end like other verb forms."""


def faults(subject: str) -> list[str]:
    """Return what is wrong with the first line of a commit message, or nothing for messages that git itself writes."""
    if subject.startswith(("Merge ", 'Revert "')):
        return []
    found = []
    if len(subject) > LONGEST:
        found.append(f"has {len(subject)} characters; {LONGEST} is the most")
    if not subject[:1].isupper():
        found.append("does not begin with a capital letter")
    if subject.endswith("."):
        found.append("ends with a full stop")
    first = re.match(r"[A-Za-z]*", subject)
    word = first[0].lower() if first else ""
    if word in NOT_A_VERB or (word not in VERBS and re.search(r"(ed|ing|[^s]s)$", word)):
        found.append(f'begins with "{word}", not with what the commit does: "Add …", "Fix …", "Show …"')
    return found


def new_commits(base: str) -> list[tuple[str, str]]:
    """Return the short id and subject of the commits that `base` does not have, without merges."""
    return _subjects(f"{base}..HEAD")


def newest_commits() -> list[tuple[str, str]]:
    """Return the short id and subject of the newest commits, without merges."""
    return _subjects("--topo-order", f"--max-count={NEWEST}", "HEAD")


def _subjects(*which: str) -> list[tuple[str, str]]:
    listed = _git("log", "--no-merges", "--format=%h%x09%s", *which)
    return [(line.partition("\t")[0], line.partition("\t")[2]) for line in listed.splitlines()]


def _known(name: str) -> bool:
    command = ["git", "rev-parse", "--quiet", "--verify", f"{name}^{{commit}}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def _git(*arguments: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout


def _chosen(arguments: list[str]) -> tuple[list[tuple[str, str]], str]:
    """Return the commits to check, and a description of them."""
    if arguments[:1] == ["--message"]:
        message = Path(arguments[1]).read_text(encoding="utf-8")
        return [("this commit", message.partition("\n")[0])], "the message in the file"
    base = arguments[0] if arguments else "origin/main"
    if arguments or _known(base):
        return new_commits(base), f"commits that {base} does not have"
    return newest_commits(), "the newest commits, because there is no origin/main"


def main(arguments: list[str]) -> int:
    """Print what was checked and what is wrong. Returns the exit code."""
    commits, which = _chosen(arguments)
    print(f"Subjects checked: {len(commits)} ({which})")
    bad = [f"{name} {fault}: {subject}" for name, subject in commits for fault in faults(subject)]
    for line in bad:
        print(line, file=sys.stderr)
    if bad:
        print("Reword with `git commit --amend` or `git rebase --interactive`. See CONTRIBUTING.md.", file=sys.stderr)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
