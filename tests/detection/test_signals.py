"""Every signal against its own examples, and what all signals promise."""

import pytest

from rempart.detection.folding import LANGUAGES
from rempart.detection.frames import FRAMES
from rempart.detection.signal import Signal
from rempart.detection.signals import SIGNALS
from rempart.detection.tactics import TacticReader, shared_reader
from rempart.records import Strength

NON_HITS = [(s.code, lang, text) for s in SIGNALS for lang, texts in s.non_hits.items() for text in texts]
HITS = [(s.code, lang, text) for s in SIGNALS for lang, texts in s.hits.items() for text in texts]


@pytest.fixture(scope="module")
def reader() -> TacticReader:
    """One reader for all examples."""
    return shared_reader()


@pytest.mark.parametrize(("code", "lang", "text"), NON_HITS)
def test_signal_stays_silent(reader: TacticReader, code: str, lang: str, text: str) -> None:
    """A hard negative of a signal does not fire it."""
    assert code not in {hit.tactic for hit in reader.read(text).hits}


@pytest.mark.parametrize(("code", "lang", "text"), HITS)
def test_signal_speaks(reader: TacticReader, code: str, lang: str, text: str) -> None:
    """An example of a signal fires it."""
    assert code in {hit.tactic for hit in reader.read(text).hits}


def test_there_are_seventeen_in_the_order_of_the_reference() -> None:
    """The tactics are those of the reference, each once."""
    assert len(SIGNALS) == len({signal.code for signal in SIGNALS}) == 17


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.code)
def test_signal_is_documented_and_exemplified(signal: Signal) -> None:
    """Definition and title in both languages, a public source, and about as many non-hits as hits."""
    for lang in LANGUAGES:
        assert signal.title[lang]
        assert signal.definition[lang].endswith(".")
        assert len(signal.hits[lang]) >= 10
        assert len(signal.non_hits[lang]) >= len(signal.hits[lang]) * 0.9
    assert signal.sources
    context = {"initial_contact", "flattery", "exclusivity_love"}
    assert signal.strength is Strength.STRONG or signal.strong_when or signal.code in context


@pytest.mark.parametrize("text", ["", " ", "ok", "👍", "\n\n", "0end 0q", "<script>alert(1)</script>"])
def test_plain_messages_show_nothing(reader: TacticReader, text: str) -> None:
    """Nothing is found where nothing is."""
    assert not reader.read(text).hits


def test_a_frame_takes_every_tactic_back(reader: TacticReader) -> None:
    """What somebody reports of another person is not their own move, and stays visible as taken back."""
    sight = reader.read("He told me to keep it secret from my mum")

    assert not sight.hits
    assert set(sight.frames) <= {frame.code for frame in FRAMES}
    assert sight.frames
