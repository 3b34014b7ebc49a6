"""Nothing typed is lost, not by a time-out: a form that came signed out is kept and given back after sign-in.

Passwords, passcodes and files are never kept. A draft belongs to whoever was signed in; if nobody is known (the
session is gone), to the browser that sent it, and then to the first person who signs in there.
"""

from datetime import timedelta
from hashlib import sha256
from secrets import token_urlsafe
from urllib.parse import urlsplit

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from .models import Draft

KEPT_FOR = timedelta(hours=24)
SESSION_KEY = "kept_draft"
SECRET_WORDS = ("password", "passcode", "digit", "secret", "pin")
NOT_TYPED = {"csrfmiddlewaretoken", "client_key"}
#: What a page writes into its forms by itself (tests/unit/test_kept_drafts.py knows them all): kept, but nothing typed.
WRITTEN_BY_PAGES = frozenset({
    "back", "case_version", "do", "here", "line", "line_version", "line_weeks", "newest", "number", "oldest", "opened",
    "rows", "seen", "sha256", "step", "tab", "task", "tasks", "turn",
})  # fmt: skip
LARGEST = 200_000  # characters; a long answer is 10,000


def is_secret(name: str) -> bool:
    """Whether a field's name says that its value must not be kept or shown."""
    return any(word in name.lower() for word in SECRET_WORDS)


def keep(request: HttpRequest, user_id: int | None = None) -> Draft | None:
    """Keep what was posted, under a token in the session; None when there is nothing to keep or far too much."""
    fields = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_TYPED}
    typed = {name: values for name, values in fields.items() if not is_secret(name)}
    if not any("".join(values).strip() for name, values in typed.items() if name not in WRITTEN_BY_PAGES):
        return None
    if sum(len(value) for values in typed.values() for value in values) > LARGEST:
        return None
    token = token_urlsafe(32)
    draft = Draft.objects.create(
        token_hash=_hash(token),
        user_id=user_id,
        page=page_of_form(request)[:500],
        action=request.get_full_path()[:500],
        fields=[[name, values] for name, values in typed.items()],
        had_secret=len(typed) < len(fields),
        had_files=bool(request.FILES),
        expires_at=timezone.now() + KEPT_FOR,
    )
    request.session[SESSION_KEY] = token
    return draft


def claim(request: HttpRequest, user: AbstractBaseUser) -> Draft | None:
    """The newest draft that waits for this person after sign-in, now theirs; None when none does.

    Offered once: a draft that was sent since, or is not wanted, must not come back at every sign-in.
    """
    token, now = request.session.pop(SESSION_KEY, ""), timezone.now()
    mine = Q(user=user) | Q(token_hash=_hash(token), user=None)
    draft = Draft.objects.filter(mine, offered_at=None, expires_at__gt=now).order_by("-created_at").first()
    if draft is not None:
        draft.user_id, draft.offered_at = user.pk, now
        draft.save(update_fields=["user", "offered_at"])
    return draft


def of_user(user_id: int, draft_id: int) -> Draft | None:
    """One of a person's own drafts."""
    return Draft.objects.filter(pk=draft_id, user_id=user_id, expires_at__gt=timezone.now()).first()


def typed_here(request: HttpRequest, names: set[str]) -> QueryDict | None:
    """What was typed into a form with these fields, when the page was opened with `?draft=…`."""
    draft = asked_for(request)
    if draft is None:
        return None
    typed = QueryDict(mutable=True)
    for name, values in draft.fields:
        typed.setlist(name, values)
    return typed if any(_first_part(name, names) for name in typed) else None


def asked_for(request: HttpRequest) -> Draft | None:
    """The draft named in the address, if it is this person's; looked up once a request."""
    number = request.GET.get("draft", "")
    if not number.isdigit() or not request.user.is_authenticated:
        return None
    if not hasattr(request, "_draft"):
        request._draft = of_user(request.user.pk, int(number))  # type: ignore[attr-defined]
    found: Draft | None = request._draft  # type: ignore[attr-defined]
    return found


def finish(request: HttpRequest) -> None:
    """Forget what was kept of this form: it has been taken."""
    if request.user.is_authenticated:
        sent_here = Q(action=request.path) | Q(action__startswith=f"{request.path}?")
        Draft.objects.filter(sent_here, user_id=request.user.pk).delete()


def finish_if_taken(request: HttpRequest, status: int) -> None:
    """Do so for a page that does not say it: its draft was posted, and answered with another page."""
    if request.method == "POST" and 300 <= status < 400 and (draft := asked_for(request)) is not None:
        draft.delete()


def wipe() -> int:
    """Delete what is older than 24 hours; the daily job calls this. Returns how many there were."""
    return Draft.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def page_of_form(request: HttpRequest) -> str:
    """The page that the form stood on: the referring page of this site, else the address it was sent to."""
    referer = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}):
        return request.get_full_path()
    parts = urlsplit(referer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _first_part(posted: str, names: set[str]) -> bool:
    """Whether a posted name is of one of these fields; a date is posted in parts (`start_day`)."""
    return posted in names or posted.rpartition("_")[0] in names


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
