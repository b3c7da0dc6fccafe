"""Parts of the desk's pages: escaped, without style or script of their own, documented, and silent about what was not asked for."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import Context, Engine
from django.utils import translation

from rempart.web.desk import rows

DESK = Path(rows.__file__).parent
PARTS = sorted((DESK / "templates" / "desk" / "parts").glob("*.html"))
BASE = DESK / "templates" / "desk" / "base.html"
SCRIPTS = [DESK / "static" / "desk" / name for name in ("keys.js", "cover.js")]
HOSTILE = "\"><script>alert(1)</script>'"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """The sentences that are looked for are the English ones."""
    with translation.override("en"):
        yield


def part(name: str, **values: object) -> str:
    """A part with its variables."""
    return Engine.get_default().get_template(f"desk/parts/{name}.html").render(Context(values))


@pytest.mark.parametrize("path", [BASE, *PARTS], ids=lambda path: path.stem)
def test_every_part_says_at_its_head_what_it_takes_and_marks_nothing_safe(path: Path) -> None:
    """Who includes it reads the comment; what people write is escaped everywhere."""
    text = path.read_text("utf-8")

    assert "{% comment %}" in text[:200]
    assert not re.search(r"\|\s*safe|autoescape|style=|\son[a-z]+=|<script>|javascript:", text)


@pytest.mark.parametrize("path", [BASE, *PARTS], ids=lambda path: path.stem)
def test_every_form_that_writes_carries_its_token(path: Path) -> None:
    """A form sent from another site is refused."""
    forms = re.findall(r'<form method="post"[^>]*>(.{0,24})', path.read_text("utf-8"), re.DOTALL)

    assert all(after.startswith("{% csrf_token %}") for after in forms)


def test_words_that_were_not_asked_for_are_not_in_the_page() -> None:
    """Even when the caller hands them over by mistake: only `shown` lets them out."""
    hidden = part("sealed_text", key="n", label="What happened", shown=False, text="mirabelle", show_url="/show", signs=1_240)  # fmt: skip
    shown = part("sealed_text", key="n", label="What happened", shown=True, text="mirabelle", show_url="/show")

    assert "mirabelle" not in hidden
    assert "Hidden: 1,240 signs." in hidden
    assert 'name="show" value="n"' in hidden
    assert "mirabelle" in shown
    assert "<form" not in shown


def test_what_people_write_is_escaped() -> None:
    """Names, notes, links: the words stand there, and do nothing."""
    link = rows.LinkRow(number=HOSTILE, url=HOSTILE, because=(HOSTILE,), state="joined", reason=HOSTILE, by=HOSTILE)
    card = rows.PersonCard(title=HOSTILE, role=HOSTILE, identities=(), url=HOSTILE)
    made = (
        part("links", links=(link,))
        + part("people", people=(card,))
        + part("sealed_text", key="n", label=HOSTILE, shown=True, text=HOSTILE)
        + part("definitions", items=[(HOSTILE, HOSTILE)])
    )

    assert "<script>" not in made
    assert "&lt;script&gt;" in made


@pytest.mark.parametrize("level", rows.LEVELS)
def test_a_level_is_told_in_letters(level: rows.Level) -> None:
    """Not by a colour; the one without a level is told in words."""
    assert ("not ranked yet" if level == "unranked" else level) in re.sub(
        r"<span class=\"badge.*?>", "", part("badge", level=level)
    )


def test_an_empty_value_is_told_as_not_known() -> None:
    """Zero, empty and unknown are three values."""
    told = part("definitions", items=[("Files", 0), ("Place", ""), ("Age", None)])

    assert told.count("not known") == 2
    assert "<dd>0</dd>" in told


def test_empty_lists_say_what_that_means() -> None:
    """No blank space where a newcomer wonders."""
    for name, values in {"links": "links", "people": "people", "tasks": "tasks", "notes": "notes", "timeline": "moments"}.items():  # fmt: skip
        assert re.search(r"<p class=\"soft\">[A-Z][^<]+\.</p>", part(name, **{values: ()})), name
    assert "Nothing waits." in part("queue_table", groups=(), empty_sentence="Nothing waits.")


def test_only_what_is_open_to_the_reader_is_offered() -> None:
    """Without an address for the act there is no form."""
    link = rows.LinkRow(number="R-000001", url="/r/1/", because=("same account",), state="proposed")
    task = rows.TaskRow(title="Read", by="Alice")

    assert "<form" not in part("links", links=(link,)) + part("tasks", tasks=(task,)) + part("notes", notes=())


def test_a_proposed_link_is_joined_or_refused_and_a_judged_one_undone() -> None:
    """Three buttons, each with the reason beside it."""
    proposed = rows.LinkRow(number="R-000001", url="/r/1/", because=(), state="proposed", act_url="/l/1/")
    joined = rows.LinkRow(number="R-000002", url="/r/2/", because=(), state="joined", act_url="/l/2/")

    assert re.findall(r'name="act" value="(\w+)"', part("links", links=(proposed, joined))) == ["join", "refuse", "undo"]  # fmt: skip
    assert part("links", links=(proposed, joined)).count('name="reason" maxlength="500" required') == 2


def test_an_act_asks_for_its_reason_and_an_exceptional_one_for_a_yes() -> None:
    """Both required; after a refusal the form stands open with the sentence."""
    plain = rows.Verb(key="close", url="/c/", label="Close")
    grave = rows.Verb(key="hold", url="/h/", label="Hold", is_exceptional=True, confirm="Yes", problem="Say why.")

    assert re.search(r"<textarea[^>]* required", part("reason", verb=plain))
    assert 'name="sure"' not in part("reason", verb=plain)
    assert re.search(r'name="sure" value="1" required', part("reason", verb=grave))
    assert re.search(r'<details class="verb exceptional"[^>]* open>', part("reason", verb=grave))
    assert 'aria-describedby="hold-problem"' in part("reason", verb=grave)


def test_a_motive_is_chosen_by_hand() -> None:
    """None is ticked beforehand, and one is required."""
    told = part("motive", subject="R-000001", motives=(rows.Option(value="sort", label="Sorting"),), url="/o/")

    assert "checked" not in told
    assert re.search(r'name="motive" value="sort" required', told)


def test_bars_of_points_are_drawn_with_points_in_every_language() -> None:
    """A comma in a French number would break the drawing."""
    block = rows.Block(code="A", title="Access", points_min=12.5, points_max=20, cap=30)
    panel = rows.LevelPanel(
        level="P2", label="", level_max="P1", gates=(), blocks=(block,), unknown=(), enquiry=None, weights_version="1"
    )
    with translation.override("fr"):
        told = part("level", panel=panel)

    assert '<rect class="stated" width="12.5"' in told
    assert '<rect class="could" x="12.5" width="7.5"' in told
    assert "12,5" in re.sub(r"<svg.*?</svg>", "", told, flags=re.DOTALL)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_are_small_and_ask_nobody(path: Path) -> None:
    """No address, no request, nothing written as markup."""
    text = path.read_text("utf-8")

    assert len(text) < 6_000
    assert not re.search(
        r"https?:|@import|fetch\(|XMLHttp|sendBeacon|eval\(|innerHTML|document\.write|document\.cookie", text
    )


@pytest.mark.skipif(shutil.which("node") is None, reason="no node here")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_scripts_can_be_read_by_a_browser(path: Path) -> None:
    """No slip of the pen."""
    assert subprocess.run([shutil.which("node") or "", "--check", str(path)], check=False).returncode == 0


def test_the_style_imitates_no_state_and_loads_nothing() -> None:
    """None of the marks, fonts and colours of a government; no address."""
    text = (DESK / "static" / "desk" / "desk.css").read_text("utf-8")

    assert not re.search(r"marianne|dsfr|fr-[a-z]+__|#000091|#e1000f|https?:|@import|url\(", text, re.IGNORECASE)
