"""Two providers with marked conversations, below the pages: no list, page, choice, file or search of one gives the
other's, and what is kept by its sensitivity is nobody's who does not read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from tests import factories as make
from tests.files import staged
from workflows.actions import commands, entities, posting, selectors
from workflows.actions.models import Post
from workflows.actions.rules import Asked, Related
from workflows.actions.selectors import Filters
from workflows.engine import files, moment
from workflows.engine.errors import Invalid, NotFound, Refused
from workflows.engine.models import Attachment, Case, Event, Task
from workflows.parties.actor import Actor
from workflows.parties.models import Service
from workflows.register.models import CarePackageLine, PaymentHold
from workflows.search import selectors as searches

pytestmark = pytest.mark.django_db
TEAM = "service_brokerage"


@dataclass
class Marked:
    """A provider with a conversation about everything, each word of which holds its mark."""

    mark: str
    home: Service = field(init=False)
    line: CarePackageLine = field(init=False)
    person: Actor = field(init=False)
    cases: list[int] = field(init=False)

    def __post_init__(self) -> None:
        organisation = make.organisation(f"{self.mark} Care Ltd")
        self.home = make.service(organisation, name=f"{self.mark} House")
        self.line = make.line(self.home, of=make.client_(self.mark, self.mark))
        self.person = make.actor(make.provider_user(organisation, name=f"Person {self.mark}"))
        wanted = {
            Related.CLIENT: self.line.client_id,
            Related.SERVICE: self.home.pk,
            Related.CONTRACT: self.line.contract_id,
            Related.CONTACT: self.person.user_id,
            Related.PROVIDER: None,
        }
        self.cases = [self._opened("query", related, pk) for related, pk in wanted.items()]
        day = moment.today() - timedelta(days=1)
        self.cases.append(self._opened("death", Related.CLIENT, self.line.client_id, since=day))

    def _opened(self, kind: str, related: Related, entity: int | None, **more: Any) -> int:
        text = f"{self.mark} asks."
        asked = Asked(kind, related, entity, None, TEAM, f"{self.mark} title", text, **more)
        paper = staged(self.person, f"{self.mark}.pdf")
        outcome = commands.open_action(actor=self.person, asked=asked, file_ids=[paper.pk], key=make.key())
        return outcome.case_id


@pytest.fixture
def providers() -> tuple[Marked, Marked]:
    return Marked("ALPHAMARK"), Marked("BETAMARK")


def everything_read(actor: Actor, clients: Iterable[int]) -> str:
    """All that the selectors give somebody, as text."""
    found: list[Any] = []
    narrowed = [
        Filters(),
        Filters(open_only=True),
        Filters(type="death"),
        *(Filters(client_id=each) for each in clients),
    ]
    for filters in narrowed:
        rows = list(selectors.listed(actor, filters))
        found += [*rows, *(selectors.about(row) for row in rows)]
        for row in rows:
            page = selectors.page(actor, row["case_id"])
            found += [page.action.title.text, [str(each.line.client) for each in page.holds]]
            for written in selectors.with_files(selectors.posts(page.case.pk)):
                found += [written.post.words, written.post.author_of, [each.name for each in written.files]]
            found += [each.organisation.name for each in selectors.same_client(actor, page.case)]
    found += [entities.choices(actor, related) for related in Related] if actor.is_provider else []
    for text in ("ALPHAMARK", "BETAMARK", "title", "ACT-"):
        found.append(searches.results(actor, text))
    return "\n".join(str(each) for each in found)


def test_no_reader_gives_one_provider_what_is_the_others(providers: tuple[Marked, Marked]) -> None:
    clients = [each.line.client_id for each in providers]
    for one, other in permutations(providers):
        text = everything_read(one.person, clients)
        assert one.mark in text
        assert other.mark not in text
        assert len(list(selectors.listed(one.person, Filters()))) == len(one.cases)
        assert selectors.awaiting(one.person)[0] == 0
    officer = make.actor(make.staff_user())
    both = everything_read(officer, clients)
    assert all(each.mark in both for each in providers)


def attempts(one: Marked, case_id: int) -> dict[str, Callable[[], Any]]:
    """Everything that somebody could ask of another's conversation, by its numbers."""
    post = Post.objects.filter(action=case_id).latest("pk")
    paper = Attachment.objects.get(kind=posting.FILES, owner_id=post.pk)
    said: dict[str, Any] = {"actor": one.person, "case_id": case_id, "key": make.key()}
    said["task_id"] = Task.objects.get(process=case_id, finished=None).pk
    verbs = ("comment", "request_closure", "take_back", "reopen", "reply", "update", "close")
    return {
        "page": lambda: selectors.page(one.person, case_id),
        "post": lambda: selectors.case_of_post(one.person, post.pk),
        "file": lambda: files.taken(one.person, paper.pk),
        **{verb: (lambda verb=verb: getattr(commands, verb)(**said, text="Words")) for verb in verbs},
    }  # type: ignore[dict-item]


def test_anothers_conversation_is_not_there_whatever_is_asked_of_it(providers: tuple[Marked, Marked]) -> None:
    events = Event.objects.count()
    for one, other in permutations(providers):
        for case_id in other.cases:
            for what, attempt in attempts(one, case_id).items():
                with pytest.raises(NotFound) as refusal:
                    attempt()
                assert other.mark not in refusal.value.reason, what
        with pytest.raises(Invalid):
            asked = Asked("query", Related.CLIENT, other.line.client_id, None, TEAM, "T", "X")
            commands.open_action(actor=one.person, asked=asked, key=make.key())
        asked = replace(asked, entity=one.line.client_id)
        with pytest.raises(NotFound):
            commands.open_action(actor=one.person, asked=asked, line_id=other.line.pk, key=make.key())
        with pytest.raises(Refused):
            commands.send(
                actor=one.person, asked=asked, organisation_id=other.person.organisation_id or 0, key=make.key()
            )
    assert Event.objects.count() == events


def test_who_does_not_read_care_finds_no_notice_of_a_death(providers: tuple[Marked, Marked]) -> None:
    one = providers[0]
    notice = one.cases[-1]
    assert Case.objects.get(pk=notice).sensitivity == "care"
    assert PaymentHold.objects.filter(case=notice).exists()
    officer = make.actor(make.staff_user())
    for actor in (one.person, officer):
        kept = replace(actor, sensitivities=frozenset({"finance", "general"}))
        assert notice not in [row["case_id"] for row in selectors.listed(kept, Filters())]
        assert Case.objects.get(pk=notice).reference not in everything_read(kept, [one.line.client_id])
        for what in ("page", "post", "file", "comment"):
            with pytest.raises(NotFound):
                attempts(replace_person(one, kept), notice)[what]()


def replace_person(one: Marked, actor: Actor) -> Marked:
    """The same provider, asked by somebody else."""
    other = object.__new__(Marked)
    other.__dict__ |= one.__dict__ | {"person": actor}
    return other
