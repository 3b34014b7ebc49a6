"""This installation's council, recording all its lines as hours: what is measured needs a module of actuals."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from unittest.mock import patch

from django.conf import settings

from workflows.council import profile
from workflows.council.actuals import Actuals
from workflows.council.schema import Council


@contextmanager
def recording() -> Iterator[None]:
    """Inside, every part of the product sees that council."""
    made = _council()
    profile.forget()
    try:
        with patch.object(profile, "load", lambda _: made):
            profile.current()
            yield
    finally:
        profile.forget()


def _council() -> Council:
    actuals = profile.load(settings.ROOT / "fixtures" / "councils" / "suffolk.toml").actuals
    if actuals is None:
        raise LookupError("suffolk.toml has no actuals any more")
    said, groups = actuals.model_dump(), [group.key for group in profile.current().service_groups]
    kind = said["kinds"][0] | {"levels": frozenset()}
    said["kinds"] = [kind | {"key": group, "service_group": group} for group in groups]
    said["go_live"] = [{"service_group": group, "first_week": date(2018, 7, 16)} for group in groups]
    said["rules"] = [said["rules"][0] | {"kinds": frozenset(groups)}]
    said["never"] = []
    return profile.current().model_copy(update={"actuals": Actuals.model_validate(said)})
