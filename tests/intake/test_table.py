"""Tables: what cannot be taken is named with its line and column, what can is a report, and no cell is ever more than text."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.intake.columns import CHOICES, BadColumns, fold, known_names, load_columns, parse_columns, value_of
from rempart.intake.report import (
    AgeBand,
    Answer,
    Category,
    Kind,
    Report,
    ReporterKind,
    Urgency,
    decode,
    encode,
)
from rempart.intake.table import NotATable, Table, UnknownColumns, read_table

HEADING = "type;récit;adresses;réseau;pseudo;âge;urgence"
ROW = "compte;Un mot de trop;;Réseau;compte_7;12;en cours"


def read(*lines: str, encoding: str = "utf-8") -> Table:
    """The table of these lines."""
    return read_table("\n".join(lines).encode(encoding), language="fr")


def only(*lines: str) -> Report:
    """The one report of these lines."""
    table = read(*lines)
    assert table.refusals == ()
    (row,) = table.rows
    return row.report


def refused(*lines: str) -> list[tuple[int, str | None, str]]:
    """Line, column and code of every refusal."""
    return [(refusal.line, refusal.column, refusal.code) for refusal in read(*lines).refusals]


# -- files that are none ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"one;two;three\n1;2;3\n",
        b"just a sentence",
        b"\x89PNG\r\n\x1a\n" + bytes(100),
        b"PK\x03\x04" + bytes(100),
        "récit\nx".encode("utf-16")[:-1],
        "récit;x\0y\n".encode(),
        b'"type;narrative\nnever closed',
        ";".join(["narrative"] * 300).encode(),
    ],
)
def test_what_is_no_table_is_refused_whole(data: bytes) -> None:
    """Nothing is guessed from bytes without a heading that is understood."""
    with pytest.raises((NotATable, UnknownColumns)):
        read_table(data, language="fr")


def test_a_column_that_is_not_understood_is_never_left_out_silently() -> None:
    """The sentence names it, and how to say what it is."""
    with pytest.raises(UnknownColumns, match=r"Remarque interne.*--columns"):
        read("récit;Remarque interne", "a;b")


def test_two_columns_of_one_meaning_are_refused() -> None:
    """Nobody can know which one counts."""
    with pytest.raises(UnknownColumns, match="texte, récit"):
        read("texte;récit", "a;b")


def test_a_file_that_is_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its size is looked at first."""
    monkeypatch.setattr("rempart.intake.table.MAX_BYTES", 10)

    with pytest.raises(NotATable, match="larger"):
        read("récit", "une phrase")


@pytest.mark.parametrize("told", ["", "narrative", "nothing=Body", "narrative=", "=Body", "narrative=Body,"])
def test_a_crooked_map_of_columns_is_refused(told: str) -> None:
    """The sentence lists the fields."""
    with pytest.raises(BadColumns, match="narrative"):
        parse_columns(told)


# -- rows that are none ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("bidule;x;;;;;", "type", "no_choice"),
        ("compte;x;;;;vieux;", "âge", "no_choice"),
        ("compte;x;;;;;5", "urgence", "no_choice"),
        (f"compte;{'x' * 20_001};;;;;", "récit", "too_long"),
        (f"compte;x;;;{'y' * 2_049};;", "pseudo", "too_long"),
        (f"contenu;;{' '.join(f'https://e.test/{n}' for n in range(51))};;;;", "adresses", "too_many"),
        ("contenu;;data:image/png,aaaa;;;;", "adresses", "holds_bytes"),
        (f"contenu;;https://e.test/{'z' * 2_040};;;;", "adresses", "too_long"),
        ("compte;;;;;12;", None, "empty"),
        ("compte;x;;;;;;;y", None, "too_wide"),
    ],
)
def test_a_row_is_refused_with_its_line_and_column(row: str, column: str | None, code: str) -> None:
    """The rows around it are taken."""
    table = read(HEADING, ROW, row, ROW + "!")

    assert [(one.line, one.column, one.code) for one in table.refusals] == [(3, column, code)]
    assert len(table.rows) == 2


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("x;nowhere;;", "courriel", "no_mail"),
        ("x;a@e.test;;non", "contact sûr", "not_safe"),
        ("x;;0600000000;non", "contact sûr", "not_safe"),
        ("x;;;peut-être", "contact sûr", "no_choice"),
    ],
)
def test_a_contact_that_nobody_may_use_is_refused(row: str, column: str, code: str) -> None:
    """As on the form: an address of a person for whom contact is dangerous is not kept."""
    assert refused("récit;courriel;téléphone;contact sûr", row) == [(2, column, code)]


