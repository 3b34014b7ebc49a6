"""The handbook's own example (norfolk-handbook §4 and §10): a home, the person who answers, five clients, five ISOs."""

from dataclasses import dataclass

from backoffice.access import passcode
from tests import factories as make
from workflows.contracts.models import ContractDocument
from workflows.engine.models import Case
from workflows.parties.models import Client, Organisation, Service, User

CLIENTS = (
    ("Kent", "Karl", "2750571"),
    ("Land", "Lucy", "9170468"),
    ("Mitchell", "Mike", "3088761"),
    ("Nunn", "Nellie", "100025821"),
    ("Osman", "Oscar", "100025822"),
)
PASSCODE = "592741"


@dataclass(frozen=True, slots=True)
class Oasis:
    """What the handbook's screens show."""

    organisation: Organisation
    home: Service
    james: User
    documents: list[ContractDocument]

    def document_of(self, surname: str) -> ContractDocument:
        """The document of one of the clients."""
        return next(each for each in self.documents if each.case.client and each.case.client.surname == surname)


def oasis(*, clients: int = 5) -> Oasis:
    """The home with the documents of its first clients, each awaiting an answer."""
    organisation = make.organisation("Oasis Care and Support")
    home = make.service(organisation, name="Oasis Residential Home")
    james = with_passcode(make.provider_user(organisation, name="James Beiley"))
    level = make.level()
    documents = []
    for surname, forename, ss_ref in CLIENTS[:clients]:
        client = Client.objects.create(ss_ref=ss_ref, surname=surname, forename=forename)
        documents.append(make.published(make.line(home, of=client, service_level=level)))
    return Oasis(organisation, home, james, documents)


def with_passcode(user: User) -> User:
    """Give a person the passcode of these tests."""
    user.passcode = passcode.hashed(user.pk, PASSCODE)
    user.save()
    return user


def state_of(document: ContractDocument) -> str:
    """The state of a document's case now."""
    return Case.objects.values_list("state", flat=True).get(pk=document.pk)
