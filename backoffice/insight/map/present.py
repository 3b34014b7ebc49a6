"""What a map says before its picture: the step to look at, and what to open."""

from backoffice.insight.opening import Doors
from backoffice.insight.present import First
from backoffice.web.words import money, plural
from workflows.insight.asked import Number
from workflows.insight.map_figures import Standing
from workflows.insight.maps import ProcessMap

from . import words


def first(shown: ProcessMap, doors: Doors) -> First:
    """The step that is most out of order, why, and the button that opens its cases."""
    worst = shown.figures.to_look_at
    if worst is not None:
        title = f"The step to look at: {words.step_title(worst.step)}"
        return First(title, _why(worst, shown), True, *_button(worst, doors))
    waiting = sum(each.waiting for each in shown.figures.standings)
    slow = [words.step_title(each.step) for each in shown.figures.standings if each.over]
    if slow:
        text = "Nothing that waits is at risk or past target, but more than one in ten ended past target at: "
        text += f"{'; '.join(slow)}."
        return First("Nothing waits too long now", text, warm=False)
    said = f"{plural(waiting, 'turn')} {'waits' if waiting == 1 else 'wait'}, none of them at risk or past target."
    return First("No step is out of order", said if waiting else "Nothing waits at any step that you see.", warm=False)


def _why(worst: Standing, shown: ProcessMap) -> str:
    """`4 of its 12 turns are at risk or past target (33%), and 9 in 10 …`: what, how slow, what it holds up."""
    are = "is" if worst.troubled == 1 else "are"
    share = words.percent(worst.troubled, worst.waiting)
    told = f"{worst.troubled:,} of its {plural(worst.waiting, 'turn')} {are} at risk or past target ({share})."
    if worst.over:
        told += f" In the {words.weeks(shown.weeks)} {words.percent(worst.late, worst.timed)} ended past target,"
        told += f" and 9 in 10 took up to {words.days(worst.ninth)} working days{_against(worst)}."
    most = worst.held[0]
    if len(worst.held) > 1:
        most = max(worst.held, key=lambda held: held.at_risk.count + held.breached.count)
        told += f" Most of them are with {most.name}."
    if worst.money:
        told += f" {money(worst.money)} {shown.flow.amount_is} waits there."
    return told


def _against(worst: Standing) -> str:
    """The target beside it; not where other promises than the usual one were broken (a first answer is due sooner)."""
    above = worst.target is not None and worst.ninth is not None and worst.ninth > worst.target
    return f" against a target of {words.days(worst.target)}" if above else ""


def _button(worst: Standing, doors: Doors) -> tuple[str, str]:
    """Opens what is past target, else what is at risk, of whoever has most of it."""
    for metric, what in (("breached", "past target"), ("at_risk", "at risk")):
        numbers: list[Number] = [getattr(held, metric) for held in worst.held]
        most = max(numbers, key=lambda number: number.count)
        href = doors.address(most)
        if href:
            return href, f"Open the {plural(most.count, 'case')} {what}"
    return "", ""