def test_a_language_has_two_letters() -> None:
    """Anything else is refused."""
    assert refused("récit;langue", "x;français") == [(2, "langue", "no_language")]


@pytest.mark.parametrize("broken", ['"never closed', '"closed" and on', '"' + "x" * 200_000 + '"'])
def test_after_a_broken_row_nothing_is_guessed(broken: str) -> None:
    """The rows before it are taken; it and all that follows are refused, with the last line."""
    table = read("récit", "first", broken, "second", "third")

    (refusal,) = table.refusals
    assert [row.report.narrative for row in table.rows] == ["first"]
    assert (refusal.line, refusal.code, refusal.fields) == (3, "broken", {"last": 5})


def test_every_refusal_is_told_in_both_languages() -> None:
    """A sentence for each code, its fields filled in, and not the same in both."""
    table = read(HEADING, "bidule;x;;;;;", f"compte;x;;;{'y' * 2_049};;", "compte;;;;;;", '"')

    for refusal in table.refusals:
        french, english = refusal.told_in("fr"), refusal.told_in("en")
        assert french != english
        assert "{" not in french + english
    assert {"2048", "5"} <= set(
        " ".join(one.told_in("en") for one in table.refusals).replace(".", " ").replace(":", " ").split()
    )


# -- reports ---------------------------------------------------------------------------------------------


def test_a_row_becomes_a_report() -> None:
    """Every column, in French."""
    report = only(
        "type;déclarant;langue;catégorie;urgence;âge;contact en cours;personne connue;récit;url;réseau;pseudo;date des faits;"
        "en a parlé à;souhaits;nom du contact;courriel;téléphone;contact sûr;heures de contact;numéro",
        "conversation;témoin;EN;chantage à l'argent;Maintenant;De 11 à 14 ans;oui;nsp;Un mot;https://e.test/1 | https://e.test/2;"
        "Jeu;ami_7;le 12 mars à 21 h 40;une amie;en parler;Zoé;zoe@e.test;0600000000;oui;le soir;R-12",
    )

    assert (report.kind, report.reporter, report.language) == (Kind.CONVERSATION, ReporterKind.WITNESS, "en")
    assert (report.category, report.urgency, report.age_band) == (
        Category.BLACKMAIL_MONEY,
        Urgency.NOW,
        AgeBand.FROM_11_TO_14,
    )
    assert (report.contact_going_on, report.knows_person) == (Answer.YES, Answer.UNKNOWN)
    assert (report.narrative, report.seen_at, report.reference) == ("Un mot", "le 12 mars à 21 h 40", "R-12")
    assert report.addresses == ("https://e.test/1", "https://e.test/2")
    assert [(account.service, account.name) for account in report.accounts] == [("Jeu", "ami_7")]
    assert report.contact
    assert (report.contact.name, report.contact.email, report.contact.is_safe) == ("Zoé", "zoe@e.test", Answer.YES)
    assert (report.contact.phone, report.contact.safe_hours) == ("0600000000", "le soir")
    assert (report.told_somebody, report.wishes) == ("une amie", "en parler")
    assert decode(encode(report)) == report


def test_not_answered_unknown_and_no_are_three_values() -> None:
    """An empty cell is no answer."""
    heading = "text,still in contact"

    assert [only(heading, f"x,{cell}").contact_going_on for cell in ("", "unknown", "no")] == [
        None,
        Answer.UNKNOWN,
        Answer.NO,
    ]


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("x,,,", Kind.SITUATION),
        (",https://e.test,,", Kind.CONTENT),
        (",,,name", Kind.ACCOUNT),
        ("x,,Game,", Kind.SITUATION),
    ],
)
def test_without_a_kind_the_row_tells_it(row: str, kind: Kind) -> None:
    """An address, else an account, else a situation."""
    assert only("text,url,service,account", row).kind is kind


@pytest.mark.parametrize(
    ("told", "band"),
    [
        ("0", AgeBand.UNDER_11),
        ("10", AgeBand.UNDER_11),
        ("11 ans", AgeBand.FROM_11_TO_14),
        ("14", AgeBand.FROM_11_TO_14),
        ("15 years old", AgeBand.FROM_15_TO_17),
        ("17", AgeBand.FROM_15_TO_17),
        ("18", AgeBand.ADULT),
        ("moins de 11 ans", AgeBand.UNDER_11),
        ("15-17", AgeBand.FROM_15_TO_17),
        ("je ne sais pas", AgeBand.UNKNOWN),
    ],
)
def test_an_age_is_a_band(told: str, band: AgeBand) -> None:
    """Years and bands, in both languages."""
    assert only("text,age", f"x,{told}").age_band is band


