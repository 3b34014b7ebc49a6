"""The workflow of a change request: submit -> accept | in part | reject -> applied (design, workflows §2).

What is accepted is written to the live record in the acceptance's own transaction, so there is no turn for it.
"""

from typing import ClassVar

from viewflow.this_object import this

from workflows.engine.flow import CaseFlow
from workflows.engine.nodes import Begin, End, TeamTask

CLOCK = "change_requests.decide_within"


class ChangeRequestFlow(CaseFlow):
    """Change request"""

    kind = "change_request"
    version = 1
    prefix = "CR"
    function = "actions"  # norfolk-handbook §2 "Actions/Change Requests" is one function

    submit = (
        Begin()
        .On("submit", this.decide_record, by="provider")
        .On("submit_contact", this.decide_contact, by="provider")
        .On("remove_role", this.confirm_removal, by="provider")
    )

    decide_record = (
        TeamTask("Decide on new details", desk="procurement", clock=CLOCK)
        .On("accept", this.end, by="procurement")
        .On("accept_in_part", this.end, by="procurement")
        .On("reject", this.end, by="procurement")
        .On("close", this.end, by="procurement")
        .On("withdraw", this.end, by="provider")
    )

    decide_contact = (
        TeamTask("Decide on a contact", desk="helpline", clock=CLOCK)
        .On("accept", this.end, by="helpline")
        .On("accept_in_part", this.end, by="helpline")
        .On("admit", this.first_password, by="helpline")
        .On("reject", this.end, by="helpline")
        .On("close", this.end, by="helpline")
        .On("withdraw", this.end, by="provider")
    )

    first_password = (
        TeamTask("Telephone the first password", desk="helpline", clock="change_requests.password_within")
        .Stay("issue_password", by="helpline")
        .On("password_given", this.end, by="helpline")
    )

    confirm_removal = (
        TeamTask("Confirm that access has ended", desk="helpline", clock=CLOCK)
        .On("accept", this.end, by="helpline")
        .On("undo", this.end, by="helpline|provider")
    )

    end = End()

    afterwards: ClassVar = {"undo": "helpline", "send_link": "helpline"}
    said: ClassVar = {
        "submit": "asked for it",
        "submit_contact": "asked for it",
        "remove_role": "removed the access",
        "accept": "accepted it",
        "accept_in_part": "accepted a part of it",
        "admit": "accepted it; a first password is to be telephoned",
        "reject": "rejected it",
        "close": "closed it, because the record is not there any more",
        "withdraw": "withdrew it",
        "undo": "gave the access back",
        "issue_password": "made a first password",
        "password_given": "gave the first password by telephone",
        "send_link": "sent a new link",
    }
