"""The walk over a JSON document: every byte told, every value exact, damage passed, memory flat."""

import io
import json
import tracemalloc
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms import json_stream
from rempart.conversations.forms.json_stream import Close, Damage, Event, JsonStream, Open, Path, Value

WINDOWS = (1, 2, 3, 5, 7, 16, 1 << 20)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(min_value=-(10**30), max_value=10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
)
DOCUMENTS = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)
CONTAINERS = st.lists(DOCUMENTS, max_size=4) | st.dictionaries(st.text(max_size=6), DOCUMENTS, max_size=4)
DEPTHS = st.integers(min_value=0, max_value=4)


@st.composite
def written(draw: st.DrawFn, documents: st.SearchStrategy[Any] = DOCUMENTS) -> tuple[Any, bytes]:
    """A document and one way to write it."""
    document = draw(documents)
    text = json.dumps(
        document,
        ensure_ascii=draw(st.booleans()),
        indent=draw(st.sampled_from((None, 1))),
    )
    text = draw(st.sampled_from(("", " ", "\ufeff", "\ufeff\r\n"))) + text + draw(st.sampled_from(("", "\n", "  \r\n")))
    encoding = "utf-16" if draw(st.booleans()) and not text.startswith("\ufeff") else "utf-8"
    return document, text.encode(encoding, "surrogatepass")


def walk(data: bytes, *, descend: Callable[[Path], bool] | int = 9, window: int = 1 << 20) -> list[Event]:
    """The events, after asserting that ranges rise and make up the whole file with the structure."""
    wanted = (lambda path: len(path) < descend) if isinstance(descend, int) else descend
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "_WINDOW_BYTES", window)
        stream = JsonStream(io.BytesIO(data))
        events = list(stream.walk(wanted))
    spans = [(event.start, event.end) for event in events if isinstance(event, Value | Damage)]
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges), "ranges rise and do not overlap"
    assert sum(end - start for start, end in spans) + stream.structure_bytes == len(data), "every byte is told"
    return events


def values(events: Sequence[Event]) -> list[Any]:
    return [event.value for event in events if isinstance(event, Value)]


def damages(events: Sequence[Event]) -> list[Damage]:
    return [event for event in events if isinstance(event, Damage)]


def rebuild(events: Sequence[Event], data: bytes) -> Any:
    """The document told by the events alone."""
    root: list[Any] = []
    open_: list[Any] = [root]
    for event in events:
        if isinstance(event, Close):
            open_.pop()
            continue
        assert isinstance(event, Open | Value)
        made: Any = event.value if isinstance(event, Value) else _empty(data[event.start : event.start + 2])
        if isinstance(open_[-1], dict):
            open_[-1][event.path[-1]] = made
        else:
            open_[-1].append(made)
        if isinstance(event, Open):
            open_.append(made)
    return root[0]


def _empty(bracket: bytes) -> Any:
    return {} if bracket.replace(b"\0", b"").startswith(b"{") else []


def loads(piece: bytes, *, encoding: str = "utf-8") -> Any:
    return json.loads(piece.decode(encoding, "surrogateescape"), strict=False)


# -- nothing is made up -----------------------------------------------------------------------------


@pytest.mark.parametrize("window", WINDOWS)
def test_an_empty_file_gives_one_cut_of_no_bytes(window: int) -> None:
    """Nothing is read from nothing, and it is said."""
    events = walk(b"", window=window)

    assert [(event.start, event.end, event.code) for event in damages(events)] == [(0, 0, "cut")]
    assert values(events) == []


@pytest.mark.parametrize(
    "data", [b"hello", b"\x89PNG\r\n\x1a\n\x00", b"<html>", b"}", b"]", b",,,", b"\xff\xfe", b"\xff\xfe{"]
)
def test_what_is_not_json_gives_no_value(data: bytes) -> None:
    """Other formats become damage, never a value."""
    events = walk(data)

    assert values(events) == []
    assert damages(events)


def test_bytes_behind_the_document_are_damage() -> None:
    """A second document in the file is reported, not read as the first."""
    events = walk(b'{"a": 1} {"a": 2}')

    assert values(events) == [1]
    assert [(event.start, event.end, event.code) for event in damages(events)] == [(9, 17, "damaged")]


def test_an_entity_of_a_damaged_first_message_is_not_taken_for_a_message() -> None:
    """After damage only an element like a message goes on, also when no message came before."""
    inner = '[{"type": "plain", "text": "a"}, {"type": "bold", "text": "b"}, {"type": "plain", "text": "c"}]'
    messages = [f'{{"id": {n}, "type": "message", "date": "x", "from": "Alice", "text": {inner}}}' for n in range(3)]
    damaged = messages[0].replace('"from"', '"fr\\qom"')
    data = f'{{"messages": [{damaged}, {messages[1]}, {messages[2]}]}}'.encode()

    events = walk(data, descend=lambda path: path in ((), ("messages",)))

    assert [value["id"] for value in values(events)] == [1, 2]
    assert len(damages(events)) == 1


