"""A provider whose weeks are recorded, for the walks through the councils' guides on actuals."""

from dataclasses import dataclass

from tests import care
from tests import factories as make
from tests.browser.oasis import with_passcode
from workflows.actuals.entry import read
from workflows.actuals.models import ActualWeek, LineWeek
from workflows.parties.models import Client, Organisation, Service, User
from workflows.register.models import CarePackageLine, ServiceLevel


@dataclass(frozen=True, slots=True)
class Place:
    """A provider, its service, and who records its weeks."""

    organisation: Organisation
    service: Service
    person: User

    def line(self, level: ServiceLevel, surname: str, forename: str, ss_ref: str, quantity: str, **words: object
             ) -> CarePackageLine:  # fmt: skip
        """A line of a client who is made up, or of the one with this reference."""
        client, _ = Client.objects.get_or_create(ss_ref=ss_ref, defaults={"surname": surname, "forename": forename})
        return care.line(self.service, level, quantity, client=client, **words)  # type: ignore[arg-type]


def place(group: str, *, organisation: str, service: str, person: str, role: str) -> Place:
    """A provider of a group of the council that is served."""
    owner = make.organisation(organisation)
    home = make.service(owner, group=group, name=service)
    return Place(owner, home, with_passcode(make.provider_user(owner, role=role, name=person)))


def stored(line: CarePackageLine, week: ActualWeek) -> LineWeek:
    """A line's week as it stands."""
    return LineWeek.objects.get(line=line, case=week.pk)


def days(line: CarePackageLine, week: ActualWeek, row: int = 0) -> list[str]:
    """What stands in Actual of a row, day by day."""
    return [f"{each:.2f}" for each in read(stored(line, week).rows)[row].actual]
