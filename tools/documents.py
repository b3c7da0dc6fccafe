"""Writes the pages that are made from the code, or with --check refuses pages that are not in step.

docs/tables.md (the schema), docs/analysis.schema.json, docs/signals.md (tactics, sources, frames),
docs/weights.md (gates, factors, points), docs/readers.md (formats), docs/commands.md (help of every command),
docs/columns.md (tables of reports), docs/openapi.json (the partners' API).
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

import msgspec
import pyarrow as pa

from rempart.analysis.document import Analysis
from rempart.analysis.result_tables import RESULT_TABLES, WHEN_KNOWN
from rempart.conversations.readers import READERS
from rempart.conversations.tables import TABLES
from rempart.detection.frames import FRAMES
from rempart.detection.signals import SIGNALS
from rempart.intake.columns import CHOICES, load_columns
from rempart.priority.weights import load_weights
from rempart.web.config import Face, SiteConfig
from rempart.web.setup import django_as, make_folders

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
COMMANDS = (
    "",
    "read",
    "analyse",
    "demo",
    "demo-case",
    "evaluate",
    "evaluate tactics",
    "evaluate alerts",
    "evaluate windows",
    "keys",
    "keys init",
    "keys list",
    "keys rotate",
    "keys escrow",
    "keys join",
    "keys explain",
    "keys check",
    "hashes",
    "hashes add",
    "hashes list",
    "hashes check",
    "network",
    "network export",
    "identities",
    "identities screen",
    "identities judge",
    "identities list",
    "bag",
    "intake",
    "intake mail",
    "intake csv",
)


def tables() -> str:
    lines = ["# The conversation tables", "", "Written by `rempart read` and `rempart analyse` as Parquet. Made from `conversations/tables.py`; do not edit.",
             "Null always means that the export does not tell; zero and empty are values. Instants are UTC.", ""]  # fmt: skip
    lines += _schemas(TABLES)
    lines += ["# What an analysis adds", "", "Written by `rempart analyse` beside the others. Made from `analysis/result_tables.py`; do not edit.",
              "Every row is a proposal or a count, and leads back to messages by exhibit and row. Null means not told, or not measured.",
              f"Only when a list was given, or pictures were compared: {', '.join(f'`{name}`' for name in WHEN_KNOWN)}.", ""]  # fmt: skip
    lines += _schemas(RESULT_TABLES)
    return "\n".join(lines)


def _schemas(told: Mapping[str, pa.Schema]) -> list[str]:
    lines: list[str] = []
    for name, schema in told.items():
        lines += [f"## {name}", "", "| column | type | null? | meaning |", "|---|---|---|---|"]
        for field in schema:
            meaning = field.metadata[b"meaning"].decode()
            kind, told_meaning = (str(part).replace("|", "\\|") for part in (field.type, meaning))
            lines.append(f"| `{field.name}` | {kind} | {'yes' if field.nullable else 'no'} | {told_meaning} |")
        lines.append("")
    return lines


def schema() -> str:
    made = msgspec.json.schema(Analysis)
    made["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    made["title"] = "analysis.json of Rempart"
    return json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False) + "\n"


def signals() -> str:
    lines = [
        "# The 17 tactics",
        "",
        "Made from `detection/signals/`; do not edit. Strong ones may count towards an alert, weak ones are context.",
        "",
    ]
    for signal in SIGNALS:
        strength = str(signal.strength) + (f"; {signal.strong_when}" if signal.strong_when else "")
        lines += [f"## `{signal.code}`: {signal.title['en']} / {signal.title['fr']}", "", f"*{strength}; tier {signal.tier}*", "",
                  signal.definition["en"], "", signal.definition["fr"], "", "Sources: " + "; ".join(signal.sources) + ".", ""]  # fmt: skip
    lines += ["# Frames: ways of speaking that take a tactic back", ""]
    lines += [f"- `{frame.code}`: {frame.title['en']} / {frame.title['fr']}" for frame in FRAMES]
    return "\n".join(lines) + "\n"


def weights() -> str:
    table = load_weights()
    lines = [f"# Gates, factors and points, version {table.version}", "", "Made from `priority/weights.toml`; do not edit. Points are policy, not probabilities.", "",
             "| gate | level | condition | confirm within | source |", "|---|---|---|---|---|"]  # fmt: skip
    lines += [f"| {g.code} | {g.level} | {g.title.en} | {g.confirm_within_hours} h | {g.source} |" for g in table.gates]
    lines += ["", "| block | factor | points | title | source |", "|---|---|---|---|---|"]
    lines += [f"| {f.block} | `{f.code}` | {f.points} | {f.title.en} | {f.source} |" for f in table.factors]
    return "\n".join(lines) + "\n"


def readers() -> str:
    lines = ["# The readers", "", "Made from `conversations/readers/`; do not edit. A format is recognised from content, in this order.", "",
             "| reader | platform | looked for | tier | source |", "|---|---|---|---|---|"]  # fmt: skip
    lines += [f"| `{r.name}` | {r.platform} | {r.looked_for} | {r.tier} | {r.source} |" for r in READERS]
    return "\n".join(lines) + "\n"


_HELP = """
import contextlib, io, json, sys
from typer.main import get_command
from rempart.cli.main import command_line

