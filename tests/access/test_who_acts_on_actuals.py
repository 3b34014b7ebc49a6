"""Actuals, recorded visits, disputes and care decisions: who may not act changes no row, by any address that takes a
form; who may does (the control)."""

import pytest
from django.test import Client

from tests import care
from tests import factories as make
from tests.access.posting import INPUT, Post, attribute, changes_nothing, each_has_its_effect, form, snapshot
from tests.access.weeks import CHECKED, RECORDED, Marked, providers
from tests.web.portal import sign_in
from workflows.actuals.models import CareDecision
from workflows.register.imports import commands as imports

__all__ = ["providers"]
pytestmark = pytest.mark.django_db
#: Where files are sent to: everybody may send their own.
UPLOADS = ("/portal/actuals/import/", "/portal/actuals/visits/import/")


def portal_posts(of: Marked, browser: Client) -> list[Post]:
    """Every verb of a provider's people, ready to be sent."""
    recorded, checked = (f"/portal/actuals/{of.weeks[each].pk}/" for each in (RECORDED, CHECKED))
    line = f"{recorded}lines/{of.line_week(0, RECORDED)}/"
    box, comment = f"l{of.line_week(0, RECORDED)}-1-actual-0", {"text": "Nothing."}
    changed = f"l{of.line_week(1, CHECKED)}-1-frustrated-0"
    raised = f"/portal/disputes/{of.disputes[1].pk}/"
    row, amended = f"{raised}rows/{of.rows[-1].pk}/", f"l{of.rows[-1].line_week_id}-1"
    assert box in form(browser, recorded) and changed in form(browser, f"{checked}?change=1")
    importing = f"/portal/actuals/import/{of.run.pk}/"
    return [
        Post(recorded, form(browser, recorded, do="generate")),
        Post(recorded, form(browser, recorded, do="save", **{box: "7.75"})),
        Post(recorded, form(browser, recorded, do="submit", reviewed="on", seen="2")),
        Post(line, form(browser, line, do="save", **{box: "7.75"})),
        Post(f"{checked}?change=1", form(browser, f"{checked}?change=1", do="save", **{changed: "1.50"})),
        Post(f"{recorded}answer/", form(browser, recorded, **{box: "7.75"}), writes=False),
        Post("/portal/actuals/import/", form(browser, "/portal/actuals/import/", file=of.file)),
        Post(f"{importing}update/", {}),
        Post(f"{importing}cancel/", {}),
        Post(UPLOADS[1], form(browser, UPLOADS[1], file=of.visits)),
        Post(f"{UPLOADS[1]}{of.visits_run.pk}/update/", {}),
        Post(f"{UPLOADS[1]}{of.visits_run.pk}/cancel/", {}),
        Post(raised, form(browser, raised, **comment)),
        Post(row, form(browser, row, **{f"{amended}-actual-0": "9", f"{amended}-missed-0": "1"})),
    ]


def council_posts(of: Marked, payments: Client, options: Client) -> list[Post]:
    """Every verb of the council's teams, ready to be sent."""
    checked, late = f"/cases/{of.weeks[CHECKED].pk}/", f"/cases/{of.weeks[RECORDED].pk}/"
    answered = f"/cases/{of.disputes[0].pk}/"
    one, raising = of.rows[0], f"/disputes/raise/{of.weeks[CHECKED].pk}/"
    group = {"provider": str(of.organisation.pk), "causes": ",".join(one.causes)}
    choosing = f"/disputes/decide/?provider={group['provider']}&causes={group['causes']}"
    many = form(payments, choosing) | group | {"rows": [str(one.pk)], "way": "pay_as_planned", "reason": "So it is."}
    weeks = {"week": [str(of.weeks[CHECKED].pk)]}
    previewed = payments.post("/actuals/check/", weeks).content.decode()
    accepting = {tag: attribute(each, "value") for each in INPUT.findall(previewed) if (tag := attribute(each, "name"))}
    ticked = {"line": [str(of.line_week(1, CHECKED))]}
    shown = payments.post(f"{checked}accept/", ticked).content.decode().partition("<main")[2]
    accepted = {tag: attribute(each, "value") for each in INPUT.findall(shown) if (tag := attribute(each, "name"))}
    posts = [
        Post(f"{checked}accept/", accepted),
        Post(f"{checked}query/", form(payments, f"{checked}query/", text="Look again.")),
        Post(f"{late}check/", {"task": care.turn(of.weeks[RECORDED].pk).pk, "client_key": make.key()}, writes=False),
        Post("/actuals/check/", weeks, writes=False),
        Post("/actuals/accept/", accepting),
        Post(raising, form(payments, raising, lines=[str(of.line_week(1, CHECKED))], reason="Why?")),
        Post(f"{answered}decide/", form(payments, answered) | {f"way-{one.pk}": "pay_as_planned",
                                                              f"reason-{one.pk}": "So it is."}),
        Post(f"/cases/{of.disputes[1].pk}/take/", {"task": care.turn(of.disputes[1].pk).pk,
                                                  "client_key": make.key()}, writes=False),
        Post("/disputes/decide/", many | {"start": "1"}),
        Post("/actuals/visits/import/", form(payments, "/actuals/visits/import/", file=of.visits)),
        Post(f"/actuals/visits/import/{of.council_run.pk}/update/", {}),
        Post(f"/actuals/visits/import/{of.council_run.pk}/cancel/", {}),
    ]  # fmt: skip
    return posts + [each for decision in CareDecision.objects.filter(line__in=of.lines).order_by("pk")
                    for each in _decided(decision, options)]  # fmt: skip


