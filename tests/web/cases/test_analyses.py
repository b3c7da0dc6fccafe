"""The analysis of an exhibit: asked for by a person, made by the worker once and whole, sealed, and told when it fails."""

import io
import os
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import patch

import msgspec
import pytest

from rempart.analysis.finding import search_chunk
from rempart.analysis.outline import Row
from rempart.analysis.paged import CHUNK
from rempart.analysis.walk import BadFolder
from rempart.evidence.keyring import Keyring
from rempart.evidence.vault import Vault
from rempart.web.analysing import folders, keeping, process, runner
from rempart.web.analysing.folders import WorkFolder, places
from rempart.web.analysing.holding import LEASE, Hold, claim_next
from rempart.web.analysing.job import Job, chunk_path
from rempart.web.analysing.process import Watch
from rempart.web.analysing.steps import analyse_export, failure_of
from rempart.web.cases import analyses
from rempart.web.cases.analyses import Failure, NotFailed, NotReady, State, UnderWay
from rempart.web.cases.dossiers import NotThere, contents
from rempart.web.cases.events import WORKER, history, of_dossier
from rempart.web.cases.keys import Erased
from rempart.web.cases.models import Analysis, Chunk, Dossier, FoldedChunk, SubjectKey, Tombstone
from rempart.web.config import Site
from rempart.web.desk.pages import conversation
from tests.web.cases.exports import CHAT, NAME, exhibit, export_of_case, work
from tests.web.conftest import NOON
from tests.web.team import Cast, by, cast, dossier

pytestmark = pytest.mark.usefixtures("rows")
LATER = LEASE + timedelta(seconds=1)


@pytest.fixture
def people() -> Cast:
    """Everybody."""
    return cast()


@pytest.fixture
def case(people: Cast) -> Dossier:
    """A dossier of Alice."""
    return dossier(people.alice)


@pytest.fixture
def here() -> Iterator[None]:
    """The export is read in this process: what a test breaks here is not about the confined one."""

    def read(folder: WorkFolder, job: Job, *, watch: Watch) -> None:
        analyse_export(folder.path, job, tell=watch)

    with patch.object(runner, "read_export", read):
        yield


def asked(site: Site, case: Dossier, people: Cast, data: bytes = CHAT) -> Analysis:
    """An analysis that waits."""
    return analyses.ask(case, exhibit=exhibit(site, case, people.alice, data), by=by(people.alice))


def done(site: Site, case: Dossier, people: Cast, data: bytes = CHAT) -> Analysis:
    """An analysis that a worker has made."""
    analysis = asked(site, case, people, data)
    assert work(site)
    return fresh(analysis)


def fresh(analysis: Analysis) -> Analysis:
    """Its row as it is now."""
    return Analysis.objects.get(pk=analysis.pk)


def actions(case: Dossier) -> list[str]:
    """What was done about analyses, in order."""
    return [event.action for event in history(of_dossier(case)) if event.action.startswith("analysis_")]


def left(site: Site) -> list[Path]:
    """What lies in the folders of the work."""
    return [path for place in places(site) if place.exists() for path in place.iterdir()]


# -- asking ---------------------------------------------------------------------------------------------


def test_an_exhibit_of_another_dossier_is_refused(site: Site, people: Cast, case: Dossier) -> None:
    """Knowing an address opens nothing."""
    other = dossier(people.chloe)
    address = exhibit(site, other, people.chloe, CHAT)

    with pytest.raises(NotThere):
        analyses.ask(case, exhibit=address, by=by(people.alice))

    assert not Analysis.objects.exists()
    assert actions(case) == []


def test_an_exhibit_is_analysed_once_at_a_time(site: Site, people: Cast, case: Dossier) -> None:
    """Who presses twice gets one analysis."""
    analysis = asked(site, case, people)

    with pytest.raises(UnderWay):
        analyses.ask(case, exhibit=analysis.exhibit, by=by(people.alice))

    assert Analysis.objects.count() == 1


def test_asking_is_an_event_of_the_dossier(site: Site, people: Cast, case: Dossier) -> None:
    """Who asked for it stands in the history."""
    analysis = asked(site, case, people)

    event = history(of_dossier(case))[-1]

    assert (event.action, event.actor) == ("analysis_asked", people.alice.pseudonym)
    assert event.payload == {"analysis": str(analysis.pk), "exhibit": analysis.exhibit}


