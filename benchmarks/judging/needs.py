"""Information needs that use other words than the reports: `python -m benchmarks.judging.needs deal|enter|figures …`.

`needs.json` has a hundred needs, each with the theme that a person would pick from the themes' names: sixty, and forty
more with the day on which they were `asked`, on which several models were compared. `deal LIBRARY FOLDER` takes the
first five passages of that theme and the five that the language model finds, mixes them so that a judge cannot see
which system found which, and writes files for the judge to grade (see `benchmarks.judging.pools`). `enter FOLDER`
stores the grades. `figures LIBRARY` answers again and prints how many needs each system answers. The folder contains
text of the reports, so keep it out of the project. Needs the extra `meaning`. See docs/other-words.md.
"""

import argparse
import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import reviews
from benchmarks.judging import pools
from benchmarks.judging.answers import asked, mark
from benchmarks.judging.measures import RELEVANT, interval
from benchmarks.judging.plain import agreement
from benchmarks.judging.pools import Item
from reviews.library import Library
from search.results import Listed

NEEDS = Path(__file__).with_name("needs.json")
SHOWN = 5  # passages of each system
SYSTEMS = ("themes", "meaning")

Answers = Mapping[int, Mapping[str, Sequence[Item]]]
"""What each system shows, by the number of the need and the system."""


def answers(library: Library, needs: Sequence[Mapping[str, Any]]) -> Answers:
    """Return the first passages of each system.

    Raises SystemExit if the model cannot be used, or has not read everything yet.
    """
    found = {}
    for need in needs:
        beside = library.search(need["need"], meaning=True, facets=False).meaning
        if beside is None or beside.problem or beside.unread:
            raise SystemExit(beside and (beside.problem or beside.note))
        found[need["id"]] = {"themes": _items(_of_theme(library, need["theme"])), "meaning": _items(beside.passages)}
    return found


def _of_theme(library: Library, theme: str | None) -> Iterable[Listed]:
    if theme is None:
        return ()
    return library.search(f'theme:"{theme}"', view="passages", limit=SHOWN, facets=False).passages or ()


def _items(listed: Iterable[Listed]) -> list[Item]:
    return [Item(mark(each.passage.text), " ".join(each.passage.text.split())) for each in listed][:SHOWN]


def dealt(found: Answers) -> dict[str, list[Item]]:
    """Return the passages of all systems by need, each once."""
    return {
        str(number): list({item.key: item for items in systems.values() for item in items}.values())
        for number, systems in found.items()
    }


def figures(needs: Sequence[Mapping[str, Any]], found: Answers) -> dict[str, Any]:
    """Return how many needs are answered by some passage of each system, and the share of passages that answer.

    A passage without a grade counts as 0.
    """
    told: dict[str, Any] = {"needs": len(needs)}
    answered: dict[str, list[bool]] = {}
    for system in SYSTEMS:
        shown = [[need.get("grades", {}).get(item.key) for item in found[need["id"]][system]] for need in needs]
        answered[system] = [max((grade or 0 for grade in some), default=0) >= RELEVANT for some in shown]
        grades = [grade for some in shown for grade in some]
        told[system] = {
            "answered": sum(answered[system]),
            "precision": round(statistics.fmean((grade or 0) >= RELEVANT for grade in grades), 3),
            "none_shown": sum(not some for some in shown),
            "ungraded": grades.count(None),
        }
    pairs = list(zip(answered["meaning"], answered["themes"], strict=True))
    less = [float(mine) - float(other) for mine, other in pairs]
    points = statistics.fmean(less), *interval(less)
    told["either"] = sum(map(any, pairs))
    told["meaning_less_themes"] = [round(100 * value, 1) for value in points]  # and its interval
    return {**told, "agreement": agreement(needs)}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.judging.needs", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    dealing = actions.add_parser("deal")
    dealing.add_argument("library", type=Path)
    dealing.add_argument("folder", type=Path)
    dealing.add_argument("--seed", type=int, default=1)
    dealing.add_argument("--again", type=float, default=0.0, help="the part of the graded ones to grade again")
    actions.add_parser("enter").add_argument("folder", type=Path)
    actions.add_parser("figures").add_argument("library", type=Path)
    chosen = parser.parse_args()
    needs = asked(NEEDS)
    if chosen.action == "enter":
        print(f"{pools.enter(chosen.folder, (NEEDS,))} grades entered")
        return
    with reviews.open(chosen.library) as library:
        found = answers(library, needs)
    if chosen.action == "figures":
        sets = {"first": [n for n in needs if "asked" not in n], "second": [n for n in needs if "asked" in n]}
        print(json.dumps({name: figures(some, found) for name, some in sets.items()}, indent=1))
    else:
        count = pools.deal(dealt(found), needs, chosen.folder, chosen.seed, chosen.again)
        print(f"{count} to grade in {chosen.folder}")


if __name__ == "__main__":
    main()
