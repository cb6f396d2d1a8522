"""Fifty typical queries: single words, phrases, combinations, patterns, sections and themes."""

import statistics
import time
from pathlib import Path
from typing import Any

import reviews

TYPICAL = """
neglect
adolescent
domestic abuse
voice of the child
"voice of the child"
"professional curiosity"
"information sharing"
"lack of professional curiosity"
neglect AND adolescent
neglect OR maltreatment
neglect -dental
neglect (teenager OR adolescent)
"was not brought" OR =DNA
"missed appointment*"
neglect NEAR/10 adolescent*
"mental health" NEAR/5 (parent* OR mother)
"information sharing"~5
safeguard*
multi-agency
multiagency
self-harm*
=DNA
=GP
neglcet~
child's
children's social care
"social worker"
"strategy discussion"
"section 47"
threshold*
escalation policy
disguised compliance
"disguised compliance" OR "disguised cooperation"
fabricated illness
in:recommendations neglect
in:recommendations training
in:findings (information sharing)
in:"action plan" training
year:2015..2020 neglect
kind:summary neglect
school attendance
"elective home education" OR "home educated"
child sexual exploitation
knife OR gang OR "county lines"
father* -grandfather*
substance misuse parent*
"private fostering"
unborn OR "pre-birth"
theme:"voice of the child"
theme:"professional curiosity"
""".strip().splitlines()

_TIMES = 5  # each question: its median counts


def questions(library: Path) -> dict[str, Any]:
    """Measure how long the typical queries take in one process, each with ten hits and their passages."""
    spent = []
    with reviews.open(library) as opened:
        opened.search("warm")
        for question in TYPICAL:
            times = []
            for _ in range(_TIMES):
                began = time.perf_counter()
                opened.search(question)
                times.append((time.perf_counter() - began) * 1000)
            spent.append((statistics.median(times), question))
    spent.sort()
    return {
        "count": len(spent),
        "median_ms": round(statistics.median(ms for ms, _ in spent), 2),
        "p95_ms": round(spent[round(0.95 * (len(spent) - 1))][0], 2),
        "max_ms": round(spent[-1][0], 2),
        "slowest": spent[-1][1],
    }