def test_a_list_of_another_chat_is_never_joined_to_a_damaged_one() -> None:
    """Messages behind damage are not told of the wrong chat."""
    first = b'{"name": "A", "messages": [{"id": 1, "text": "a"}, {"id": 2, "text": \x01]]}]}'
    second = b'{"name": "B", "messages": [{"id": 3, "text": "b"}]}'
    data = b'{"list": [' + first + b", " + second + b"]}"

    events = walk(data, descend=_chats)

    opened = [index for index, event in enumerate(events) if isinstance(event, Open) and event.path == ("list", "[]")]
    assert len(opened) == 2
    assert [value["id"] for value in values(events[opened[1] :]) if isinstance(value, dict)] == [3]


# -- whole documents --------------------------------------------------------------------------------


@given(written(), DEPTHS, st.sampled_from(WINDOWS))
def test_any_document_is_told_exactly(case: tuple[Any, bytes], depth: int, window: int) -> None:
    """The events alone rebuild the document, wherever the windows end and however deep one descends."""
    document, data = case

    events = walk(data, descend=depth, window=window)

    assert damages(events) == []
    assert rebuild(events, data) == document


@given(written(), DEPTHS, st.sampled_from(WINDOWS))
def test_every_value_is_its_own_slice(case: tuple[Any, bytes], depth: int, window: int) -> None:
    """Whoever decodes the slice of a value gets the value."""
    _, data = case
    encoding = "utf-8" if not data.startswith(b"\xff\xfe") else "utf-16-le"

    for event in walk(data, descend=depth, window=window):
        if isinstance(event, Value):
            assert loads(data[event.start : event.end], encoding=encoding) == event.value


@pytest.mark.parametrize("window", range(1, 12))
@pytest.mark.parametrize("number", ["1.5e5", "-0.25E-3", "12345678", "-1", "1.0", "2e+7"])
def test_a_number_across_a_window_edge_is_whole(number: str, window: int) -> None:
    """A number is never read short because a window ended in it."""
    assert values(walk(f"[{number}, {number}]".encode(), window=window)) == [json.loads(number)] * 2
    assert values(walk(number.encode(), window=window)) == [json.loads(number)]


@pytest.mark.parametrize("window", range(1, 9))
def test_letters_of_several_bytes_across_a_window_edge_are_whole(window: int) -> None:
    """An accent or an emoji cut by a window edge comes out whole, also as the last bytes of the file."""
    document = {"é": ["😀", "é" * 5], "ab": "…"}

    events = walk(json.dumps(document, ensure_ascii=False).encode(), window=window)

    assert values(events) == ["😀", "é" * 5, "…"]


def test_a_number_longer_than_python_reads_is_damage() -> None:
    """Ten thousand digits are refused, not computed, and the next message is read."""
    data = b'[{"a": 1, "b": 1}, {"a": ' + b"9" * 10_000 + b', "b": 2}, {"a": 3, "b": 3}]'

    events = walk(data, descend=1)

    assert [value["a"] for value in values(events)] == [1, 3]
    assert [event.reason for event in damages(events)] == ["a number is too long to be one"]


# -- cut documents ----------------------------------------------------------------------------------


@given(written(CONTAINERS), DEPTHS, st.sampled_from(WINDOWS), st.data())
def test_a_cut_document_gives_what_stands_before_the_cut(
    case: tuple[Any, bytes], depth: int, window: int, data: st.DataObject
) -> None:
    """Whatever the place of the cut: the values before it, then one damage up to the end."""
    _, whole = case
    cut = data.draw(st.integers(min_value=0, max_value=len(whole)))
    full = [event for event in walk(whole, descend=depth) if isinstance(event, Value)]

    events = walk(whole[:cut], descend=depth, window=window)

    read = [event for event in events if isinstance(event, Value)]
    sure = read[:-1] if read and isinstance(read[-1].value, int | float) else read  # 12 may be the start of 123
    assert sure == full[: len(sure)]
    assert len(damages(events)) <= 1
    if damages(events):
        assert events[-1] == damages(events)[0]
        assert (events[-1].code, events[-1].end) == ("cut", cut)
    else:
        assert sum(isinstance(event, Open) for event in events) == sum(isinstance(event, Close) for event in events)


def test_a_cut_between_two_messages_is_still_told() -> None:
    """A file that ends behind a whole message says that it is cut."""
    events = walk(b'{"messages": [{"id": 1}, {"id": 2}', descend=2)

    assert [value["id"] for value in values(events)] == [1, 2]
    assert [(event.start, event.end, event.code) for event in damages(events)] == [(34, 34, "cut")]


