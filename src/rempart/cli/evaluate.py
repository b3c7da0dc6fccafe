"""`rempart evaluate …`: the measures, as tables or with --json."""

import tempfile
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.table import Table

from rempart.analysis.names import Names
from rempart.analysis.walk import Options, read_exhibits
from rempart.cli.screen import Bars, language_of_environment, out, shown
from rempart.detection.run import Detection, run
from rempart.engine.queries import DuckEngine
from rempart.errors import BadInput
from rempart.evaluation.cues import CueReport, evaluate_cues, parse_cues
from rempart.evaluation.identities import IdentityReport, evaluate_identities, parse_persons
from rempart.evaluation.scenarios import (
    FileResult,
    Raised,
    ScenarioReport,
    Truth,
    judge_file,
    parse_truth,
    summarise,
)
from rempart.evaluation.windows import WindowReport, evaluate_windows
from rempart.identities.compare import compare
from rempart.wording import wording

_words = wording(language_of_environment())
_ = _words.text
app = typer.Typer(help=_("Measures of the detector."), no_args_is_help=True)


def register(to: typer.Typer) -> None:
    """Adds the commands to the command line."""
    to.add_typer(app, name="evaluate")


Json = Annotated[bool, typer.Option("--json", help=_("Print JSON instead of tables."))]


@app.command(help=_("Recall per tactic and language, and false hits, on labelled lines."))
def tactics(
    file: Annotated[Path, typer.Argument(help=_('Rows {{"text","lang","tactic"}}; none for negatives.'))],
    as_json: Json = False,
) -> None:
    """`rempart evaluate tactics`."""
    report = evaluate_cues(parse_cues(_lines(file)))
    if as_json:
        _print_json(report)
    else:
        _print_cues(report)


@app.command(help=_("Precision, recall, F0.5 and latency of the alerts, on scenarios with a known truth."))
def alerts(
    folder: Annotated[Path, typer.Argument(help=_("Folder of exports, one scenario a file."))],
    truth: Annotated[Path, typer.Argument(help=_('Rows {{"file","level","speaker","earliest_index"}}.'))],
    as_json: Json = False,
) -> None:
    """`rempart evaluate alerts`."""
    rows = parse_truth(_lines(truth))
    results: list[FileResult] = []
    with Bars() as bars:
        bars.stage(_("Scenarios"), len(rows))
        for done, row in enumerate(rows, start=1):
            results.append(_judge(folder / row.file, row))
            bars.advance(done)
    report = summarise(results)
    if as_json:
        _print_json(report)
    else:
        _print_scenarios(report)


@app.command(help=_("Alerts per 10,000 windows of 50 messages, with Wilson intervals."))
def windows(
    exports: Annotated[list[Path], typer.Argument(metavar="EXPORT", help=_("Exports of ordinary conversations."))],
    as_json: Json = False,
) -> None:
    """`rempart evaluate windows`."""
    with tempfile.TemporaryDirectory(prefix="rempart-") as work, Bars() as bars:
        read_exhibits(exports, out=Path(work), options=Options(), observer=bars)
        report = evaluate_windows(run(Path(work)))
    if as_json:
        _print_json(report)
    else:
        _print_windows(report)


@app.command(help=_("Precision and recall of suggested pairs of accounts, against a known truth."))
def identities(
    truth: Annotated[Path, typer.Argument(help=_("CSV with the columns account_id and person."))],
    tables: Annotated[Path, typer.Argument(help=_("Folder of tables that `rempart read` wrote."))],
    as_json: Json = False,
) -> None:
    """`rempart evaluate identities`."""
    persons = parse_persons("\n".join(_lines(truth)))
    if not (tables / "accounts.parquet").is_file():
        raise BadInput("{name} holds no tables; `rempart read` writes them.", name=tables.name)
    report = evaluate_identities(compare(tables, engine=DuckEngine()), persons=persons)
    if as_json:
        _print_json(report)
    else:
        _print_identities(report)


class _Silent:
    def stage(self, name: str, total: int) -> None:
        """Nobody watches."""

    def advance(self, done: int) -> None:
        """Nobody watches."""


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("{name} cannot be read as text.", name=file.name) from error


def _judge(path: Path, truth: Truth) -> FileResult:
    with tempfile.TemporaryDirectory(prefix="rempart-") as work:
        folder = Path(work)
        read_exhibits([path], out=folder, options=Options(), observer=_Silent())
        detection = run(folder)
        minutes = _minutes(detection)
        return judge_file(truth, _raised(detection, Names(folder, detection.timeline), minutes), minutes)


def _minutes(detection: Detection) -> list[float | None]:
    """Instants of the messages in the order of the file, in minutes; None where unknown."""
    line = detection.timeline
    order = line.position.argsort()
    return [float(line.at_us[i]) / 60e6 if line.known_at[i] else None for i in order]


