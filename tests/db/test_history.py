"""A made-up past is as true as one that happened: its events, figures and clocks hold, and nothing in it is to come."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F

from tests.councils import served
from workflows.engine import moment, recounting
from workflows.engine.models import Case, Event, HolderSpan, Task
from workflows.engine.replaying import check
from workflows.engine.verify import verify
from workflows.past import year
from workflows.register.imports.demo import bring

pytestmark = pytest.mark.django_db


def test_some_weeks_of_work_stand_as_if_they_had_happened(settings: Any) -> None:
    with served("suffolk") as council:
        call_command("load_council", stdout=StringIO())
        folder = settings.ROOT / "fixtures" / "demo" / council.key
        for kind in ("levels", "rates"):
            bring(kind, (folder / f"{kind}.csv").read_bytes(), kind)
        year.make(folder, str, span=2)
        kinds = set(Case.objects.values_list("kind", flat=True))
        assert kinds >= {"contract_document", "action", "change_request", "actuals"}
        still = Task.objects.filter(finished=None)
        assert set(still.values_list("node", flat=True)) >= {"respond", "with_team", "record"}
        assert still.exclude(assigned=None).exclude(team=None).exists()
        assert Task.objects.filter(breached_at__isnull=False, breached_at__gt=F("due_at")).exists()
        assert not Task.objects.filter(finished__lt=F("created")).exists()
        assert not Event.objects.filter(at__gt=moment.now()).exists()
        assert not HolderSpan.objects.filter(ended_at__lt=F("begun_at")).exists()
        assert verify().findings == []
        assert recounting.differences() == []
        assert check(every=True).differences == []
        assert year.is_there()
