"""Find the lines in the top and bottom margins of a page, where running lines and page numbers are."""

from operator import attrgetter

from ingest.structure.page import Line, RawPage

_MARGIN = 0.17  # share of the page height: enough for headers of three lines under a logo
_DEPTH = 8  # lines from the edge that are examined

_height = attrgetter("y")


def margins(page: RawPage) -> tuple[list[Line], list[Line]]:
    """Return the lines in the top and the bottom margin that have no role yet, outermost first."""
    upper, lower = page.height * _MARGIN, page.height - page.height * _MARGIN
    lines = [
        line for line in page.lines if (line.y < upper or line.y > lower) and line.role is None and not line.sideways
    ]
    top = sorted([line for line in lines if line.y < upper], key=_height)
    bottom = sorted([line for line in lines if line.y > lower], key=_height)
    return top[:_DEPTH], bottom[: -_DEPTH - 1 : -1]
