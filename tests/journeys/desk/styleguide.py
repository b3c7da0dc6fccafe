"""The parts of the desk's pages with invented reports, people and figures: written once to a folder, served on loopback with the headers of the site."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from rempart.web.desk import rows
from rempart.web.desk.picture import Chart, ChartShown, Series, show_chart
from rempart.web.headers import HEADERS
from rempart.wording import LANGS, Lang

NOW = datetime(2026, 11, 22, 14, 20, tzinfo=UTC)
GUIDE = Path(__file__).parent / "guide"
WEB = Path(rows.__file__).parents[1]
STATIC = {
    "pico.css": WEB / "public/static/public/vendor/pico/pico.classless.min.css",
    "desk.css": WEB / "desk/static/desk/desk.css",
    "keys.js": WEB / "desk/static/desk/keys.js",
    "cover.js": WEB / "desk/static/desk/cover.js",
}
PAGES = ("queue", "report", "dossier", "unit", "forms", "plain")
WORDS = "I would like somebody to tell me what to say to the school.\nPlease do not telephone before Thursday."


def write_guide(folder: Path) -> None:
    """All pages in both languages: /en/queue.html, /fr/queue.html…; and one whose reader switched single keys off."""
    for name, source in STATIC.items():
        shutil.copy(source, folder / name)
    for lang in LANGS:
        (folder / lang).mkdir()
        for page in PAGES:
            (folder / lang / f"{page}.html").write_text(render_page(page, lang), "utf-8")
    (folder / "en" / "off.html").write_text(render_page("queue", "en", keys_off=True), "utf-8")
    for name in ("opened", "taken"):
        (folder / f"{name}.html").write_text(
            f"<!doctype html><html lang='en'><title>{name}</title><h1>{name}</h1></html>"
        )


def render_page(page: str, lang: Lang, **more: object) -> str:
    """One page of the guide, in the language."""
    from django.contrib.auth.models import User
    from django.template import Context, Engine
    from django.test.utils import override_settings
    from django.utils import translation

    with translation.override(lang), override_settings(ROOT_URLCONF="tests.journeys.desk.guide_urls"):
        context = {**chrome(page, lang), **_CONTENT[page](lang), "user": User(username="alice"), **more}
        source = Engine.get_default().from_string((GUIDE / f"{page}.html").read_text("utf-8"))
        return source.render(Context(context))


def chrome(page: str, lang: Lang) -> dict[str, object]:
    """What every page is given."""
    from django.contrib.messages import constants
    from django.contrib.messages.storage.base import Message

    entries = [("queue", "Queue", "q"), ("plain", "Search", "s"), ("dossier", "Dossiers", "d"), ("report", "My work", "w"),
               ("unit", "Unit", "u"), ("forms", "People", ""), ("forms", "Journal", ""), ("forms", "Help", "")]  # fmt: skip
    return {
        "lang": lang,
        "name_of_site": "Essai",
        "sheets": ["/pico.css", "/desk.css"],
        "scripts": ["/keys.js", "/cover.js"],
        "is_demo": page == "queue",
        "nav": [
            rows.NavLink(url=f"{to}.html", label=label, key=key, is_here=to == page and bool(key))
            for to, label, key in entries
        ],
        "exposure": rows.Exposure(minutes=101 if page == "report" else 42, limit_minutes=120),
        "notices": [{"sentence": "Time stamps are waiting: no authority has answered. They are asked again."}]
        if page == "forms"
        else [],
        "messages": [Message(constants.SUCCESS, "R-000119 was joined to R-000123.")] if page == "report" else [],
    }


def _row(number: int, level: rows.Level, lang: Lang, **changes: object) -> rows.QueueRow:
    received_at = NOW - timedelta(hours=number % 50, minutes=number % 60)
    due_at = received_at + timedelta(hours={"P0": 2, "P1": 24, "P2": 72, "P3": 168, "unranked": 48}[level])
    told: dict[str, object] = {
        "url": "/opened.html",
        "number": f"R-{number:06d}",
        "level": level,
        "reasons": ("secrecy asked", "meeting spoken of"),
        "unknown": ("age of the child", "place", "who else knows"),
        "points_min": 12,
        "points_max": 55,
        "received_at": received_at,
        "waits": rows.told_wait(received_at, as_of=NOW),
        "due_at": due_at,
        "due": rows.told_due(due_at, as_of=NOW),
        "is_overdue": due_at < NOW,
        "kind": "conversation",
        "category": "contact by a stranger",
        "age": "11 to 14",
        "reporter": "parent",
        "lane": "ordinary",
        "files": number % 3,
        "language": "fr" if number % 2 else "en",
        "holder": "",
        "status": "to be sorted",
    }
    return rows.QueueRow(**{**told, **changes})  # type: ignore[arg-type] # a table of test values


def _queue(lang: Lang) -> dict[str, object]:
    duplicate = rows.Mark(label="perhaps a duplicate", kind="duplicate")
    drawn = rows.Mark(label="drawn for reading", kind="drawn")
    hold = rows.Mark(label="legal hold", kind="hold")
    nothing: dict[str, object] = {"reasons": (), "points_min": None, "points_max": None}
    groups = (
        rows.QueueGroup(level="P0", label="at once", total=2, rows=(
            _row(123, "P0", lang, reasons=("meeting within 72 h", "threat", "money asked"), holder="bob"),
            _row(101, "P0", lang, reporter="child or teenager", lane="urgent", is_mine=True, holder="alice", status="being read"))),
        rows.QueueGroup(level="P1", label="today", total=14, rows=(
            _row(152, "P1", lang, marks=(duplicate,)), _row(148, "P1", lang, dossier_number="D-000012", marks=(hold,)),
            _row(139, "P1", lang, unknown=("place",)))),
        rows.QueueGroup(level="P2", label="this week", total=1_480, rows=(_row(130, "P2", lang), _row(131, "P2", lang, points_max=12))),
        rows.QueueGroup(level="P3", label="when there is time", total=3, rows=(_row(90, "P3", lang, marks=(drawn,)),)),
        rows.QueueGroup(level="unranked", label="nobody has stated anything yet", total=1, rows=(_row(160, "unranked", lang, **nothing),)),
    )  # fmt: skip
    options = tuple(rows.Option(value=level, label=level) for level in rows.LEVELS[:4])
    language = (rows.Option(value="fr", label="Français", is_chosen=True), rows.Option(value="en", label="English"))
    return {
        "groups": groups,
        "filters": (
            rows.Filter(name="level", label="Level", options=options),
            rows.Filter(name="category", label="Category", options=(rows.Option(value="threat", label="threat"),)),
            rows.Filter(name="language", label="Language", options=language),
            rows.Filter(name="status", label="State", options=(rows.Option(value="sort", label="to be sorted"),)),
            rows.Filter(name="mine", label="Mine"),
            rows.Filter(name="overdue", label="Overdue", is_ticked=True),
        ),
        "pages": rows.Pages(number=1, last=30, total=1_500, next_url="queue.html"),
    }


def _panel() -> rows.LevelPanel:
    reading = rows.Reason(code="grooming", title="Contact with a minor over weeks", state="reported", by="the reporter", at=NOW,
                          points_min=12.5, points_max=25)  # fmt: skip
    work = rows.Reason(code="work", title="Works with children", state="established", by="Bob", at=NOW, points_min=25,
                       points_max=25, note="Register of the club, page 3.", refs=("exhibit 2, line 40",))  # fmt: skip
    denied = rows.Reason(code="home", title="Lives with a child", state="contradicted", by="Alice", at=NOW)
    gate = rows.GateShown(code="G2", title="A meeting with place and time within 72 h", state="reported", holds=True,
                          why="The reporter says Saturday.", by="the reporter", at=NOW, confirm_by=NOW + timedelta(hours=2))  # fmt: skip
    over = rows.GateShown(code="G4", title="Blackmail going on", state="unknown", holds=False)
    return rows.LevelPanel(
        level="P1",
        label="today",
        level_max="P0",
        gates=(gate, over),
        blocks=(
            rows.Block(code="A", title="Access", points_min=25, points_max=30, cap=30, reasons=(work, denied)),
            rows.Block(code="B", title="Current acts", points_min=12.5, points_max=30, cap=30, reasons=(reading,)),
            rows.Block(code="C", title="Antecedents", points_min=0, points_max=20, cap=20),
            rows.Block(code="D", title="Child", points_min=7, points_max=7, cap=15),
            rows.Block(code="E", title="Scale", points_min=0, points_max=5, cap=5),
        ),
        unknown=("Prior reports on the same account", "Place"),
        enquiry=rows.Enquiry(question="Is a place named for the meeting?", level_if_yes="P0", level_if_no="P2"),
        weights_version="2026-11",
    )


def _report(lang: Lang) -> dict[str, object]:
    closing = (rows.Option(value="duplicate", label="duplicate"), rows.Option(value="remit", label="out of remit"))
    return {
        "crumbs": [("queue.html", "Queue")],
        "marks": (rows.Mark(label="perhaps a duplicate", kind="duplicate"), rows.Mark(label="second reading", kind="second")),
        "words": WORDS,
        "items": [("Kind", "conversation"), ("Child's age", "11 to 14"), ("Contact goes on", "yes"), ("Place", ""),
                  ("Address", "https://example.org/a-very-long-address-without-any-blank/" + "abcdefgh" * 9)],
        "links": (
            rows.LinkRow(number="R-000101", url="report.html", because=("same account",), state="proposed", similarity=0.83, act_url="/opened.html"),
            rows.LinkRow(number="R-000119", url="report.html", because=("same address", "same file"), state="joined", by="Bob", at=NOW,
                         reason="same family, same week", act_url="/opened.html"),
        ),
        "entries": _history(),
        "panel": _panel(),
        "what_url": "report.html",
        "verbs": (
            rows.Verb(key="qualify", url="/opened.html", label="Send to a second reading", lead="Another person reads it before anything else is done."),
            rows.Verb(key="close", url="/opened.html", label="Close the report", options=closing, options_label="Because", problem="Say why; nothing was changed."),
            rows.Verb(key="hold", url="/opened.html", label="Place a legal hold", is_exceptional=True, confirm="I know that nothing is erased until the hold is lifted."),
        ),
    }  # fmt: skip


def _history() -> tuple[rows.HistoryRow, ...]:
    return (
        rows.HistoryRow(at=NOW, actor="Alice", action="consulted", motive="sorting", leaf=1_204),
        rows.HistoryRow(at=NOW, actor="Bob", action="joined R-000119", detail="same address", motive="same family", leaf=1_190, is_undone=True),
        rows.HistoryRow(at=NOW, actor="worker", action="opened", leaf=1_101),
    )  # fmt: skip


def _dossier(lang: Lang) -> dict[str, object]:
    account = rows.IdentityRow(kind="account", value="@nuage-bleu-27", since="since 3 Sept. 2026", source="R-000101", standing="stated",
                               judged="positive, Bob, 21 Nov. 2026")  # fmt: skip
    phone = rows.IdentityRow(
        kind="telephone", value="+33 1 99 00 12 34", since="", source="R-000123", standing="established"
    )
    checks = (
        rows.CheckItem(name="context", text="Was the whole conversation read, both sides?", answer="yes", note="all 340 messages", by="Bob", at=NOW),
        rows.CheckItem(name="alibi", text="Does anything speak against the account being this person's?", hint="Shared devices, borrowed names."),
    )  # fmt: skip
    return {
        "crumbs": [("dossier.html", "Dossiers")],
        "people": (
            rows.PersonCard(title="Person 1", role="person of interest", identities=(account, phone), url="dossier.html"),
            rows.PersonCard(title="Person 2", role="reporter", identities=()),
            rows.PersonCard(title="Person 3", role="child", identities=(phone,)),
        ),
        "moments": (
            rows.Moment(at=NOW - timedelta(days=9), what="First message to the child.", source="exhibit 1, message 12", standing="established"),
            rows.Moment(at=None, day_told="beginning of November", what="The child is asked to keep it a secret.", source="the reporter", standing="stated"),
            rows.Moment(at=None, what="The account changed its name.", source="two exports compared", standing="inferred"),
        ),
        "tasks": (
            rows.TaskRow(title="Ask the reporter for the export", by="Alice", due_at=NOW - timedelta(days=1), is_overdue=True, done_url="/opened.html"),
            rows.TaskRow(title="Read exhibit 2", by="Bob", done_at=NOW, done_by="Bob"),
        ),
        "task_url": "/opened.html",
        "notes": (
            rows.NoteRow(at=NOW, by="Bob", text="The club answered: <b>not</b> a member since 2024.\nTo be checked with the register."),
            rows.NoteRow(at=NOW, by="Alice", text="Perhaps a member of the club.", is_replaced=True),
        ),
        "note_url": "/opened.html",
        "checks": checks,
        "check_url": "/opened.html",
        "check_lead": "Answered by another person than the one who leads, before any hand-over.",
    }  # fmt: skip


def _unit(lang: Lang) -> dict[str, object]:
    return {"charts": charts(lang)}


def charts(lang: Lang) -> tuple[ChartShown, ...]:
    """One chart of each shape."""
    days = tuple(f"{day} Nov." for day in range(1, 31))
    came = tuple(380.0 + (day * 37) % 140 for day in range(30))
    read = (
        *(360.0 + (day * 53) % 160 for day in range(14)),
        None,
        None,
        *(390.0 + (day * 29) % 120 for day in range(14)),
    )
    people = ("Alice Martin", "Bob Lefèvre", "Chloé", "Zoé de la Très-Longue-Rivière-aux-Peupliers")
    made = (
        Chart(key="inflow", shape="line", title="Received and read", summary="465 a day come in; two days are not known.", head="Day",
              labels=days, series=(Series(name="received", values=came), Series(name="read", values=read))),
        Chart(key="ages", shape="stacked", title="How long reports wait", summary="Nine tenths are younger than three days.", head="Age",
              labels=("< 1 d", "1–3 d", "3–7 d", "> 7 d"),
              series=(Series(name="P0", values=(2, 0, 0, 0)), Series(name="P1", values=(60, 40, 3, 0)),
                      Series(name="P2", values=(200, 150, 90, 12)), Series(name="P3", values=(300, 1_250, 200, 80)))),
        Chart(key="joins", shape="bar", title="Hours saved by joining", summary="Most in the third week.", head="Week", digits=1,
              labels=("44", "45", "46", "47"), series=(Series(name="hours", values=(12.5, 31, 48.2, 0)),)),
        Chart(key="load", shape="row", title="Load per person", summary="Bob holds the most.", head="Person", labels=people,
              series=(Series(name="in hand", values=(4, 11, 0, None)), Series(name="overdue", values=(1, 3, 0, None)))),
    )  # fmt: skip
    return tuple(show_chart(chart, lang=lang) for chart in made)


def _forms(lang: Lang) -> dict[str, object]:
    motives = (
        rows.Option(value="sort", label="Sorting", hint="The report is in the queue and I take it."),
        rows.Option(value="link", label="Comparing with another report"),
        rows.Option(value="control", label="Control of the work"),
    )
    verb = rows.Verb(key="override", url="/opened.html", label="Read on beyond the limit of today", lead="Alice has read 120 of 120 minutes.",
                     is_exceptional=True, confirm="I have talked with Alice about it.", problem="Say why; nothing was changed.")  # fmt: skip
    return {
        "motives": motives,
        "problems": [("motive-note", "The note is too long.")],
        "verb": verb,
        "facts": ["Another person than Alice decides.", "It stands in the journal."],
        "back_url": "queue.html",
    }


def _plain(lang: Lang) -> dict[str, object]:
    return {}


_CONTENT = {"queue": _queue, "report": _report, "dossier": _dossier, "unit": _unit, "forms": _forms, "plain": _plain}


class _Handler(SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.do_GET()

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def served_guide(folder: Path) -> Iterator[str]:
    """The guide on loopback; its address."""
    write_guide(folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
