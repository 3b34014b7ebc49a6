"""What a person has been told, and that they have seen it."""

from django.utils import timezone

from .models import Notice


def seen(user_id: int, case_id: int | None = None) -> int:
    """Mark a person's news as read: of one case, or all of it. Returns how much was new."""
    unread = Notice.objects.filter(user_id=user_id, read_at__isnull=True)
    if case_id is not None:
        unread = unread.filter(case_id=case_id)
    return unread.update(read_at=timezone.now())
