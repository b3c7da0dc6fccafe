"""What `rempart read` and `rempart analyse` tell: counts, what could not be read, the order of reading."""

from collections.abc import Iterator

from rich.table import Table
from rich.text import Text

from rempart.analysis.document import AlertShown, Analysis, RankedSubject
from rempart.analysis.walk import Outcome
from rempart.cli.screen import out, shown
from rempart.conversations.reading import Reading
from rempart.conversations.reasons import tell_reason
from rempart.wording import Lang, Wording, wording

MOST_SHOWN = 10


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
        out.print(shown(f"  {where}{words.text(': ')}{tell_reason(row.reason, words)}"))
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
