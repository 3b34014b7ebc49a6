"""The workflow of a week of actuals: record -> check -> payable -> paid (design, workflows §6)."""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, ChosenTeamTask, End, Pause, ProviderTask, TeamTask


class ActualsFlow(CaseFlow):
    """Week of actuals"""

    kind = "actuals"
    amount_is = "in all"
    version = 1
    prefix = "ACW"
    function = "actuals"

    begin = Begin().On("open", this.record, by="system")

    record = (
        ProviderTask("Record the week", function="actuals", clock="actuals.record_by")
        .Stay("generate", by="provider|system")
        .Stay("save", by="provider")
        .Stay("record_visits", by="provider|payments")
        .Stay("move_cut_off", by="system")
        .Stay("settle", by="payments|system")
        .Stay("rejudge", by="system")
        .On("submit", this.check, by="provider")
        .On("take", this.check, by="payments|system")
        .On("close_empty", this.end, by="system")
    )

    check = (
        TeamTask("Check the week", desk="payments", clock="actuals.check_within")
        .Stay("change", by="provider")
        .Stay("accept_some", by="payments|system")
        .Stay("dispute", by="payments|system")
        .Stay("settle", by="payments|system")
        .Stay("rejudge", by="system")
        .On("query", this.record, by="payments")
        .On("accept", this.checked, by="payments|system")
    )

    checked = (
        Pause("Checked, can be changed until it is paid")
        .Stay("settle", by="payments|system")
        .Stay("rejudge", by="system")
        .On("recheck", this.check, by="system")
        .On("change", this.check, by="provider")
        .On("pay", this.end, by="system")
    )

    end = End()

    said: ClassVar = {
        "open": "opened it",
        "generate": "generated the actuals",
        "save": "saved",
        "record_visits": "filled it in from recorded visits",
        "move_cut_off": "moved the cut-off",
        "submit": "submitted it",
        "take": "took it for checking",
        "close_empty": "closed it, because nothing was planned",
        "change": "changed it after it was submitted",
        "accept_some": "accepted a part of it",
        "dispute": "disputed a part of it",
        "settle": "recorded what became of a dispute",
        "rejudge": "worked it out again",
        "recheck": "worked it out again: what was accepted is other money now",
        "query": "asked about it",
        "accept": "accepted it",
        "pay": "paid it",
    }


class CareDecisionFlow(CaseFlow):
    """Decision on care"""

    kind = "care_decision"
    version = 1
    prefix = "DEC"
    function = "actuals"

    begin = (
        Begin()
        .On("ask_for_decision", this.decide, by="system")
        .On("tell", this.note, by="system")
        .On("ask_for_review", this.note, by="system")
    )

    decide = (
        ChosenTeamTask("Decide about paying for longer", clock="actuals.raised_within")
        .On("extend", this.end, by="team")
        .On("stop", this.end, by="team")
        .On("lapse", this.end, by="system")
    )

    note = ChosenTeamTask("Take note", clock="actuals.raised_within").On("noted", this.end, by="team")

    end = End()

    afterwards: ClassVar = {"extend": "team", "stop": "team"}
    said: ClassVar = {
        "ask_for_decision": "asked for a decision",
        "tell": "told the team",
        "ask_for_review": "asked for a package review",
        "extend": "decided to pay for longer",
        "stop": "decided not to pay for longer",
        "lapse": "withdrew it, because the absence was taken back",
        "noted": "took note",
    }
