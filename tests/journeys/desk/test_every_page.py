"""axe-core on every page of the desk, in both languages, light and dark, narrow and wide; a page that is not listed here fails."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

import tests.web.conftest  # noqa: F401 - sets Django up, once per process
from rempart.web.people.roles import Role
from rempart.wording import LANGS, Lang
from tests.journeys.desk.conftest import SignIn
from tests.journeys.desk.house import Desk
from tests.journeys.desk.matter import arrive, furnish
from tests.journeys.test_axe import AXE, ON_COLOURS, RUN
from tests.journeys.test_pages import _SIDEWAYS
from tests.journeys.walking import Walk
from tests.web.desk.matrix import addresses, lines

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.parametrize("desk_house", ["sqlite"], indirect=True)
# Address of each page by the name of its URL; {…} from `furnish`.
PAGES: "Mapping[str, str]" = {
    "home": "/",
    "mine": "/mine/",
    "search": "/search/",
    "onbehalf": "/new/",
    "care": "/care/",
    "unit": "/unit/",
    "people": "/people/",
    "lists": "/lists/",
    "journal": "/journal/",
    "help": "/help/",
    "report": "/reports/{report}/",
    "unfinished": "/unfinished/",
    "unfinished_form": "/unfinished/{draft}/",
    "dossiers": "/dossiers/",
    "dossier": "/dossiers/{dossier}/",
    "dossier_reports": "/dossiers/{dossier}/reports/",
    "dossier_exhibits": "/dossiers/{dossier}/exhibits/",
    "dossier_people": "/dossiers/{dossier}/people/",
    "dossier_identities": "/dossiers/{dossier}/pairs/",
    "dossier_timeline": "/dossiers/{dossier}/timeline/",
    "dossier_work": "/dossiers/{dossier}/work/",
    "dossier_review": "/dossiers/{dossier}/review/",
    "dossier_members": "/dossiers/{dossier}/members/",
    "dossier_history": "/dossiers/{dossier}/history/",
    "dossier_export": "/dossiers/{dossier}/export/",
    "analysis": "/analyses/{analysis}/",
    "network": "/analyses/{analysis}/network/?who=0",
    "files": "/analyses/{analysis}/files/",
    "conversation": "/analyses/{analysis}/messages/",
}
NO_PAGES = {
    "analysis_progress",
    "network_member",
    "conversation_rows",
    "unit_table",
    "journal_proof",
}  # numbers and files
ON_THE_WAY_IN = {
    "account_login",
    "mfa_authenticate",
    "mfa_login_webauthn",
}  # test_passkey looks at these and at account_…
VIEWS: "Mapping[Lang, tuple[tuple[int, str], ...]]" = {
    "en": ((320, "light"), (320, "dark"), (1280, "light"), (1280, "dark")),
    "fr": ((320, "light"), (1280, "light")),
}
DRIVER = "GL Driver Message"  # a browser without a graphics card says how slow it draws; that is nothing of ours
_UNFOLD = "() => document.querySelectorAll('details').forEach(one => { one.open = true })"


def test_no_page_is_forgotten(desk_house: Desk) -> None:
    """Every address that answers GET is looked at here or on the way in, or is no page."""
    table = lines()
    pages = {
        one.name
        for one in addresses()
        if "GET" in table[one.name if one.name in table else f"{one.name}.close"].methods
    }

    assert {one for one in pages if not one.startswith("account")} - NO_PAGES - ON_THE_WAY_IN == set(PAGES)


@pytest.mark.parametrize("lang", LANGS)
def test_axe_finds_nothing_on_any_page_of_the_desk(desk_house: Desk, signed_in: SignIn, lang: Lang) -> None:
    """Zero violations with every form unfolded; nothing scrolls sideways; the browser complains of nothing."""
    walk = signed_in(*Role, lang=lang)
    parts = furnish(desk_house, "-".join(("the", *Role)), "same", "same")
    found: dict[str, list[str]] = {}
    for name in every_state(walk, desk_house, parts):
        found[name] = look(walk, lang)

    print(f"\n{lang}: {len(found)} states, {len(found) * len(VIEWS[lang])} runs of axe")  # noqa: T201
    assert len(found) >= len(PAGES) + 9
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert [said for said in walk.said if DRIVER not in said] == []


def test_axe_would_find_a_fault_at_the_desk(desk_house: Desk, signed_in: SignIn) -> None:
    """The test above does not pass because axe sees nothing."""
    walk = signed_in(Role.ANALYST)
    walk.go("/help/")
    walk.tab.evaluate(
        "() => { document.querySelector('h1').style.color = '#ddd'; document.body.style.minWidth = '900px' }"
    )

    found = " ".join(look(walk, "en"))

    assert "color-contrast" in found
    assert "sideways" in found


def every_state(walk: Walk, house: Desk, parts: dict[str, str]) -> Iterator[str]:
    """Brings the window to each page in turn, and gives its name: first the questions why, then the pages, then what may be on them."""
    for name in ("report", "dossier", "conversation", "unfinished_form"):
        walk.go(PAGES[name].format(**parts))
        if walk.tab.locator("form.motive").count():
            yield f"{name}, why"
            tell_why_in(walk)
    for name, address in PAGES.items():
        walk.go(address.format(**parts))
        yield name
    yield from _with_words(walk, parts)
    yield from _at_once(walk, house)
    yield from _nothing(walk)


def _with_words(walk: Walk, parts: dict[str, str]) -> Iterator[str]:
    walk.go(PAGES["report"].format(**parts))
    for part in ("#text-words", "#text-contact"):
        if walk.tab.locator(f"{part} form").count():
            with walk.tab.expect_navigation():
                walk.tab.locator(f"{part} form button").click()
    yield "report, words shown"
    walk.go(PAGES["conversation"].format(**parts))
    walk.tab.locator("#show-page").click()
    walk.tab.locator("article .said:not(:empty)").first.wait_for()
    yield "conversation, texts shown"
    walk.go("/new/?path=adult&kind=situation")
    yield "new report, questions"
    walk.go("/search/")
    walk.tab.locator("[name=q]").fill("library")
    motive = walk.tab.locator("[name=motive]").first
    motive.select_option("linked") if motive.evaluate("one => one.tagName") == "SELECT" else motive.check()
    with walk.tab.expect_navigation():
        walk.tab.locator("main form button[type=submit]").first.click()
    yield "search, answered"


def _at_once(walk: Walk, house: Desk) -> Iterator[str]:
    (number,) = arrive(house, "now")
    walk.go(f"/reports/{number}/")
    tell_why_in(walk)
    yield "report, at once"
    unfold_and_qualify(walk)
    yield "report, second reading"


def _nothing(walk: Walk) -> Iterator[str]:
    walk.go("/?language=xx")
    yield "queue, nothing of this kind"
    walk.go("/reports/999999/")
    yield "not known"


def tell_why_in(walk: Walk) -> None:
    """Says why, whatever the language."""
    if walk.tab.locator("form.motive").count():
        walk.tab.locator("[name=motive]").first.check()
        with walk.tab.expect_navigation():
            walk.tab.locator("form.motive button[type=submit]").click()


def unfold_and_qualify(walk: Walk) -> None:
    """Qualifies the open report so that somebody else has to read it."""
    walk.tab.evaluate(_UNFOLD)
    walk.tab.locator("#verb-qualify [name=outcome][value=baseline]").check()
    walk.tab.locator("#verb-qualify [name=reason]").fill("read twice")
    with walk.tab.expect_navigation():
        walk.tab.locator("#verb-qualify button[type=submit]").click()


def look(walk: Walk, lang: Lang) -> list[str]:
    """What axe objects to on this page with everything unfolded, at each width in each theme."""
    walk.tab.evaluate(_UNFOLD)
    walk.tab.evaluate(AXE)
    told = []
    for width, theme in VIEWS[lang]:
        walk.tab.set_viewport_size({"width": width, "height": 900})
        walk.tab.emulate_media(color_scheme="dark" if theme == "dark" else "light")
        rules = ON_COLOURS if theme == "dark" else None
        found = walk.tab.evaluate(RUN, rules)
        assert rules or found["tried"] > 10, (walk.tab.url, walk.text)
        told += [f"{width} {theme}: {one}" for one in found["violations"]]
        told += [f"{width} {theme}: sideways"] if walk.tab.evaluate(_SIDEWAYS) else []
    walk.tab.set_viewport_size({"width": 1280, "height": 900})
    return told
