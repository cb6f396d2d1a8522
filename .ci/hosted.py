#!/usr/bin/env python3
"""Check the files that only a hosted service reads: `python .ci/hosted.py [FOLDER]`.

A mistake in such a file only shows after it is published, often as a job that silently never starts. So each file is
checked here against the schema of the service, and the workflows are searched for known security mistakes. The schemas
come with check-jsonschema; nothing is downloaded.
"""

import os
import subprocess
import sys
from pathlib import Path

SCHEMAS = {
    ".github/workflows/*.yml": "github-workflows",
    ".github/dependabot.yml": "dependabot",
    ".github/ISSUE_TEMPLATE/config.yml": "github-issue-config",
    ".github/ISSUE_TEMPLATE/*.yml": "github-issue-forms",  # all others
    "CITATION.cff": "citation-file-format",
    "compose.yaml": "compose-spec",
    "deploy/opensearch/compose.yaml": "compose-spec",
}


def checks(root: Path) -> list[list[str]]:
    """Return the commands to run in `root`.

    A pattern that matches no file is an error: the file was moved or deleted.
    """
    found: list[list[str]] = []
    taken: set[str] = set()
    for pattern, schema in SCHEMAS.items():
        files = sorted({path.relative_to(root).as_posix() for path in root.glob(pattern)} - taken)
        taken.update(files)
        if not files:
            raise SystemExit(f"{pattern} is missing in {root}. Restore the file, or take it out of .ci/hosted.py.")
        found.append(["check-jsonschema", "--builtin-schema", f"vendor.{schema}", *files])
    found.append(["zizmor", "--offline", "--quiet", "--color=never", "--no-progress", ".github"])
    found.append(["pre-commit", "validate-config", ".pre-commit-config.yaml"])
    if sys.platform != "win32":  # hadolint has no build for Windows
        found.append(["hadolint", "Dockerfile"])
    return found


def main(root: Path) -> int:
    """Run every check, even after one has failed, and print the output of those that failed. Returns the exit code."""
    tools = Path(sys.executable).parent  # those of the environment that runs this, not those of the system
    environment = {**os.environ, "PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}
    failed = 0
    for command in checks(root):
        done = subprocess.run(
            [tools / command[0], *command[1:]],
            cwd=root,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
        )
        if done.returncode:
            print(f"{done.stdout}\nfailed: {' '.join(command)}", file=sys.stderr)
            failed = 1
    return failed


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if sys.argv[1:] else ".").resolve()))
