"""The form: one question a screen, nothing lost on the way back, nothing kept before it is sent."""

import re

import pytest

from rempart.evidence.sealing import unseal
from rempart.intake.paths import Path, path_screens, screens_for
from rempart.intake.report import Category, Kind, Report, ReporterKind, Urgency, decode
from rempart.web.door.models import Deposit, Draft, Leaf, Mailbox
from tests.web.conftest import INTAKE
from tests.web.public.browsing import Page, post, visit

pytestmark = pytest.mark.usefixtures("public")
HOSTILE = "\"><script>alert(1)</script>{{ 7 }}{% now 'Y' %}&amp;\r\n-- é 👋"


def opened(deposit: Deposit | Draft) -> Report:
    """The report in a row, as the team reads it."""
    return decode(unseal(bytes(deposit.sealed), identities=[INTAKE]))


@pytest.mark.parametrize(("address", "path"), [("/fr/a/", Path.ADULT), ("/en/b/", Path.CHILD)])
def test_every_question_can_be_skipped_up_to_the_review(address: str, path: Path) -> None:
    """One question a screen, in order; the review comes last."""
    page, met = visit(address), []
    while page.at != "review":
        met.append(page.at)
        page = page.press("go", "skip")

    assert met == [screen.name for screen in screens_for(path, answers={})]
    assert page.status == 200


def test_an_empty_form_is_not_sent() -> None:
    """The first question comes back with a sentence, and nothing is kept."""
    page = visit("/en/b/").skip_to("review").press("go", "send")

    assert (page.status, page.at) == (400, "category")
    assert "No question is answered yet" in page.text
    assert not Deposit.objects.exists()


def test_going_back_loses_nothing() -> None:
    """What was typed and not sent on is still there after going back and forth."""
    page = visit("/fr/a/").press("kind", "account").next(service="ChatApp", account="pseudo_42")
    back = page.press("go", "back", words="a few\r\nwords", seen_at="hier")

    again = back.next()

    assert (back.at, back.values["service"], back.values["account"]) == ("account", "ChatApp", "pseudo_42")
    assert (again.at, again.values["words"], again.values["seen_at"]) == ("words", "a few\r\nwords", "hier")


def test_a_choice_that_was_made_is_shown_when_one_comes_back() -> None:
    """The answer is marked with words, not by colour alone."""
    page = visit("/en/b/").press("category", "meeting").press("go", "back")

    chosen = re.findall(r'value="(\w+)" class="chosen"', page.text)
    assert chosen == ["meeting"]
    assert page.text.count("Your answer") == 1


def test_going_back_on_a_choice_keeps_the_answer() -> None:
    """The answer of a screen left by “Back” is not lost."""
    page = visit("/en/b/").press("category", "meeting").press("go", "back").press("go", "stay")

    assert page.values["category"] == "meeting"


def test_skipping_takes_the_answer_out() -> None:
    """Whoever skips a question after all does not send what was typed there."""
    page = visit("/en/b/").press("category", "other").skip_to("words").press("go", "skip", words="never mind")

    assert page.at == "age_band"
    assert "never mind" not in page.text


def test_what_is_typed_is_shown_as_text_and_travels_unchanged() -> None:
    """Quotes, tags and template signs are words like others, on every screen and at the end."""
    page = visit("/fr/b/").press("category", "other").skip_to("words").next(words=HOSTILE)

    review = page.skip_to("review")
    review.press("go", "send")

    assert page.values["words"].replace("\r\n", "\n") == HOSTILE.replace("\r\n", "\n")
    assert "<script>alert" not in review.text
    assert opened(Deposit.objects.get()).narrative == HOSTILE.replace("\r\n", "\n")


@pytest.mark.parametrize("number", range(9))
def test_every_screen_of_a_child_has_one_heading_and_its_place(number: int) -> None:
    """“3 / 10”, one question, a way on, a way to skip and a way back."""
    page = visit("/fr/b/")
    for _ in range(number):
        page = page.press("go", "skip")

    assert page.text.count("<h1") == 1
    assert f"{number + 1} / 10" in re.sub(r"<[^>]+>", "", page.text)
    assert "Passer sans répondre" in page.text
    assert "Retour" in page.text


