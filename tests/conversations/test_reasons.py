"""Every reason that the sources can give for a place that was not read has its French; what is no reason of ours stays."""

import ast
import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rempart
from rempart.conversations.reasons import ARCHIVES, PLACES, REASONS, tell_place, tell_reason
from rempart.errors import RempartError
from rempart.wording import wording

FR, EN = wording("fr"), wording("en")
SOURCE = Path(rempart.__path__[0])
HOLE = "7"  # stands for whatever an f-string or a template fills in; a number is also a name
HOLDERS = frozenset(
    {"reason", "closed", "fault"}
)  # what holds a reason on its way to a row; `fault` holds (code, reason)
# What a reason is made of besides texts of the sources, and where those texts are collected.
HANDED_ON = {
    "the parameter reason": "the calls of the function are collected",
    "event.reason": "of a Damage; they are collected where they are made",
    "broken.reason": "of a _DecodeError; they are collected where they are raised",
    "row.reason": "of an Unread; they are collected where they are made",
    "medium.reason": "of a Media; they are collected where they are made",
    "entry.fault": "of an Entry; they are collected where they are made",
    "self._why_not_hashed(medium.path)": "gives damages, or a text that WHY_NOT_HASHED names",
    "part.closed": "of a Part; they are collected where they are made",
    "part.damages[0]": "the sentence of a DamagedMember; ARCHIVES holds them",
    "str(error)": "the sentence of a RefusedArchive; ARCHIVES holds them",
    "reason_of(error)": "why the system refused; a field of an error, not of a row",
    "clean_text(uri)[0]": "the words of a Meta export in place of a path",
    "path.strip('()')": "the words of a Telegram export in place of a path",
    "the parameter words": "the words of a WhatsApp chat in place of a medium",
    "(found.text() if (found := element.first(name)) else '' for name in ('title', 'description', 'status'))": (
        "the words of a page of Telegram below a medium"
    ),
}
NO_TEMPLATE = {
    f"{HOLE}: {HOLE}": "title and status of a medium that deletes itself, in the words of a page of Telegram",
    "`root` holds no conversation": "a name like that of any field: the whole document",
}
WHY_NOT_HASHED = {"bytes not opened: the profile refuses media bytes"}


class Handed(NamedTuple):
    """An expression that is no text of the sources."""

    code: str


class Module:
    """A module of the sources: what it assigns to names, function by function, and where it hands a reason over."""

    def __init__(self, path: Path, places: Mapping[str, int]) -> None:
        self.tree = ast.parse(path.read_text("utf-8"))
        self.places = {**places, **places_of(self.tree)}

    def told(self) -> Iterator[str | Handed]:
        """Every reason: a text with HOLE where something is filled in, or the expression that hands it on."""
        for scope in ast.walk(self.tree):
            if isinstance(scope, ast.FunctionDef | ast.Module):
                assigned, parameters = assignments(scope), parameters_of(scope)
                for given_ in (*assigned.get("reason", ()), *self._arguments(scope)):
                    for told in texts(given_, assigned):
                        if isinstance(told, Handed) and told.code in parameters:
                            yield Handed(f"the parameter {told.code}")
                        else:
                            yield told

    def _arguments(self, scope: ast.AST) -> Iterator[ast.expr]:
        for call in own_nodes(scope):
            if isinstance(call, ast.Call):
                yield from (second(word.value) for word in call.keywords if word.arg in HOLDERS)
                place = self.places.get(name_of(call.func))
                if place is not None and place < len(call.args):
                    yield call.args[place]


def own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """What stands in a function or module, and in no function inside."""
    for child in ast.iter_child_nodes(scope):
        if not isinstance(child, ast.FunctionDef):
            yield child
            yield from own_nodes(child)


def places_of(tree: ast.AST) -> dict[str, int]:
    """The place of `reason` among the positional arguments of the functions and records of a module."""
    found = {}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args if argument.arg not in ("self", "cls")]
        elif isinstance(node, ast.ClassDef):
            names = [
                line.target.id
                for line in node.body
                if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name)
            ]
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and "reason" in names:
            found[node.name] = names.index("reason")
    return found


def parameters_of(scope: ast.FunctionDef | ast.Module) -> frozenset[str]:
    """The names that a function is called with."""
    arguments = (*scope.args.args, *scope.args.kwonlyargs) if isinstance(scope, ast.FunctionDef) else ()
    return frozenset(argument.arg for argument in arguments)


def assignments(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """The expressions that a function assigns to each of its names."""
    found: dict[str, list[ast.expr]] = {}
    for node in own_nodes(scope):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr | ast.AugAssign) and node.value:
            for name, value in (pair for target in targets if target for pair in pairs(target, node.value)):
                found.setdefault(name, []).append(value)
    return found


def pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """The names of a target, each with what it is given; what is unpacked elsewhere is given whole."""
    if isinstance(target, ast.Name):
        yield target.id, value
    for place, name in enumerate(target.elts if isinstance(target, ast.Tuple) else ()):
        yield from pairs(name, value.elts[place] if isinstance(value, ast.Tuple) else value)


def texts(node: ast.expr, assigned: Mapping[str, list[ast.expr]]) -> Iterator[str | Handed]:
    """The texts that an expression can give, names of the function followed."""
    if isinstance(node, ast.Constant):
        yield from [node.value] if isinstance(node.value, str) else []
    elif isinstance(node, ast.IfExp | ast.BoolOp):
        for one in (node.body, node.orelse) if isinstance(node, ast.IfExp) else node.values:
            yield from texts(one, assigned)
    elif isinstance(node, ast.JoinedStr):
        pieces = ([holed(text) for text in texts(piece, assigned)] for piece in node.values)
        yield from ("".join(chosen) for chosen in product(*pieces))
    elif isinstance(node, ast.FormattedValue):
        yield from texts(node.value, assigned)
    elif isinstance(node, ast.Name) and node.id in assigned:
        for one in assigned[node.id]:
            yield from texts(one, {**assigned, node.id: []})  # what it was before is another of its expressions
    else:
        yield Handed(ast.unparse(node))


def holed(text: str | Handed) -> str:
    """The text, or HOLE for what is none."""
    return HOLE if isinstance(text, Handed) else text


def second(node: ast.expr) -> ast.expr:
    """The second of two, the expression itself where it is none of two."""
    return node.elts[1] if isinstance(node, ast.Tuple) else node


def name_of(callee: ast.expr) -> str:
    """The name that is called, without what stands before it."""
    return callee.id if isinstance(callee, ast.Name) else callee.attr if isinstance(callee, ast.Attribute) else ""


def told_in_sources() -> set[str | Handed]:
    """Every reason of the modules of conversations."""
    paths = [path for path in sorted((SOURCE / "conversations").rglob("*.py")) if path.name != "reasons.py"]
    places: dict[str, int] = {}
    for path in paths:
        public = places_of(ast.parse(path.read_text("utf-8")))
        places |= {name: place for name, place in public.items() if not name.startswith("_")}
    return {reason for path in paths for reason in Module(path, places).told()}


def slots(template: str) -> list[str]:
    """The names of the slots of a template."""
    return re.findall(r"\{(\w+)", template)


def filled(template: str) -> str:
    """The template with HOLE in each slot."""
    return re.sub(r"\{[^}]*\}", HOLE, template)


@pytest.mark.parametrize(
    "source", ["reason = 'new'", "code, reason = 'cut', 'new'", "Unread(reason='new' if cut else None)"]
)
@pytest.mark.parametrize("frame", ["{}", "def read():\n    {}"])
def test_a_text_is_found_however_it_is_given(source: str, frame: str, tmp_path: Path) -> None:
    """The search itself: a reason that a reader writes anew cannot hide."""
    (tmp_path / "reader.py").write_text(frame.format(source), "utf-8")

    assert set(Module(tmp_path / "reader.py", {}).told()) == {"new"}


@pytest.mark.parametrize(
    ("source", "reasons"),
    [
        ("def cut(start, reason): pass\ncut(1, 'new')", {"new"}),
        ("class Damage:\n    code: str\n    reason: str\nDamage('cut', f'{size} bytes')", {"7 bytes"}),
        ("what = 'one' if size == 1 else f'{size} lines'\nreason = f'{what} more'", {"one more", "7 lines more"}),
        ("Entry(fault=('cut', 'new'))", {"new"}),
        ("replace(part, closed='new')", {"new"}),
        ("reason: str = 'new'\nUnread(reason=reason)", {"new"}),
        ("Unread(reason=reason if (reason := 'new') else 'newer')", {"new", "newer"}),
        ("for reason in ('new', 'newer'):\n    Unread(reason=reason)", {Handed("reason")}),
        ("def tell(reason):\n    Unread(reason=reason)", {Handed("the parameter reason")}),
        ("reason = elsewhere(part)", {Handed("elsewhere(part)")}),
    ],
)
def test_a_text_is_followed_to_where_it_is_written(source: str, reasons: set[str | Handed], tmp_path: Path) -> None:
    """Through arguments, records, names and conditions; what cannot be followed is told as such."""
    (tmp_path / "reader.py").write_text(source, "utf-8")

    assert set(Module(tmp_path / "reader.py", {}).told()) == reasons


