"""Bar charts of trends for a terminal, as SVG and as PNG.

Each bar has its numbers as text, so that the chart can be read without seeing the bar's length or colour.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape

from corpus.errors import UsageError
from search.analytics.trends import Point
from search.batch.tally import SMALL
from search.tables.cell_text import NOT_XML, shortened

_LINE, _LEFT, _BARS, _RIGHT = 22, 230, 420, 170  # pixels: height of a line, and widths
_INK, _BLUE, _PAPER = "#0b0c0c", "#1d70b8", "#ffffff"
_SIZE = 13
_SCALE = 2  # PNG pixels per SVG unit, so that it is sharp in print


def chart(points: Sequence[Point], width: int = 88) -> Iterator[str]:
    """Yield the lines of a bar chart of shares for a terminal."""
    names = [_name(point) for point in points]
    wide = min(32, max(map(len, names), default=0))
    room = max(10, width - wide - 26)
    top = _top(points)
    last = None
    for point, name in zip(points, names, strict=True):
        if point.query != last:
            if last is not None:
                yield ""
            yield point.query
            last = point.query
        bar = "█" * round(room * (point.share or 0) / top)
        yield f"  {shortened(name, wide):{wide}} {_told(point):>11} {_percent(point):>6}  {bar}".rstrip()
    if note := _small(points):
        yield ""
        yield note + ("" if _hides(points) else " To hide them: --suppress-small.")


def svg(points: Sequence[Point]) -> str:
    """Return the bar chart as SVG."""
    drawn, height = _drawn(points)
    width = _LEFT + _BARS + _RIGHT
    parts = [
        f'<rect x="{each.x}" y="{each.y}" width="{each.width}" height="{_LINE - 7}" fill="{_BLUE}"/>'
        if isinstance(each, _Bar)
        else f'<text x="{each.x}" y="{each.y}"{_ATTRIBUTES[each.kind]}>{escape(NOT_XML.sub(" ", each.text))}</text>'
        for each in drawn
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img" font-family="Helvetica, Arial, sans-serif" font-size="{_SIZE}" fill="{_INK}">'
        f"<title>Share of reports</title>"
        f'<rect width="{width}" height="{height}" fill="{_PAPER}"/>{"".join(parts)}</svg>\n'
    )


def png(points: Sequence[Point]) -> bytes:
    """Return the bar chart as PNG. Raises UsageError if Pillow is not installed or there are too many bars."""
    try:
        from PIL import Image, ImageDraw, ImageFont
    except ImportError as error:
        raise UsageError(
            "A .png file needs Pillow, which is not installed. Run `pip install pillow`, or write .svg instead."
        ) from error
    drawn, height = _drawn(points)
    size = ((_LEFT + _BARS + _RIGHT) * _SCALE, height * _SCALE)
    if size[1] > _MOST_PIXELS:
        raise UsageError(
            f"{len(points):,} bars are too many for one .png. Choose fewer queries or values, or write .svg instead."
        )
    image = Image.new("RGB", size, _PAPER)
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(_SIZE * _SCALE)  # Aileron, which comes with Pillow
    for each in drawn:
        x, y = each.x * _SCALE, each.y * _SCALE
        if isinstance(each, _Bar):
            if each.width:
                draw.rectangle((x, y, x + each.width * _SCALE, y + (_LINE - 7) * _SCALE), _BLUE)
        else:
            bold = 0.6 if each.kind == "query" else 0
            anchor = "rs" if each.kind == "name" else "ls"
            draw.text((x, y), each.text, _INK, font, anchor, stroke_width=bold, stroke_fill=_INK)
    data = io.BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()


PICTURES: dict[str, Callable[[Sequence[Point]], bytes]] = {".svg": lambda points: svg(points).encode(), ".png": png}
"""Functions that draw a picture, by file extension."""

_MOST_PIXELS = 60_000
_ATTRIBUTES = {"query": ' font-weight="bold"', "name": ' text-anchor="end"', "numbers": "", "note": ""}


@dataclass(frozen=True, slots=True)
class _Bar:
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class _Text:
    """A text in the chart. `kind` is query, name (of a bar; ends at `x`), numbers or note. `y` is the baseline."""

    x: float
    y: float
    text: str
    kind: str


def _drawn(points: Sequence[Point]) -> tuple[list[_Bar | _Text], int]:
    """Return the bars and texts of the chart, and its height."""
    top = _top(points)
    drawn: list[_Bar | _Text] = []
    y, last = 10, None
    for point in points:
        if point.query != last:
            y += 34 if last is not None else 18
            drawn.append(_Text(10, y, shortened(point.query, 100), "query"))
            last = point.query
            y += 8
        long = round(_BARS * (point.share or 0) / top, 1)
        drawn.append(_Text(_LEFT - 8, y + 15, shortened(_name(point), 34), "name"))
        drawn.append(_Bar(_LEFT, y + 3, long))
        drawn.append(
            _Text(_LEFT + long + 6, y + 15, " · ".join(filter(None, (_told(point), _percent(point)))), "numbers")
        )
        y += _LINE
    if note := _small(points):
        y += 26
        drawn.append(_Text(10, y, note, "note"))
    return drawn, y + 20


def _top(points: Sequence[Point]) -> float:
    return max((point.share or 0 for point in points), default=0) or 1


def _small(points: Sequence[Point]) -> str:
    """Return the note on small numbers, or "" if there are none."""
    if _hides(points):
        return f"<{SMALL}: hidden, because small counts can identify people."
    if any(point.small for point in points):
        return f"*: fewer than {SMALL}. Small counts can identify people when they are published."
    return ""


def _hides(points: Sequence[Point]) -> bool:
    return any(point.reports is None or point.of is None for point in points)


def _name(point: Point) -> str:
    return "not known" if point.value is None else str(point.value)


def _told(point: Point) -> str:
    of = f"<{SMALL}" if point.of is None else point.of
    if point.reports is None:
        return f"<{SMALL} of {of}"
    return f"{point.reports}{'*' if point.small else ''} of {of}"


def _percent(point: Point) -> str:
    return "" if point.share is None else f"{100 * point.share:.0f}%"
