"""Who is asking: a frozen answer to "what may this person do here", made once a request.

Commands and selectors take an Actor and never a request, so that workers, imports and pages are checked alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from workflows.council.roles import EVERY_SENSITIVITY

Level = Literal["view", "edit"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person acting for the council or for one provider, or the system.

    `grants` hold for the whole organisation, `service_grants` for single services; both hold permission names such
    as "edit_contract_documents". `teams` maps the key of each of the person's teams to the role there.
    """

    kind: Literal["staff", "provider", "system"]
    user_id: int
    name: str
    organisation_id: int | None = None
    organisation_name: str = ""
    grants: frozenset[str] = frozenset()
    service_grants: Mapping[int, frozenset[str]] = field(default_factory=dict)
    teams: Mapping[str, str] = field(default_factory=dict)
    team_ids: frozenset[int] = frozenset()
    reads: frozenset[str] = frozenset()
    sensitivities: frozenset[str] = frozenset()  # "care", "finance", "general": of cases that are not for everybody
    duties: frozenset[str] = frozenset()  # "administrator", "auditor"

    @property
    def is_staff(self) -> bool:
        """Whether the person acts for the council."""
        return self.kind == "staff"

    @property
    def is_provider(self) -> bool:
        """Whether the person acts for a provider."""
        return self.kind == "provider"

    def may(self, function: str, level: Level = "view", service_id: int | None = None) -> bool:
        """Whether a provider's person may view or edit a function, at one service or (None) anywhere.

        Who may edit may also view.
        """
        wanted = {f"edit_{function}"} | ({f"view_{function}"} if level == "view" else set())
        if wanted & self.grants:
            return True
        if service_id is not None:
            return bool(wanted & self.service_grants.get(service_id, frozenset()))
        return any(wanted & granted for granted in self.service_grants.values())

    def services_for(self, function: str, level: Level = "view") -> frozenset[int] | None:
        """The services at which the function may be used: None means every service of the organisation."""
        wanted = {f"edit_{function}"} | ({f"view_{function}"} if level == "view" else set())
        if wanted & self.grants:
            return None
        return frozenset(service for service, granted in self.service_grants.items() if wanted & granted)

    def reads_all(self) -> bool:
        """Whether nothing of what their role or team may read is kept from them."""
        return self.kind == "system" or self.sensitivities >= EVERY_SENSITIVITY

    def sees(self, sensitivity: str) -> bool:
        """Whether they may read a case of this sensitivity (empty: everybody may who reads its kind)."""
        return not sensitivity or self.kind == "system" or sensitivity in self.sensitivities

    def manages(self, team_key: str) -> bool:
        """Whether the person leads or manages a team."""
        return self.teams.get(team_key) in {"lead", "manager"}
