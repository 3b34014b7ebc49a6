"""What a profile says about reports: which there are, and what the council calls each."""

from .tables import Table, Text


class Reports(Table):
    """The council's names of its reports (suffolk-user-guide §5, bedford-actuals-guide "Reports"); one that has no name
    is not offered."""

    commissioned_v_actuals: Text | None = None
    """What the council calls the report that compares what was planned with what was delivered."""