def _raised(detection: Detection, names: Names, minutes: list[float | None]) -> list[Raised]:
    line = detection.timeline
    place = {int(index): number for number, index in enumerate(line.position.argsort())}
    found: list[Raised] = []
    for alert in detection.alerts:
        account = names.account_id(alert.speaker) or ""
        first, last = place[alert.raised[0][1]], place[dict(alert.raised)[alert.level]]
        found.append(
            Raised(
                level=alert.level,
                speaker_names=(account, account.partition(":")[2], *names.all_names(account)),
                index=last,
                minute=minutes[last],
                first_index=first,
                first_minute=minutes[first],
            )
        )
    return found


def _print_json(report: msgspec.Struct) -> None:
    typer.echo(msgspec.json.format(msgspec.json.encode(report), indent=1).decode())


def _share(value: float | None) -> str:
    return "–" if value is None else _words.percent(value)


def _figure(value: float | None) -> str:
    return "–" if value is None else _words.number(value, digits=2)


def _figures(*values: float | None) -> str:
    return _("; ").join(map(_figure, values))  # a comma stands inside French figures


def _level(code: str) -> str:
    return {"any": _("any level"), "none": _("none"), "to_read": _("to read"), "immediate": _("immediate")}[code]


def _print_cues(report: CueReport) -> None:
    table = Table(title=_("Right tactic"), title_justify="left")
    for name in (_("Language"), _("Tactic"), _("Right"), _("Of"), _("Recall")):
        table.add_column(name)
    for score in report.scores:
        table.add_row(shown(score.lang), score.tactic, str(score.right), str(score.total), _share(score.recall))
    for lang, recall in report.recall.items():
        macro = _("mean of tactics {share}", share=_share(report.macro[lang]))
        table.add_row(shown(lang), _("all"), "", macro, _share(recall), style="bold")
    out.print(table)
    for false in report.false_hits:
        told = _(
            "{lang}: {strong} of {total} negatives fire a strong tactic ({share}), {weak} a weak one only.",
            lang=false.lang,
            strong=false.strong,
            total=false.negatives,
            share=_share(false.strong_share),
            weak=false.weak_only,
        )
        out.print(shown(told))


def _print_scenarios(report: ScenarioReport) -> None:
    table = Table(title=_("Alerts on scenarios"), title_justify="left", show_header=False)
    rows = (
        (_("Files"), str(report.files)),
        (_("Right, wrong, missed"), f"{report.true_positives}, {report.false_positives}, {report.false_negatives}"),
        (_("Precision"), _share(report.precision)),
        (_("Recall"), _share(report.recall)),
        (_("F0.5"), _figure(report.f05)),
        (_("Exact level among the right ones"), _share(report.exact_level_share)),
        (_("Latency in messages: median, 90 %"), _figures(report.latency_messages_median, report.latency_messages_p90)),
        (_("Latency in minutes: median, 90 %"), _figures(report.latency_minutes_median, report.latency_minutes_p90)),
        (_("Speed, F-latency"), _figures(report.speed, report.f_latency)),
    )
    for name, value in rows:
        table.add_row(name, value)
    out.print(table)
    for result in report.results:
        if result.found != result.truth or result.other_speakers:
            truth, found = _level(result.truth), _level(result.found)
            out.print(shown(_("{file}: truth {truth}, found {found}", file=result.file, truth=truth, found=found)))


def _print_identities(report: IdentityReport) -> None:
    table = Table(title=_("Pairs of accounts of one person"), title_justify="left")
    for name in (_("Proposed by"), _("Pairs"), _("Right"), _("Precision"), _("Recall")):
        table.add_column(name)
    for way in report.figures:
        name = _("same number or e-mail at the same or a close time")
        if way.least is not None:
            name = _("probability {least} and more", least=_words.number(way.least, digits=3))
        numbers = (_words.number(way.pairs), _words.number(way.right))
        table.add_row(name, *numbers, _share(way.precision), _share(way.recall))
    out.print(table)


def _print_windows(report: WindowReport) -> None:
    out.print(
        _(
            "{windows} windows of up to 50 messages, {messages} messages.",
            windows=_words.number(report.windows),
            messages=_words.number(report.messages),
        )
    )
    for rate in report.rates:
        out.print(
            _(
                "{level}: {alerting} windows, {rate} per 10,000 (95 % interval {low} to {high})",
                level=_level(rate.level),
                alerting=rate.alerting,
                rate=_words.number(rate.per_10_000, digits=1),
                low=_words.number(rate.low, digits=1),
                high=_words.number(rate.high, digits=1),
            )
        )
    for conversation, position, level in report.examples:
        out.print(
            shown(
                _(
                    "  {level}, {conversation}, message {number}",
                    level=_level(level),
                    conversation=conversation,
                    number=position + 1,
                )
            )
        )
