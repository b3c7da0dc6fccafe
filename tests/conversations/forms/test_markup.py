"""Pages cut into blocks and read down to text: every byte told, nothing run, linear whatever is written."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.conversations.forms import markup
from rempart.conversations.forms.markup import Block, parse, split_blocks

MARK = b"<div m"
PIECES = st.lists(st.sampled_from((MARK, b"<div ", b"<", b"m", b"text", b"\xff\x00", b"d" * 9)), max_size=30).map(
    b"".join
)


def split(data: bytes, *, window: int = 1 << 20, largest: int = 1 << 20) -> list[Block]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(markup, "_WINDOW_BYTES", window)
        patch.setattr(markup, "MAX_BLOCK_BYTES", largest)
        blocks = list(split_blocks(io.BytesIO(data), mark=MARK))
    edges = [0, *(block.end for block in blocks)]
    assert [block.start for block in blocks] == edges[:-1], "the blocks touch"
    assert edges[-1] == len(data), "the blocks make up the file"
    return blocks


@given(PIECES, st.sampled_from((1, 2, 5, 7, 64)))
def test_blocks_begin_at_every_mark_wherever_the_windows_end(data: bytes, window: int) -> None:
    """The pieces between marks are the blocks, and each holds its own bytes."""
    blocks = split(data, window=window)

    assert [block.raw for block in blocks] == [data.split(MARK)[0], *(MARK + piece for piece in data.split(MARK)[1:])]
    assert all(block.is_whole and data[block.start : block.end] == block.raw for block in blocks)


@given(PIECES, st.sampled_from((1, 2, 5, 7, 64)), st.integers(min_value=1, max_value=12))
def test_a_block_too_large_keeps_its_beginning_only(data: bytes, window: int, largest: int) -> None:
    """A block above the limit is told whole, kept in part, and the blocks after it begin where they begin."""
    blocks = split(data, window=window, largest=largest)

    assert [block.start for block in blocks] == [block.start for block in split(data)]
    for block in blocks:
        assert data[block.start : block.end].startswith(block.raw)
        assert block.is_whole or len(block.raw) >= largest


@given(st.text(max_size=60))
def test_text_without_tags_comes_back_as_it_is(text: str) -> None:
    """Nothing is taken for markup that is none, and nothing is lost."""
    plain = text.replace("<", "").replace("&", "").replace(">", "")

    assert parse(plain).text() == plain.strip(" \t\r\n")


@given(st.text(alphabet="<>/abdiv =\"'&;!-#x07\n", max_size=80))
def test_any_markup_gives_text_and_no_failure(text: str) -> None:
    """Broken tags, stray ends and half attributes never raise."""
    root = parse(text)

    assert isinstance(root.text(), str)
    assert all(element.tag for element in root.all())


def test_letters_outside_of_tags_are_never_lost() -> None:
    """Brackets that are no tags are text."""
    assert parse("a < b, c <3 d, 5 > 4 <p>e</p> <").text() == "a < b, c <3 d, 5 > 4 e <"


def test_entities_are_letters_and_control_characters_stay() -> None:
    """What the writer escaped comes back, also the control characters that HTML forbids."""
    assert parse("&lt;b&gt; &amp;amp; &quot;&apos; &#x07;&eacute;").text() == "<b> &amp; \"' \x07é"


def test_a_script_is_text_like_any_other() -> None:
    """Nothing is run: a script is read as the letters it is made of."""
    root = parse('<div class="text"><script>alert(1)</script><img src="x" onerror="alert(2)">hello</div>')

    assert root.text() == "alert(1)hello"


def test_an_element_knows_its_classes_links_and_end() -> None:
    """Classes, attributes, the place behind the closing tag."""
    root = parse('<div class="a  b" id="m1"><a href = "x&amp;y">go<br>on</a></div> behind')
    element = root.first("a", "b")

    assert element is not None
    assert (element.attributes["id"], element.link(), element.text()) == ("m1", "x&y", "go\non")
    assert element.end == len('<div class="a  b" id="m1"><a href = "x&amp;y">go<br>on</a></div>')


def test_an_element_that_is_never_closed_has_no_end() -> None:
    """A cut shows in the element."""
    first = next(parse("<div><p>a</p>").all())

    assert (first.tag, first.end) == ("div", None)


def test_a_nesting_bomb_is_read_flat() -> None:
    """A hundred thousand elements in each other neither fail nor lose the text."""
    root = parse("<div>" * 100_000 + "deep" + "</div>" * 100_000 + "<p class='after'>behind</p>")

    assert root.text() == "deepbehind"
    assert root.first("after") is not None


@pytest.mark.parametrize(
    "hostile", ["<", "<!", "<a", "<a ", "<a b=", '<a b="', "</", "&#", "&", "<!--", "a" * 20, "<a b=c "]
)
def test_a_million_letters_of_half_markup_are_read_in_linear_time(hostile: str) -> None:
    """No crafted page makes the reading slow."""
    text = hostile * (1_000_000 // len(hostile))

    assert len(parse(text).text()) > 0