# -- damaged documents ------------------------------------------------------------------------------


@given(written(CONTAINERS), DEPTHS, st.sampled_from(WINDOWS), st.data())
def test_any_damage_leaves_every_byte_told(
    case: tuple[Any, bytes], depth: int, window: int, data: st.DataObject
) -> None:
    """Bytes overwritten, removed or put in anywhere: no failure, no byte lost, values still their slices."""
    _, whole = case
    at = data.draw(st.integers(min_value=0, max_value=len(whole)))
    gone = data.draw(st.integers(min_value=0, max_value=4))
    damaged = whole[:at] + data.draw(st.binary(max_size=6)) + whole[at + gone :]

    events = walk(damaged, descend=depth, window=window)

    wide = damaged[:2] in (b"\xff\xfe", b"\xfe\xff")
    for event in events:
        if isinstance(event, Value) and not event.repaired and not wide:
            assert repr(loads(damaged[event.start : event.end])) == repr(event.value)


@given(st.binary(max_size=200), st.sampled_from(WINDOWS))
def test_any_bytes_at_all_are_told(data: bytes, window: int) -> None:
    """A file of noise is accounted for to the last byte."""
    walk(data, window=window)
    walk(b'{"messages": [' + data + b'{"id": 1, "text": "a"}]}', descend=2, window=window)


@pytest.mark.parametrize("window", WINDOWS)
@pytest.mark.parametrize("junk", [b"\x00\x00\x00\x00", b"\xff\xfe\xfd", b"}}}}", b'"', b"\\q", b"nul"])
def test_a_damaged_message_costs_only_itself(junk: bytes, window: int) -> None:
    """Reading goes on with the next whole message."""
    messages = [b'{"id": %d, "from": "Alice", "text": "hello %d"}' % (n, n) for n in range(6)]
    messages[2] = messages[2].replace(b'"from": ', b'"from": ' + junk)
    data = b'{"messages": [' + b", ".join(messages) + b"]}"

    events = walk(data, descend=2, window=window)

    found = [value["id"] for value in values(events)]
    assert found[:2] == [0, 1]
    assert found[-2:] == [4, 5]
    assert [event.code for event in damages(events)] == ["damaged"]


def _chats(path: Path) -> bool:
    return path in ((), ("list",), ("list", "[]"), ("list", "[]", "messages"))


def test_damage_at_the_end_of_a_chat_does_not_hide_the_next_chat() -> None:
    """The last message of one chat is lost, the chats behind it are read under their own names."""
    chats = []
    for name in "ABCD":
        messages = ", ".join(f'{{"id": {n}, "from": "x", "text": "{name}"}}' for n in range(3))
        chats.append(f'{{"name": "{name} [{{", "type": "personal_chat", "messages": [{messages}]}}')
    chats[1] = chats[1].replace('"id": 2', '"id": \\')
    data = ('{"about": "x", "list": [' + ",\n ".join(chats) + "]}").encode()

    events = walk(data, descend=_chats)

    names = [event.value[0] for event in events if isinstance(event, Value) and event.path[-1] == "name"]
    texts = [event.value["text"] for event in events if isinstance(event, Value) and isinstance(event.value, dict)]
    assert names == ["A", "B", "C", "D"]
    assert texts == list("AAABBCCCDDD")
    assert len(damages(events)) == 1


@pytest.mark.parametrize("text", ["[1, 2, ]", "[, 1, 2]", "[1,, 2]", "[1 2]"])
def test_commas_too_many_or_too_few_hide_nothing(text: str) -> None:
    """A comma is structure: its absence or doubling costs no value."""
    events = walk(text.encode())

    assert values(events) == [1, 2]
    assert damages(events) == []


def test_ten_thousand_damaged_messages_are_passed_in_linear_time() -> None:
    """A hostile file does not stop the reading: the cost follows the bytes."""
    pair = b'{"id": 1, "from": "x", "text": 1,2,3}, {"id": 2, "from": "x", "text": "b"}, '
    data = b'{"messages": [{"id": 0, "from": "x", "text": "a"}, ' + pair * 10_000 + b'{"id": 3, "text": ""}]}'

    events = walk(data, descend=2)

    assert len(damages(events)) == 10_000
    assert len(values(events)) == 10_002


# -- hostile documents ------------------------------------------------------------------------------


