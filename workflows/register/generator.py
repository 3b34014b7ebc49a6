"""Makes up work of other homes for a demonstration: synthetic people, dated from a day backwards, as import files.

The same seed and number give the same line: line 17 is the same one whether 40 or 4,000 are made.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

SEED = 2018
FIRST_HOMES, FIRST_LINES = 6, 40  # the demonstration's usual size: 40 lines in 6 homes
LINES_A_HOME = 50  # beyond it
HOMES_OF_ORGANISATIONS = (2, 3, 1)
FIRST_SS_REF = 7_100_001
RECENT_DAYS = 10

SURNAMES = (  # noqa: SIM905
    "Abbot Ashby Barrow Birch Brindle Calder Carver Chalke Dorley Elmer Fenn Finch Garrow Hallam Harker Ibbot "
    "Jessop Kerrow Lambe Larkin Marlow Meadow Nettle Oakley Pascoe Penrose Quill Rowan Sedge Sorrel Tarn Thorne "
    "Umber Vale Wainer Wicker Yarrow Yelland"
).split()
FORENAMES = (  # noqa: SIM905
    "Ada Albert Alma Arthur Beryl Cecil Clara Cyril Doris Edith Edwin Elsie Ernest Esme Florence Frank Gladys "
    "Harold Hilda Horace Ida Ivor Joan Leonard Mabel Maurice Norah Olive Percy Ralph Ruby Stanley Sybil Victor "
    "Winifred Zena"
).split()
FIRST_WORDS = "Heron Larch Otter Willow Curlew Alder Teasel Plover Hazel Avocet Bramble Rowan Tern Sedge Linnet".split()  # noqa: SIM905 (read as a list of words)
LAST_WORDS = "House Lodge Court Grange View Gardens Place Mead".split()  # noqa: SIM905 (read as a list of words)
COMPANIES = "Marshlight Stonepath Fenbridge Hollybank Saltway Greenlane Brackwater Windmill Chalkstream".split()  # noqa: SIM905 (read as a list of words)
TOWNS = "Mirage Dunes Palmgrove Springwell Datewater Caravan Starfield".split()  # noqa: SIM905 (read as a list of words)

Rows = list[list[str]]


@dataclass(frozen=True, slots=True)
class Level:
    """A service level that lines may be made of."""

    name: str
    group: str
    unit: str


@dataclass(frozen=True, slots=True)
class Files:
    """The files in the order in which they are imported: kind -> rows, the header first."""

    services: Rows
    organisations: Rows
    clients: Rows
    contracts: Rows
    lines: Rows

    def in_order(self) -> list[tuple[str, Rows]]:
        """Kind and rows of each file."""
        names = ("organisations", "services", "clients", "contracts", "lines")
        return [(name, getattr(self, name)) for name in names]


@dataclass(frozen=True, slots=True)
class Home:
    """A home: its place among the homes, its organisation's, and the service levels it offers."""

    number: int
    organisation: int
    levels: tuple[Level, ...]

    @property
    def reference(self) -> str:
        """Its reference in the files."""
        return f"HOME-{self.number + 1:04}"

    @property
    def organisation_reference(self) -> str:
        """Its organisation's reference in the files."""
        return f"DEMO-{self.organisation + 1:03}"

    @property
    def name(self) -> str:
        """A name that no other home has."""
        first, last = self.number % len(FIRST_WORDS), self.number // len(FIRST_WORDS)
        again = last // len(LAST_WORDS)
        return f"{FIRST_WORDS[first]} {LAST_WORDS[last % len(LAST_WORDS)]}{f' {again + 1}' if again else ''}"


def reference(number: int) -> str:
    """The CarePackageRef of a made-up line."""
    return f"AP{FIRST_SS_REF + number}"


