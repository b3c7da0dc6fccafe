"""A child goes through the form: without JavaScript, in words, and by keyboard alone."""

from tests.journeys.conftest import Start
from tests.journeys.house import House, unlikely_words
from tests.journeys.keyboard import Keyboard


def test_a_child_without_javascript_reports_and_reads_the_answer(start: Start, house: House) -> None:
    """From the first page to the receipt with "I don't know" everywhere; then an answer of the team, read with the code."""
    child = start("/fr/", javascript=False, width=360, height=740)
    child.tab.get_by_role("link", name="J’ai moins de 18 ans").click()
    questions = [child.at]

    while child.at != "review":
        child.press("Je ne sais pas")
        questions.append(child.at)
    code = child.send()
    told = child.heading
    child.press("Je l’ai gardé")
    advice = child.text
    house.team("answer", code, "Bonjour, merci de nous l’avoir dit.")
    child.tab.get_by_role("link", name="Revenir avec un code").click()
    child.type(code=code.lower())
    child.press("Ouvrir")

    report = house.reports()[-1]
    assert told == "Merci. Nous avons ton message."
    assert set(report.said_unknown) == set(questions) - {"review"}
    assert (report.reporter, report.language) == ("child", "fr")
    assert "3018" in advice
    assert "Bonjour, merci de nous l’avoir dit." in child.text
    assert child.said == []


def test_what_a_child_writes_is_what_the_team_reads(start: Start, house: House) -> None:
    """Answers and words arrive as given; a question that was skipped has no answer."""
    words = unlikely_words()
    child = start("/en/b/", width=360, height=740)

    child.choose("bullying")
    child.choose("2")
    child.to("words", by="no")
    child.type(words=words)
    child.press("Next")
    child.choose("11_14")
    child.choose("friend")
    child.press("Skip without answering")
    review = child.text
    child.send()

    report = house.reports()[-1]
    assert words in review
    assert (report.category, report.narrative, report.age_band) == ("bullying", words, "11_14")
    assert (report.told_somebody, report.wishes) == ("friend", None)


def test_a_child_is_asked_for_no_file(start: Start) -> None:
    """No screen of the path has a field for files."""
    child = start("/fr/b/")

    while child.at != "review":
        assert child.tab.locator("input[type=file]").count() == 0
        child.choose("unknown")


def test_the_whole_path_goes_by_keyboard(start: Start, house: House) -> None:
    """Tab, Enter and letters are enough, on a small screen; the focus is always seen and never under the header."""
    words = unlikely_words()
    child = start("/fr/", width=360, height=500)
    keys = Keyboard(child)

    keys.press_on("a", "J’ai moins de 18 ans")
    while child.at != "words":
        keys.press_on("button", "Je ne sais pas")
    keys.reach("textarea")
    child.tab.keyboard.type(words)
    keys.press_on("button", "Suivant")
    while child.at != "review":
        keys.press_on("button", "Je ne sais pas")
    keys.press_on("button", "Envoyer")
    code = child.code
    keys.press_on("button", "Je l’ai gardé")
    keys.press_on("a", "Revenir avec un code")
    keys.reach("input")
    child.tab.keyboard.type(code)
    keys.press_on("button", "Ouvrir")

    assert child.heading == "Messages"
    assert house.reports()[-1].narrative == words
    assert keys.faults == []


def test_the_first_stops_of_the_keyboard_are_the_exit_and_the_content(start: Start) -> None:
    """Leaving is one key away on every page; the second stop jumps over the header."""
    child = start("/en/b/", width=360, height=500)
    keys = Keyboard(child)

    first = keys.next()
    second = keys.next()
    child.tab.keyboard.press("Enter")
    third = keys.next()

    assert first.text.endswith("Leave quickly")
    assert second.text == "Skip to the content"
    assert third.text == "Someone I don't know writes to me"
