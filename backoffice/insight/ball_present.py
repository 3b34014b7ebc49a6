"""Puts who had the ball into words, tables and files. Every column of a table adds up to its last line."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from backoffice.casework.worklist import kind_words
from backoffice.web import sides
from backoffice.web.words import plural
from workflows.insight import ball, meanings
from workflows.insight.ball import COUNCIL, NEITHER, PROVIDER, Of, Question, Row
from workflows.insight.ball_reading import Found, Now
from workflows.insight.selectors import Scope

from .sheets import Entry, Line, Piece, Sheet, Value

NAMES = ("Council", "Providers", "Neither")
WHOLE = "Together"
BAR = 360
OTHER_TEAMS = "Other teams"
OF_THE_COUNCIL = "About no provider"
#: What a file says of each line: exact, so that it can be added up.
IN_FILES = ("Times", "Working minutes", *(f"{name}, working minutes" for name in NAMES))

Address = Callable[[Of], str]


@dataclass(frozen=True, slots=True)
class Rows:
    """The lines of the four tables, as they are shown and as they are written to files."""

    sides: list[Row]
    teams: list[Row]
    kinds: list[Row]
    providers: list[Row]

    @property
    def whole(self) -> Row:
        """Everything: what each of the tables adds up to."""
        return ball.together(self.sides, WHOLE)


def rows(found: Found, seen: Scope, asked: Question) -> Rows:
    """The lines of every table."""
    teams = [(team.pk, team.name) for team in seen.teams if asked.team_id in {None, team.pk}]
    return Rows(
        ball.by_side(found.stretches, NAMES),
        ball.by_team(found.stretches, teams, OTHER_TEAMS, {at for side, at in found.now if side == COUNCIL}),
        ball.by_kind(found.stretches, kind_words),
        ball.by_provider(found.of_providers, found.providers, OF_THE_COUNCIL),
    )


def sheets(told: Rows, found: Found, address: Address, about: Address) -> list[Sheet]:
    """The tables; `address` is where the cases of a line stand, `about` what else there is of a provider."""
    providers = ball.shortened(told.providers, _rest_words)
    return [
        _held("sides", "By side", "Side", told.sides, address, lambda row: _now_of(found, _side(row))),
        _held("teams", "By team of the council", "Team", told.teams, address, _now_of_team(told, found)),
        _spread("kinds", "By process", "Process", told.kinds, address),
        _spread("providers", "By provider", "Provider, longest first", providers, address, about),
    ]


def files(told: Rows) -> list[tuple[str, list[list[Value]]]]:
    """Every table with all of its lines, to the minute."""
    tables = (
        ("By side", "Side", told.sides), ("By team of the council", "Team", told.teams),
        ("By process", "Process", told.kinds), ("By provider", "Provider", told.providers),
    )  # fmt: skip
    return [(title, [[first, *IN_FILES], *(_plain(row) for row in _with_sum(lines))]) for title, first, lines in tables]


def bar(told: Rows) -> sides.Bar | None:
    """The whole as a bar of its sides."""
    return sides.bar(told.whole.by_side, NAMES)


def days_of(asked: Question) -> str:
    """The days of the page, for another page."""
    return urlencode({"first": asked.first.isoformat(), "last": asked.last.isoformat()})


def query_of(asked: Question, of: Of) -> str:
    """The filters under which the cases of a line stand: those of the page, and the line's own."""
    values = {
        "first": asked.first.isoformat(),
        "last": asked.last.isoformat(),
        "team": of.team_id or asked.team_id,
        "kind": of.kind or asked.kind,
        "provider": of.provider_id or asked.provider_id,
        "group": asked.group,
        "side": of.side,
    }
    return urlencode([(name, str(value)) for name, value in values.items() if value])


def _held(key: str, title: str, first: str, lines: Sequence[Row], address: Address, now: Callable[[Row], Now]) -> Sheet:
    """Sides and teams: how long, which share, how often; and what is open there now."""
    shown = _columns([row.minutes for row in lines])
    shares = ball.apportioned([row.minutes for row in lines], 100)
    told = [
        Line(row.name, [_days(days, row.minutes), _percent(share), _times(row, address), *_now_cells(now(row))])
        for row, days, share in zip(lines, shown, shares, strict=True)
    ]
    whole = ball.together(lines, WHOLE)
    open_now = [now(row) for row in lines]
    total = Now(sum(each.turns for each in open_now), sum(each.days for each in open_now))
    foot = [_days(sum(shown), whole.minutes), _percent(sum(shares)), _count(whole.times), *_now_cells(total)]
    return Sheet(
        key, title, first,
        ["Working days", "Share", "Times", "Open now", "Open for, working days"],
        told, [Line(WHOLE, foot, total=True)] if lines else [],
        meanings.of(meanings.BALL), empty="Nothing was handed on or ended in the time shown.",
    )  # fmt: skip