def files(numbers: Sequence[int], levels: Sequence[Level], today: date) -> Files:
    """The files for the made-up lines with these numbers (from 0), with all that they refer to."""
    by_group = _by_group(levels)
    homes = {number: _home(_home_of(number), by_group) for number in numbers}
    used = {home.number: home for home in homes.values()}
    return Files(
        organisations=[
            ["OrganisationRef", "Name", "Address1", "Town", "Postcode", "Telephone"],
            *(_organisation(number) for number in sorted({home.organisation for home in used.values()})),
        ],
        services=[
            ["ServiceRef", "OrganisationRef", "Name", "ServiceGroup", "Address1", "Town", "Postcode"],
            *(_service(used[number]) for number in sorted(used)),
        ],
        clients=[["SSRef", "Surname", "Forename"], *(_client(number) for number in numbers)],
        contracts=[
            ["ContractRef", "OrganisationRef", "Title"],
            *(
                [f"CN-{number + 1:04}", f"DEMO-{number + 1:03}", "Adult social care"]
                for number in sorted({home.organisation for home in used.values()})
            ),
        ],
        lines=[
            [
                *["CarePackageRef", "SSRef", "ServiceRef", "ContractRef", "ServiceLevel", "Quantity", "StartDate"],
                *["EndDate", "Temporary", "ReviewDate"],
            ],
            *(_line(number, homes[number], today) for number in numbers),
        ],
    )


def _by_group(levels: Sequence[Level]) -> list[tuple[Level, ...]]:
    groups = dict.fromkeys(level.group for level in levels)
    return [tuple(level for level in levels if level.group == group) for group in groups]


def _home_of(line: int) -> int:
    return line % FIRST_HOMES if line < FIRST_LINES else FIRST_HOMES + (line - FIRST_LINES) // LINES_A_HOME


def _home(number: int, by_group: Sequence[tuple[Level, ...]]) -> Home:
    return Home(number, next(_organisations(number)), by_group[number % len(by_group)])


def _organisations(home: int) -> Iterator[int]:
    """Yield the number of the organisation that a home belongs to."""
    rounds, rest = divmod(home, sum(HOMES_OF_ORGANISATIONS))
    for place, homes in enumerate(HOMES_OF_ORGANISATIONS):
        if rest < homes:
            yield rounds * len(HOMES_OF_ORGANISATIONS) + place
        rest -= homes


def _organisation(number: int) -> list[str]:
    again = number // len(COMPANIES)
    name = f"{COMPANIES[number % len(COMPANIES)]} Care{f' {again + 1}' if again else ''} Ltd"
    return [
        f"DEMO-{number + 1:03}",
        name,
        f"{number + 1} Dune Street",
        _town(number),
        _postcode(number),
        "01632 960001",
    ]


def _service(home: Home) -> list[str]:
    group = home.levels[0].group
    address = [f"{home.number + 1} Palm Avenue", _town(home.number), _postcode(home.number)]
    return [home.reference, home.organisation_reference, home.name, group, *address]


def _town(number: int) -> str:
    return TOWNS[number % len(TOWNS)]


def _postcode(number: int) -> str:
    return f"OA{number % 89 + 2} {number % 9 + 1}HT"


def _client(number: int) -> list[str]:
    chance = Random(f"{SEED}:client:{number}")  # noqa: S311 (made-up names, not secrets)
    return [str(FIRST_SS_REF + number), chance.choice(SURNAMES), chance.choice(FORENAMES)]


def _line(number: int, home: Home, today: date) -> list[str]:
    """A line: a third begin in the last days, one in ten has an end date near today, one in ten is temporary."""
    chance = Random(f"{SEED}:line:{number}")  # noqa: S311
    level = chance.choice(home.levels)
    quantity = "1" if level.unit == "Placement" else str(chance.randrange(14, 71) / 2)
    start = today - timedelta(
        days=chance.randrange(RECENT_DAYS) if chance.random() < 0.35 else chance.randrange(30, 700)
    )
    ends = chance.random() < 0.1
    end = max(start, today + timedelta(days=chance.randrange(-5, 21))) if ends else None
    temporary = not ends and chance.random() < 0.1
    review = start + timedelta(weeks=chance.choice((6, 12))) if temporary else None
    return [
        reference(number),
        str(FIRST_SS_REF + number),
        home.reference,
        f"CN-{home.organisation + 1:04}",
        level.name,
        quantity,
        start.isoformat(),
        end.isoformat() if end else "",
        "yes" if temporary else "no",
        review.isoformat() if review else "",
    ]
