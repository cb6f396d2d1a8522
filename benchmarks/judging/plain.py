"""Ranking of plain words: sentences and short queries as people type them, with grades in `plain.json`.

The code under test is compared with SQLite FTS5 and with the code that answered `today.json`. See docs/ranking.md.
"""

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks.judging.measures import FIRST, RELEVANT, interval, kappa, ndcg

TODAY = Path(__file__).with_name("today.json")
SHAPES = ("sentence", "short")
LOST = 10  # questions to show

Answers = Mapping[str, Mapping[str, Any]]
"""Answers by the number of the question, as `benchmarks.judging.answers` writes them."""


def kept(path: Path = TODAY) -> Answers:
    """Return the answers in a file."""
    answers: Answers = json.loads(path.read_text("utf-8"))["answers"]
    return answers


def plain(questions: Sequence[Mapping[str, Any]], systems: Mapping[str, Answers]) -> dict[str, Any]:
    """Return the figures of each system, and this program's difference from the others, by type of question.

    nDCG covers the questions for which at least one graded report is relevant. For the others, every order is equally
    good.
    """
    figures: dict[str, Any] = {}
    for shape in SHAPES:
        asked = [question for question in questions if question["shape"] == shape and question.get("grades")]
        figures[shape] = ranked([question for question in asked if any(question["grades"].values())], systems)
        figures[shape]["unanswered"] = len(asked) - figures[shape]["questions"]
    shorts = [question for question in questions if question["shape"] == "short"]
    return {**figures, "first_passage": first_passages(shorts, systems), "agreement": agreement(questions)}


def ranked(questions: Sequence[Mapping[str, Any]], systems: Mapping[str, Answers]) -> dict[str, Any]:
    """Return nDCG@10 of each system, and the mean difference of "ours" from the others with its 95% interval."""
    scores = {
        name: [ndcg(answers[str(q["id"])]["reports"], q["grades"]) for q in questions]
        for name, answers in systems.items()
    }
    less = {}
    for name, theirs in scores.items():
        if name != "ours":
            steps = [mine - other for mine, other in zip(scores["ours"], theirs, strict=True)]
            low, high = interval(steps)
            less[name] = {"ndcg": round(statistics.fmean(steps), 3), "low": round(low, 3), "high": round(high, 3)}
    return {
        "questions": len(questions),
        "ndcg_10": {name: round(statistics.fmean(each), 3) for name, each in scores.items()},
        "ours_less": less,
        "ungraded_of_the_first_ten": {name: ungraded(questions, answers) for name, answers in systems.items()},
        "most_lost": most_lost(questions, scores),
    }


def ungraded(questions: Sequence[Mapping[str, Any]], answers: Answers) -> float:
    """Return the share of the first ten reports that nobody graded. They count as 0."""
    first = [(q, report) for q in questions for report in answers[str(q["id"])]["reports"][:FIRST]]
    return round(sum(report not in q["grades"] for q, report in first) / max(1, len(first)), 3)


def most_lost(questions: Sequence[Mapping[str, Any]], scores: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """Return the questions on which another system is better than this one by the largest margin."""
    best = [max(each) for each in zip(*scores.values(), strict=True)]
    by = sorted((mine - top, q["words"]) for q, mine, top in zip(questions, scores["ours"], best, strict=True))
    return [{"by": round(step, 2), "words": words} for step, words in by[:LOST] if step < 0]


def first_passages(questions: Sequence[Mapping[str, Any]], systems: Mapping[str, Answers]) -> dict[str, Any]:
    """Return the share of short queries whose first passage answers them.

    The share is given for all queries, and for those that at least one graded report answers or, for queries without
    graded reports, at least one graded passage.
    """
    answered = [q for q in questions if max(q.get("grades", q.get("first", {"": 0})).values()) >= RELEVANT]
    figures: dict[str, Any] = {"questions": len(questions), "answerable": len(answered)}
    for name, answers in systems.items():
        if not any("first" in answers[str(question["id"])] for question in questions):
            continue  # it shows no passages
        shown = {q["id"]: (answers[str(q["id"])].get("first") or {}).get("mark") for q in questions}
        grades = {q["id"]: q.get("first", {}).get(shown[q["id"]], 0) for q in questions}
        figures[name] = {
            "of_all": round(statistics.fmean(grades[q["id"]] >= RELEVANT for q in questions), 3),
            "of_answered": round(statistics.fmean(grades[q["id"]] >= RELEVANT for q in answered), 3),
            "no_passage": sum(shown[q["id"]] is None for q in questions),
            "ungraded": sum(bool(shown[q["id"]]) and shown[q["id"]] not in q.get("first", {}) for q in questions),
        }
    return figures


def held_out(questions: Sequence[Mapping[str, Any]], ours: Answers) -> dict[str, Any]:
    """Return the shares of first passages for each set of queries that were held out.

    "before" is the code that showed the passages noted in the file.
    """
    before = {str(question["id"]): {"first": {"mark": question["before"]}} for question in questions}
    sets = sorted({question["set"] for question in questions})
    return {
        f"set {number}": first_passages([q for q in questions if q["set"] == number], {"ours": ours, "before": before})
        for number in sets
    }


def agreement(questions: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """Return how far second grades agree with the first: the same, within one, and Cohen's kappa with quadratic
    weights.
    """
    pairs = [
        ({**question["grades"], **question.get("first", {})}[key], second)
        for question in questions
        for key, second in question.get("second", {}).items()
    ]
    if not pairs:
        return None
    same = statistics.fmean(one == two for one, two in pairs)
    near = statistics.fmean(abs(one - two) <= 1 for one, two in pairs)
    return {"pairs": len(pairs), "same": round(same, 3), "within_one": round(near, 3), "kappa": round(kappa(pairs), 3)}


def table(figures: Mapping[str, Any]) -> str:
    """Return the figures as lines to read."""
    lines = []
    for shape in SHAPES:
        part = figures[shape]
        means = ", ".join(f"{name} {mean:.3f}" for name, mean in part["ndcg_10"].items())
        lines.append(f"{shape} ({part['questions']} with an answer, {part['unanswered']} without): nDCG@10 {means}")
        lines += [
            f"  ours less {name}: {step['ndcg']:+.3f} ({step['low']:+.3f} to {step['high']:+.3f})"
            for name, step in part["ours_less"].items()
        ]
    lines += first_lines(figures["first_passage"])
    if figures["agreement"]:
        lines.append("graded twice: " + ", ".join(f"{name} {value}" for name, value in figures["agreement"].items()))
    return "\n".join(lines)


def first_lines(figures: Mapping[str, Any]) -> list[str]:
    """Return the shares of first passages as lines to read."""
    lines = [f"first passage answers, of {figures['questions']} (of {figures['answerable']} answerable):"]
    for name, share in figures.items():
        if isinstance(share, dict):
            lines.append(f"  {name}: {share['of_all']:.2f} ({share['of_answered']:.2f}), {share['ungraded']} ungraded")
    return lines
