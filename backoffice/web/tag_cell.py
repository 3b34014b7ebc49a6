"""A cell that is a status alone."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from backoffice.web.tables import Cell, Of
from backoffice.web.words import NOTHING


class TagCell(Cell):
    """A status alone: a tag, or a dash when there is none."""

    def __init__(self, heading: str, tag: Of) -> None:
        super().__init__(heading, lambda row: getattr(tag(row), "text", NOTHING))
        self.status = tag

    def html(self, row: object) -> SafeString:
        """The tag."""
        shown = self.status(row)
        if shown is None:
            return format_html("{}", NOTHING)
        return format_html('<strong class="govuk-tag govuk-tag--{}">{}</strong>', shown.colour, shown.text)