def _spread(
    key: str, title: str, first: str, lines: Sequence[Row], address: Address, about: Address | None = None
) -> Sheet:
    """Processes and providers: how long, and of that at each side, with a bar."""
    all_days = _columns([row.minutes for row in lines])
    own = ball.together(lines, WHOLE)
    of_sides = ball.column(own.by_side, sides.day())
    by_side = [ball.apportioned([row.by_side[i] for row in lines], of_sides[i]) for i in range(len(NAMES))]
    most = max([1, *(row.minutes for row in lines)])
    told = [
        Line(
            row.name,
            [
                _days(all_days[place], row.minutes),
                *(_days(column[place], row.by_side[i]) for i, column in enumerate(by_side)),
                _times(row, address),
                *([_more(row, about)] if about else []),
            ],
            bar=_pieces(row, most),
        )
        for place, row in enumerate(lines)
    ]
    foot = [_days(sum(all_days), own.minutes), *(_days(of_sides[i], own.by_side[i]) for i in range(len(NAMES)))]
    return Sheet(
        key, title, first, ["Working days", *NAMES, "Times", *(["Performance"] if about else [])], told,
        [Line(WHOLE, [*foot, _count(own.times), *([Entry(None, "")] if about else [])], total=True)] if lines else [],
        empty="Nothing was handed on or ended in the time shown.", bar="At whom",
    )  # fmt: skip


def _columns(minutes: Sequence[int]) -> list[int]:
    return ball.column(minutes, sides.day())


def _pieces(row: Row, most: int) -> list[Piece]:
    """The sides of a row, one after another, as wide as they are long."""
    found, done = [], 0
    for place, minutes in enumerate(row.by_side):
        begin, end = BAR * done // most, BAR * (done + minutes) // most
        done += minutes
        if end > begin:
            found.append(Piece(begin, end - begin, place))
    return found


def _now_of(found: Found, side: str) -> Now:
    own = [each for (at, _), each in found.now.items() if at == side]
    return Now(sum(each.turns for each in own), sum(each.days for each in own))


def _now_of_team(told: Rows, found: Found) -> Callable[[Row], Now]:
    """What is open at a row's team; at the row of the others all that is open at none of those shown."""
    shown = {row.of.team_id for row in told.teams if row.of}

    def now(row: Row) -> Now:
        own = {row.of.team_id} if row.of else {team for _, team in found.now} - shown
        each = [value for (side, team), value in found.now.items() if side == COUNCIL and team in own]
        return Now(sum(value.turns for value in each), sum(value.days for value in each))

    return now


def _side(row: Row) -> str:
    return row.of.side if row.of else ""


def _now_cells(now: Now) -> list[Entry]:
    return [_count(now.turns), _count(now.days)]


def _days(tenths: int, minutes: int) -> Entry:
    return Entry(minutes, sides.days(tenths))


def _percent(share: int) -> Entry:
    return Entry(share, f"{share}%")


def _times(row: Row, address: Address) -> Entry:
    return Entry(row.times, f"{row.times:,}", address(row.of) if row.of and row.times else "", f"times, {row.name}")


def _more(row: Row, about: Address) -> Entry:
    href = about(row.of) if row.of else ""
    return Entry(None, "See" if href else "", href, f"the performance of {row.name}")


def _count(count: int) -> Entry:
    return Entry(count, f"{count:,}")


def _with_sum(lines: Sequence[Row]) -> list[Row]:
    return [*lines, ball.together(lines, WHOLE)]


def _plain(row: Row) -> list[Value]:
    return [row.name, row.times, row.minutes, *row.by_side]


def _rest_words(count: int) -> str:
    return plural(count, "other provider")


#: What the words of the sides are, in the order of the bar.
SIDES = dict(zip((COUNCIL, PROVIDER, NEITHER), NAMES, strict=True))
