"""Charts: what is drawn says the same as the table, in the reader's language, and breaks no policy of the page."""

import re
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.web.desk.picture import MOST_SERIES, BadChart, Chart, Series, Shape, scale_of, show_chart
from rempart.wording import LANGS, Lang

SVG = "{http://www.w3.org/2000/svg}"
SHAPES: tuple[Shape, ...] = ("line", "bar", "stacked", "row")


def chart(shape: Shape = "bar", *values: float | None, more: tuple[Series, ...] = (), digits: int = 0) -> Chart:
    """A chart of one series, and perhaps more of the same length."""
    held = values or (3, None, 0, 1_250)
    return Chart(
        key="load",
        shape=shape,
        title="Load <per> person",
        summary="Bob & Alice hold the most.",
        head="Person",
        labels=tuple(f"week {place}" for place in range(len(held))),
        series=(Series(name="in hand", values=held), *more),
        digits=digits,
    )


def drawn(made: Chart, lang: Lang = "en") -> ET.Element:
    """The picture, read as XML."""
    return ET.fromstring(show_chart(made, lang=lang).picture)  # noqa: S314 - made by ourselves


def parts(root: ET.Element, name: str, class_: str) -> list[ET.Element]:
    """Elements of a name that carry a class."""
    return [one for one in root.iter(SVG + name) if class_ in (one.get("class") or "").split()]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("lang", LANGS)
def test_a_picture_has_a_role_a_title_and_a_sentence(shape: Shape, lang: Lang) -> None:
    """A screen reader says the title and the sentence, not every stroke; what people wrote is escaped."""
    root = drawn(chart(shape), lang)
    named = {one.get("id"): one.text for one in root}

    assert root.get("role") == "img"
    assert [named[name] for name in (root.get("aria-labelledby") or "").split()] == [
        "Load <per> person",
        "Bob & Alice hold the most.",
    ]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_picture_keeps_to_the_policy_of_the_page(shape: Shape) -> None:
    """No style, no script, no address but that of its own patterns."""
    two = chart(shape, 1, 2, more=(Series(name="late", values=(1, None)),))
    shown = show_chart(two, lang="fr")
    everything = shown.picture + "".join(item.swatch for item in shown.legend)

    assert not re.search(r"style=|<style|<script|\son\w+=|href", everything)
    assert set(re.findall(r"url\(([^)]*)\)", everything)) <= {"#load-p2"}


def test_the_table_holds_every_value_in_the_readers_language() -> None:
    """Thousands and decimals as the language writes them; what is not known is not a zero."""
    french = show_chart(chart("bar", 1_250.5, None, 0, digits=1), lang="fr").rows
    english = show_chart(chart("bar", 1_250.5, None, 0, digits=1), lang="en").rows

    assert french == (("week 0", ("1\u202f250,5",)), ("week 1", ("–",)), ("week 2", ("0,0",)))
    assert english[0] == ("week 0", ("1,250.5",))


def test_a_value_that_is_not_known_breaks_the_line() -> None:
    """Two strokes with a gap, never a line through a day that nobody counted."""
    root = drawn(chart("line", 1, 2, None, 3, 4, 5))

    assert [len((one.get("points") or "").split()) for one in parts(root, "polyline", "stroke")] == [2, 3]
    assert len(parts(root, "path", "sign")) == 5


def test_a_value_alone_between_two_gaps_is_a_sign() -> None:
    """It would be no stroke, and must not vanish."""
    root = drawn(chart("line", *[1.0] * 40, None, 7, None))

    assert len(parts(root, "polyline", "stroke")) == 1
    assert [one for one in parts(root, "path", "sign") if " 48.8a" in (one.get("d") or "")]  # 7 of 8 on the axis


def test_an_unknown_value_has_no_bar_and_zero_has_a_flat_one() -> None:
    """Three known values, three bars; their heights are as the values."""
    heights = [float(one.get("height") or -1) for one in parts(drawn(chart("bar", 10, None, 0, 5)), "rect", "fill")]

    assert len(heights) == 3
    assert heights[1] == 0
    assert heights[0] == pytest.approx(2 * heights[2], abs=0.2)


def test_stacked_bars_stand_on_each_other() -> None:
    """The second begins where the first ends."""
    both = parts(drawn(chart("stacked", 4, more=(Series(name="late", values=(6,)),))), "rect", "fill")
    (first, second) = ({name: float(one.get(name) or 0) for name in ("y", "height")} for one in both)

    assert second["y"] + second["height"] == pytest.approx(first["y"], abs=0.2)


