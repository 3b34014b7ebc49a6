"""What a person was told: unread first, marked as read one by one or together."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from backoffice.web.gate import signed_in
from backoffice.web.paging import page_by_key
from workflows.engine import seen, selectors

from .asking import actor_of


@signed_in
@require_GET
def listed(request: HttpRequest) -> HttpResponse:
    """All of the person's own notices."""
    page = page_by_key(selectors.told(actor_of(request).user_id), ("seen", "-id"), request.GET)
    unread = [each.pk for each in page.items if not each.seen]
    first = not ({"after", "before"} & set(request.GET))
    # Nobody has seen what comes after the page was made: the button says up to where it goes.
    newest = max(unread, default=0) if first else 0
    here = request.GET.urlencode()
    return render(request, "account/notices.html", {"pages": page, "newest": newest, "here": here})


@signed_in
@require_POST
def read(request: HttpRequest, notice_id: int) -> HttpResponse:
    """Mark one as read and stay on the page."""
    seen.notice_seen(actor_of(request), notice_id)
    return _back(request)


@signed_in
@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark as read whatever there was when the page was made."""
    newest = request.POST.get("newest", "")
    if newest.isascii() and newest.isdigit() and len(newest) < 19:
        seen.notices_seen(actor_of(request), int(newest))
        messages.success(request, "All notices of this list are marked as read.")
    return redirect("account:notices")


def _back(request: HttpRequest) -> HttpResponse:
    """To the page of the list that the button was on."""
    here = request.POST.get("here", "")
    return redirect(f"{reverse('account:notices')}?{here}" if here else reverse("account:notices"))
