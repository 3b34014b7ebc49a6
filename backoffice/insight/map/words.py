"""A process map in words, for its picture and its tables: who has a step, what a verb did, how a figure is read."""

from collections.abc import Sequence
from decimal import Decimal

from backoffice.cases import rooms
from backoffice.casework.worklist import kind_words
from backoffice.web.words import NOTHING, listing, upper_first
from workflows.council.profile import current
from workflows.insight.map_figures import Again, Standing
from workflows.insight.maps import ProcessMap, team_names
from workflows.insight.process_map import Step, Way

PROVIDERS, NOBODY, SYSTEM = "Providers", "Nobody’s turn", "Concord itself"
WHOSE = {"provider": "the provider", "system": SYSTEM, "team": "the case’s team", "holder": "whoever has the turn",
         "staff": "any council team"}  # fmt: skip


def kind_title(kind: str) -> str:
    """What the council calls cases of a kind, as many: `Contract documents`."""
    return rooms.names(current()).get(kind) or f"{kind_words(kind)}s"


def step_title(step: Step) -> str:
    """What a step is called; a beginning and an end that only have their place's name say what they are."""
    return {"begin": "Begins", "end": "Ends"}.get(step.name, step.title)


def who(step: Step, shown: ProcessMap) -> str:
    """Who has a step."""
    if step.role == "end":
        return "End"
    if step.role == "begin":
        by = dict.fromkeys(each for way in shown.graph.leaving(step.name) for each in way.by)
        return upper_first(listing([_whose(each) for each in by], "or"))
    if step.side == "provider":
        return PROVIDERS
    if step.role == "wait":
        names = team_names(step)
        return f"{NOBODY}; {names[0]} answers for it" if names else NOBODY
    standing = shown.figures.standing(step.name)
    names = [each.name for each in standing.held if each.name] or team_names(step)
    return listing(names) if names else "The team that the case names"


def by_words(way: Way) -> str:
    """Who may take a way."""
    return upper_first(listing([_whose(each) for each in way.by], "or"))


def said(way: Way, shown: ProcessMap) -> str:
    """A verb in the past tense: `agreed to it`, `rejected`."""
    words = str(shown.flow.said.get(way.verb, way.verb.replace("_", " ")))
    return words.removesuffix(" it") if words.count(" ") == 1 else words


def not_shown(shown: ProcessMap) -> str:
    """Why a step has no figures."""
    return "Not of this team" if shown.team_id is not None else "Another team’s, not among your figures"


def days(value: Decimal | None) -> str:
    """`3.1`, or a sign where there is nothing to tell; a whole number has no nought behind it."""
    if value is None:
        return NOTHING
    rounded = value.quantize(Decimal("0.1"))
    return f"{rounded:f}".removesuffix(".0")


def target(standing: Standing) -> str:
    """What is promised at a step, in working days where it is a length of time."""
    if standing.target is not None:
        return days(standing.target)
    return "own moment" if standing.target_words else NOTHING


def percent(part: int, whole: int) -> str:
    """`9%`; a part is never told as none, nor as all."""
    if not whole:
        return NOTHING
    if 0 < 200 * part < whole:
        return "<1%"
    if whole < 200 * part and part < whole and round(100 * part / whole) == 100:
        return ">99%"
    return f"{round(100 * part / whole)}%"


def share(way: Way, shown: ProcessMap) -> str:
    """Of all that ended the turns of a step, the percent that this way was; empty where nothing is known."""
    count, whole = shown.figures.passed.get((way.start, way.verb)), shown.figures.answers(way.start)
    return percent(count, whole) if count and whole else ""


def took(standing: Standing) -> str:
    """How long turns took: `Median 3.1, 9 in 10 in 4.9 (target 5)`."""
    promised = f"target {days(standing.target)}" if standing.target is not None else ""
    promised = promised or ("due at its own moment" if standing.target_words else "no target")
    if standing.median is None:
        return f"None ended ({promised})"
    over = ", over target" if standing.over else ""
    return f"Median {days(standing.median)}, 9 in 10 in {days(standing.ninth)} ({promised}){over}"


def again(each: Again) -> str:
    """A rework loop as a sentence."""
    share = percent(each.cases, each.of)
    title = step_title(each.step)
    told = f"{title}, twice or more: {share} ({each.cases:,} of the {each.of:,} cases that ended)"
    if each.adds is None:
        return f"{told}. None came here once only, so there is nothing to compare with."
    if each.adds == 0:
        return f"{told}. They took as long as those that came here once."
    than = "more" if each.adds > 0 else "fewer"
    unit = "working day" if abs(each.adds) == 1 else "working days"
    return f"{told}. They took {days(abs(each.adds))} {unit} {than} than those that came here once."


def weeks(count: int) -> str:
    """`last 8 weeks`."""
    return f"last {count} weeks" if count != 52 else "last year"


def _whose(by: str) -> str:
    if by in WHOSE:
        return WHOSE[by]
    council = current()
    return council.team(council.team_for(by, None)).name


def joined(names: Sequence[str]) -> str:
    """What can be done without leaving a step: `attached a signed copy, commented`."""
    return ", ".join(names)
