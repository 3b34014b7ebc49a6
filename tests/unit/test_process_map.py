"""The process map: drawn from the declaration and nothing else, laid out without a line through anything, figures."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as some
from viewflow.this_object import this

from backoffice.insight.map import drawing, present, tables, words
from backoffice.insight.map.layers import Link
from backoffice.insight.map.layout import Box, Layout, Line, Point, laid_out
from backoffice.insight.map.places import Size, pooled
from tests.unit.test_flow_picture import flows
from workflows.engine import registry
from workflows.engine.flow import CaseFlow
from workflows.engine.folding import Figure
from workflows.engine.nodes import Begin, End, Kept, ProviderTask, TeamTask
from workflows.insight.map_figures import MapFigures, Seen, in_loops, map_figures
from workflows.insight.maps import ProcessMap
from workflows.insight.process_map import graph

DAY = 480
Rect = tuple[int, int, int, int]


class NoDoors:
    """Whoever may open every queue."""

    def address(self, number: Any) -> str:
        return f"/queues/{number.opens.node}/{number.opens.view}" if number.count else ""


def figure(
    metric: str, node: str, count: int, *, team: int = 0, outcome: str = "", bucket: int = 0, **more: Any
) -> Figure:
    return Figure(
        metric=metric, kind="", node=node, team_id=team, service_group="", provider_id=0, outcome=outcome,
        bucket=bucket, day=date(2018, 4, 16), count=count, minutes=more.get("minutes", 0), waited=0,
        money=Decimal(more.get("money", 0)),
    )  # fmt: skip


def seen(flow: Any, **changed: Any) -> Seen:
    given_ = {
        "kind": flow.kind, "teams": {0: "Providers", 7: "Service Brokerage Team", 8: "Hospital Team"}, "whole": True,
        "known": lambda step: True, "day": DAY, "renamed": flow.renamed, "targets": {},
    }  # fmt: skip
    return Seen(**(given_ | changed))


def shown(flow: Any, read: Sequence[Figure] = (), **changed: Any) -> ProcessMap:
    figures = map_figures(graph(flow), read, seen(flow, **changed))
    return ProcessMap(flow.kind, flow, graph(flow), figures, date(2018, 2, 26), date(2018, 4, 19), 8, None, ())


# --- it cannot drift --------------------------------------------------------------------------------------------------


def unthought() -> type[CaseFlow]:
    """A workflow with what no other has: two ends, a way back to its own step, a step that nothing leads to."""
    try:

        class UnthoughtFlow(CaseFlow):
            """Unthought of"""

            kind = "unthought"
            version = 1
            prefix = "UNT"
            function = "actions"

            begin = Begin().On("start", this.look, by="system").On("skip", this.gone, by="provider")
            look = (
                TeamTask("Look", desk="payments")
                .On("look_again", this.look, by="payments")
                .On("wait", this.rest, by="payments")
                .Stay("note", by="payments")
            )
            rest = Kept("Rests", desk="payments").On("wake", this.look, by="system").On("over", this.done, by="system")
            lost = ProviderTask("Is lost", function="actions").On("found", this.rest, by="provider")
            done = End()
            gone = End()

        return UnthoughtFlow
    finally:
        registry._flows.pop("unthought@1", None)


@pytest.mark.parametrize("flow", [*flows(), unthought()], ids=lambda flow: str(flow.kind))
def test_every_step_and_every_way_of_every_flow_is_drawn_and_told(flow: Any) -> None:
    page = shown(flow)
    declared = {(node, verb, to) for node, verb, _, to in flow.moves() if node is not None}
    assert {(way.start, way.verb, way.end or way.start) for way in page.graph.ways} == declared
    picture = drawing.picture(page, NoDoors())  # type: ignore[arg-type]
    assert {box.name for box in picture.boxes} == {node.name for node in flow._nodes_by_name.values()}
    pairs = {(way.start, way.end) for way in page.graph.ways if way.end}
    assert sorted(line.name for line in picture.lines) == sorted(" ".join(pair) for pair in pairs)
    steps, ways, _ = tables.tables(page, NoDoors())  # type: ignore[arg-type]
    assert [line[0].text for line in steps.lines] == [words.step_title(step) for step in page.graph.steps]
    assert len(ways.lines) == len(page.graph.ways)
    for way, row in zip(page.graph.ways, ways.lines, strict=True):
        told = words.said(way, page)
        where = f"{way.start} {way.end}" if way.end else way.start
        drawn = [line.texts for line in picture.lines if line.name == where] if way.end else [
            box.texts for box in picture.boxes if box.name == where
        ]  # fmt: skip
        spoken = " ".join(run.text for texts in drawn for text in texts for run in text.runs)
        assert told.split()[0] in spoken, (told, spoken)
        assert row[1].text == told
    svg = render_to_string("backoffice/insight/picture.html", {"picture": picture})
    assert svg.count("<g ") == len(picture.boxes) + len(picture.lines)
    assert_sound(drawing_layout(picture))


def drawing_layout(picture: drawing.Picture) -> list[Rect]:
    return [(box.x, box.y, box.x + box.wide, box.y + box.high) for box in picture.boxes]


# --- the layout -------------------------------------------------------------------------------------------------------


def assert_sound(rects: Iterable[Rect]) -> None:
    for one, other in combinations(rects, 2):
        assert not overlap(one, other), (one, other)


def overlap(one: Rect, other: Rect) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def rect(box: Box) -> Rect:
    return box.x, box.y, box.x + box.wide, box.y + box.high


def spoken(line: Line) -> Rect:
    left = line.x - line.link.wide if line.left else line.x
    return left, line.y, left + line.link.wide, line.y + line.link.high


def pieces(line: Line) -> list[tuple[Point, Point]]:
    return list(pairwise(line.points))


def through(piece: tuple[Point, Point], one: Rect) -> bool:
    (x1, y1), (x2, y2) = piece
    return min(x1, x2) < one[2] and one[0] < max(x1, x2) + 1 and min(y1, y2) < one[3] and one[1] < max(y1, y2)


def shared(one: tuple[Point, Point], other: tuple[Point, Point]) -> bool:
    """Whether two pieces lie on one another for more than a point."""
    for across in (0, 1):
        along = 1 - across
        if one[0][across] == one[1][across] == other[0][across] == other[1][across]:
            a, b = sorted((one[0][along], one[1][along])), sorted((other[0][along], other[1][along]))
            return max(a[0], b[0]) < min(a[1], b[1])
    return False


def assert_laid_out(found: Layout, sizes: dict[str, Size], links: Sequence[Link]) -> None:
    boxes = {box.name: rect(box) for box in found.boxes}
    assert list(boxes) == list(sizes)
    assert sorted((line.link.start, line.link.end) for line in found.lines) == sorted((a.start, a.end) for a in links)
    assert_sound([*boxes.values(), *(spoken(line) for line in found.lines)])
    for line in found.lines:
        begin, end = boxes[line.link.start], boxes[line.link.end]
        assert touches(line.points[0], begin) and touches(line.points[-1], end)
        for (x1, y1), (x2, y2) in pieces(line):
            assert (x1 == x2) != (y1 == y2)
        for piece in pieces(line):
            for name, box in boxes.items():
                if name not in {line.link.start, line.link.end}:
                    assert not through(piece, box), (line, name)
            for other in found.lines:
                assert not through(piece, spoken(other)), (line, other)
    for one, other in combinations(found.lines, 2):
        assert not any(shared(a, b) for a in pieces(one) for b in pieces(other)), (one, other)


def touches(point: Point, box: Rect) -> bool:
    inside = box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]
    return inside and (point[0] in {box[0], box[2]} or point[1] in {box[1], box[3]})


names = some.integers(2, 7).map(lambda many: [f"n{each}" for each in range(many)])


@settings(max_examples=25, deadline=None)
@given(some.data())
def test_no_line_leads_through_a_box_or_words_and_no_two_share_a_piece(data: Any) -> None:
    boxes = data.draw(names)
    sizes = {name: Size(data.draw(some.sampled_from([200, 320])), data.draw(some.integers(60, 240))) for name in boxes}
    pairs = data.draw(
        some.lists(some.tuples(some.sampled_from(boxes), some.sampled_from(boxes)), unique=True, max_size=9)
    )
    links = [
        Link(*pair, data.draw(some.integers(20, 180)), data.draw(some.sampled_from([20, 40, 100]))) for pair in pairs
    ]
    assert_laid_out(laid_out(sizes, links), sizes, links)


@given(some.lists(some.tuples(some.floats(-500, 500), some.floats(0.1, 50)), min_size=1, max_size=8), some.data())
def test_places_are_the_nearest_that_keep_their_distances(wanted: list[tuple[float, float]], data: Any) -> None:
    apart = [data.draw(some.floats(0, 90)) for _ in wanted[1:]]
    places = pooled([x for x, _ in wanted], [weight for _, weight in wanted], apart)
    assert all(b - a >= gap - 1e-6 for (a, b), gap in zip(pairwise(places), apart, strict=True))

    def cost(xs: Sequence[float]) -> float:
        return sum(weight * (x - want) ** 2 for x, (want, weight) in zip(xs, wanted, strict=True))

    for move in (-1.0, 1.0):  # no block of neighbours stands better a little to either side
        for begin, end in combinations(range(len(places) + 1), 2):
            tried = [x + move * 0.01 * (begin <= at < end) for at, x in enumerate(places)]
            if all(b - a >= gap for (a, b), gap in zip(pairwise(tried), apart, strict=True)):
                assert cost(tried) >= cost(places) - 1e-3


# --- figures ----------------------------------------------------------------------------------------------------------


READ = [
    figure("begun", "", 30, outcome="publish"),
    figure("closed", "", 20, outcome="agreed", minutes=20 * 5 * DAY),
    figure("closed", "", 5, outcome="withdrawn", minutes=5 * 15 * DAY),
    figure("open", "respond", 12, money=6_000),
    figure("at_risk", "respond", 2), figure("breached", "respond", 1),
    *(figure("took", "respond", 1, bucket=bucket) for bucket in range(10, 50)),
    figure("passed", "respond", 30, outcome="agree"), figure("passed", "respond", 10, outcome="reject"),
    figure("open", "amend", 6, team=7, money=500), figure("open", "amend", 2, team=8),
    figure("at_risk", "amend", 1, team=7),
    figure("breached", "amend", 2, team=8),
    *(figure("took", "amend", 1, team=7, bucket=bucket) for bucket in range(10, 30)),
    figure("in_time", "respond", 36), figure("late", "respond", 4),
    figure("in_time", "amend", 8, team=7), figure("late", "amend", 12, team=7),
    figure("passed", "amend", 9, team=7, outcome="republish"), figure("passed", "amend", 1, team=8, outcome="withdraw"),
    figure("rounds", "respond", 20, bucket=1, minutes=20 * 4 * DAY),
    figure("rounds", "respond", 3, bucket=2, minutes=3 * 9 * DAY),
    figure("rounds", "respond", 1, bucket=3, minutes=13 * DAY),
    figure("rounds", "amend", 4, bucket=1, minutes=4 * 10 * DAY),
]  # fmt: skip
TARGETS = {"respond": (Decimal(5), "5 working days"), "amend": (Decimal(2), "2 working days")}


def contract(**changed: Any) -> ProcessMap:
    flow = registry.latest("contract_document")
    return shown(flow, READ, **({"targets": TARGETS} | changed))


def test_figures_of_steps_ways_and_loops() -> None:
    page = contract()
    figures: MapFigures = page.figures
    respond, amend = figures.standing("respond"), figures.standing("amend")
    assert (respond.waiting, respond.at_risk, respond.breached, respond.money, respond.ended) == (12, 2, 1, 6000, 40)
    assert (respond.over, amend.over) == (False, True)
    assert [(held.name, held.waiting.count, held.breached.count) for held in amend.held] == [
        ("Service Brokerage Team", 6, 0), ("Hospital Team", 2, 2),
    ]  # fmt: skip
    assert amend.held[1].breached.opens is not None
    assert amend.held[1].breached.opens.query() == [
        ("view", "breached"), ("kind", "contract_document"), ("node", "amend"), ("waiting", "show"),
    ]  # fmt: skip
    assert figures.standing("publish").came == 30
    assert (figures.standing("end").came, figures.standing("end").days) == (25, Decimal("7.0"))
    assert figures.passed["publish", "publish"] == 30 and figures.passed["amend", "terminate"] == 0
    assert words.share(next(way for way in page.graph.ways if way.verb == "reject"), page) == "25%"
    assert in_loops(page.graph) == {"respond", "amend"}
    (again,) = figures.again
    assert (again.step.name, again.cases, again.of, again.adds) == ("respond", 4, 25, Decimal("6.0"))
    assert words.again(again) == (
        "Agree or reject, twice or more: 16% (4 of the 25 cases that ended)."
        " They took 6 working days more than those that came here once."
    )


def test_the_step_to_look_at_is_said_first_with_why_and_what_to_open() -> None:
    first = present.first(contract(), NoDoors())  # type: ignore[arg-type]
    assert first.title == "The step to look at: Amend and republish"
    assert first.text == (
        "3 of its 8 turns are at risk or past target (38%). In the last 8 weeks 60% ended past target, and 9 in 10"
        " took up to 2.8 working days against a target of 2. Most of them are with Hospital Team."
        " £500.00 a week waits there."
    )
    assert (first.href, first.button) == ("/queues/amend/breached", "Open the 2 cases past target")
    quiet = present.first(shown(registry.latest("claim")), NoDoors())  # type: ignore[arg-type]
    assert (quiet.title, quiet.warm) == ("No step is out of order", False)


def test_what_is_not_theirs_has_no_figures_and_says_so() -> None:
    page = contract(whole=False, known=lambda step: step.name == "amend")
    kept = map_figures(page.graph, [each for each in READ if each.team_id == 7], seen(page.flow, whole=False,
                       known=lambda step: step.name == "amend"))  # fmt: skip
    assert [each.step.name for each in kept.standings if each.known] == ["amend"]
    assert kept.passed["respond", "agree"] is None and kept.passed["publish", "publish"] is None
    assert kept.passed["amend", "republish"] == 9 and kept.again == ()


def test_shares_are_never_told_as_none_or_all_when_they_are_not() -> None:
    assert [words.percent(*each) for each in ((1, 1000), (999, 1000), (0, 9), (9, 9), (1, 3), (0, 0))] == [
        "<1%", ">99%", "0%", "100%", "33%", "–",
    ]  # fmt: skip
    assert [words.days(each) for each in (Decimal("3.10"), Decimal(5), None)] == ["3.1", "5", "–"]
