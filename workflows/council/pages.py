"""What a profile says about the pages themselves: colours, who helps, texts that every council has, glossary."""

from typing import Annotated

from pydantic import Field, model_validator

from .tables import Table, Text

Colour = Annotated[str, Field(pattern=r"^#[0-9a-f]{6}$")]


class Brand(Table):
    """The council's colours; `colour` must reach 7:1 on white (pictures/README "Own CSS")."""

    colour: Colour
    dark: Colour
    tint: Colour
    tint_line: Colour

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
    telephone: Text | None = None
    option: Text | None = None
    email: Text


class HelpLink(Table):
    """A further reading of a help page."""

    text: Text
    address: Annotated[str, Field(pattern=r"^(https://|mailto:)")]


class Pages(Table):
    """Texts of the pages that every council must have; a blank line begins a new paragraph."""

    help: Text
    help_links: tuple[HelpLink, ...] = ()
    accessibility: Text
    privacy: Text
    cookies: Text


class Term(Table):
    """A word of the council's glossary."""

    word: Text
    meaning: Text


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.03928 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
