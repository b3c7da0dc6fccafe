"""What the terminal shows: language, progress bars, summary tables, one-sentence errors."""

import os
import sys
import unicodedata
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from rempart.analysis.document import AlertShown, Analysis, RankedSubject
from rempart.analysis.walk import Outcome
from rempart.conversations.reading import Reading
from rempart.wording import Lang, Wording, wording

out = Console(highlight=False, soft_wrap=not sys.stdout.isatty())
errors = Console(stderr=True, highlight=False, soft_wrap=True)
MOST_SHOWN = 10
_KEPT = "\n\u200c\u200d"  # the line end, and the joiners that scripts and emoji need


def language_of_environment() -> Lang:
    """French when REMPART_LANG, LC_ALL, LC_MESSAGES or LANG says so, first told first; English otherwise."""
    told = (os.environ.get(name, "") for name in ("REMPART_LANG", "LC_ALL", "LC_MESSAGES", "LANG"))
    first = next((value for value in told if value), "")
    return "fr" if first.lower().startswith("fr") else "en"


def shown(text: str) -> Text:
    """The text as the terminal may show it: names from exhibits could hold sequences that command the terminal,
    or turn the direction of writing; their characters become U+FFFD.
    """
    unsafe = {char for char in set(text) - set(_KEPT) if unicodedata.category(char) in {"Cc", "Cf", "Cs"}}
    return Text("".join("\ufffd" if char in unsafe else char for char in text))


class Bars:
    """Progress bars of a long walk on the error stream; silent when it is not a terminal."""

    def __init__(self) -> None:
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=errors,
            disable=not errors.is_terminal,
        )
        self._task: TaskID | None = None
        self._total = 0

    def __enter__(self) -> Self:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def stage(self, name: str, total: int) -> None:
        """Finishes the bar before, and begins one."""
        self._finish()
        self._total = max(total, 1)
        self._task = self._bars.add_task(escape(shown(name).plain), total=self._total)

    def advance(self, done: int) -> None:
        """Moves the bar."""
        if self._task is not None:
            self._bars.update(self._task, completed=min(done, self._total))

    def _finish(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, completed=self._total)


def print_readings(readings: tuple[Reading, ...], lang: Lang) -> None:
    """What was read of each exhibit, and the places that could not be."""
    words = wording(lang)
    table = Table(title=words.text("What was read"), title_justify="left")
    for name in ("Exhibit", "Read as"):
        table.add_column(words.text(name))
    for name in ("Messages", "Accounts", "Media", "Unread"):
        table.add_column(words.text(name), justify="right")
    for reading in readings:
        table.add_row(
            shown(reading.exhibit.name),
            ", ".join(reading.readers),
            words.number(reading.messages),
            words.number(reading.accounts),
            words.number(reading.media),
            words.percent(reading.unread_share, digits=2),
        )
    out.print(table)
    _print_lost(readings, words)


def _print_lost(readings: tuple[Reading, ...], words: Wording) -> None:
    lost = [(reading, part, row) for reading in readings for part, row in reading.unread if row.loss]
    if lost:
        out.print(words.count("{count} place could not be read:", "{count} places could not be read:", len(lost)))
    for reading, part, row in lost[:MOST_SHOWN]:
        where = f"{reading.exhibit.name}{'/' + part if part else ''} @{row.byte_start}-{row.byte_end}"
        out.print(shown(f"  {where}: {row.reason}"))
    if len(lost) > MOST_SHOWN:
        out.print(words.text("  … the others are in unread.parquet"))


def print_outcome(outcome: Outcome, lang: Lang) -> None:
    """The summary of an analysis: what was read, whom to look at first, which alerts, where the report is."""
    words, document = wording(lang), outcome.document
    print_readings(outcome.readings, lang)
    out.print()
    immediate = sum(alert.level == "immediate" for alert in document.alerts)
    out.print(
        words.text(
            "{alerts}, of which {immediate}.",
            alerts=words.count("{count} alert", "{count} alerts", len(document.alerts)),
            immediate=words.count("{count} immediate", "{count} immediate", immediate),
        ),
        style="bold",
    )
    if document.ranking:
        out.print(_ranking_table(document, words))
    for line in _joined_lines(document, words):
        out.print(line)
    out.print(words.text("These are signals to read, not findings about anybody. A named person reads and decides."))
    out.print(shown(words.text("Report: {path}", path=outcome.folder / "report.html")))


def _joined_lines(document: Analysis, words: Wording) -> Iterator[str]:
    """What files, accounts and the network gave, a line each; nothing of what was not looked at."""
    known, identities, network = document.known_files, document.identities, document.network
    if known is not None and known.asked:
        yield words.count(
            "{count} different file that a list names.", "{count} different files that a list names.", known.files_total
        )
    if known is not None and not known.asked and known.media:
        yield words.text("Files were compared with no list: none was given (--hashes).")
    if network is not None and network.lists_asked:
        yield words.count(
            "{count} account brought files that no list knows.",
            "{count} accounts brought files that no list knows.",
            network.bringers_total,
        )
    if network is not None and network.sharers:
        yield words.count("{count} community of sharing.", "{count} communities of sharing.", network.communities_total)
    if identities is not None and identities.suggestions_total:
        yield words.count(
            "{count} pair of accounts to be compared by a person.",
            "{count} pairs of accounts to be compared by a person.",
            identities.suggestions_total,
        )


def _ranking_table(document: Analysis, words: Wording) -> Table:
    alerts = {alert.id: alert for alert in document.alerts}
    table = Table(title=words.text("Whom to look at first"), title_justify="left")
    table.add_column(words.text("Order"), justify="right")
    for name in ("Person of interest", "Level", "Alerts and messages to check", "Next enquiry"):
        table.add_column(words.text(name), overflow="fold")
    for subject in document.ranking[:MOST_SHOWN]:
        level = words.text("not ranked yet") if subject.level == "unranked" else subject.level
        table.add_row(
            str(subject.reading_order),
            shown(f"{subject.name}\n{subject.subject}" if subject.name != subject.subject else subject.name),
            level,
            _alerts_of(subject, alerts, words),
            shown(subject.next_enquiry.sentence if subject.next_enquiry else ""),
        )
    return table


def _alerts_of(subject: RankedSubject, alerts: dict[str, AlertShown], words: Wording) -> Text:
    lines: list[str] = []
    for alert in [alerts[number] for number in subject.alerts][:3]:
        level = words.text("immediate") if alert.level == "immediate" else words.text("to read")
        numbers = [number for tactic in alert.tactics if tactic.strength == "strong" for number in tactic.message_ids]
        listed = ", ".join(dict.fromkeys(numbers[:6]))
        addressee = alert.addressee_name or words.text("the group")
        lines.append(f"{alert.id} {level} → {addressee}{words.text(': ')}{listed}")
    if len(subject.alerts) > 3:
        lines.append(f"+ {len(subject.alerts) - 3}")
    return shown("\n".join(lines))
