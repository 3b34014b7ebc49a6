"""What a profile says about the pages themselves: colours, who helps, texts that every council has, glossary."""

from typing import Annotated

from pydantic import Field, model_validator

from .tables import Table, Text

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class Brand(Table):
    """The council's colours; `colour` must reach 7:1 on white (pictures/README "Own CSS")."""

    colour: Colour
    """The council's colour, for headings, links and buttons; dark enough to be read on white."""
    dark: Colour
    """A darker one, while a button is pressed."""
    tint: Colour
    """A light one, behind what is chosen."""
    tint_line: Colour
    """The colour of lines around the light one."""

    @model_validator(mode="after")
    def _readable(self) -> "Brand":
        ratio = 1.05 / (_luminance(self.colour) + 0.05)
        if ratio < 7:
            raise ValueError(
                f"colour {self.colour} has a contrast of {ratio:.1f} on white; choose a darker one (7 or more)"
            )
        return self


class Helpdesk(Table):
    """Who helps people with the portal; shown in every footer and in every refusal that needs a person."""

    name: Text
    """What it is called."""
    telephone: Text | None = None
    """Its number; without one none is shown."""
    option: Text | None = None
    """What to press when the telephone answers."""
    email: Text
    """Its address."""
    officer: Text | None = None
    """What the council calls the person of its own who looks after one provider, such as Business Relationship Officer:
    each provider then sees who theirs is. Without it there is nobody of the kind."""


class HelpLink(Table):
    """A further reading of a help page."""

    text: Text
    """The words of the link."""
    address: Annotated[str, Field(pattern=r"^(https://|mailto:)")]
    """Where it leads: an address that begins with https:// or mailto:."""


class Pages(Table):
    """Texts of the pages that every council must have; a blank line begins a new paragraph."""

    help: Text
    """How to get help; a blank line begins a new paragraph."""
    help_links: tuple[HelpLink, ...] = ()
    """Further reading: handbooks, videos, addresses."""
    accessibility: Text
    """The accessibility statement."""
    privacy: Text
    """What is held about people and why."""
    cookies: Text
    """Which cookies there are."""


class Term(Table):
    """A word of the council's glossary."""

    word: Text
    """The word."""
    meaning: Text
    """What it means here."""


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