def _decided(decision: CareDecision, options: Client) -> list[Post]:
    """What its team does with it: to decide whether to pay for longer is no note, and the other way round."""
    here = f"/cases/{decision.pk}"
    wrong, verbs = ("noted", ("extend", "stop")) if decision.raised == "funding_decision" else ("extend", ("noted",))
    assert options.get(f"{here}/{wrong}/").status_code == 404
    until = {"until_day": "20", "until_month": "4", "until_year": "2025"}
    said = {"extend": until, "stop": {}, "noted": {}}
    return [Post(f"{here}/{verb}/", form(options, f"{here}/{verb}/", text="So it is.", **said[verb])) for verb in verbs]


def test_who_may_not_act_for_a_provider_changes_nothing(providers: tuple[Marked, Marked]) -> None:
    one, other = providers
    owner = sign_in(one.person)
    posts = portal_posts(one, owner)
    people = {
        "the other provider": other.person,
        "another service": make.provider_user(one.organisation, role="main_user", only=one.elsewhere),
        "read only": make.provider_user(one.organisation, role="read_only"),
        "payments": make.staff_user("fss_payments"),
    }
    browsers = {name: sign_in(each) for name, each in people.items()} | {"nobody": Client()}
    own = [post for post in posts if post.path not in UPLOADS]  # of their own they may import
    changes_nothing(own, {name: browsers[name] for name in ("the other provider", "another service")})
    changes_nothing(posts, {name: browsers[name] for name in ("read only", "payments", "nobody")})
    each_has_its_effect(posts, lambda _: owner)


def test_a_file_of_anothers_week_changes_nothing_of_it(providers: tuple[Marked, Marked]) -> None:
    """One's file in the other's hands: every record of it is refused, and its answer shows no mark."""
    one, other = providers
    weeks = {name: rows for name, rows in snapshot().items() if name.startswith(("actuals.", "disputes."))}
    for name, who in (
        ("other", other.person),
        ("away", make.provider_user(one.organisation, role="main_user", only=one.elsewhere)),
    ):
        run = imports.start(actor=make.actor(who), file_name="theirs.csv", content=one.file, kind="actuals")
        run.refresh_from_db()
        assert (run.total, run.rejected) == (3, 3), name
        assert not [row.message for row in run.rows.all() if one.mark in row.message], name
        after = snapshot()
        assert {each: after[each] for each in weeks} == weeks


def test_who_may_not_act_for_the_council_changes_nothing(providers: tuple[Marked, Marked]) -> None:
    one, _ = providers
    payments, options = sign_in(make.staff_user("fss_payments")), sign_in(make.staff_user("support_options"))
    posts = council_posts(one, payments, options)
    caring = [post for post in posts if post.path.endswith(("/noted/", "/extend/", "/stop/"))]
    paying = [post for post in posts if post not in caring]
    people = {
        "contracts": make.staff_user("contracts"),
        "users": make.staff_user("provider_portal"),
        "administrator": make.staff_user("", duty="administrator"),
        "the provider": one.person,
    }
    changes_nothing(posts, {name: sign_in(each) for name, each in people.items()} | {"nobody": Client()})
    auditor = sign_in(make.staff_user("", duty="auditor"))
    changes_nothing(paying, {"support options": options, "auditor": auditor})
    changes_nothing(caring, {"payments": payments, "auditor": auditor})
    each_has_its_effect(paying, lambda _: payments)
    each_has_its_effect(caring, lambda _: options)
