"""`report.html`: one file, no script, no outside resource, in French or English; texts blurred until asked for."""

from collections.abc import Mapping
from datetime import datetime
from importlib import resources

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from rempart.analysis.alerts_shown import TITLES, Sources, ordered
from rempart.analysis.document import Analysis
from rempart.analysis.excerpt import excerpt
from rempart.analysis.places_shown import country_name
from rempart.analysis.report_parts import parts_of
from rempart.analysis.timeline_picture import draw
from rempart.conversations.reasons import tell_place, tell_reason
from rempart.conversations.rows import UnreadCode
from rempart.detection.frames import FRAMES
from rempart.detection.signals import SIGNALS
from rempart.detection.tactics import shared_reader
from rempart.wording import Wording

MAX_ALERTS = 300  # shown with their messages; the others stand in analysis.json
MAX_RANKED = 200
_FRAMES = {frame.code: frame.title for frame in FRAMES}


def render_report(document: Analysis, sources: Sources, factor_titles: Mapping[str, str]) -> str:
    """The page as text. factor_titles: code of every factor and gate -> its title in the language of `sources`."""
    words = sources.words
    environment = Environment(
        loader=PackageLoader("rempart.analysis"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["country_name"] = lambda code: country_name(code, words.lang)
    environment.filters["factor_title"] = lambda code: factor_titles.get(code, code)
    shown = ordered(sources.detection)[:MAX_ALERTS]
    reader = shared_reader()
    css = resources.files("rempart.analysis").joinpath("templates", "report.css").read_text("utf-8")
    return environment.get_template("report.html.j2").render(
        doc=document,
        lang=words.lang,
        css=Markup(css),  # noqa: S704 - our own style sheet, no data in it
        signals=SIGNALS,
        immediate=sum(alert.level == "immediate" for alert in document.alerts),
        to_read=sum(alert.level == "to_read" for alert in document.alerts),
        hidden_alerts=len(document.alerts) - len(shown),
        alerts=[
            (told, excerpt(sources, alert, reader), draw(sources, alert))
            for told, alert in zip(document.alerts, shown, strict=False)
        ],
        max_ranked=MAX_RANKED,
        **_wordings(sources),
        **parts_of(document, words),
    )


def _wordings(sources: Sources) -> dict[str, object]:
    """The functions that the template calls to write texts, numbers and names."""
    words, names = sources.words, sources.names
    return {
        "t": words.text,
        "count": words.count,
        "number": words.number,
        "percent": words.percent,
        "size": words.size,
        "duration": words.duration,
        "when": lambda instant: _when(instant, words),
        "tactic": lambda code: TITLES[code][words.lang],
        "frame": lambda code: _FRAMES[code][words.lang],
        "name_of": names.shown_name,
        "state": lambda state: _states(words).get(state, state),
        "unread_place": lambda row: row.locator if row.locator == row.part else tell_place(row.locator, words),
        "unread_reason": lambda row: tell_reason(row.reason, words),
        "unread_title": lambda code: unread_titles(words).get(code, code),
        "byte_class": lambda code: _byte_classes(words).get(code, code),
        "prevalence": lambda share: _prevalence(share, words),
    }


def _when(instant: datetime | None, words: Wording) -> str:
    if instant is None:
        return words.text("unknown instant")
    return instant.strftime("%d/%m/%Y %H:%M:%S UTC" if words.lang == "fr" else "%Y-%m-%d %H:%M:%S UTC")


def _prevalence(share: float, words: Wording) -> str:
    """1 in so many where that is a round number, else a percentage."""
    count = round(1 / share)
    exact = abs(1 / share - count) < 0.01 * count
    return words.text("1 in {count}", count=words.number(count)) if exact else words.percent(share)


def _states(words: Wording) -> Mapping[str, str]:
    return {
        "established": words.text("established"),
        "reported": words.text("reported"),
        "unknown": words.text("unknown"),
        "contradicted": words.text("contradicted"),
        "suggested": words.text("suggested by the program, to be confirmed by a person"),
    }


def unread_titles(words: Wording) -> Mapping[UnreadCode, str]:
    """What the codes of unread rows mean, as sentences."""
    return {
        "cut": words.text("The file stops in the middle."),
        "damaged": words.text("This place is damaged."),
        "not_a_conversation": words.text("This holds no conversation and was set aside."),
        "unknown_format": words.text("No reader knows this format."),
        "too_large": words.text("A single value is too large to be read."),
        "too_deep": words.text("Values are nested too deeply to be read."),
        "ambiguous_dates": words.text("Day and month cannot be told apart: these messages have no instant."),
        "before_first_message": words.text("This stands before the first message."),
        "other_layout": words.text("These lines look like messages of another layout; they are kept as text."),
        "same_messages": words.text("Another file tells the same messages; they are not read twice."),
        "count_differs": words.text("The file announces another number of messages than it holds."),
        "archive_refused": words.text("This archive was not opened."),
        "not_accounted": words.text("The reader passed over these bytes; this is a fault of Rempart."),
    }


def _byte_classes(words: Wording) -> Mapping[str, str]:
    return {
        "message": words.text("messages"),
        "service": words.text("service lines"),
        "unsupported": words.text("unsupported messages"),
        "structure": words.text("structure"),
        "continuation": words.text("continuation lines"),
        "media": words.text("media"),
        "account": words.text("accounts"),
        "set_aside": words.text("set aside"),
        "unread": words.text("unread"),
    }
