"""The commands that succeed: what they print, what they write, in two languages."""

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.main import get_command

from rempart.cli.main import MODULES, command_line
from rempart.version import VERSION
from tests.cli.shell import LOUD, SECRET, Ask, ask, loud_chat, quiet_chat
from tests.detection.chat import Said, export

WHATSAPP = "12/03/2026, 10:02 - Ann: hello\n12/03/2026, 10:03 - Bob: hi there\n13/03/2026, 10:03 - Bob: bye\n"


def document(folder: Path) -> dict[str, object]:
    """`analysis.json` below the folder."""
    made: dict[str, object] = json.loads((folder / "analysis.json").read_text("utf-8"))
    return made


def totals(folder: Path) -> tuple[int, int]:
    """(exhibits, messages) of `analysis.json` below the folder."""
    made = document(folder)
    exhibits, counts = made["exhibits"], made["totals"]
    assert isinstance(exhibits, list)
    assert isinstance(counts, dict)
    return len(exhibits), counts["messages"]


def commands(group: TyperGroup) -> Iterator[tuple[str, object]]:
    """Every command below the group with its name, groups too."""
    for name, command in group.commands.items():
        yield name, command
        if isinstance(command, TyperGroup):
            yield from commands(command)


def test_the_version_is_told() -> None:
    """`--version` tells the version and nothing else."""
    answer = ask("--version")

    assert (answer.code, answer.out.strip(), answer.err) == (0, f"rempart {VERSION}", "")


@pytest.mark.parametrize(("module", "names"), MODULES.items())
def test_a_command_loads_its_module_only(module: str, names: tuple[str, ...]) -> None:
    """Each name finds its module, and no module has a command that the table does not name."""
    made = [get_command(command_line([name, "--help"])) for name in names]

    assert all(isinstance(group, TyperGroup) and tuple(group.commands) == names for group in made), module


def test_a_light_command_does_not_load_the_analysis() -> None:
    """What an analysis needs takes a second."""
    program = (
        "import sys; from rempart.cli.main import MODULES, command_line; command_line(['keys', 'list']);"
        "print(sorted({'pyarrow', 'duckdb', 'numpy', 'splink', 'django'} & sys.modules.keys()))"
    )
    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert told.strip() == "[]"


def test_every_command_and_every_option_explains_itself() -> None:
    """No command, argument or option is without a help text."""
    group = get_command(command_line())
    assert isinstance(group, TyperGroup)
    found = list(commands(group))  # names come twice: `check` and `keys check`

    assert {"read", "analyse", "demo", "demo-case", "evaluate", "keys", "bag", "verify"} <= {name for name, _ in found}
    for name, command in found:
        assert getattr(command, "help", None), name
        for parameter in getattr(command, "params", ()):
            assert getattr(parameter, "help", None), f"{name} {parameter.name}"


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "Reads conversation exports"), ("fr", "Lit des exports de conversations")]
)
def test_the_help_is_in_the_language_of_the_environment(lang: str, words: str) -> None:
    """French or English, as the environment says; alone, the command shows its help."""
    asked, alone = ask("--help", lang=lang), ask(lang=lang)

    assert asked.code == 0
    assert words in asked.out
    assert alone.code == 2
    assert words in alone.err


def test_the_system_language_counts_where_no_own_one_is_told() -> None:
    """LANG=fr_FR.UTF-8 is enough for French."""
    answer = ask("evaluate", "--help", environment={"REMPART_LANG": "", "LANG": "fr_FR.UTF-8"})

    assert "Mesures du détecteur" in answer.out


def test_an_analysis_writes_everything_and_changes_no_exhibit(tmp_path: Path) -> None:
    """Report, document and tables appear; the exhibit keeps its bytes; no text of it is printed."""
    chat = loud_chat(tmp_path)
    before = hashlib.sha256(chat.read_bytes()).hexdigest()
    answer = ask("analyse", chat, "--out", tmp_path / "out", "--as-of", "2026-01-06T08:00:00Z")

    assert (answer.code, answer.err) == (0, "")
    assert "1 alert, of which 1 immediate." in answer.out
    assert SECRET not in answer.out
    assert hashlib.sha256(chat.read_bytes()).hexdigest() == before
    assert document(tmp_path / "out")["as_of"] == "2026-01-06T08:00:00Z"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"analysis.json", "report.html", "tables"}


def test_a_french_analysis_speaks_french(tmp_path: Path) -> None:
    """--lang fr gives a French summary and a French report, whatever the environment."""
    answer = ask("analyse", loud_chat(tmp_path), "--out", tmp_path / "out", "--lang", "fr")

    assert answer.code == 0
    assert "1 alerte, dont 1 immédiate." in answer.out
    assert "signaux à lire, pas des conclusions" in answer.out
    assert '<html lang="fr">' in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_a_name_cannot_command_the_terminal(tmp_path: Path, ask_here: Ask) -> None:
    """Escape sequences and turned writing in names of the evidence are shown as characters, not obeyed."""
    nasty = "Bob\x1b]0;owned\x07\x1b[2J\u202e[red]"
    chat = [Said(who=nasty if m.who == "Bob" else m.who, text=m.text, minute=m.minute) for m in LOUD]
    path = tmp_path / "a\x1b[31mb.json"
    path.write_bytes(export(chat))
    answer = ask_here("analyse", path, "--out", tmp_path / "out")

    assert answer.code == 0
    assert "Bob\ufffd]0;owned" in answer.out
    assert "[red]" in answer.out
    assert not set(answer.out + answer.err) & set("\x1b\x07\u202e")


