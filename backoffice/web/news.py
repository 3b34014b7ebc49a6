"""Where a notice leads: to its case by reference, when that kind of case has a page on the reader's side (CASE_PAGES),
or to the page that settings name for the notice's kind.

    NOTICE_PAGES = {"import.read": "council:import"}

Such a notice is told under the key `import:12:…`: the second part is the id of what it is about.
"""

from django.conf import settings
from django.urls import reverse

from workflows.engine.models import Notice


def href(notice: Notice, side: str) -> str:
    """The address; empty when the notice is about nothing that has a page."""
    if notice.case is not None:
        has_page = notice.case.kind in settings.CASE_PAGES.get(side, {})
        return reverse("account:case", args=[notice.case.reference]) if has_page else ""
    page = settings.NOTICE_PAGES.get(notice.kind)
    number = notice.key.split(":")[1] if notice.key.count(":") else ""
    return reverse(page, args=[int(number)]) if page and number.isdigit() else ""
