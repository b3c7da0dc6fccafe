"""The four kinds of failure, and that each of their sentences can be said in French."""

import ast
import errno
import importlib.util
import pickle
import string
from pathlib import Path
from types import ModuleType

import pytest

from rempart.analysis.walk import NotSaved
from rempart.conversations.reading import UnknownFormat
from rempart.conversations.store import NotWritten
from rempart.engine.batches import WorkerLost
from rempart.errors import NO_REASON, BadInput, Damaged, NotAllowed, OutsideFailure, RempartError, reason_of
from rempart.evidence.zip_records import RefusedArchive
from rempart.wording import wording
from tests.web.conftest import NOON  # Django is set up there, once for this process, and the tool finds it so

assert NOON
TOOL = Path(__file__).resolve().parent.parent / "tools" / "translations.py"
OF_MAKERS = {"BadPhrase"}  # only who writes phrases meets it
NOT_FIELDS = {"can_retry", "looked_for", "why"}


def load_tool() -> ModuleType:
    """tools/translations.py, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("translations", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


TRANSLATIONS = load_tool()
CLASSES: dict[str, type[RempartError]] = TRANSLATIONS.error_classes()
CALLS: list[tuple[Path, ast.Call]] = list(TRANSLATIONS.calls(CLASSES.keys() - OF_MAKERS))


def fields(text: str) -> set[str]:
    """The names of the fields of a template."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize(("kind", "code"), [(BadInput, 2), (Damaged, 2), (NotAllowed, 2), (OutsideFailure, 3)])
def test_every_kind_has_its_exit_code(kind: type[RempartError], code: int) -> None:
    """The command line leaves with 2 for what was given, 3 for what the world refused."""
    assert kind.exit_code == code


@pytest.mark.parametrize("kind", [OutsideFailure, NotSaved, NotWritten, WorkerLost])
def test_an_outside_failure_crosses_processes_whole(kind: type[OutsideFailure]) -> None:
    """A worker's failure arrives with its sentence and with whether a retry can help."""
    failure = pickle.loads(pickle.dumps(kind("The disk is full.", can_retry=True)))  # noqa: S301 - our own bytes

    assert (type(failure), str(failure), failure.can_retry) == (kind, "The disk is full.", True)


def test_an_outside_failure_crosses_processes_with_its_fields() -> None:
    """What fills the sentence in arrives with it, and can still be translated there."""
    sent = NotSaved(
        "{name} could not be saved: {reason}.", can_retry=True, name="a.json", reason=reason_of(OSError(28, ""))
    )
    failure = pickle.loads(pickle.dumps(sent))  # noqa: S301 - our own bytes

    assert str(failure) == "a.json could not be saved: No space left on device."
    assert wording("fr").error(failure) == "a.json n’a pas pu être enregistré : il n’y a plus de place sur le disque."


def test_an_unknown_format_crosses_processes_whole() -> None:
    """The lines of what was looked for come along."""
    sent = UnknownFormat("{name} is empty. Looked for:", name="a.txt", looked_for=("one", "two"))

    assert str(pickle.loads(pickle.dumps(sent))) == "a.txt is empty. Looked for:\n  - one\n  - two"  # noqa: S301


def test_a_sentence_without_fields_is_shown_as_it_is() -> None:
    """Braces of a message that fills nothing in are braces."""
    assert str(BadInput("a {brace} and }")) == "a {brace} and }"
    assert wording("fr").error(BadInput("a {brace} and }")) == "a {brace} and }"


def test_what_fills_a_sentence_in_is_not_read_as_a_field() -> None:
    """A file called {told} is a file called {told}, inside a frame too."""
    refused = RefusedArchive("{x}", x="{told} {0}")

    assert str(refused) == "The archive is refused and nothing of it was read: {told} {0}."


def test_the_numbers_of_an_error_are_written_in_the_way_of_the_language() -> None:
    """Thousands in both languages."""
    refused = RefusedArchive(
        "it declares {count:,} entries, more than {most:,}; split it and try again", count=1234567, most=2000
    )

    assert "1,234,567 entries, more than 2,000" in str(refused)
    assert "1 234 567 entrées" in wording("fr").error(refused)


def test_a_system_that_gives_no_reason_is_told_so() -> None:
    """No error ends in “None”."""
    assert reason_of(OSError("words that could be a path")) == NO_REASON
    assert reason_of(OSError(errno.EACCES, "x", "path")) == "Permission denied"


def test_every_error_has_a_constant_template() -> None:
    """A composed sentence would stand in no catalogue, and be English on a French screen."""
    composed = [
        f"{path.name}:{call.lineno}"
        for path, call in CALLS
        if not call.args or TRANSLATIONS.constant(call.args[0]) is None
    ]

    assert composed == []
    assert len(CALLS) > 80


def makes_an_error(function: ast.FunctionDef) -> bool:
    """Whether its signature says which error it makes; what it calls then stands in the catalogue."""
    names = [TRANSLATIONS.name_of(node) for node in ast.walk(function.returns or ast.Constant(None))]
    return any(name in CLASSES for name in names)


def raised_through_others(path: Path) -> list[str]:
    """Where a module raises what a function of its own gives that does not say that it makes an error."""
    nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
    others = {node.name for node in nodes if isinstance(node, ast.FunctionDef) and not makes_an_error(node)}
    raised = [node for node in nodes if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call)]
    return [
        f"{path.name}:{node.lineno}"
        for node in raised
        if isinstance(node.exc, ast.Call) and TRANSLATIONS.name_of(node.exc.func) in others
    ]


def test_every_raise_names_a_class_or_its_maker() -> None:
    """An error made elsewhere on the way would hide its template from the catalogue."""
    assert [place for path in sorted(TRANSLATIONS.SOURCE.rglob("*.py")) for place in raised_through_others(path)] == []


def test_every_error_fills_in_the_fields_of_its_template() -> None:
    """A field forgotten would be a traceback instead of a sentence, one too many would be told to nobody."""
    wrong = []
    for path, call in CALLS:
        told = {word.arg for word in call.keywords if word.arg} - NOT_FIELDS
        if any(word.arg is None for word in call.keywords):
            told |= {"number", "table"}  # the place of an entry of a facts file
        frame = CLASSES[TRANSLATIONS.name_of(call.func)].frame or ""
        asked = fields(TRANSLATIONS.constant(call.args[0]) or "") | (fields(frame) - {"told"})
        if told != asked:
            wrong.append(f"{path.name}:{call.lineno}")

    assert wrong == []


def test_every_sentence_of_an_error_has_its_french() -> None:
    """Templates, frames and what the readers look for stand in the catalogue."""
    french = wording("fr")

    assert [text for text in TRANSLATIONS.error_texts() if french.error(RempartError(text)) == text] == []