def test_a_child_meets_no_place_for_a_file() -> None:
    """No upload on any screen of the child path."""
    page = visit("/fr/b/")
    while page.at != "review":
        assert 'type="file"' not in page.text
        assert "multipart" not in page.text
        page = page.press("go", "skip")


def test_the_form_keeps_its_number_in_another_language() -> None:
    """Changing the language in the middle changes the words only."""
    page = visit("/fr/b/").press("category", "other").skip_to("words")

    english = Page(page.client, post(page.client, "/en/b/", {**page.values, "words": "mots", "go": "stay"}))

    assert english.values == {**page.values, "words": "mots"}
    assert english.title == "Do you want to tell us more?"
    assert 'formaction="/fr/b/"' in english.text


def test_a_correction_leads_straight_back_to_the_review() -> None:
    """Nobody walks through the whole form again for one word."""
    review = visit("/en/b/").press("category", "other").skip_to("review")

    corrected = review.press("go", "edit:words").next(words="added")

    assert corrected.at == "review"
    assert "added" in corrected.text


def test_another_kind_opens_its_own_questions() -> None:
    """After a correction of the first answer the new questions are asked."""
    review = visit("/en/a/").press("kind", "situation").skip_to("review")

    assert review.press("go", "edit:kind").press("kind", "content").at == "addresses"


def test_a_wrong_field_is_named_in_a_summary_that_leads_to_it() -> None:
    """The summary is announced, linked, and the field is marked; what was typed stays."""
    page = visit("/en/a/").press("kind", "situation").skip_to("contact")

    wrong = page.next(contact_email="nobody", contact_name="Zoé")

    assert (wrong.status, wrong.at, wrong.values["contact_email"]) == (400, "contact", "nobody")
    assert 'role="alert"' in wrong.text
    assert '<a href="#contact_email">' in wrong.text
    assert re.search(r'id="contact_email"[^>]*aria-invalid="true"', wrong.text)
    assert re.search(r'id="contact_email"[^>]*aria-describedby="contact_email-problem"', wrong.text)
    assert "To correct" in re.findall(r"<title>(.*?)</title>", wrong.text)[0]


def test_a_value_that_was_forged_in_the_page_is_refused_at_the_end() -> None:
    """Hidden fields are checked again when the form is sent."""
    page = visit("/en/b/").press("category", "other").skip_to("review")

    forged = Page(page.client, post(page.client, "/en/b/", {**page.values, "category": "verdict", "go": "send"}))

    assert (forged.status, forged.at) == (400, "category")
    assert not Deposit.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"token": ""},
        {"token": "zz" * 16},
        {"token": "ab" * 8},
        {"token": "ab" * 33},
        {"token": "a" * 33},
        {"at": "nowhere"},
    ],
)
def test_a_broken_form_loses_nothing_and_sends_nothing(changes: dict[str, str]) -> None:
    """Without a good number the page comes back with a new one, the answers in it, and is not sent."""
    page = visit("/en/b/").press("category", "other").skip_to("review")

    broken = Page(page.client, post(page.client, "/en/b/", {**page.values, **changes, "go": "send"}))

    assert broken.values["category"] == "other"
    assert re.fullmatch(r"(?:[0-9a-f]{2}){16,32}", broken.values["token"])
    assert not Deposit.objects.exists()


def test_every_form_has_its_own_number() -> None:
    """128 random bits, drawn with the page."""
    assert len({visit("/fr/b/").values["token"] for _ in range(20)}) == 20


def test_nothing_is_kept_before_it_is_sent() -> None:
    """Without the tick, no step leaves a trace."""
    visit("/en/a/").press("kind", "situation").next(words="words").skip_to("review")

    assert not Draft.objects.exists()
    assert not Leaf.objects.exists()


