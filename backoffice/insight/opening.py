"""Which page a number opens, for whom: a team's queue with the filters that count the same."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from workflows.engine import registry
from workflows.insight.asked import Number, Opens
from workflows.insight.selectors import EVERYTHING
from workflows.parties.actor import Actor


@dataclass(frozen=True, slots=True)
class Doors:
    """The queues that this person may open: their own teams', an auditor every team's.

    An administrator sees figures and no queue: queues name clients, whom administering does not need.
    """

    actor: Actor

    def address(self, number: Number) -> str:
        """The address of what a number counts; empty when there is nothing, or nothing that they may open."""
        if number.count == 0 or number.opens is None:
            return ""
        return self._queue(number.opens) if number.opens.team_id is not None else self._providers(number.opens)

    def _queue(self, opens: Opens) -> str:
        if opens.team_id not in self.actor.team_ids and "auditor" not in self.actor.duties:
            return ""
        query = urlencode(opens.query())
        return f"{reverse('council:queue', args=[opens.team_id])}{'?' if query else ''}{query}"

    def _providers(self, opens: Opens) -> str:
        """What awaits providers, in the list of all that one may read; none where a part is kept from this person."""
        counted = registry.kinds() if self.actor.duties & EVERYTHING else self.actor.reads
        kinds = {opens.kind} if opens.kind else set(counted)
        if not (kinds <= self.actor.reads and self.actor.reads_all()):
            return ""
        query = urlencode([*opens.query(), ("held_by", "providers")])
        return f"{reverse('council:queue_everything')}?{query}"