@pytest.mark.parametrize("brackets", [(b"[", b"]"), (b'{"a":', b"}")])
def test_a_nesting_bomb_is_one_damage(brackets: tuple[bytes, bytes]) -> None:
    """A value nested two hundred thousand deep is refused with a reason; the message before it stands."""
    bomb = brackets[0] * 200_000 + b"1" + brackets[1] * 200_000
    data = b'[{"id": 1, "text": "a"}, ' + bomb + b', {"id": 2, "text": "b"}]'

    events = walk(data, descend=1)

    assert values(events)[0] == {"id": 1, "text": "a"}
    assert damages(events)[0].reason == "values are nested too deeply"


def test_a_value_larger_than_the_limit_is_one_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    """One endless string does not fill the memory."""
    monkeypatch.setattr(json_stream, "_MAX_VALUE_CHARS", 1000)
    data = b'[{"id": 1, "text": "a"}, {"id": 2, "text": "' + b"x" * 5000 + b'"}, {"id": 3, "text": "c"}]'

    events = walk(data, descend=1, window=64)

    assert [value["id"] for value in values(events)] == [1, 3]
    assert len(damages(events)) == 1


# -- repairs and encodings --------------------------------------------------------------------------


@given(st.lists(st.sampled_from(("\\x07", "\\x1f", "\\\\x07", "\\\\", '\\"', "\\n", "a", "é", "\\u00e9")), max_size=12))
def test_control_escapes_are_repaired_and_nothing_else(pieces: list[str]) -> None:
    """`\\x07` is read as the control character it stands for; an escaped backslash before x07 stays text."""
    meaning = {
        "\\x07": "\x07",
        "\\x1f": "\x1f",
        "\\\\x07": "\\x07",
        "\\\\": "\\",
        '\\"': '"',
        "\\n": "\n",
        "\\u00e9": "é",
    }
    data = ('[{"t": "' + "".join(pieces) + '"}, 2, "\\x01"]').encode()

    for window in WINDOWS:
        first, second, third = (event for event in walk(data, descend=1, window=window) if isinstance(event, Value))

        assert first.value == {"t": "".join(meaning.get(piece, piece) for piece in pieces)}
        assert first.repaired == any(piece in ("\\x07", "\\x1f") for piece in pieces)
        assert (second.value, second.repaired) == (2, False)
        assert (third.value, third.repaired) == ("\x01", True)


def test_a_hundred_thousand_control_escapes_are_repaired_in_linear_time() -> None:
    """A message full of control characters costs no more than its bytes."""
    data = b'{"messages": [' + b", ".join([b'{"t": ["' + b'\\x07", "' * 50_000 + b'"]}'] * 2) + b"]}"

    first, second = values(walk(data, descend=2))

    assert first == second == {"t": ["\x07"] * 50_000 + [""]}


def test_bytes_that_are_not_utf8_stay_in_their_value() -> None:
    """A Windows-1252 byte inside a text neither stops the reading nor moves a range."""
    data = b'[{"t": "caf\xe9"}, {"t": "\xed\xa0\x80"}, {"t": "ok"}]'

    for window in WINDOWS:
        events = walk(data, descend=1, window=window)

        assert values(events) == [{"t": "caf\udce9"}, {"t": "\udced\udca0\udc80"}, {"t": "ok"}]
        assert [data[event.start : event.end] for event in events if isinstance(event, Value)][
            1
        ] == b'{"t": "\xed\xa0\x80"}'


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf16_is_read_by_its_mark_and_an_odd_last_byte_is_told(encoding: str) -> None:
    """A document saved again as UTF-16 is read; half a letter at its end is a cut."""
    data = ("\ufeff" + '[{"t": "é😀\\x07"}, 1]').encode(encoding)

    for window in WINDOWS:
        assert values(walk(data, descend=1, window=window)) == [{"t": "é😀\x07"}, 1]
        assert [event.code for event in damages(walk(data + b"\x00", descend=1, window=window))] == ["cut"]


# -- size -------------------------------------------------------------------------------------------


class _Endless(io.RawIOBase):
    """A document of `count` messages made while it is read."""

    def __init__(self, count: int) -> None:
        self._left, self._rest, self.size = count, b'{"messages": [', 0

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size and self._left:
            self._left -= 1
            self._rest += b'{"id": %d, "text": "hello again"}' % self._left + (b", " if self._left else b"]}")
        piece, self._rest = self._rest[:size], self._rest[size:]
        self.size += len(piece)
        return piece


def test_memory_stays_flat_over_a_large_document(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds of windows are walked with the memory of a few."""
    monkeypatch.setattr(json_stream, "_WINDOW_BYTES", 1 << 14)
    file: Any = _Endless(50_000)
    stream = JsonStream(file)
    tracemalloc.start()

    read = sum(event.end - event.start for event in stream.walk(lambda path: len(path) < 2) if isinstance(event, Value))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert read + stream.structure_bytes == file.size > 1_500_000
    assert peak < 1 << 20