@pytest.mark.parametrize(
    "formula", ["=1+1", '=HYPERLINK("https://e.test")', "+33600000000", "-1", "@SUM(A1)", "=cmd|' /C x'!A0"]
)
def test_a_formula_is_text(formula: str) -> None:
    """What a spreadsheet would calculate is kept as it stands."""
    cell = formula.replace('"', '""')

    assert only("text,account", f'x,"{cell}"').accounts[0].name == formula


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_encodings_and_separators_of_spreadsheets_are_read(encoding: str, separator: str) -> None:
    """The same words, however they were saved."""
    lines = separator.join(["récit", "pseudo"]), separator.join(["Où ça ? Là…", "zoé_7"])

    table = read(*lines, encoding=encoding)

    assert [(row.report.narrative, row.report.accounts[0].name) for row in table.rows] == [("Où ça ? Là…", "zoé_7")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_inside_a_cell_stay_inside(end: str) -> None:
    """A quoted text may have several lines; the row is counted where it begins."""
    table = read_table(f'text,url{end}"one{end}two",{end}"three",https://e.test{end}'.encode(), language="en")

    assert [(row.line, row.report.narrative) for row in table.rows] == [(2, "one\ntwo"), (4, "three")]


def test_a_remark_on_the_separator_and_empty_rows_are_passed_over() -> None:
    """`sep=;` of spreadsheets, blank lines, rows of separators."""
    table = read("sep=;", "", "récit;url", ";", "x;", "", ";;")

    assert [(row.line, row.report.narrative) for row in table.rows] == [(5, "x")]
    assert table.refusals == ()


def test_other_headings_can_be_named() -> None:
    """And a column can be left out on purpose."""
    named = parse_columns("narrative=Corps du message, none=Interne")

    table = read_table(b"corps_du_message;interne\nx;secret\n", language="fr", columns=named)

    (row,) = table.rows
    assert row.report.narrative == "x"
    assert b"secret" not in encode(row.report)


# -- the key ---------------------------------------------------------------------------------------------


def test_the_same_row_has_the_same_key_wherever_it_stands() -> None:
    """Given again, in another order, another file, another language of the site."""
    first = read(HEADING, ROW, ROW.replace("7", "8"))
    again = read_table(f"{HEADING};numéro\n{ROW.replace('7', '8')};\n\n{ROW};\n".encode("cp1252"), language="en")

    assert {row.key for row in first.rows} == {row.key for row in again.rows}
    assert len({row.key for row in first.rows}) == 2


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=40), min_size=1, max_size=8))
def test_no_cell_is_lost_or_changes_its_row(texts: Sequence[str]) -> None:
    """Whatever the signs in a cell, each row that says something is one report with those words."""
    file = io.StringIO()
    csv.writer(file, delimiter=";").writerows([["récit", "réf"], *([text, str(n)] for n, text in enumerate(texts))])

    table = read_table(file.getvalue().encode(), language="fr")

    kept = {int(row.report.reference or -1): row.report.narrative for row in table.rows}
    wanted = {
        number: text.replace("\r\n", "\n").replace("\r", "\n").strip()
        for number, text in enumerate(texts)
        if text.strip()
    }
    assert kept == {number: text for number, text in wanted.items() if text}
    assert len(kept) + len(table.refusals) == len(texts)


# -- columns.toml ----------------------------------------------------------------------------------------


def test_every_value_of_a_choice_can_be_written() -> None:
    """Each value by its own name, and no word means two things."""
    for field, values in {
        "kind": Kind,
        "reporter": ReporterKind,
        "category": Category,
        "age_band": AgeBand,
        "contact_going_on": Answer,
    }.items():
        assert [value_of(field, value) for value in values] == list(values), field
    for name, words in load_columns().values.items():
        told = [word for value in words.values() for word in value]
        assert len(set(told)) == len(told), name
        assert all(word == fold(word) for word in told), name


def test_every_field_of_choices_is_a_column() -> None:
    """The names of columns lead to fields that rows know."""
    assert set(CHOICES) <= set(known_names().values())
