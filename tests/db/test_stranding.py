"""A profile that would strand work, answers or payments is refused with the list; `council diff` says it before."""

from collections.abc import Callable
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from tests import care
from tests import factories as make
from tests.councils import served
from workflows.actions.models import TypeForProvider
from workflows.council.comparing import differences
from workflows.council.profile import current, load
from workflows.council.schema import Council
from workflows.engine.models import Case
from workflows.engine.stranding import stranded
from workflows.payments.flow import ScheduledPaymentFlow
from workflows.payments.models import PaymentMethod, ScheduledPayment
from workflows.register.models import CarePackageLine

FOLDER = settings.ROOT / "fixtures" / "councils"


@pytest.fixture
def line() -> CarePackageLine:
    """A line with a published document, in a contract that is paid every four weeks."""
    found = make.line()
    make.published(found)
    first = date(2018, 4, 9)
    method = PaymentMethod.objects.create(contract=found.contract, start=first, calendar="four_weekly")
    case = Case.objects.create(
        flow_class=ScheduledPaymentFlow, kind="scheduled_payment", reference="PAY-1", state="open", open_tasks=1,
        organisation=found.service.organisation,
    )  # fmt: skip
    ScheduledPayment.objects.create(
        case=case, contract=found.contract, method=method, calendar="four_weekly", number=0, first=first,
        last=date(2018, 5, 6), visible_from=first, cut_off=first, finalise_on=first, pay_on=first,
        financial_year="2018/2019",
    )  # fmt: skip
    make.staff_user("fes_admin")
    TypeForProvider.objects.create(organisation=found.service.organisation, type="invoice")
    return found


def _elsewhere(council: Council) -> dict[str, Any]:
    return {"teams": tuple(team.model_copy(update={"outside": team.key == "fes_admin"}) for team in council.teams)}


def _other_periods(council: Council) -> dict[str, Any]:
    assert council.payments is not None
    weekly = council.payments.calendars[0].model_copy(update={"days": 7})
    return {"payments": council.payments.model_copy(update={"calendars": (weekly,)})}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda council: {}, ["the switch of the type of action invoice"]),
        (
            lambda council: {"payments": None, "claims": None},
            ["the module of scheduled_payment", "the payment calendar four_weekly"],
        ),
        (_elsewhere, ["the team fes_admin works elsewhere"]),
        (_other_periods, ["the payment calendar four_weekly has other periods"]),
        (lambda council: {"service_groups": council.service_groups[1:]}, ["1 services", "1 service levels"]),
    ],
    ids=["switched", "module", "team", "calendar", "group"],
)
def test_what_is_stranded_is_told(
    line: CarePackageLine, change: Callable[[Council], dict[str, Any]], said: list[str]
) -> None:
    found = stranded(current().model_copy(update=change(current())))
    assert [each for each in said if not any(each in line for line in found)] == []
    assert len(found) == len({*said, "the switch of the type of action invoice"})


@pytest.mark.django_db
def test_a_kind_of_service_stays_until_its_weeks_are_paid() -> None:
    with served("bradford") as council:
        home = care.provider("supported_living")[1]
        care.line(home, care.level("shared_support", group="supported_living"), visits=(("3", (0, 1), 1),))
        care.opened(home)
        assert council.actuals is not None
        assert stranded(council) == []
        less = council.actuals.model_copy(update={"kinds": council.actuals.kinds[1:]})
        assert stranded(council.model_copy(update={"actuals": less})) == [
            "- shared_support of supported_living is of no kind in [[actuals.kinds]] any more, but 1 weeks of it are"
            " open; keep its kind until they are paid"
        ]


@pytest.mark.django_db
def test_the_officer_sees_what_changes_before_it_is_loaded(line: CarePackageLine, tmp_path: Path) -> None:
    TypeForProvider.objects.all().delete()
    call_command("load_council", stdout=StringIO())
    text = (FOLDER / "norfolk.toml").read_text()
    text = text.replace("lock_after = 3", "lock_after = 5").replace('"Procurement Team"', '"Buyers"')
    mine = tmp_path / "norfolk.toml"
    mine.write_text(text)
    out = StringIO()
    call_command("council", "diff", str(mine), stdout=out)
    told = out.getvalue().splitlines()
    assert "- [sign_in] lock_after: 3 becomes 5" in told
    assert "- the team Procurement Team (procurement) would be called Buyers" in told
    assert "- Buyers (procurement) has no members: nobody would do its work" in told
    assert told[-1] == "It can be loaded: nothing would be stranded."
    with pytest.raises(CommandError, match=r"Concord serves .*norfolk\.toml"):
        call_command("council", "load", str(mine))
    mine.write_text(text.replace('"four_weekly"', '"monthly"'))
    with pytest.raises(CommandError, match="1 thing would be stranded"):
        call_command("council", "diff", str(mine), stdout=out)
    assert "- the payment calendar four_weekly is gone, but 1 payment methods" in out.getvalue()
    call_command("council", "load", stdout=out)
    assert "Start Concord again" in out.getvalue()


def test_each_difference_is_said_in_words() -> None:
    norfolk, suffolk = (load(FOLDER / f"{name}.toml") for name in ("norfolk", "suffolk"))
    assert differences(norfolk, norfolk) == []
    said = differences(norfolk, suffolk)
    assert said[:2] == [
        "key: norfolk becomes suffolk",
        "name: Norfolk County Council becomes Suffolk County Council",
    ]
    for line in (
        "[sign_in.password] min_length: 9 becomes 10",
        "[[teams]] gone: Procurement Team (procurement)",
        "[[teams]] new: ACS Contracts team (contracts)",
        "[[contract_documents.reasons]] Hours, visits or sessions (quantity): label: Quantity of Care becomes Hours,"
        " visits or sessions",
        "desks brokerage: service_brokerage becomes care_purchasing",
        "[actuals] is new",
    ):
        assert line in said
