"""The workflow of an action: open -> answer … -> request closure -> closed (design, workflows §3)."""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, ChosenTeamTask, End, Pause, ProfileDeskTask, ProviderTask

FIRST = "actions.first_response_within"
ANSWER = "actions.answer_within"


class ActionFlow(CaseFlow):
    """Action"""

    kind = "action"
    version = 1
    prefix = "ACT"
    function = "actions"

    begin = Begin().On("open", this.with_team, by="provider").On("send", this.with_provider, by="staff")

    with_team = (
        ChosenTeamTask("Answer", clock=ANSWER, clocks=(FIRST,))
        .On("reply", this.with_provider, by="team")
        .Stay("update", by="team")
        .Stay("comment", by="provider")
        .On("ask_for_closure", this.closing, by="team")
        .On("request_closure", this.closing, by="provider")
        .On("take_back", this.closing, by="provider|team")
    )

    with_provider = (
        ProviderTask("Answer the council", function="actions", clock="actions.provider_within")
        .On("comment", this.with_team, by="provider")
        .Stay("update", by="team")
        .On("ask_for_closure", this.closing, by="team")
        .On("request_closure", this.closing, by="provider")
        .On("take_back", this.closing, by="provider|team")
    )

    closing = (
        ProfileDeskTask("Close, or keep it open", path="actions.closing_desk", clock="actions.close_within")
        .On("close", this.closed, by="holder")
        .On("keep_open", this.with_team, by="holder")
        .On("comment", this.with_team, by="provider")
    )

    closed = (
        Pause("Closed, may be reopened")
        .On("reopen", this.with_team, by="provider|team")
        .On("lapse", this.end, by="system")
    )

    end = End()

    said: ClassVar = {
        "open": "opened it",
        "send": "sent it",
        "reply": "replied",
        "update": "wrote more and kept it",
        "comment": "commented",
        "ask_for_closure": "asked for it to be closed",
        "request_closure": "requested closure",
        "take_back": "took the notice back",
        "close": "closed it",
        "keep_open": "kept it open",
        "reopen": "reopened it",
        "lapse": "can no longer be reopened",
    }
