"""A wrong profile stops the start, with the line and what would be right."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from workflows.council.profile import ProfileError, load
from workflows.council.schema import Council

NORFOLK = settings.ROOT / "fixtures" / "councils" / "norfolk.toml"

PAYERS, BROKERAGE, CLOSERS = (
    f'name = "{name}"'
    for name in ("Payments Team - Residential", "Service Brokerage Team", "FES System Administration Team")
)
READS = f'{BROKERAGE}\nreads = ["contract_document", "action"]'
GENERAL = '\nsensitivities = ["finance", "general"]'


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = NORFOLK.read_text()
    assert old in text
    path = tmp_path / "changed.toml"
    path.write_text(text.replace(old, new, 1))
    return path


SHIPPED = sorted((settings.ROOT / "fixtures" / "councils").glob("*.toml"))
each_council = pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)


def test_the_five_councils_whose_documents_were_read_are_shipped() -> None:
    assert [path.stem for path in SHIPPED] == ["bedford", "bradford", "gloucestershire", "norfolk", "suffolk"]


@each_council
def test_every_profile_that_is_shipped_can_be_used(path: Path) -> None:
    assert load(path).key == path.stem


@each_council
def test_the_desks_may_read_what_they_are_given(path: Path) -> None:
    council = load(path)
    given = [("contract_document", council.desks["brokerage"])]
    given += [("change_request", council.desks[desk]) for desk in ("procurement", "helpline")]
    if council.actuals:
        given += [("actuals", council.desks["payments"]), ("dispute", council.desks["payments"])]
        given += [("care_decision", team) for team in council.actuals.teams.values()]
    if council.payments:
        given += [(kind, council.desks["payments"]) for kind in ("scheduled_payment", "payment_run", "payment_stop")]
    assert [(kind, key) for kind, key in given if kind not in council.team(council.team(key).keeper or key).reads] == []


@each_council
def test_somebody_at_a_provider_can_do_each_thing_that_the_council_has(path: Path) -> None:
    council = load(path)
    assert any(role.administers_users for role in council.roles)
    for function in ("contract_documents", "actions", "contacts", "organisation_details", *_modules(council)):
        assert [role for role in council.roles if function in role.edit], function
    for kind in council.actions.types:
        able = [role for role in council.roles if "actions" in role.edit and kind.sensitivity in role.sensitivities]
        assert "provider" not in kind.begun_by or able, kind.key


def _modules(council: Council) -> list[str]:
    asked = council.payments is not None and council.payments.review == "confirm"
    return [*(["actuals"] if council.actuals else []), *(["scheduled_payments"] if asked else [])]


@each_council
def test_a_profile_says_its_own_words_and_nobody_else_s(path: Path) -> None:
    values = str(load(path).model_dump(exclude={"actuals"}))
    others = {"bedford", "bradford", "gloucestershire", "norfolk", "suffolk"} - {path.stem}
    assert not [name for name in others if re.search(name, values, re.IGNORECASE)]


@pytest.mark.parametrize(
    ("old", "new", "line_with", "said"),
    [
        ("lock_after = 3", "lock_afer = 3", "lock_afer", "is not a setting that Concord knows"),
        ("lock_after = 3", "lock_after = 0", "lock_after = 0", "greater than or equal to 1"),
        ('respond_within = "5 working days"', 'respond_within = "5 days"', "respond_within", "'5 working days'"),
        ('brokerage = "service_brokerage"', 'brokerage = "nobody"', 'brokerage = "nobody"', "not declared"),
        ('colour = "#0b4f5c"', 'colour = "#66ccdd"', "[brand]", "contrast"),
        ('name = "Procurement Team"', 'nam = "Procurement Team"', "nam =", "is not a setting"),
        ('procurement = "procurement"', "", "[desks]", "must route every desk"),
        ('prefix = "ISO"', 'prefix = "Iso"', "prefix", "should match pattern"),
        (BROKERAGE, BROKERAGE + GENERAL, 'key = "death"', "given to service_brokerage, which does not read care"),
        (CLOSERS, CLOSERS + GENERAL, 'key = "death"', "given to fes_admin, which does not read care"),
        (READS, READS.replace(', "action"', ""), 'key = "death"', "service_brokerage, which does not read actions"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, old: str, new: str, line_with: str, said: str) -> None:
    path = changed(tmp_path, old, new)
    with pytest.raises(ProfileError) as error:
        load(path)
    message = next(each for each in str(error.value).splitlines() if said in each)
    number = int(message.split(" line ")[1].split(":")[0])
    shown = path.read_text().splitlines()[number - 1]
    assert line_with in shown


def test_a_team_that_reads_less_is_given_less(tmp_path: Path) -> None:
    """The team of payments has no notice of a death, so it need not read about care; of a query it must."""
    path = changed(tmp_path, PAYERS, PAYERS + GENERAL)
    assert load(path).team("payments_residential").sensitivities == {"finance", "general"}
    path.write_text(path.read_text().replace('label = "Query"', 'label = "Query"\nsensitivity = "care"'))
    with pytest.raises(ProfileError, match="query is about care and would be given to payments_residential"):
        load(path)


def test_a_council_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match="norfolk"):
        load(NORFOLK.with_name("atlantis.toml"))


def test_what_is_not_toml_is_said() -> None:
    with pytest.raises(ProfileError, match="not TOML"):
        load(Path(__file__))


def test_a_route_sends_one_service_group_elsewhere(tmp_path: Path) -> None:
    route = '[[routes]]\ndesk = "brokerage"\nservice_group = "nursing"\nteam = "procurement"\n\n[pages]'
    profile = load(changed(tmp_path, "[pages]", route))
    assert profile.team_for("brokerage", "nursing") == "procurement"
    assert profile.team_for("brokerage", "residential") == "service_brokerage"
    assert profile.team_for("brokerage", None) == "service_brokerage"


OUTSIDE = """[[teams]]
key = "operations"
name = "Operational Teams"
outside = true
keeper = "service_brokerage"
letter = "{reference}: {title}"
follow_up_after = "5 working days"

