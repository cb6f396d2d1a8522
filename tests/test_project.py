"""Files of hosted services, commit subjects and release notes: each check detects mistakes."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
import yaml

ROOT = Path(__file__).parent.parent


def script(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / ".ci" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


commits, hosted, notes = script("commits"), script("hosted"), script("notes")

PRESENT = [
    "CITATION.cff",
    "Dockerfile",
    "compose.yaml",
    "deploy/opensearch/compose.yaml",
    ".pre-commit-config.yaml",
    *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / ".github").rglob("*.yml")),
]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return the files that are checked, in a folder where one can be broken."""
    for name in PRESENT:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def checked(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / ".ci" / "hosted.py"), str(folder)]
    return subprocess.run(command, capture_output=True, encoding="utf-8", check=False)


def test_every_file_of_a_hosted_service_is_valid(copy: Path) -> None:
    done = checked(copy)
    assert done.returncode == 0, done.stdout + done.stderr


BREAKS: dict[str, Callable[[str], str]] = {
    "CITATION.cff": lambda text: text.replace("authors:", "writers:"),
    "Dockerfile": lambda text: text.replace("COPY --from=build", "COPI --from=build"),
    "compose.yaml": lambda text: text.replace("read_only:", "readonly:"),
    "deploy/opensearch/compose.yaml": lambda text: text.replace("restart:", "again:"),
    ".pre-commit-config.yaml": lambda text: text.replace("entry:", "run:"),
    ".github/dependabot.yml": lambda text: text.replace("monthly", "sometimes"),
    ".github/ISSUE_TEMPLATE/config.yml": lambda text: text.replace("blank_issues_enabled", "blank"),
    ".github/ISSUE_TEMPLATE/bug.yml": lambda text: text.replace("type: input", "type: answer"),
    ".github/ISSUE_TEMPLATE/idea.yml": lambda text: text.replace("body:", "fields:"),
    ".github/ISSUE_TEMPLATE/missed.yml": lambda text: text.replace("label:", "name:"),
    ".github/workflows/audit.yml": lambda text: text.replace("runs-on:", "runs:"),
    ".github/workflows/ci.yml": lambda text: text.replace("fail-fast: false", "fail-fast: perhaps"),
    ".github/workflows/release.yml": lambda text: text.replace("needs: build", "needs: {build: true}"),
}


def test_every_file_has_its_break() -> None:
    assert set(BREAKS) == set(PRESENT)


def test_mistakes_in_each_file_are_detected(copy: Path) -> None:
    """All mistakes are made at once, because starting the programs takes most of the time.

    Every check runs even if an earlier one has failed.
    """
    names = set(BREAKS) & set(PRESENT) - ({"Dockerfile"} if sys.platform == "win32" else set())
    for name in names:
        path = copy / name
        text = path.read_text(encoding="utf-8")
        path.write_text(BREAKS[name](text), encoding="utf-8")
        assert path.read_text(encoding="utf-8") != text, f"the break of {name} breaks nothing"
    done = checked(copy)
    assert done.returncode == 1
    said = [line for line in done.stderr.splitlines() if not line.startswith("failed:")]
    unseen = {name for name in names if not any(name in line for line in said)}
    assert unseen == set(), done.stderr


def test_a_missing_file_is_detected(copy: Path) -> None:
    (copy / "CITATION.cff").unlink()
    done = checked(copy)
    assert done.returncode == 1
    assert "CITATION.cff is missing" in done.stderr


def test_a_workflow_open_to_injection_is_detected(copy: Path) -> None:
    path = copy / ".github" / "workflows" / "ci.yml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace("- run: make test", "- run: echo ${{ github.event.pull_request.title }}"), encoding="utf-8"
    )
    done = checked(copy)
    assert done.returncode == 1
    assert "zizmor" in done.stderr


@pytest.mark.parametrize("path", sorted((ROOT / ".github" / "workflows").iterdir()), ids=lambda path: path.name)
def test_workflows_have_only_named_permissions_and_pin_actions_by_commit(path: Path) -> None:
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert "permissions" in job
        assert job["timeout-minutes"] > 0
        for step in job["steps"]:
            assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", step.get("uses", "a/b@" + 40 * "0"))


