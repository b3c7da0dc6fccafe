"""What stands in quotation marks was said by somebody else: it is shown as taken back, and never counts."""

import pytest

from rempart.detection.tactics import shared_reader


@pytest.mark.parametrize(
    "text",
    [
        'après "t\'es seule chez toi ?" et "viens sur telegram, le dis pas à tes parents"',
        "il a écrit « ne dis rien à tes parents » hier soir",
        "she got “are you home alone?” from someone she never met",
    ],
)
def test_reported_words_do_not_count(text: str) -> None:
    """Who tells what was written to them is not the one who wrote it."""
    sight = shared_reader().read(text)

    assert sight.hits == ()
    assert sight.taken_back


@pytest.mark.parametrize(
    ("text", "tactic"),
    [
        ("ne dis rien à tes parents, et regarde “le roi lion” ce soir", "secrecy"),
        ("are you home alone? I want to watch “the lion king”", "supervision_check"),
        ('10" and are you home alone? 12"', "supervision_check"),
    ],
)
def test_a_quotation_elsewhere_takes_nothing_back(text: str, tactic: str) -> None:
    """A title in quotation marks beside the speaker's own words changes nothing."""
    assert tactic in {hit.tactic for hit in shared_reader().read(text).hits}