def test_there_is_nothing_to_read_before_it_is_done(site: Site, people: Cast, case: Dossier) -> None:
    """A page says so; it never shows half of an export."""
    analysis = asked(site, case, people)

    with pytest.raises(NotReady):
        analyses.open_analysis(analysis)


# -- making ---------------------------------------------------------------------------------------------


def test_a_worker_makes_it_in_a_process_of_its_own(site: Site, people: Cast, case: Dossier) -> None:
    """Every message of the export is there once, in its place, with the exhibit's own name and an event that counts."""
    analysis = done(site, case, people, export_of_case())

    opened = analyses.open_analysis(analysis)
    outline = opened.outline()
    rows = [row for number in range(-(-outline.messages // CHUNK)) for row in opened.chunk(number)]

    assert (analysis.state, analysis.failure, analysis.running_until) == (State.DONE, "", None)
    assert [row.position for row in rows] == list(range(outline.messages))
    assert analysis.messages == outline.messages == outline.totals.messages == 1_460
    assert analysis.alerts == len(outline.alerts) > 0
    assert outline.exhibits[0].name == NAME
    told = history(of_dossier(case))[-1]
    assert (told.action, told.actor, told.payload["messages"]) == ("analysis_done", WORKER, 1_460)
    assert left(site) == []


def test_what_it_suggests_is_no_fact(site: Site, people: Cast, case: Dossier) -> None:
    """A machine establishes nothing: the dossier keeps its points until a person states a fact."""
    before = (case.level, case.points_min, case.points_max)

    analysis = done(site, case, people, export_of_case())

    case.refresh_from_db()
    assert any(subject.gates for subject in analyses.outline(analysis).ranking)
    assert contents(case).facts == []
    assert (case.level, case.points_min, case.points_max) == before


@pytest.mark.usefixtures("here")
def test_no_word_of_an_export_lies_in_the_tables(site: Site, people: Cast, case: Dossier) -> None:
    """Who copies the database reads no message, no name and no word to search."""
    done(site, case, people)

    sealed = [*Chunk.objects.values_list("sealed", flat=True), *FoldedChunk.objects.values_list("sealed", flat=True)]
    sealed += [row.outline for row in Analysis.objects.all() if row.outline]
    assert len(sealed) == 3
    assert not any(word in bytes(raw) for raw in sealed for word in (b"secret", b"Lilas", b"parc"))


@pytest.mark.usefixtures("here")
def test_with_the_key_of_the_dossier_its_messages_go(site: Site, people: Cast, case: Dossier) -> None:
    """Destroying one row destroys what it sealed."""
    analysis = done(site, case, people)
    Tombstone.objects.create(subject=case.pk, erased_at=NOON, ground="test")
    SubjectKey.objects.filter(subject=case.pk).delete()

    with pytest.raises(Erased):
        analyses.open_analysis(analysis)


@pytest.mark.usefixtures("here")
def test_nothing_is_sealed_for_an_erased_dossier(site: Site, people: Cast, case: Dossier) -> None:
    """The worker makes no new key for what was erased."""
    analysis = asked(site, case, people)
    Tombstone.objects.create(subject=case.pk, erased_at=NOON, ground="test")
    SubjectKey.objects.filter(subject=case.pk).delete()

    work(site)

    assert fresh(analysis).failure == Failure.ERASED
    assert not SubjectKey.objects.filter(subject=case.pk).exists()


@pytest.mark.usefixtures("here")
def test_an_export_without_messages_is_done_and_empty(site: Site, people: Cast, case: Dossier) -> None:
    """Nothing to read is a result, not a failure."""
    empty = b'{"name": "Parc", "type": "personal_chat", "id": 7, "messages": []}'

    analysis = done(site, case, people, empty)

    assert (analysis.state, analysis.messages) == (State.DONE, 0)
    assert analyses.find(analysis, "secret", limit=9).total == 0
    with pytest.raises(NotThere):
        analyses.chunk(analysis, 0)


# -- reading --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("needle", ["secret", "ÉCOLE", "l'école", "", "   ", "zzz", "a", "e d", "n’", "photo"])
def test_words_are_found_as_in_the_messages_themselves(site: Site, people: Cast, case: Dossier, needle: str) -> None:
    """The words folded beforehand give the same places as every message opened and looked at."""
    opened = analyses.open_analysis(done(site, case, people, export_of_case()))
    rows: list[Row] = [row for number in range(3) for row in opened.chunk(number)]

    found = opened.find(needle, limit=10_000)

    assert list(found.positions) == search_chunk(rows, needle)
    assert found.total == len(found.positions)


@pytest.mark.usefixtures("here")
def test_the_conversation_view_searches_without_opening_messages(site: Site, people: Cast, case: Dossier) -> None:
    """The view finds the same through the folded words."""
    opened = analyses.open_analysis(done(site, case, people, export_of_case()))
    found = opened.find("secret", limit=9)

    with patch.object(analyses.Opened, "chunk", side_effect=AssertionError("a chunk was opened")):
        hits = conversation.find(opened, opened.outline(), "secret")

    assert (hits.positions, hits.total) == (found.positions, found.total)
    assert hits.total > 0


@pytest.mark.usefixtures("here")
def test_a_search_tells_the_first_places_and_how_many_there_are(site: Site, people: Cast, case: Dossier) -> None:
    """A limit hides nothing; a later part begins where it is asked to."""
    opened = analyses.open_analysis(done(site, case, people, export_of_case()))
    whole = opened.find("a", limit=10_000)

    first, rest = opened.find("a", limit=5), opened.find("a", limit=5, from_=700)

    assert (first.positions, first.total) == (whole.positions[:5], whole.total)
    assert rest.positions == tuple(place for place in whole.positions if place >= 700)[:5]
    assert rest.total == sum(place >= 700 for place in whole.positions)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("number", [-1, 1, 3])
def test_there_is_no_chunk_past_the_end(site: Site, people: Cast, case: Dossier, number: int) -> None:
    """An address that somebody made up shows nothing."""
    analysis = done(site, case, people)

    with pytest.raises(NotThere):
        analyses.chunk(analysis, number)


# -- failing --------------------------------------------------------------------------------------------


def hostile_archive() -> bytes:
    """An archive with a name that leads outside."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("../../etc/passwd", "no")
    return held.getvalue()


@pytest.mark.parametrize(
    ("data", "failure"),
    [
        (b"Une lettre qui n'est pas une conversation.", Failure.UNKNOWN_FORMAT),
        (b"", Failure.UNKNOWN_FORMAT),
        (hostile_archive(), Failure.REFUSED_ARCHIVE),
    ],
)
def test_what_cannot_be_read_fails_at_once_with_one_sentence(
    site: Site, people: Cast, case: Dossier, data: bytes, failure: Failure
) -> None:
    """Trying again would not help, so it is not tried; the exhibit stays as it came."""
    analysis = fresh(asked(site, case, people, data))

    assert work(site)
    assert not work(site, after=timedelta(hours=1))

    analysis = fresh(analysis)
    assert (analysis.state, analysis.failure, analysis.tries) == (State.FAILED, failure, 1)
    assert analyses.failure_told(analysis) == str(analyses.FAILURES[failure])
    assert actions(case) == ["analysis_asked", "analysis_failed"]
    assert Vault(site.exhibits).check(analysis.exhibit)
    assert left(site) == []


@pytest.mark.usefixtures("here")
def test_an_export_that_is_cut_is_read_up_to_there(site: Site, people: Cast, case: Dossier) -> None:
    """Half an export gives its half, and says what could not be read."""
    cut = (
        b'{"name": "Parc", "type": "personal_chat", "id": 7, "messages": [{"id": 1, "type": "message", '
        b'"date": "2026-11-12T18:00:00", "date_unixtime": "1794502800", "from": "Lilas", "from_id": "user1", '
        b'"text": "bonjour"}, {"id": 2, "type": "mess'
    )

    analysis = done(site, case, people, cut)

    assert (analysis.state, analysis.messages) == (State.DONE, 1)
    assert analyses.outline(analysis).exhibits[0].unread_places > 0


@pytest.mark.usefixtures("here")
def test_an_exhibit_that_is_gone_is_told(site: Site, people: Cast, case: Dossier) -> None:
    """The page says to take it from the backup."""
    analysis = asked(site, case, people)
    Vault(site.exhibits).discard(analysis.exhibit)

    work(site)

    assert fresh(analysis).failure == Failure.EXHIBIT_GONE


@pytest.mark.usefixtures("here")
def test_an_exhibit_that_has_changed_is_told(site: Site, people: Cast, case: Dossier) -> None:
    """Not one byte of it is read."""
    analysis = asked(site, case, people)
    path = site.exhibits / analysis.exhibit[:2] / analysis.exhibit[2:]
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1] + b"x")

    work(site)

    assert fresh(analysis).failure == Failure.EXHIBIT_DAMAGED


@pytest.mark.usefixtures("here")
def test_a_file_sealed_for_a_key_that_is_away_is_told(site: Site, people: Cast, case: Dossier) -> None:
    """The key can be brought back, and the analysis begun again."""
    analysis = asked(site, case, people)
    with patch.object(Keyring, "identities", lambda _: ()):
        work(site)
    failed = fresh(analysis)

    analyses.again(failed, by=by(people.alice))
    work(site)

    assert (failed.state, failed.failure) == (State.FAILED, Failure.OTHER_KEY)
    assert fresh(analysis).state == State.DONE
    assert actions(case) == ["analysis_asked", "analysis_failed", "analysis_again", "analysis_done"]


def test_only_what_failed_is_begun_again(site: Site, people: Cast, case: Dossier) -> None:
    """Pressing again while it waits changes nothing."""
    analysis = asked(site, case, people)

    with pytest.raises(NotFailed):
        analyses.again(analysis, by=by(people.alice))


def test_a_process_that_is_too_large_is_stopped_and_tried_again(
    site: Site, people: Cast, case: Dossier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that takes all the memory ends its own process only; after three attempts it is told."""
    monkeypatch.setattr(runner, "_MEMORY_BYTES", 200 << 20)
    monkeypatch.setattr(runner, "_MEMORY_TIMES", 0)
    analysis = asked(site, case, people)

    assert work(site)
    first = fresh(analysis)
    assert work(site, after=timedelta(minutes=2))
    assert work(site, after=timedelta(minutes=5))

    assert (first.state, first.tries) == (State.WAITING, 1)
    assert (fresh(analysis).state, fresh(analysis).tries) == (State.FAILED, 3)
    assert actions(case) == ["analysis_asked", "analysis_failed"]
    assert left(site) == []


@pytest.mark.usefixtures("here")
def test_a_full_memory_lets_the_next_attempt_work_on_the_disk(site: Site, people: Cast, case: Dossier) -> None:
    """What does not fit in memory is not given up."""
    analysis = asked(site, case, people)
    with patch.object(runner, "read_export", side_effect=OSError(28, "full")):
        work(site)
    failed = fresh(analysis).failure
    taken: list[Path] = []

    def read(folder: WorkFolder, job: Job, *, watch: Watch) -> None:
        taken.append(folder.path)
        analyse_export(folder.path, job, tell=watch)

    with patch.object(runner, "read_export", read):
        work(site, after=timedelta(minutes=2))

    assert failed == Failure.NO_SPACE
    assert taken[0].parent == places(site)[1]
    assert fresh(analysis).state == State.DONE


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("free", [0, 10**15])
def test_the_folder_is_private_and_in_memory_where_there_is_room(
    site: Site, people: Cast, case: Dossier, free: int
) -> None:
    """Unsealed, an export touches a disk only where memory is short."""
    asked(site, case, people)
    seen: list[tuple[Path, int]] = []

    def read(folder: WorkFolder, job: Job, *, watch: Watch) -> None:
        seen.append((folder.path.parent, folder.path.stat().st_mode & 0o777))
        analyse_export(folder.path, job, tell=watch)

    with patch.object(runner, "read_export", read), patch.object(folders, "_free_memory", lambda _: free):
        work(site)

    assert seen == [(places(site)[bool(not free)], 0o700)]


@pytest.mark.usefixtures("here")
def test_a_place_in_memory_that_others_may_enter_is_not_used(site: Site, people: Cast, case: Dossier) -> None:
    """Everybody may make folders in /dev/shm, also under our name."""
    asked(site, case, people)
    memory = places(site)[0]
    memory.mkdir(mode=0o777)
    memory.chmod(0o777)
    seen: list[Path] = []

    def read(folder: WorkFolder, job: Job, *, watch: Watch) -> None:
        seen.append(folder.path.parent)
        analyse_export(folder.path, job, tell=watch)

    try:
        with patch.object(runner, "read_export", read):
            work(site)
    finally:
        memory.rmdir()

    assert seen == [places(site)[1]]


@pytest.mark.usefixtures("here")
def test_a_message_that_is_missing_ends_it(site: Site, people: Cast, case: Dossier) -> None:
    """The process has read what strangers wrote: what it gives is not believed, and never shown by half."""
    analysis = asked(site, case, people)

    def read(folder: WorkFolder, job: Job, *, watch: Watch) -> None:
        analyse_export(folder.path, job, tell=watch)
        path = chunk_path(folder.path, 0)
        path.write_bytes(msgspec.json.encode(msgspec.json.decode(path.read_bytes())[:-1]))

    with patch.object(runner, "read_export", read):
        work(site)

    assert fresh(analysis).failure == Failure.INTERNAL
    assert not Chunk.objects.exists()


# -- who makes it ---------------------------------------------------------------------------------------


def test_two_workers_never_make_the_same_one(site: Site, people: Cast, case: Dossier) -> None:
    """The first update wins, the other finds nothing."""
    asked(site, case, people)

    claims = [claim_next(now=NOON), claim_next(now=NOON)]

    assert [claim is not None for claim in claims] == [True, False]


def test_an_analysis_of_a_dead_worker_is_taken_up_again(site: Site, people: Cast, case: Dossier) -> None:
    """Half a minute after its last sign of life; each attempt counts."""
    asked(site, case, people)
    claim_next(now=NOON)

    early, late = claim_next(now=NOON + LEASE / 2), claim_next(now=NOON + LATER)

    assert early is None
    assert late is not None
    assert late.tries == 2


def test_after_three_dead_workers_it_has_failed(site: Site, people: Cast, case: Dossier) -> None:
    """What kills every worker is not tried for ever."""
    analysis = asked(site, case, people)
    for attempt in range(3):
        assert claim_next(now=NOON + attempt * LATER)

    assert work(site, after=3 * LATER)

    assert (fresh(analysis).state, fresh(analysis).failure) == (State.FAILED, Failure.STOPPED)
    assert actions(case) == ["analysis_asked", "analysis_failed"]


def test_a_worker_that_is_asked_to_stop_gives_it_back(site: Site, people: Cast, case: Dossier) -> None:
    """The attempt does not count, no word is left behind, and the next worker makes it."""
    analysis = asked(site, case, people)
    stop = threading.Event()
    stop.set()

    work(site, stop=stop)

    row = fresh(analysis)
    assert (row.state, row.tries, row.running_until) == (State.WAITING, 0, None)
    assert left(site) == []


@pytest.mark.usefixtures("here")
def test_a_worker_that_lost_its_hold_writes_nothing(site: Site, people: Cast, case: Dossier) -> None:
    """Two results never mix."""
    analysis = asked(site, case, people)

    def read(folder: WorkFolder, job: Job, *, watch: Watch) -> None:
        analyse_export(folder.path, job, tell=watch)
        assert claim_next(now=NOON + LATER)

    with patch.object(runner, "read_export", read):
        work(site)

    assert fresh(analysis).state == State.RUNNING
    assert not Chunk.objects.exists()
    assert "analysis_done" not in actions(case)


@pytest.mark.usefixtures("here")
def test_progress_stands_in_the_row(site: Site, people: Cast, case: Dossier, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every stage is told, in order, as a sentence and a share."""
    monkeypatch.setattr("rempart.web.analysing.holding.EVERY_S", 0.0)
    monkeypatch.setattr("rempart.web.analysing.steps.EVERY_S", 0.0)
    analysis, seen = asked(site, case, people), dict[str, float | None]()
    kept = Hold.renew

    def renew(hold: Hold) -> None:
        kept(hold)
        row = fresh(analysis)
        assert analyses.stage_told(row)
        seen[row.stage] = analyses.share_done(row)

    with patch.object(Hold, "renew", renew):
        work(site)

    enquete_only = analyses.Stage.LIKENING  # elsewhere no byte of a medium is looked at
    assert list(seen) == [str(stage) for stage in analyses.Stage if stage is not enquete_only]
    assert seen["looking"] == seen["placing"] == 1.0


# -- taken up again -------------------------------------------------------------------------------------


class Killed(BaseException):
    """Stands for a kill: nothing is tidied up after it."""


@pytest.fixture
def nothing_is_removed() -> Iterator[None]:
    """As after a kill, the folder stays; only its lock goes."""
    remove, left_there = folders._remove, list[Path]()

    def let_go(held: WorkFolder) -> None:
        os.close(held.lock)
        left_there.append(held.path)

    with patch.object(folders, "_remove", let_go):
        yield
    for path in left_there:
        remove(WorkFolder(path=path, lock=os.open(os.devnull, os.O_RDONLY)))


@pytest.mark.usefixtures("here")
def test_a_later_attempt_goes_on_where_the_folder_ends(
    site: Site, people: Cast, case: Dossier, nothing_is_removed: None
) -> None:
    """What was read is not read again, and the result is the same."""
    whole = analyses.outline(done(site, case, people, export_of_case()))
    other = dossier(people.alice)
    analysis = asked(site, other, people, export_of_case())
    with patch.object(keeping, "_write", side_effect=Killed), pytest.raises(Killed):
        work(site)

    with patch("rempart.web.analysing.steps.read_exhibits", side_effect=AssertionError("read again")):
        work(site, after=LATER)

    assert fresh(analysis).state == State.DONE
    assert analyses.outline(fresh(analysis)) == whole


@pytest.mark.usefixtures("here")
def test_what_another_version_left_is_not_used(
    site: Site, people: Cast, case: Dossier, nothing_is_removed: None
) -> None:
    """Tables of older rules do not mix with newer ones."""
    analysis = asked(site, case, people)
    with (
        patch.object(folders, "VERSION", "0.0"),
        patch.object(keeping, "_write", side_effect=Killed),
        pytest.raises(Killed),
    ):
        work(site)

    with patch("rempart.web.analysing.steps.read_exhibits", side_effect=ZeroDivisionError) as read:
        work(site, after=LATER)

    assert read.called
    assert fresh(analysis).state == State.WAITING


@pytest.mark.usefixtures("here")
def test_folders_that_nobody_will_take_up_are_removed(site: Site, people: Cast, case: Dossier) -> None:
    """After a kill at the very end, the next start of a worker leaves no word in memory."""
    with patch.object(folders, "_remove", lambda held: os.close(held.lock)):
        done(site, case, people)
    waiting = asked(site, dossier(people.alice), people)
    kept = folders.work_folder(site, folders.Wanted(analysis=waiting.pk, exhibit=waiting.exhibit, size_bytes=1))
    before = len(left(site))

    with kept as held:
        runner._tidy(site)

        assert (before, left(site)) == (1, [held.path])


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (MemoryError(), Failure.TOO_LARGE),
        (OSError(28, "full"), Failure.NO_SPACE),
        (BadFolder("No."), Failure.DAMAGED_EXPORT),
        (KeyError("what somebody wrote"), Failure.INTERNAL),
    ],
)
def test_the_process_tells_the_kind_of_failure_only(error: Exception, failure: Failure) -> None:
    """A message could hold words of the export."""
    assert failure_of(error) == failure


def test_a_child_without_its_worker_does_not_begin(tmp_path: Path) -> None:
    """A kill of the worker takes the confined process with it, also before its first step."""
    held = WorkFolder(path=tmp_path, lock=os.open(tmp_path, os.O_RDONLY))
    job = Job(name="x", language="fr", profile="hotline", parent=1, memory_bytes=1 << 32, cpu_s=9, file_bytes=1 << 20)

    with pytest.raises(process.Failed) as failed:
        process.read_export(held, job, watch=lambda _: None)

    os.close(held.lock)
    assert failed.value.failure == Failure.TOO_LARGE  # killed; the system's reasons look the same from outside
