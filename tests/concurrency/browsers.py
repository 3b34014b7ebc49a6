"""Browsers without a window: real HTTP over a socket, a session of one person each, bounded in time."""

import http.client
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.test import Client

from tests.forms import Form, form_with
from workflows.parties.models import User
from workflows.parties.selectors import organisations_of

WITHIN = 30.0  # seconds that any answer may take


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: str
    location: str


@dataclass
class Browser:
    """One person's browser. Every request has a connection of its own, as from another machine."""

    address: str
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._send("GET", path, None)

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return self._send("POST", path, urlencode(fields))

    def form(self, path: str, name: str) -> Form:
        """The form of a page that has a field of this name."""
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status)
        return form_with(answer.body, name)

    def _send(self, method: str, path: str, body: str | None) -> Answer:
        host = urlsplit(self.address).netloc
        headers = {
            "Host": host,
            "Referer": f"{self.address}{path}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": self.address}
        wire = http.client.HTTPConnection(host, timeout=WITHIN)
        try:
            wire.request(method, path, body, headers)
            response = wire.getresponse()
            text = response.read().decode()
        finally:
            wire.close()
        for line in response.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return Answer(response.status, text, response.headers.get("Location", ""))


def browser_of(user: User, address: str) -> Browser:
    """A browser in which this person has signed in, at their first provider."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    session: Any = client.session
    first = organisations_of(user).first()
    if first is not None:
        session["organisation"] = first.pk
    session.save()
    return Browser(address, {settings.SESSION_COOKIE_NAME: session.session_key})