def test_two_exports_are_two_exhibits(tmp_path: Path, ask_here: Ask) -> None:
    """Exports of two programs stand side by side in one analysis."""
    (tmp_path / "chat.txt").write_text(WHATSAPP, "utf-8")
    answer = ask_here("analyse", quiet_chat(tmp_path), tmp_path / "chat.txt", "--out", tmp_path / "out")

    assert answer.code == 0
    assert totals(tmp_path / "out") == (2, 6)


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_folder_and_an_archive_are_one_exhibit(tmp_path: Path, ask_here: Ask, kind: str) -> None:
    """A folder or a zip of exports is read as a whole."""
    folder = tmp_path / "exhibit"
    folder.mkdir()
    files = [quiet_chat(folder), loud_chat(folder)]
    with zipfile.ZipFile(tmp_path / "exhibit.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.write(file, f"chats/{file.name}")
    answer = ask_here("analyse", folder if kind == "folder" else tmp_path / "exhibit.zip", "--out", tmp_path / "out")

    assert answer.code == 0
    assert totals(tmp_path / "out") == (1, 9)


def test_read_alone_gives_tables_and_no_report(tmp_path: Path, ask_here: Ask) -> None:
    """`read` accounts for every byte and stops there."""
    answer = ask_here("read", quiet_chat(tmp_path), "--to", tmp_path / "tables")

    assert answer.code == 0
    assert "What was read" in answer.out
    assert {"messages.parquet", "accounts.parquet", "unread.parquet"} <= {
        p.name for p in (tmp_path / "tables").iterdir()
    }


def test_another_csv_is_read_by_the_columns_told(tmp_path: Path, ask_here: Ask) -> None:
    """--columns reads a CSV whose heads nobody knows."""
    (tmp_path / "log.csv").write_text(
        "From,Body,Date\nAnn,hello,2026-03-12T10:02:00Z\nBob,hi,2026-03-12T10:03:00Z\n", "utf-8"
    )
    answer = ask_here(
        "read", tmp_path / "log.csv", "--to", tmp_path / "tables", "--columns", "text=Body,author=From,sent_at=Date"
    )

    assert answer.code == 0
    assert (tmp_path / "tables" / "messages.parquet").exists()


def test_demo_shows_what_the_program_does(tmp_path: Path) -> None:
    """One command, no file of one's own: a case, its alerts and a report."""
    answer = ask("demo", "--no-open", "--to", tmp_path / "demo")

    assert answer.code == 0
    assert "Whom to look at first" in answer.out
    assert (tmp_path / "demo" / "analysis" / "report.html").exists()
    assert document(tmp_path / "demo" / "analysis")["alerts"]


def test_every_measure_can_be_had_as_json(tmp_path: Path, ask_here: Ask) -> None:
    """A case of one's own making goes through the measures; --json gives nothing but JSON."""
    made = ask_here("demo-case", "--to", tmp_path / "case", "--scale", "0.02")
    (tmp_path / "cues.jsonl").write_text(
        '{"text": "how old are you?", "lang": "en", "tactic": "age_enquiry"}\n', "utf-8"
    )
    exports, truth = tmp_path / "case" / "exports", tmp_path / "truth.jsonl"
    rows = (tmp_path / "case" / "truth.jsonl").read_text("utf-8").splitlines(keepends=True)
    truth.write_text("".join(rows[:2]), "utf-8")
    answers = {
        "tactics": ask_here("evaluate", "tactics", tmp_path / "cues.jsonl", "--json"),
        "alerts": ask_here("evaluate", "alerts", exports, truth, "--json"),
        "windows": ask_here("evaluate", "windows", exports / "chat_0001" / "result.json", "--json"),
    }
    figures = {name: json.loads(answer.out) for name, answer in answers.items()}

    assert made.code == 0
    assert {answer.code for answer in answers.values()} == {0}
    assert figures["tactics"]["recall"] == {"en": 1.0}
    assert figures["alerts"]["files"] == 2
    assert figures["windows"]["windows"] == 2


def test_the_measures_are_tables_for_people(tmp_path: Path) -> None:
    """Without --json the same figures are told in words, in French too."""
    (tmp_path / "cues.jsonl").write_text(
        '{"text": "how old are you?", "lang": "en", "tactic": "age_enquiry"}\n'
        '{"text": "the match is on Monday", "lang": "en", "tactic": "none"}\n',
        "utf-8",
    )
    tactics = ask("evaluate", "tactics", tmp_path / "cues.jsonl", lang="fr")
    windows = ask("evaluate", "windows", quiet_chat(tmp_path), lang="fr")

    assert (tactics.code, windows.code) == (0, 0)
    assert "Bonne tactique" in tactics.out
    assert "100,0\u00a0%" in tactics.out
    assert "1 fenêtres d’au plus 50 messages" in windows.out