@pytest.mark.parametrize("shape", SHAPES)
def test_series_differ_without_colour(shape: Shape) -> None:
    """Each later series has its own pattern, or its own sign."""
    more = tuple(Series(name=f"series {number}", values=(1, 2)) for number in range(2, MOST_SERIES + 1))
    root = drawn(chart(shape, 1, 2, more=more))

    if shape == "line":
        outlines = {
            re.sub(r"[\d.]+", "", one.get("d") or "", count=2) for one in root.iter(SVG + "path") if one.get("class")
        }
        assert len(outlines) >= MOST_SERIES
    else:
        assert len({one.get("fill") for one in root.iter(SVG + "rect") if one.get("fill")}) == MOST_SERIES - 1
        assert len({one[0].get("d") for one in root.iter(SVG + "pattern")}) == MOST_SERIES - 1


def test_a_legend_stands_only_where_there_is_something_to_tell_apart() -> None:
    """One series needs none."""
    assert show_chart(chart(), lang="en").legend == ()
    assert len(show_chart(chart("bar", 1, more=(Series(name="late", values=(1,)),)), lang="en").legend) == 2


def test_a_row_with_nothing_known_says_so_and_a_long_name_is_cut() -> None:
    """The table beside keeps the whole name."""
    long = "A" * 80
    made = Chart(key="k", shape="row", title="t", summary="s", head="h", labels=(long,), series=(Series(name="n", values=(None,)),))  # fmt: skip
    texts = [one.text or "" for one in drawn(made).iter(SVG + "text")]

    assert any(text.endswith("…") and len(text) < 40 for text in texts)
    assert "–" in texts
    assert show_chart(made, lang="en").rows == ((long, ("–",)),)


@pytest.mark.parametrize("shape", SHAPES)
def test_nothing_to_draw_is_an_empty_frame(shape: Shape) -> None:
    """A new site has no day yet."""
    empty = Chart(
        key="k", shape=shape, title="t", summary="s", head="h", labels=(), series=(Series(name="n", values=()),)
    )

    assert parts(drawn(empty), "rect", "fill") == []
    assert show_chart(empty, lang="fr").rows == ()


@pytest.mark.parametrize(
    "series",
    [
        (),
        tuple(Series(name="n", values=(1,)) for _ in range(MOST_SERIES + 1)),
        (Series(name="n", values=(1, 2)),),
        (Series(name="n", values=(-1,)),),
        (Series(name="n", values=(float("nan"),)),),
        (Series(name="n", values=(float("inf"),)),),
    ],
)
def test_refuses_what_does_not_fit_together(series: tuple[Series, ...]) -> None:
    """No series, too many, another length, below zero, no number."""
    with pytest.raises(BadChart, match="nothing was drawn"):
        Chart(key="k", shape="bar", title="t", summary="s", head="h", labels=("a",), series=series)


@given(highest=st.floats(min_value=0, max_value=1e9), digits=st.integers(min_value=0, max_value=2))
def test_an_axis_reaches_the_highest_value_in_few_even_steps(highest: float, digits: int) -> None:
    """From zero, at most six marks, the last one at or above the highest value; whole ones for whole numbers."""
    marks = scale_of(highest, digits=digits)

    assert marks[0] == 0
    assert 2 <= len(marks) <= 6
    assert marks[-1] >= highest * (1 - 1e-6)
    assert digits > 0 or all(mark == int(mark) for mark in marks)


@given(st.lists(st.one_of(st.none(), st.floats(min_value=0, max_value=1e7)), max_size=60), st.sampled_from(SHAPES))
def test_everything_stays_within_the_picture(values: list[float | None], shape: Shape) -> None:
    """No bar, no stroke and no sign outside the frame, whatever the values."""
    root = drawn(chart(shape, *values))
    width, height = (float(one) for one in (root.get("viewBox") or "").split()[2:])
    for rect in parts(root, "rect", "fill"):
        x, y, wide, high = (float(rect.get(name) or 0) for name in ("x", "y", "width", "height"))

        assert 0 <= x <= x + wide <= width
        assert -0.1 <= y <= y + high <= height
    for line in parts(root, "polyline", "stroke"):
        spots = [tuple(map(float, spot.split(","))) for spot in (line.get("points") or "").split()]
        assert all(0 <= x <= width and 0 <= y <= height for x, y in spots)