def test_every_reason_of_the_sources_has_a_template_and_none_is_left_over() -> None:
    """A reader that gives a new reason, or changes one, says so here."""
    told = {reason for reason in told_in_sources() if isinstance(reason, str)}

    assert (told | WHY_NOT_HASHED) - NO_TEMPLATE.keys() == {filled(template) for template in REASONS}


def test_no_reason_comes_from_where_nobody_looked() -> None:
    """What hands a reason on is named, with where its texts are collected."""
    assert {reason.code for reason in told_in_sources() if isinstance(reason, Handed)} == HANDED_ON.keys()


def test_the_texts_of_a_method_that_gives_reasons_are_named() -> None:
    """The collector's own reason stands in a `return`, which is not followed."""
    tree = ast.parse((SOURCE / "conversations" / "collector.py").read_text("utf-8"))
    method = next(
        node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == "_why_not_hashed"
    )
    given_ = [
        text
        for node in ast.walk(method)
        if isinstance(node, ast.Return) and node.value
        for text in texts(node.value, {})
    ]

    assert set(given_) - {Handed("part.damages[0]")} == WHY_NOT_HASHED


def test_every_sentence_about_an_archive_is_known() -> None:
    """The errors of the gate become reasons when a member is damaged or an archive in an archive is refused."""
    raised: set[tuple[str, str]] = set()
    for path in sorted((SOURCE / "evidence").glob("*.py")):
        for call in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(call, ast.Call) and name_of(call.func) in {kind.__name__ for kind in ARCHIVES}:
                raised.add((name_of(call.func), ast.literal_eval(call.args[0])))

    assert raised == {(kind.__name__, template) for kind, templates in ARCHIVES.items() for template in templates}


def test_every_place_that_is_written_in_words_has_a_template() -> None:
    """A place is a path of the document, a name or an id of the export, or one of these."""
    written: set[str | Handed] = set()
    for path in sorted((SOURCE / "conversations").rglob("*.py")):
        for word in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(word, ast.keyword) and word.arg == "locator" and isinstance(word.value, ast.JoinedStr):
                written |= set(texts(word.value, {}))

    assert written == {filled(template) for template in PLACES}


@pytest.mark.parametrize("template", [*REASONS, *PLACES])
def test_every_template_has_its_own_french(template: str) -> None:
    """Its slots are given back; no other template takes its text."""
    given_ = {name: f"{place}23" for place, name in enumerate(slots(template), 1)}
    tell = tell_place if template in PLACES else tell_reason
    french = tell(EN.text(template, **given_), FR)

    assert french == FR.text(template, **given_) != EN.text(template, **given_)
    assert [value for value in given_.values() if value not in french] == []


@pytest.mark.parametrize(
    ("kind", "template"), [(kind, one) for kind, templates in ARCHIVES.items() for one in templates]
)
def test_what_an_archive_is_refused_for_is_told_as_its_error(kind: type[RempartError], template: str) -> None:
    """In the sentence and with the numbers that the error itself has in French."""
    error = kind(template, **dict.fromkeys({*slots(template), *slots(kind.frame or "")} - {"told"}, 1_234_567))

    assert tell_reason(str(error), FR) == FR.error(error) != str(error)


@pytest.mark.parametrize(
    "unknown",
    [
        "",
        "File not included. Change data exporting settings to download.",
        "<Media omitted>",
        "the file ends in the middle of a value, and so on",
        "LINE 12",
        "chats.list[3]",
        "line 12 of 20",
        "line twelve",
        "The archive is refused and nothing of it was read: it declares " + "9" * 5_000 + " entries.",
        "The archive is refused and nothing of it was read: it declares , entries, more than ,; split it and try again.",
    ],
)
def test_what_is_no_reason_of_ours_stays_as_it_is(unknown: str) -> None:
    """The words of an export, a path inside a document, a sentence that only looks like one."""
    assert tell_reason(unknown, FR) == tell_place(unknown, FR) == unknown


@given(st.one_of(st.text(), st.sampled_from(REASONS), st.text().map("`{}` holds no conversation".format)))
def test_no_text_of_an_export_breaks_the_telling(text: str) -> None:
    """A field of a document may be called {field}; it is put in, never filled in."""
    assert tell_reason(text, EN) == text
    assert tell_reason(text, FR).count("{") == text.count("{")


def test_english_stays_english() -> None:
    """To the letter, numbers too."""
    reason = "the file says that it holds 12 messages, and 1 were met"

    assert tell_reason(reason, EN) == reason
    assert tell_place("line 12", EN) == "line 12"


def test_a_name_is_put_into_the_french_as_it_is_written() -> None:
    """Slots are filled in once: a field called {x} is a field called {x}."""
    assert tell_reason("`{field}` holds no conversation", FR) == "`{field}` ne contient pas de conversation"
    assert tell_place("record 12", FR) == "enregistrement 12"
