"""What the command line refuses: one sentence, the right exit code, no traceback, no word of the evidence."""

from pathlib import Path

import pytest

from tests.cli.shell import SECRET, Ask, ask, loud_chat, quiet_chat


def test_refuses_a_path_that_is_not_there(tmp_path: Path, ask_here: Ask) -> None:
    """A wrong path is the caller's input: 2, and what to do."""
    answer = ask_here("analyse", tmp_path / "missing.json", "--out", tmp_path / "out")

    assert answer.code == 2
    assert answer.is_one_line
    assert "missing.json" in answer.err
    assert not (tmp_path / "out" / "analysis.json").exists()


def test_refuses_an_unknown_format_and_says_what_was_looked_for(tmp_path: Path) -> None:
    """Every known format is named; no word of the file is."""
    (tmp_path / "letter.txt").write_text(f"Dear all,\n{SECRET}\n", "utf-8")
    answer = ask("read", tmp_path / "letter.txt", "--to", tmp_path / "out")

    assert answer.code == 2
    assert all(name in answer.err for name in ("letter.txt", "Looked for", "Telegram", "WhatsApp", "Signal"))
    assert SECRET not in answer.err + answer.out
    assert "Traceback" not in answer.err


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--lang", "de", "fr or en"),
        ("--profile", "police", "association, hotline or enquete"),
        ("--as-of", "yesterday", "2026-11-21T10:00:00+01:00"),
        ("--as-of", "2026-11-21T10:00:00", "zone"),
        ("--prevalence", "1.5", "between 0 and 1"),
        ("--columns", "text=Body,colour=Blue", "colour"),
        ("--facts", "nowhere.toml", "nowhere.toml"),
        ("--jobs", "0", "--jobs"),
        ("--engine", "hadoop", "spark://host:7077"),
        ("--colour", "blue", "--colour"),
    ],
)
def test_refuses_an_option_that_means_nothing(
    tmp_path: Path, ask_here: Ask, option: str, value: str, told: str
) -> None:
    """The sentence says what the option takes; nothing is written."""
    chat = quiet_chat(tmp_path)
    answer = ask_here("analyse", chat, "--out", tmp_path / "out", option, value)

    assert answer.code == 2
    assert told in answer.err
    assert answer.is_one_line
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("arguments", [["nonsense"], ["read", "x.json"], ["read"]])
def test_refuses_a_command_without_what_it_needs(ask_here: Ask, arguments: list[str]) -> None:
    """An unknown command or a missing option is told on one line, not by a traceback."""
    answer = ask_here(*arguments)

    assert answer.code == 2
    assert answer.is_one_line


def test_a_refusal_is_in_the_language_of_the_environment(tmp_path: Path) -> None:
    """A French environment gets a French sentence."""
    answer = ask("analyse", quiet_chat(tmp_path), "--out", tmp_path / "out", "--lang", "de", lang="fr")

    assert answer.code == 2
    assert answer.err.strip() == "--lang attend fr ou en."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["read"], "Il manque EXPORT. --help"),
        (["read", "x.json"], "Il manque --to. --help"),
        (["read", "x.json", "--to"], "--to attend un autre nombre de valeurs. --help"),
        (["analyse", "x.json", "--out", "y", "--jobs", "0"], "--jobs n’accepte pas cette valeur. --help"),
        (["read", "--colour"], "L’option --colour n’existe pas. --help"),
        (["nonsense"], "Rempart ne comprend pas cette commande. --help"),
        (["demo", "extra"], "Rempart ne comprend pas cette commande. --help"),
    ],
)
def test_a_call_that_means_nothing_is_refused_in_french(arguments: list[str], told: str) -> None:
    """What Typer says in English only is said in French too."""
    answer = ask(*arguments, lang="fr")

    assert answer.code == 2
    assert answer.err.startswith(told)
    assert answer.is_one_line


