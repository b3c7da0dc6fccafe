"""The house keeps its own rules: one version, documents that tell the truth, layers, sizes, data files, tests."""

import ast
import configparser
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from rempart.version import VERSION

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "rempart"
DOCUMENTS = ("README.md", "CONTRIBUTING.md", "ARCHITECTURE.md", "SECURITY.md", "THREAT-MODEL.md")
MAX_LINES = 400
_LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_PATH = re.compile(r"\.{0,2}[\w.-]+(?:/[\w.-]+)*/?")
_ENDS = (".py", ".md", ".toml", "/")


def text_of(document: str) -> str:
    """The text of a document at the root; empty when it is not written yet."""
    path = ROOT / document
    return path.read_text("utf-8") if path.exists() else ""


def words_in_code(document: str) -> list[str]:
    """The words of what the document sets as code."""
    return " ".join(code.strip("`") for code in _CODE.findall(text_of(document))).split()


def exists(path: str) -> bool:
    """True for a path from the root, or for the end of a path below src, tests, docs or tools."""
    if (ROOT / path).exists():
        return True
    wanted = Path(path).parts
    return any(
        found.parts[-len(wanted) :] == wanted
        for top in ("src", "tests", "docs", "tools")
        for found in (ROOT / top).rglob("*")
    )


def modules(folder: Path) -> Iterator[Path]:
    """The Python files below a folder."""
    return (path for path in sorted(folder.rglob("*.py")) if "__pycache__" not in path.parts)


def test_there_is_one_version() -> None:
    """pyproject, the program and the newest heading of the changelog agree."""
    project = tomllib.loads(text_of("pyproject.toml"))["project"]["version"]
    newest = re.search(r"^## \[?v?(\d[^\]\s]*)", text_of("CHANGELOG.md"), re.MULTILINE)

    assert newest
    assert project == VERSION == newest.group(1)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_names_only_files_that_exist(document: str) -> None:
    """Links and paths of the pages lead somewhere; `<format>` and the like are places to fill in."""
    links = [link for link in _LINK.findall(text_of(document)) if "://" not in link and not link.startswith("mailto:")]
    named = [word for word in words_in_code(document) if _PATH.fullmatch(word) and word.endswith(_ENDS)]

    assert [link for link in links if not (ROOT / link).exists()] == []
    assert [path for path in named if path.upper() != path and not exists(path)] == []


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_document_names_only_targets_that_exist(document: str) -> None:
    """Every `make something` can be typed."""
    targets = set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))
    named = {name for code in _CODE.findall(text_of(document)) for name in re.findall(r"\bmake ([a-z-]+)", code)}

    assert named <= targets


def test_every_target_says_what_it_does() -> None:
    """`make` alone lists every target."""
    told = set(re.findall(r"^([a-z-]+):.*##", text_of("Makefile"), re.MULTILINE))

    assert told == set(re.findall(r"^([a-z-]+):", text_of("Makefile"), re.MULTILINE))


def test_every_package_has_its_layer() -> None:
    """A new package cannot stand outside the order of imports."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", "utf-8")
    layers = set(re.findall(r"[a-z_]+", contracts["importlinter:contract:layers"]["layers"]))
    packages = {path.name for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    alone = {path.stem for path in SOURCE.glob("*.py")} - {"__init__", "__main__"}

    assert packages | alone == layers


@pytest.mark.parametrize("path", sorted(SOURCE.rglob("*.toml")), ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_data_file_says_its_version(path: Path) -> None:
    """What reports rest on can be named later."""
    version = tomllib.loads(path.read_text("utf-8")).get("version")

    assert isinstance(version, str)
    assert version


def test_no_module_is_too_long_to_read() -> None:
    """Four hundred lines is the limit; long lists of words belong in data files."""
    lengths = {
        path.relative_to(SOURCE).as_posix(): len(path.read_text("utf-8").splitlines()) for path in modules(SOURCE)
    }

    assert {name: length for name, length in lengths.items() if length > MAX_LINES} == {}


def test_every_module_and_every_public_name_is_explained() -> None:
    """A docstring says what the signature cannot; empty packages need none."""
    silent: list[str] = []
    for path in modules(SOURCE):
        tree = ast.parse(path.read_text("utf-8"))
        nodes = [
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
        ]
        if tree.body and not ast.get_docstring(tree):
            silent.append(str(path.relative_to(SOURCE)))
        silent += [f"{path.relative_to(SOURCE)} {node.name}" for node in nodes if not ast.get_docstring(node)]

    assert silent == []


def test_every_test_tells_its_promise() -> None:
    """One docstring line a test, so that a failing one says what is broken."""
    silent: list[str] = []
    for path in modules(ROOT / "tests"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                told = ast.get_docstring(node) or ""
                if len(told.splitlines()) != 1:
                    silent.append(f"{path.name} {node.name}")

    assert silent == []
