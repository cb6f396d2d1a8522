"""Read and add grades in `judged.json`, `plain.json` and `held_out.json`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

Question = dict[str, Any]
Grades = Mapping[str, Mapping[str, int]]
"""Grades by the name of what was judged (a question's number, with "p" for its first passages) and by the report or
passage.
"""


def graded(question: Mapping[str, Any], name: str) -> dict[str, int]:
    """Return the grades of a question, for reports or for first passages."""
    if "judged" in question:
        return {report: entry["grade"] for report, entry in question["judged"].items()}
    found: dict[str, int] = question.get("first" if name.endswith("p") else "grades", {})
    return found


def enter(new: Grades, file: Path) -> None:
    """Add grades to a file, for the questions that it has. A second grade is stored next to the first one."""
    held = json.loads(file.read_text("utf-8"))
    by_id = {str(question["id"]): question for question in held["questions"]}
    for name, grades in new.items():
        question = by_id.get(name.removesuffix("p"))
        if question:
            _enter(question, name, grades)
    head = {name: value for name, value in held.items() if name != "questions"}
    start = json.dumps({**head, "questions": []})[:-2]
    lines = ",\n".join(f" {_line(question)}" for question in held["questions"])
    file.write_text(f"{start}\n{lines}\n]}}\n", "utf-8")


def _enter(question: Question, name: str, grades: Mapping[str, int]) -> None:
    known = graded(question, name)
    once = {key: grade for key, grade in grades.items() if key not in known}
    again = {key: grade for key, grade in grades.items() if key in known}
    if "judged" in question:
        entries = question["judged"] | {report: {"grade": grade, "from": "pool"} for report, grade in once.items()}
        question["judged"] = dict(sorted(entries.items(), key=lambda entry: (-entry[1]["grade"], entry[0])))
        return
    for kind, some in ("first" if name.endswith("p") else "grades", once), ("second", again):
        if some:
            question[kind] = dict(sorted({**question.get(kind, {}), **some}.items()))


def _line(question: Question) -> str:
    """Return a question as JSON. The grades of `judged.json` are on a separate line."""
    if "judged" not in question:
        return json.dumps(question, ensure_ascii=False)
    head = json.dumps({**question, "judged": {}}, ensure_ascii=False)[:-2]
    return f"{head}\n  {json.dumps(question['judged'], ensure_ascii=False)[1:]}}}"