def test_damaged_facts_are_refused_without_quoting_them(tmp_path: Path, ask_here: Ask) -> None:
    """Facts that are not TOML stop everything before anything is written."""
    (tmp_path / "facts.toml").write_text(f'[[fact]]\nsubject = "{SECRET}\n', "utf-8")
    answer = ask_here("analyse", quiet_chat(tmp_path), "--out", tmp_path / "out", "--facts", tmp_path / "facts.toml")

    assert answer.code == 2
    assert answer.is_one_line
    assert "facts" in answer.err
    assert SECRET not in answer.err
    assert not (tmp_path / "out").exists()


def test_refuses_to_write_inside_the_exhibit(tmp_path: Path, ask_here: Ask) -> None:
    """Results inside the evidence would change it."""
    exhibit = tmp_path / "exhibit"
    exhibit.mkdir()
    quiet_chat(exhibit)
    answer = ask_here("analyse", exhibit, "--out", exhibit / "out")

    assert answer.code == 2
    assert "inside the exhibit" in answer.err
    assert [path.name for path in exhibit.iterdir()] == ["quiet.json"]


def test_a_disk_that_refuses_is_an_outside_failure(tmp_path: Path) -> None:
    """A file where a folder should come: 3, because the input is right and the world is not."""
    (tmp_path / "taken").write_text("", "utf-8")
    answer = ask("analyse", quiet_chat(tmp_path), "--out", tmp_path / "taken" / "deep")

    assert answer.code == 3
    assert answer.is_one_line


def test_a_report_that_cannot_be_saved_is_an_outside_failure(tmp_path: Path, ask_here: Ask) -> None:
    """A folder in the way of the document: 3, and the name of the document."""
    (tmp_path / "out" / "analysis.json.part").mkdir(parents=True)
    answer = ask_here("analyse", quiet_chat(tmp_path), "--out", tmp_path / "out")

    assert answer.code == 3
    assert "analysis.json" in answer.err
    assert answer.is_one_line


def test_a_cut_export_ends_in_1_and_says_where(tmp_path: Path) -> None:
    """Everything before the cut is analysed; the exit code says that something could not be read."""
    whole = loud_chat(tmp_path)
    cut = tmp_path / "cut.json"
    cut.write_bytes(whole.read_bytes()[:-40])
    answer = ask("analyse", cut, "--out", tmp_path / "out")

    assert answer.code == 1
    assert "1 place could not be read" in answer.out
    assert "cut.json @" in answer.out
    assert "the file ends in the middle of a value" in answer.out
    assert SECRET not in answer.out + answer.err
    assert (tmp_path / "out" / "report.html").exists()


def test_a_french_terminal_says_in_french_why_a_place_was_not_read(tmp_path: Path) -> None:
    """The reason too, behind the name and the bytes."""
    cut = tmp_path / "cut.json"
    cut.write_bytes(loud_chat(tmp_path).read_bytes()[:-40])
    answer = ask("read", cut, "--to", tmp_path / "out", lang="fr")

    assert answer.code == 1
    assert "le fichier finit au milieu d’une valeur" in answer.out
    assert "the file ends" not in answer.out


def test_a_fault_of_the_program_is_told_as_one(tmp_path: Path, ask_here: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever goes wrong inside ends in a sentence and 3; its words, which may be evidence, are kept back."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("rempart.cli.analyses.analyse", broken)
    answer = ask_here("analyse", quiet_chat(tmp_path), "--out", tmp_path / "out")

    assert answer.code == 3
    assert answer.is_one_line
    assert "fault of Rempart" in answer.err
    assert SECRET not in answer.err


@pytest.mark.parametrize("command", ["tactics", "alerts"])
def test_a_bad_row_is_named_by_its_line_and_not_quoted(tmp_path: Path, ask_here: Ask, command: str) -> None:
    """The measures refuse a row that is none, saying which."""
    rows = tmp_path / "rows.jsonl"
    rows.write_text(f'\n{{"text": "{SECRET}"}}\n', "utf-8")
    arguments = [rows] if command == "tactics" else [tmp_path, rows]
    answer = ask_here("evaluate", command, *arguments)

    assert answer.code == 2
    assert "Line 2" in answer.err
    assert SECRET not in answer.err
    assert answer.is_one_line