command = get_command(command_line())

def help_of(asked):
    with contextlib.redirect_stdout(io.StringIO()) as told:
        command.main([*asked.split(), "--help"], prog_name="rempart", standalone_mode=False)
    return told.getvalue()

print(json.dumps([help_of(asked) for asked in sys.argv[1:]]))
"""


def commands() -> str:
    lines = ["# The commands", "", "Made from their `--help`; do not edit.", ""]
    environment = {**os.environ, "REMPART_LANG": "en", "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"}
    call = [sys.executable, "-c", _HELP, *COMMANDS]  # one process: each loads everything first
    told = json.loads(subprocess.run(call, capture_output=True, text=True, check=True, env=environment).stdout)
    for command, text in zip(COMMANDS, told, strict=True):
        plain = "\n".join(line.rstrip() for line in text.strip().splitlines())
        lines += [f"## rempart {command}".rstrip(), "", "```", plain, "```", ""]
    return "\n".join(lines)


def columns() -> str:
    table = load_columns()
    lines = ["# The columns of a table of reports", "", "Made from `intake/columns.toml`; do not edit. For `rempart intake csv`: one report a row. Names and words are compared",
             "without case, accents and signs. Separators `;`, `,` and tab, in UTF-8, UTF-16 or Windows-1252, are recognised.", "",
             "| field | understood names | meaning | sens |", "|---|---|---|---|"]  # fmt: skip
    about = [(one.field, ", ".join(one.names), one.about.en, one.about.fr) for one in table.column]
    lines += [
        f"| `{field}` | {names} | {en} | {fr} |".replace(" or |", " or \\|").replace(" ou |", " ou \\|")
        for field, names, en, fr in about
    ]
    lines += ["", "## Words that are understood", "", "An empty cell is no answer. An age may also be a number of years.", "", "| column | value | words |", "|---|---|---|"]  # fmt: skip
    for field, name in CHOICES.items():
        lines += [f"| `{field}` | `{value}` | {', '.join(words)} |" for value, words in table.values[name].items()]
    lines += ["", "## Why a row is refused", "", "Each refusal tells the line and the column. The other rows are kept; a table that is given again keeps only what is new.", ""]  # fmt: skip
    lines += [f"- {refusal.en} / {refusal.fr}" for refusal in table.refusals.values()]
    return "\n".join(lines) + "\n"


def openapi() -> str:
    with tempfile.TemporaryDirectory() as folder:
        django_as(make_folders(Path(folder), SiteConfig()), Face.PUBLIC)
        views = import_module("rempart.web.api.views")  # needs Django
        return json.dumps(views.api.get_openapi_schema(), indent=1, ensure_ascii=False) + "\n"


PAGES = {
    "tables.md": tables,
    "analysis.schema.json": schema,
    "signals.md": signals,
    "weights.md": weights,
    "readers.md": readers,
    "commands.md": commands,
    "columns.md": columns,
    "openapi.json": openapi,
}


def main() -> int:
    DOCS.mkdir(exist_ok=True)
    stale = [name for name, make in PAGES.items() if not is_fresh(DOCS / name, make())]
    if "--check" in sys.argv:
        for name in stale:
            print(f"docs/{name} is not in step with the code: run `make docs`.")
        return 1 if stale else 0
    for name in stale:
        (DOCS / name).write_text(PAGES[name](), "utf-8")
        print(f"docs/{name} written")
    return 0


def is_fresh(path: Path, text: str) -> bool:
    return path.exists() and path.read_text("utf-8") == text


if __name__ == "__main__":
    sys.exit(main())
