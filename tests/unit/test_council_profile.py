"""A wrong profile stops the start, with the line and what would be right."""

import re
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from workflows.council import axes
from workflows.council.checking import check
from workflows.council.giving import GIVEN
from workflows.council.kinds import EVERY_KIND
from workflows.council.profile import ProfileError, load
from workflows.council.schema import Council
from workflows.engine import registry
from workflows.engine.nodes import TeamTask

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


def test_a_profile_names_the_kinds_of_case_that_there_are_and_the_desks_that_have_them() -> None:
    """Kinds and desks of a profile are words of its own; the workflows must have the same."""
    flows = [flow for flow in registry._flows.values() if flow.__module__.startswith("workflows.")]
    assert {flow.kind for flow in flows} == set(EVERY_KIND)
    nodes = [(flow.kind, node) for flow in flows for node in flow.instance.nodes() if isinstance(node, TeamTask)]
    assert {(kind, node.desk) for kind, node in nodes} == {(kind, desk) for kind, has in GIVEN.items() for desk in has}


@each_council
def test_a_profile_says_its_own_words_and_nobody_else_s(path: Path) -> None:
    values = str(load(path).model_dump(exclude={"actuals"}))
    others = {"bedford", "bradford", "gloucestershire", "norfolk", "suffolk"} - {path.stem}
    assert not [name for name in others if re.search(name, values, re.IGNORECASE)]


@pytest.mark.parametrize(
    ("old", "new", "line_with", "said"),
    [
        ("lock_after = 3", "lock_afer = 3", "lock_afer", "is not a setting that Concord knows"),
        ("lock_after = 3", 'lock_after = "3"', "lock_after =", "'3' is not a whole number from 1 to 20 (3 in 3 of 5"),
        ("password_to_answer = true", 'password_to_answer = "yes"', "password_to", "'yes' is not true or false"),
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
        (READS, READS.replace('"action"', '"actoin"'), READS.split("\n")[1][:5], "did you mean 'action'?"),
        (READS, BROKERAGE, 'key = "service_brokerage"', "reads nothing"),
        (READS, READS.replace('"contract_document", ', ""), "reads", "is given contract_document (brokerage)"),
        ('kind = "contract_document"', 'kind = "contract"', 'kind = "contract"', "did you mean 'contract_document'?"),
        ('teams = ["service_brokerage"]', 'teams = ["service"]', 'teams = ["service"]', "names 'service'"),
        ('label = "Query"', "", '§9 "To raise a query', "is missing; add it (words"),
        ('{ header = "PayOn", field = "pay_on" }', '{ header = "PayOn", field = "payon" }', '"payon"', "'pay_on'"),
        ('dates"\nlabel', 'service_level"\nlabel', "[contract_documents]", "each key once"),
        ('"Procurement Team"', '"<fill in> Procurement"', "<fill in>", "has still to be filled in"),
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
        ('keeper = "service_brokerage"', 'keeper = "nobody"', "[[teams]] keeper: names 'nobody'"),
        ('keeper = "service_brokerage"', 'keeper = "operations"', "[[teams]] keeper: names 'operations'"),
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
        ('party = "provider"', 'party = "nobody"', "[[case_clocks]] party"),
        ('at = "at_risk"', 'at = "soon"', "write at_risk, breached, or such as 'breached + 1 working day'"),
        ('at = "at_risk"', 'at = "breached + 0 working days"', "write at_risk, breached, or such as"),
        ('tell = "owner"', 'tell = "everybody"', "[[escalation]] tell"),
        ('tell = "lead"', 'tell = "manager"', "declares 'breached: manager' more than once"),
        ("at_risk_share = 0.75", "at_risk_share = 1.5", "[clocks] at_risk_share"),
    ],
)
def test_a_clock_or_a_rung_that_means_nothing_is_refused(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ProfileError, match=re.escape(said)):
        load(changed(tmp_path, old, new))


def test_everything_is_told_at_once_and_what_is_not_said_is_told_too(tmp_path: Path) -> None:
    text = NORFOLK.read_text()
    for old, new in (("lock_after = 3", ""), ('kind = "contract_document"', 'kind = "x"')):
        text = text.replace(old, new, 1)
    text = text.replace("administers_users = true", "").replace('answers_to = "service', 'answers_to = "servant')
    said = check("mine.toml", text).lines
    assert [each.split(": ")[1] for each in said] == [
        "[sign_in] lock_after",
        "[[case_clocks]] kind",
        "[[actions.senders]] answers_to",
    ]
    assert "3 in 3 of 5 councils" in said[0]
    notes = check("norfolk.toml", NORFOLK.read_text()).notes
    assert "norfolk.toml: [[roles]] sensitivities is not set in 7 of 7: care, finance, general is taken" in notes
    assert "norfolk.toml: [contract_documents] deemed_accepted_after is not set: none is taken" in notes


def test_the_command_says_it_and_ends_with_1_when_something_is_wrong(tmp_path: Path) -> None:
    out = StringIO()
    call_command("council", "check", "norfolk", "--brief", stdout=out)
    assert out.getvalue() == "norfolk.toml: nothing is wrong. It is Norfolk County Council.\n"
    wrong = changed(tmp_path, "administers_users = true", "")
    wrong.write_text(wrong.read_text().replace("administers_users = true", ""))
    with pytest.raises(CommandError, match=re.escape("changed.toml: 1 thing to put right.")) as error:
        call_command("council", "check", str(wrong), stdout=out)
    assert error.value.returncode == 1
    assert "[[roles]]: needs a role with administers_users = true" in out.getvalue()


#: What somebody writes where a new profile asks for it.
FILLED = {
    "colour": "#0b4f5c", "dark": "#083c46", "tint": "#eff5f6", "tint_line": "#b5cdd1", "email": "a@b.example",
    "key": "one", "desks": "one", "teams": "one",
}  # fmt: skip


def test_a_new_profile_can_be_used_once_it_is_filled_in(tmp_path: Path) -> None:
    call_command("council", "new", "ambridge", "--to", str(tmp_path), stdout=StringIO())
    text = (tmp_path / "ambridge.toml").read_text()
    asked = check("ambridge.toml", text).lines
    assert asked
    assert all("has still to be filled in" in each for each in asked)
    lines = [each.replace("<fill in>", FILLED.get(each.split(" ")[0], "Words")) for each in text.splitlines()]
    filled = check("ambridge.toml", "\n".join(lines))
    assert filled.lines == ()
    assert filled.council is not None
    said = [axis.words for axis in axes.axes(Council)]
    assert all(said), "each axis has a sentence beneath it in the schema"
    assert [each for each in said if each not in text] == []
    with pytest.raises(CommandError, match="was not written: File exists"):
        call_command("council", "new", "ambridge", "--to", str(tmp_path))


def test_the_page_for_officers_is_up_to_date() -> None:
    call_command("document_councils", "--check")
