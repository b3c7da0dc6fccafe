"""Charts as pictures that the server draws: lines, bars, stacked bars, rows of names; each with the table that says the same.

Pure: from records to SVG. No style attribute, so that the page's policy holds; colours, dashes and dark mode come from classes of
desk.css. Series differ by dash and sign (lines) or by pattern (bars), never by colour alone. A value that is not known (None)
is a gap in the line and no bar; zero is drawn on the axis. Texts and numbers are in the reader's language.
Source: WCAG 2.1, 1.1.1 and 1.4.1; W3C SVG Accessibility. Tier: source-verified.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from rempart.errors import BadInput
from rempart.wording import Lang, wording

_Box = tuple[float, float, float, float]  # left, upper, width, height
Shape = Literal["line", "bar", "stacked", "row"]  # row: one bar to the right per label, its series one after the other
MOST_SERIES = 5  # more cannot be told apart by pattern
_WIDTH, _HEIGHT = 720, 280
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 16, 20, 30
_ROW, _ROW_BAR, _MOST_LABEL = 32, 20, 220  # heights of a row and its bar; widest column of names
_SIGN = 7.2  # width of a sign of the texts, which are 13 px high
_TICKS, _MOST_SIGNS = 4, 12
_STEPS = (1, 2, 5, 10)


class BadChart(BadInput):
    """What was to be drawn does not fit together; nothing was drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Values in the order of the chart's labels, none below zero; None where the value is not known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What is to be drawn. key: unique on the page, of letters, digits and dashes. summary: the sentence to remember.

    head: what the labels are (day, person); unknown: the word for a value that is not known.
    Raises: BadChart if a series has not one value per label, a value is negative, or there are too many series.
    """

    key: str
    shape: Shape
    title: str
    summary: str
    head: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unknown: str = "–"
    digits: int = 0

    def __post_init__(self) -> None:
        if not 1 <= len(self.series) <= MOST_SERIES:
            raise BadChart("A chart takes between one and {most} series; nothing was drawn.", most=MOST_SERIES)
        if any(len(series.values) != len(self.labels) for series in self.series):
            raise BadChart("A series of a chart has not one value per label; nothing was drawn.")
        if any(value is not None and not 0 <= value < math.inf for series in self.series for value in series.values):
            raise BadChart("A value of a chart is negative or no number; nothing was drawn.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LegendItem:
    """The name of a series and a small picture of how it is drawn."""

    name: str
    swatch: SafeString


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartShown:
    """A chart as parts/chart.html takes it. legend: empty for a single series. rows: label, then one cell per column."""

    key: str
    title: str
    summary: str
    picture: SafeString
    legend: tuple[LegendItem, ...]
    head: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


def show_chart(chart: Chart, *, lang: Lang) -> ChartShown:
    """The picture of a chart, and its table."""
    body = _draw_rows(chart, lang) if chart.shape == "row" else _draw_upright(chart, lang)
    height = _ROW * len(chart.labels) + _TOP if chart.shape == "row" else _HEIGHT
    return ChartShown(
        key=chart.key,
        title=chart.title,
        summary=chart.summary,
        picture=_frame(chart, body, height),
        legend=_legend(chart) if len(chart.series) > 1 else (),
        head=chart.head,
        columns=tuple(series.name for series in chart.series),
        rows=tuple(
            (label, tuple(_told(chart, series.values[place], lang) for series in chart.series))
            for place, label in enumerate(chart.labels)
        ),
    )


def _frame(chart: Chart, body: SafeString, height: int) -> SafeString:
    title, told = f"{chart.key}-title", f"{chart.key}-told"
    inside = _join([_tag("title", chart.title, id=title), _tag("desc", chart.summary, id=told), _patterns(chart), body])
    return _tag(
        "svg",
        inside,
        class_="picture",
        role="img",
        aria_labelledby=f"{title} {told}",
        viewBox=f"0 0 {_WIDTH} {height}",
        xmlns="http://www.w3.org/2000/svg",
    )


def _draw_upright(chart: Chart, lang: Lang) -> SafeString:
    """Axes, and the series as lines or as bars that stand on the lower axis."""
    ticks = scale_of(_highest(chart), digits=chart.digits)
    parts = [*_grid(chart, ticks, lang), *_labels_below(chart)]
    if chart.shape == "line":
        parts += [
            part for number, series in enumerate(chart.series, 1) for part in _line(chart, series, number, ticks[-1])
        ]
    else:
        parts += list(_bars(chart, ticks[-1], lang))
    return _join(parts)


def _grid(chart: Chart, ticks: Sequence[float], lang: Lang) -> Iterator[SafeString]:
    digits = 0 if float(ticks[1]).is_integer() else max(1, chart.digits)
    for tick in ticks:
        y = _y(tick, ticks[-1])
        yield _tag("line", class_="axis" if tick == 0 else "grid", x1=_LEFT, x2=_WIDTH - _RIGHT, y1=y, y2=y)
        yield _text(wording(lang).number(tick, digits=digits), x=_LEFT - 8, y=y + 4.5, anchor="end")


def _labels_below(chart: Chart) -> Iterator[SafeString]:
    """As many labels as there is room for, the last one always."""
    room = max((len(label) for label in chart.labels), default=1) * _SIGN + 10
    every = max(1, math.ceil(len(chart.labels) * room / (_WIDTH - _LEFT - _RIGHT)))
    last = len(chart.labels) - 1
    for place, label in enumerate(chart.labels):
        if (last - place) % every == 0:
            yield _text(label, x=_x(chart, place), y=_HEIGHT - _BOTTOM + 20, anchor="middle")


def _line(chart: Chart, series: Series, number: int, top: float) -> Iterator[SafeString]:
    """A stroke for each run of known values, and a sign on some of them; a value alone is a sign."""
    known = [(place, value) for place, value in enumerate(series.values)]
    every = max(1, math.ceil(len(known) / _MOST_SIGNS))
    for is_known, run in groupby(known, key=lambda item: item[1] is not None):
        if not is_known:
            continue
        spots = [(place, _x(chart, place), _y(value or 0, top)) for place, value in run]
        if len(spots) > 1:
            points = " ".join(f"{x:.1f},{y:.1f}" for _, x, y in spots)
            yield _tag("polyline", class_=f"stroke s{number}", points=points, fill="none")
        for place, x, y in spots:
            if len(spots) == 1 or (len(known) - 1 - place) % every == 0:
                yield _sign(number, x, y)


def _bars(chart: Chart, top: float, lang: Lang) -> Iterator[SafeString]:
    slot = (_WIDTH - _LEFT - _RIGHT) / max(1, len(chart.labels))
    beside = 1 if chart.shape == "stacked" else len(chart.series)
    width = min(slot * 0.72 / beside, 56.0)
    for place in range(len(chart.labels)):
        foot = 0.0
        for number, series in enumerate(chart.series, 1):
            value = series.values[place]
            if value is None:
                continue
            left = _x(chart, place) - width * beside / 2 + (0 if beside == 1 else width * (number - 1))
            upper, lower = _y(foot + value, top), _y(foot, top)
            yield _bar(chart, number, (left, upper, max(width - 1, 0.6), lower - upper))
            foot += value if chart.shape == "stacked" else 0
            if len(chart.series) == 1 and slot > len(told := _told(chart, value, lang)) * _SIGN:
                yield _text(told, x=_x(chart, place), y=upper - 5, anchor="middle", class_="value")


def _draw_rows(chart: Chart, lang: Lang) -> SafeString:
    """One bar to the right per label, with the sum at its end; the whole name where it fits, cut with … where not."""
    left = min(_MOST_LABEL, max((len(label) for label in chart.labels), default=0) * _SIGN + 14)
    most = int((_MOST_LABEL - 14) / _SIGN)
    top = scale_of(_highest(chart), digits=chart.digits)[-1]
    room = _WIDTH - left - _RIGHT - 50
    parts: list[SafeString] = []
    for place, label in enumerate(chart.labels):
        y = _TOP / 2 + place * _ROW
        shown = label if len(label) <= most else label[: most - 1] + "…"
        parts.append(_text(shown, x=left - 8, y=y + _ROW_BAR / 2 + 4.5, anchor="end"))
        x, known = float(left), [series.values[place] for series in chart.series]
        for number, value in enumerate(known, 1):
            if value is not None:
                width = value / top * room
                parts.append(_bar(chart, number, (x, y, width, _ROW_BAR)))
                x += width
        said = None if all(value is None for value in known) else sum(value or 0 for value in known)
        parts.append(_text(_told(chart, said, lang), x=x + 6, y=y + _ROW_BAR / 2 + 4.5, class_="value"))
    foot = _ROW * len(chart.labels) + _TOP / 2
    return _join([*parts, _tag("line", class_="axis", x1=left, x2=left, y1=_TOP / 4, y2=foot)])


def scale_of(highest: float, *, digits: int = 0) -> tuple[float, ...]:
    """Marks of an axis from 0 to at least the highest value, at steps of 1, 2 or 5; whole ones when digits is 0."""
    raw = max(highest, 1 if digits == 0 else 10.0**-digits) / _TICKS
    size = 10.0 ** math.floor(math.log10(raw))
    step = next(size * one for one in _STEPS if size * one >= raw * (1 - 1e-9))
    step = max(1.0, step) if digits == 0 else step
    return tuple(step * place for place in range(max(1, math.ceil(highest / step - 1e-9)) + 1))


def _highest(chart: Chart) -> float:
    columns = zip(*(series.values for series in chart.series), strict=True)
    together = chart.shape in ("stacked", "row")
    return max(
        (sum(v or 0 for v in column) if together else max(v or 0 for v in column) for column in columns), default=0
    )


def _legend(chart: Chart) -> tuple[LegendItem, ...]:
    return tuple(
        LegendItem(name=series.name, swatch=_swatch(chart, number)) for number, series in enumerate(chart.series, 1)
    )


def _swatch(chart: Chart, number: int) -> SafeString:
    if chart.shape == "line":
        drawn = _join([_tag("line", class_=f"stroke s{number}", x1=0, x2=36, y1=8, y2=8), _sign(number, 18, 8)])
    else:
        drawn = _bar(chart, number, (6, 1, 24, 14))
    return _tag("svg", drawn, class_="swatch", viewBox="0 0 36 16", aria_hidden="true")


def _sign(number: int, x: float, y: float) -> SafeString:
    """The sign of a series on its line: disc, square, triangle, diamond, cross."""
    shapes = {
        1: f"M{x - 4:.1f} {y:.1f}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
        2: f"M{x - 3.6:.1f} {y - 3.6:.1f}h7.2v7.2h-7.2z",
        3: f"M{x:.1f} {y - 5:.1f}l4.8 8.4h-9.6z",
        4: f"M{x:.1f} {y - 5.2:.1f}l5.2 5.2l-5.2 5.2l-5.2 -5.2z",
        5: f"M{x - 1.4:.1f} {y - 5:.1f}h2.8v3.6h3.6v2.8h-3.6v3.6h-2.8v-3.6h-3.6v-2.8h3.6z",
    }
    return _tag("path", class_=f"sign s{number}", d=shapes[number])


def _bar(chart: Chart, number: int, box: _Box) -> SafeString:
    x, y, width, height = box
    plain = _tag("rect", class_=f"fill s{number}", x=x, y=y, width=width, height=height)
    if number == 1:
        return plain
    return plain + _tag("rect", fill=f"url(#{chart.key}-p{number})", x=x, y=y, width=width, height=height)


def _patterns(chart: Chart) -> SafeString:
    """What lies over the bars of the second series and those after it: slants, dots, bands, a lattice."""
    drawn = {
        2: "M-2 6L6 -2M2 10L10 2",
        3: "M2 4a2 2 0 1 0 4 0a2 2 0 1 0 -4 0",
        4: "M0 2H8M0 6H8",
        5: "M0 0L8 8M8 0L0 8",
    }
    if chart.shape == "line" or len(chart.series) == 1:
        return SafeString()
    made = [
        _tag(
            "pattern",
            _tag("path", class_="over", d=drawn[number]),
            id=f"{chart.key}-p{number}",
            width=8,
            height=8,
            patternUnits="userSpaceOnUse",
        )
        for number in range(2, len(chart.series) + 1)
    ]
    return _tag("defs", _join(made))


def _told(chart: Chart, value: float | None, lang: Lang) -> str:
    return chart.unknown if value is None else wording(lang).number(value, digits=chart.digits)


def _x(chart: Chart, place: int) -> float:
    """The middle of a label's slot."""
    return _LEFT + (place + 0.5) * (_WIDTH - _LEFT - _RIGHT) / max(1, len(chart.labels))


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)


def _text(text: str, *, x: float, y: float, anchor: str = "start", class_: str = "word") -> SafeString:
    return _tag("text", text, class_=class_, x=x, y=y, text_anchor=anchor)


def _tag(name: str, inside: str = "", **attributes: str | float) -> SafeString:
    """An element; what is inside is escaped unless it was made here. Plain joins: a chart has hundreds of elements."""
    told = "".join(f' {key.rstrip("_").replace("_", "-")}="{_attribute(value)}"' for key, value in attributes.items())
    return SafeString(f"<{name}{told}>{conditional_escape(inside)}</{name}>")


def _attribute(value: str | float) -> str:
    return conditional_escape(value) if isinstance(value, str) else f"{value:.1f}".removesuffix(".0")


def _join(parts: Sequence[SafeString]) -> SafeString:
    return SafeString("".join(parts))
