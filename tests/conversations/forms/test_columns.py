"""Which column holds what: maps that people write, names that tables use."""

import pytest

from rempart.conversations.forms.columns import ColumnMap, NotAColumnMap, find_columns, guess_columns, parse_column_map


@pytest.mark.parametrize(
    ("told", "because"),
    [
        ("", "An empty name is not something"),
        ("Body", "“Body” is not something"),
        ("text", "no column for text"),
        ("texte=Body,author=From", "“texte” is not something"),
        ("text=Body", "do not say which one is author"),
        ("author=From,sent_at=Date", "do not say which one is text"),
        ("sent_at=Date", "do not say which one is text and which is author"),
        ("text=Body,author=From,text=Other", "name text twice"),
        ("text=,author=From", "no column for text"),
        ("text=Body,author= ", "no column for author"),
        ("text=Body,author=From,date_format=%d/%m/%Y", "without the column sent_at"),
        ("text=Body,author=From,sent_at=Date,date_format=%H:%M", "does not tell day, month and year"),
        ("text=Body,author=From,sent_at=Date,date_format=%Q", "does not tell day, month and year"),
        ("text=Body,author=From,sent_at=Date,date_format=dd/mm/yyyy", "does not tell day, month and year"),
    ],
)
def test_refuses_what_is_no_map(told: str, because: str) -> None:
    """A map that cannot be used is refused in one sentence that says what to write."""
    with pytest.raises(NotAColumnMap) as refused:
        parse_column_map(told)

    assert because in str(refused.value)
    assert str(refused.value).endswith(".")


def test_reads_the_map_that_a_person_writes() -> None:
    """Blanks around names do not count, and the order does not."""
    assert parse_column_map(" author = From , text=Body,sent_at=Date ") == ColumnMap(
        text="Body", author="From", sent_at="Date"
    )


def test_a_comma_may_be_part_of_a_name_or_format() -> None:
    """What has no equals sign goes on with the name before it."""
    told = parse_column_map("text=Body, clean,author=From,sent_at=Date,date_format=%d.%m.%Y, %H:%M")

    assert (told.text, told.author, told.date_format) == ("Body, clean", "From", "%d.%m.%Y, %H:%M")


def test_finds_the_columns_of_a_map() -> None:
    """Names are found as written, else without case, accents and blanks; two may be joined."""
    wanted = ColumnMap(text="contenu", author="EXPÉDITEUR", sent_at="date+heure")

    assert find_columns(wanted, ["Contenu", "Expéditeur ", "Date", "Heure"]) == ColumnMap(
        text="Contenu", author="Expéditeur ", sent_at="Date+Heure"
    )


def test_a_map_needs_all_its_columns() -> None:
    """A table that lacks one column of the map is another table."""
    wanted = ColumnMap(text="Body", author="From", sent_at="Date")

    assert find_columns(wanted, ["Body", "From"]) is None
    assert find_columns(wanted, ["Body", "From", "Date sent"]) is None


def test_a_dot_steps_into_objects_only() -> None:
    """`author.name` is a step in JSON, and no column of a CSV."""
    wanted = ColumnMap(text="content", author="author.name")

    assert find_columns(wanted, ["content", "author"], nested=True) == wanted
    assert find_columns(wanted, ["content", "author"]) is None


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["text"],
        ["author"],
        ["date", "author"],
        ["phone", "e-mail"],
        ["subject", "from"],
        ["Text"],
        ["IP", "Login time"],
        ["вопрос", "ответ"],
    ],
)
def test_guesses_nothing_without_text_and_author(names: list[str]) -> None:
    """Columns are used only when both the text and the author are found."""
    assert guess_columns(names) is None


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Date", "From", "Text"], ColumnMap(text="Text", author="From", sent_at="Date")),
        (["Horodatage", "Auteur", "Contenu"], ColumnMap(text="Contenu", author="Auteur", sent_at="Horodatage")),
        (["De", "À", "Message", "Date", "Heure"], ColumnMap(text="Message", author="De", sent_at="Date+Heure")),
        (["sender_id", "sender", "body"], ColumnMap(text="body", author="sender", author_id="sender_id")),
        (["id", "user", "content", "channel"], ColumnMap(text="content", author="user", message_id="id", conversation="channel")),
        (["username", "message", "time"], ColumnMap(text="message", author="username", sent_at="time")),
        (["From", "To", "Body"], ColumnMap(text="Body", author="From", recipient="To")),
        (["Expéditeur", "Texte", "Pièces jointes"], ColumnMap(text="Texte", author="Expéditeur", attachments="Pièces jointes")),
        (["author", "name", "text"], ColumnMap(text="text", author="author")),
        (["type", "reply to", "user", "text"], ColumnMap(text="text", author="user", kind="type", reply_to="reply to")),
    ],
)  # fmt: skip
def test_guesses_obvious_names(names: list[str], expected: ColumnMap) -> None:
    """Obvious names in French and English are understood; the others are nobody's."""
    assert guess_columns(names) == expected