def test_the_make_targets_that_workflows_and_hooks_call_exist() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    for name in PRESENT:
        called = re.findall(r"\bmake (?:--silent )?([a-z-]+)$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert set(called) <= set(targets), name


@pytest.mark.parametrize(
    "subject",
    [
        "Add a manual page",
        "Address the two warnings of mypy",
        "Bring the catalogue up to date",
        "Note that a 2x build against Recoll is unmeasured",
        "Merge branch 'habits' into a branch whose name is long enough to be longer than a subject may be",
        'Revert "a commit of the time before the rule."',
    ],
)
def test_a_good_subject_is_accepted(subject: str) -> None:
    assert commits.faults(subject) == []


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("Add " + 69 * "x", "has 73 characters"),
        ("add a manual page", "capital letter"),
        ("", "capital letter"),
        ("Add a manual page.", "full stop"),
        ("Adds a manual page", '"adds"'),
        ("Added a manual page", '"added"'),
        ("Adding a manual page", '"adding"'),
        ("The manual page is added", '"the"'),
        ("A passage is cut around what tells most", '"a"'),
    ],
)
def test_a_bad_subject_is_refused_with_the_reason(subject: str, fault: str) -> None:
    assert any(fault in told for told in commits.faults(subject))


Git = Callable[..., None]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Return a git command that runs in an empty repository, which is the current folder."""

    def git(*arguments: str) -> None:
        who = ["-c", "user.name=Jo", "-c", "user.email=jo@example.org", "-c", "commit.gpgsign=false"]
        subprocess.run(["git", *who, *arguments], check=True, capture_output=True)

    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    monkeypatch.chdir(tmp_path)
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)
    git("init", "--initial-branch=main")
    return git


def test_only_new_commits_are_checked_and_a_bad_one_ends_with_an_error(
    repository: Git, capsys: pytest.CaptureFixture[str]
) -> None:
    git = repository
    git("commit", "--allow-empty", "--message=the old way of writing a subject.")
    git("branch", "old")
    git("commit", "--allow-empty", "--message=Show the new way")
    assert commits.main(["old"]) == 0
    git("commit", "--allow-empty", "--message=the old way again.")
    git("update-ref", "refs/remotes/origin/main", "old")
    assert commits.main([]) == 1
    assert "the old way again." in capsys.readouterr().err
    assert commits.main(["old"]) == 1
    told = capsys.readouterr().err
    assert "the old way again." in told
    assert "of writing a subject" not in told


def test_without_a_base_the_newest_commits_are_checked(
    repository: Git, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(commits, "NEWEST", 2)
    repository("commit", "--allow-empty", "--message=the old way of writing a subject.")
    assert commits.main([]) == 1
    assert "the old way of writing a subject." in capsys.readouterr().err
    for number in range(2):
        repository("commit", "--allow-empty", f"--message=Show the new way {number}")
    assert commits.main([]) == 0
    assert "Subjects checked: 2 (the newest commits" in capsys.readouterr().out


def test_the_message_of_one_commit_is_checked_before_it_is_made(tmp_path: Path) -> None:
    message = tmp_path / "COMMIT_EDITMSG"
    message.write_text("Add a manual page\n\nthe body may say what it likes.\n", encoding="utf-8")
    assert commits.main(["--message", str(message)]) == 0
    message.write_text("added a manual page\n", encoding="utf-8")
    assert commits.main(["--message", str(message)]) == 1


CHANGES = """# Changelog

## [0.3.0] - 2031-05-06

### Added

- Something new.

### Fixed

## [0.2.0] - Unreleased

### Added

- Something older.
"""


def test_the_notes_of_a_release_are_its_part_of_the_changelog() -> None:
    assert notes.notes("v0.3.0", "0.3.0", CHANGES) == "### Added\n\n- Something new."


@pytest.mark.parametrize(
    ("tag", "version", "told"),
    [
        ("v0.3.0", "0.2.0", "setup.cfg says 0.2.0"),
        ("v0.4.0", "0.4.0", "no section"),
        ("v0.2.0", "0.2.0", "Put the day of the release"),
    ],
)
def test_a_tag_that_cannot_be_released_is_refused(tag: str, version: str, told: str) -> None:
    with pytest.raises(SystemExit, match=told):
        notes.notes(tag, version, CHANGES)
