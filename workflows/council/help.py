"""What a profile says to help people: chapter by chapter, whom to ask, and what they need before they begin."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from .pages import HelpLink
from .tables import Table, Text, unique

#: The chapters that have a page of help: those of the portal, and signing in.
Chapter = Literal[
    "sign_in",
    "contract_documents",
    "care_package_lines",
    "actuals",
    "disputes",
    "payments",
    "remittance",
    "invoices",
    "claims",
    "actions",
    "change_requests",
    "contacts",
    "details",
    "reports",
]
EVERY_CHAPTER: tuple[Chapter, ...] = Chapter.__args__  # type: ignore[attr-defined]


class HelpChapter(Table):
    """A page of help: what a chapter is for, what to do in it, and further reading."""

    chapter: Chapter
    """The chapter."""
    text: Text
    """What it is for and what to do in it; a blank line begins a new paragraph."""
    links: tuple[HelpLink, ...] = ()
    """The guide and the training video of the chapter."""


class Contact(Table):
    """Somebody who helps, beside the helpdesk."""

    name: Text
    """Who they are."""
    about: Annotated[str, Field(max_length=300)] = ""
    """What they are asked about."""
    telephone: Annotated[str, Field(max_length=60)] = ""
    """Their number."""
    email: Annotated[str, Field(max_length=254)] = ""
    """Their address."""
    chapters: frozenset[Chapter] = frozenset()
    """The chapters whose pages of help name them; left out, they stand on the first page of help only."""


class Help(Table):
    """Help for people at providers."""

    equipment: tuple[Text, ...] = ()
    """What people need to use the portal, one thing an entry; it also stands in the invitation."""
    invitation: Annotated[str, Field(max_length=1000)] = ""
    """Further words of the invitation that somebody new gets by e-mail."""
    chapters: tuple[HelpChapter, ...] = ()
    """The pages of help of single chapters."""
    contacts: tuple[Contact, ...] = ()
    """Who helps, beside the helpdesk."""

    @model_validator(mode="after")
    def _once(self) -> "Help":
        unique([each.chapter for each in self.chapters], "[[help.chapters]]")
        unique([each.name for each in self.contacts], "[[help.contacts]]")
        for fault in self._unreachable():
            raise ValueError(fault)
        return self

    def chapter(self, key: str) -> HelpChapter | None:
        """The page of help of a chapter; None where the council has written none."""
        return next((each for each in self.chapters if each.chapter == key), None)

    def _unreachable(self) -> Iterator[str]:
        for each in self.contacts:
            if not each.telephone and not each.email:
                yield f"{each.name} needs a telephone or an email"
