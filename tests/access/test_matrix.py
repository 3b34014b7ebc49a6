"""Every address x method x person, held to the one table; and what is not yours answers as what does not exist."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve, reverse

from backoffice.web.gate import access_of
from tests.access.people import PEOPLE, World
from tests.access.table import ELSEWHERE, EVERYBODY, PROVIDERS, TABLE, Row
from workflows.engine.errors import Forbidden, NotFound
from workflows.engine.models import Task
from workflows.parties.actor import Actor
from workflows.parties.models import User
from workflows.parties.selectors import actor_for, organisations_of

pytestmark = pytest.mark.django_db
IN, SIGN_IN, FORBIDDEN, ABSENT, METHOD = "in", "sign in first", "403", "404", "405"
#: Answers of a page to somebody who may be there, a form without a word in it included.
WELCOME = {200, 302, 409, 422}
NO_SUCH_ID = 999_999_999
#: What differs from one answer to the next: a form's token, and the minute in the foot of a printed page.
FLEETING = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"|Printed by [^<]*')


def addresses(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, tuple[str, ...]]]:
    """The name and the ids of every address of the project."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield f"{space}{entry.name}", tuple(entry.pattern.converters)
        else:
            yield from addresses(entry, f"{entry.namespace}:" if entry.namespace else space)


ADDRESSES = dict(addresses())


def test_the_table_names_every_address_and_no_other() -> None:
    assert set(TABLE) == set(ADDRESSES)


def test_the_table_names_every_person() -> None:
    assert set(PEOPLE) == EVERYBODY


def test_every_address_has_a_name_of_its_own() -> None:
    assert len(list(addresses())) == len(ADDRESSES)


@pytest.fixture
def world(settings: Any) -> World:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.DEMO = False
    return World()


#: Of each side one, and who has not signed in, ask really for everything: every address asks its gate first, and is
#: refused as the gate says. Of the others, whom the gate refuses is asked of the gate itself.
ASKING_ALL = {"signed_out", "super_user_scheduled", "brokerage_manager"}


def test_everybody_gets_in_where_the_table_says_and_nowhere_else(world: World) -> None:
    """In one world: every request is undone."""
    turn, wrong, asked = world.turn, [], 0
    for who in PEOPLE:
        browser = Browser(PEOPLE[who](world))
        for name in ADDRESSES:
            by_gate = "" if who in ASKING_ALL else browser.refused_at_the_gate(place(world, name))
            for method in ("GET", "POST"):
                got = by_gate or browser.outcome(method, place(world, name), body(world, name, turn))
                asked += not by_gate
                if got not in (wanted := expected(who, name, TABLE[name], method)):
                    wrong.append(f"{who}, {name} {method}: {got} instead of {wanted}")
    assert wrong == []
    assert asked > len(ADDRESSES) * 2 * len(PEOPLE) / 3


#: The gate knows no id: of what it refuses, some are enough.
SOME = 20
#: Whoever works at another place is tried always; who is refused by function only, in the soak.
COMPARED = [*sorted(ELSEWHERE), *(pytest.param(each, marks=pytest.mark.soak) for each in sorted(PROVIDERS - ELSEWHERE))]


@pytest.mark.parametrize("who", COMPARED)
def test_anothers_id_is_answered_byte_for_byte_as_an_absent_one(world: World, who: str) -> None:
    browser, turn = Browser(PEOPLE[who](world)), world.turn
    compared = at_the_gate = 0
    for name, ids in ADDRESSES.items():
        if not ids or who in TABLE[name].who:
            continue
        at_the_gate += (by_gate := bool(browser.refused_at_the_gate(place(world, name))))
        if by_gate and at_the_gate > SOME:
            continue
        for method in ("GET", "POST"):
            theirs = browser.ask(method, place(world, name), body(world, name, turn))
            absent = browser.ask(method, place(world, name, absent=True), {"claim": str(NO_SUCH_ID)})
            assert (name, method, *plain(theirs)) == (name, method, *plain(absent))
            assert headers(theirs) == headers(absent), (name, method)
            compared += 1
    assert compared > 40


def expected(who: str, name: str, row: Row, method: str) -> set[str]:
    """What the table says. A method that an address does not have is refused as such, or as the address is."""
    if who == "signed_out" and who not in row.who:
        return {SIGN_IN}
    if other_side(who, name):
        return {ABSENT}
    welcome = row.who if method == "GET" or row.posting is None else row.posting
    if who in welcome:
        return {IN if method in row.methods else METHOD}
    refusal = ABSENT if who in row.absent else FORBIDDEN
    return {refusal} if method in row.methods else {refusal, METHOD}


def other_side(who: str, name: str) -> bool:
    """Whether the page is of the side that this person is not on."""
    side = name.partition(":")[0]
    return (side == "portal" and who not in PROVIDERS) or (side == "council" and who in PROVIDERS)


def place(world: World, name: str, *, absent: bool = False) -> str:
    """The address, with the ids of the world's records or with ids that no record has."""
    ids = {each: NO_SUCH_ID if absent and each.endswith("_id") else world.ids[each] for each in ADDRESSES[name]}
    if absent and "reference" in ids:
        ids["reference"] = "ISO-1999-999999"
    return reverse(name, kwargs=ids)


def body(world: World, name: str, turn: Task) -> dict[str, str]:
    known = {"turn": str(turn.pk), "team": str(world.ids["team_id"])}
    return {field: known.get(value, value) for field, value in TABLE[name].body.items()}


class Browser:
    """A signed-in browser whose every request is undone, so that each is asked of the same world."""

    def __init__(self, user: User | None) -> None:
        self.client = Client(raise_request_exception=False)
        self.actor: Actor | None = None
        if user is not None:
            self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
            session = self.client.session
            session["organisation"] = organisations_of(user).values_list("pk", flat=True).first()
            session.save()
            self.actor = actor_for(user, session["organisation"])
        self.cookies = self.client.cookies.output(header="", sep=";")

    def refused_at_the_gate(self, path: str) -> str:
        """How the view's declaration refuses this person, before the view is asked; empty when it does not."""
        access = access_of(resolve(path).func)
        if access.kind == "public" or self.actor is None:
            return ""
        try:
            access.check(self.actor)
        except NotFound:
            return ABSENT
        except Forbidden:
            return FORBIDDEN
        return ""

    def ask(self, method: str, path: str, body: dict[str, str]) -> Any:
        """Ask, read the whole answer, and undo what it wrote."""
        self.client.cookies = SimpleCookie(self.cookies)
        with transaction.atomic():
            response = getattr(self.client, method.lower())(path, body if method == "POST" else None)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        return response

    def outcome(self, method: str, path: str, body: dict[str, str]) -> str:
        """What was answered, in a word of this test."""
        response = self.ask(method, path, body)
        if response.status_code == 302 and response["Location"].startswith("/sign-in/?next="):
            return SIGN_IN
        if response.status_code in WELCOME:
            return IN
        return str(response.status_code)


def plain(response: Any) -> tuple[int, bytes]:
    """Status and body apart from what is fleeting."""
    return response.status_code, FLEETING.sub(b"", response.content)


def headers(response: Any) -> dict[str, str]:
    """The headers apart from what a token changes."""
    return {name: value for name, value in response.headers.items() if name != "Content-Length"}
