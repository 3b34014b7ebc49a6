"""The picture of a workflow: drawn from the declaration, and the text says the same."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backoffice.cases.picture import ROOM, Picture, broken, picture, verb_words, wide
from workflows.actuals.flow import CareDecisionFlow
from workflows.contracts.flow import ContractDocumentFlow
from workflows.engine import registry
from workflows.engine.flow import CaseFlow
from workflows.engine.selectors import Chapter

BEGUN = datetime(2018, 4, 9, 8, 12, tzinfo=UTC)
WHO = {"respond": "Provider", "amend": "Service Brokerage Team"}
WALK = [("publish", ["publish"]), ("reject", ["respond"]), ("claim", []), ("republish", ["amend"]),
        ("reject", ["respond"])]  # fmt: skip


def chapters(walk: list[tuple[str, list[str]]]) -> list[Chapter]:
    return [
        Chapter(
            seq=number, at=BEGUN + timedelta(days=number), kind=f"x.{verb}", verb=verb, actor="Somebody", actor_id=1,
            facts={"path": path}, words={}, names={},
        )
        for number, (verb, path) in enumerate(walk)
    ]  # fmt: skip


def drawn(walk: list[tuple[str, list[str]]], here: set[str]) -> Picture:
    return picture(ContractDocumentFlow, chapters(walk), here, WHO)


def texts(svg: str) -> str:
    return " ".join(html.unescape(each) for each in re.findall(r"<text[^>]*>([^<]*)</text>", svg))


def flows() -> list[Any]:
    declared = {registry.node(name).flow_class for name in registry.names()}
    return sorted((flow for flow in declared if issubclass(flow, CaseFlow)), key=registry.flow_name)


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: str(flow.kind))
def test_every_node_and_every_edge_of_every_flow_is_drawn_and_told(flow: type[CaseFlow]) -> None:
    shown = picture(flow, [], set(), {})
    svg, told = shown.svg(), " ".join(shown.not_taken())
    assert svg.count("<rect") == len(flow._nodes_by_name)
    assert svg.count("<polygon") == len(shown.edges)
    for node in flow._nodes_by_name.values():
        assert shown.title(node.name).split()[0] in texts(svg)
        for edge in node._outgoing():
            assert verb_words(edge.label) in texts(svg).lower()
            assert verb_words(edge.label) in told


def test_the_path_walked_is_numbered_in_its_order() -> None:
    shown = drawn(WALK, {"amend"})
    assert [(step.number, step.start, step.verb, step.end) for step in shown.steps] == [
        (1, "publish", "publish", "respond"),
        (2, "respond", "reject", "amend"),
        (3, "amend", "republish", "respond"),
        (4, "respond", "reject", "amend"),
    ]
    numbers = re.findall(r'cc-flow__number"[^>]*>(\d)<', shown.svg())
    assert sorted(numbers) == ["1", "2", "3", "4"]


def test_the_box_of_now_is_filled_and_what_was_not_taken_is_dashed() -> None:
    svg = drawn(WALK, {"amend"}).svg()
    assert svg.count("cc-flow__box--now") == 1
    assert "Amend and republish: now here" in texts(svg).replace("  ", " ")
    assert svg.count("cc-flow__line--walked") == 3
    assert svg.count("cc-flow__line--not") == 2  # to the end, from either step
    assert svg.count("cc-flow__box--not") == 1


def test_the_text_says_the_same() -> None:
    shown = drawn(WALK, {"amend"})
    assert shown.told()[1] == "10 April 2018: Reject led from Agree or reject to Amend and republish"
    assert len(shown.told()) == 4
    assert shown.now() == "Now: Amend and republish, Service Brokerage Team"
    assert "From Amend and republish to End: withdraw, terminate or supersede" in shown.not_taken()
    assert not any("reject" in each.rpartition(":")[2].split() for each in shown.not_taken())


def test_a_closed_case_ends_at_the_end() -> None:
    shown = drawn([("publish", ["publish"]), ("agree", ["respond", "end"])], set())
    assert shown.now() == "Now: End"
    assert shown.steps[-1].end == "end"


def test_nothing_in_it_needs_a_style_or_a_script_and_names_are_escaped() -> None:
    svg = picture(ContractDocumentFlow, chapters(WALK), {"amend"}, {"amend": "<b>Team</b>"}).svg()
    assert "style=" not in svg
    assert "<script" not in svg
    assert "<b>" not in svg


def test_boxes_do_not_overlap_and_stay_inside() -> None:
    svg = drawn(WALK, {"amend"}).svg()
    width, height = (int(each) for each in re.findall(r'viewBox="0 0 (\d+) (\d+)"', svg)[0])
    boxes = [
        tuple(map(int, each)) for each in re.findall(r'<rect x="(\d+)" y="(\d+)" width="(\d+)" height="(\d+)"', svg)
    ]
    assert all(x + wide <= width and y + high <= height for x, y, wide, high in boxes)
    apart = [
        ax + aw <= bx or bx + bw <= ax or ay + ah <= by or by + bh <= ay
        for place, (ax, ay, aw, ah) in enumerate(boxes)
        for bx, by, bw, bh in boxes[place + 1 :]
    ]
    assert all(apart)


@pytest.mark.parametrize("flow", flows(), ids=lambda flow: str(flow.kind))
def test_no_words_of_a_line_lie_on_anothers(flow: type[CaseFlow]) -> None:
    svg = picture(flow, [], set(), {}).svg()
    said = re.findall(r'cc-flow__verb--not" x="(\d+)" y="(-?\d+)" text-anchor="(\w+)">([^<]*)<', svg)
    assert len(said) == sum(len(verbs) for verbs in picture(flow, [], set(), {}).edges.values())
    lines = [_line(int(x), int(y), anchor, html.unescape(words)) for x, y, anchor, words in said]
    assert all(y > 10 for _, y, _ in lines)
    on = [
        (one, two)
        for place, one in enumerate(lines)
        for two in lines[place + 1 :]
        if abs(one[1] - two[1]) < 14 and one[0] < two[2] and two[0] < one[2]
    ]
    assert not on


def test_the_day_on_which_a_way_was_walked_does_not_run_under_the_next_box() -> None:
    svg = picture(CareDecisionFlow, chapters([("ask_for_decision", ["begin"])]), {"decide"}, {}).svg()
    said = re.findall(r'cc-flow__verb--walked" x="(\d+)" y="(-?\d+)" text-anchor="(\w+)">([^<]*)<', svg)
    boxes = sorted(int(each) for each in re.findall(r'<rect x="(\d+)"', svg))
    ends = [_line(int(x), int(y), anchor, words)[2] for x, y, anchor, words in said]
    assert " ".join(words for *_, words in said) == "Ask for decision, 9 April 2018"
    assert max(ends) < boxes[1]


def _line(x: int, y: int, anchor: str, words: str) -> tuple[float, int, float]:
    """From where, at which height, to where words go."""
    long = float(wide(words, 15))
    return (x - long, y, x) if anchor == "end" else (x, y, x + long)


@pytest.mark.parametrize("title", ["Amend and republish what the provider has rejected: now here", "W" * 60, "Agree"])
def test_no_label_is_wider_than_its_box_and_none_loses_a_word(title: str) -> None:
    lines = broken(title, 18)
    assert all(wide(line, 18) <= ROOM for line in lines)
    whole = "".join(line.removesuffix("-") if len(title.split()) == 1 else f"{line} " for line in lines)
    assert whole.strip() == title