def test_steps_are_kept_only_for_whoever_agreed() -> None:
    """With the tick every step with an answer is kept, sealed, under the code that the receipt will have."""
    page = visit("/en/b/").press("category", "bullying", keep="1")
    page = page.press("urgency", "2").press("go", "back")

    drafts = [opened(draft) for draft in Draft.objects.order_by("saved_at")]
    assert page.values["keep"] == "1"
    assert len(drafts) == 3
    assert {draft.category for draft in drafts} == {Category.BULLYING}
    assert Urgency.GOING_ON in {draft.urgency for draft in drafts}
    receipt = page.skip_to("review").press("go", "send")
    assert receipt.status == 200
    assert {bytes(draft.lookup) for draft in Draft.objects.all()} == {bytes(Deposit.objects.get().lookup)}


def test_taking_the_tick_away_stops_it() -> None:
    """The person may change their mind on the first screen."""
    page = visit("/en/b/").press("category", "bullying", keep="1").press("go", "back")
    sent = {name: value for name, value in page.values.items() if name != "keep"}

    Page(page.client, post(page.client, "/en/b/", {**sent, "category": "meeting"}))

    assert Draft.objects.count() == 2


def test_a_whole_form_becomes_the_sealed_report_and_a_receipt() -> None:
    """What was answered stands in the report, for the team alone."""
    page = visit("/fr/a/").press("kind", "content").next(addresses="https://example.org/a\r\nhttps://example.org/b")
    page = page.next(words="Quelques mots", seen_at="hier").press("age_band", "11_14").press("go", "skip")
    page = page.press("urgency", "3").press("category", "public_content").press("reporter", "witness")
    page = page.press("go", "unknown").press("go", "send")

    report = opened(Deposit.objects.get())
    assert page.status == 200
    assert page.title == "Reçu et gardé"
    assert (report.kind, report.reporter, report.language) == (Kind.CONTENT, ReporterKind.WITNESS, "fr")
    assert report.addresses == ("https://example.org/a", "https://example.org/b")
    assert (report.contact_going_on, report.said_unknown) == (None, ("contact",))
    assert Mailbox.objects.count() == 1


@pytest.mark.parametrize("address", ["/fr/a/", "/fr/b/"])
def test_no_answer_ever_stands_in_an_address(address: str) -> None:
    """Every form posts to the one address of its path; no link carries anything but a language or a place."""
    page = visit(address)
    while page.at != "review":
        links = re.findall(r'\b(?:href|action|formaction)="([^"]+)"', page.text)
        assert [form.action for form in page.forms] == [address]
        assert [link for link in links if "?" in link and not link.startswith("/s/")] == []
        page = page.press("go", "skip")


def test_all_screens_of_both_paths_have_the_emergency_numbers_and_the_exit() -> None:
    """On every page, without JavaScript, the exit first in the order of the keyboard."""
    for address in ("/fr/a/", "/en/b/"):
        page = visit(address)
        while True:
            body = page.text.split("<body>")[1]
            assert re.findall(r'href="(?:tel|sms):(\d+)"', body)[:5] == ["17", "112", "114", "119", "3018"]
            first = re.search(r"<(?:a|button|input)[^>]*>", body)
            assert first is not None
            assert 'class="exit"' in first[0]
            assert 'rel="nofollow noreferrer noopener"' in first[0]
            if page.at == "review":
                break
            page = page.press("go", "skip")


def test_screens_have_distinct_names_for_assistive_technology() -> None:
    """No id stands twice on any page of the form."""
    page = visit("/fr/a/").press("kind", "conversation")
    while page.at != "review":
        ids = re.findall(r'\bid="([^"]+)"', page.text)
        assert len(ids) == len(set(ids))
        page = page.press("go", "skip")


def test_every_screen_of_the_data_file_can_be_rendered() -> None:
    """Each screen of each kind, in both languages."""
    for lang in ("fr", "en"):
        for path, place in ((Path.ADULT, "a"), (Path.CHILD, "b")):
            for screen in path_screens(path):
                kind = screen.kinds[0] if screen.kinds else "situation"
                client = visit(f"/{lang}/{place}/").client
                sent = {"token": "ab" * 16, "at": screen.name, "kind": kind, "go": "stay"}
                page = Page(client, post(client, f"/{lang}/{place}/", sent))
                assert page.title == screen.question.told_in("fr" if lang == "fr" else "en")