[desks]"""


def test_a_desk_may_go_to_an_outside_team_and_its_keeper_has_the_work(tmp_path: Path) -> None:
    route = '[[routes]]\ndesk = "brokerage"\nservice_group = "nursing"\nteam = "operations"\n\n'
    profile = load(changed(tmp_path, "[desks]", route + OUTSIDE))
    assert profile.routed("brokerage", "nursing") == "operations"
    assert profile.team_for("brokerage", "nursing") == "service_brokerage"
    assert profile.routed("brokerage", "residential") == profile.team_for("brokerage", "residential")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('keeper = "service_brokerage"\n', "", "needs keeper, letter and follow_up_after"),
        ('letter = "{reference}: {title}"\n', "", "needs keeper, letter and follow_up_after"),
        ('follow_up_after = "5 working days"\n', "", "needs keeper, letter and follow_up_after"),
        ("outside = true\n", "", "are for teams with outside = true"),
        ('keeper = "service_brokerage"', 'keeper = "nobody"', "keeper of operations names 'nobody'"),
        ('keeper = "service_brokerage"', 'keeper = "operations"', "keeper of operations names 'operations'"),
        ("{title}", "{client}", "may name {reference}, {title}, {amount} and {council} only"),
        ("{title}", "{title", "may name {reference}, {title}, {amount} and {council} only"),
    ],
)
def test_an_outside_team_without_all_that_it_needs_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in OUTSIDE
    with pytest.raises(ProfileError) as error:
        load(changed(tmp_path, "[desks]", OUTSIDE.replace(old, new)))
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('target = "40 working hours"', 'target = "5 working days"', "target must be in working hours"),
        ('party = "provider"', 'party = "nobody"', "case_clocks.0.party"),
        ('at = "at_risk"', 'at = "soon"', "write at_risk, breached, or such as 'breached + 1 working day'"),
        ('at = "at_risk"', 'at = "breached + 0 working days"', "write at_risk, breached, or such as"),
        ('tell = "owner"', 'tell = "everybody"', "escalation.0.tell"),
        ('tell = "lead"', 'tell = "manager"', "[[escalation]] declares 'breached: manager' more than once"),
        ("at_risk_share = 0.75", "at_risk_share = 1.5", "clocks.at_risk_share"),
    ],
)
def test_a_clock_or_a_rung_that_means_nothing_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ProfileError, match=re.escape(said)):
        load(changed(tmp_path, old, new))
