"""The one table of who may open what. An address that is not in it fails the test.

Written by hand from domain.md §1 and the handbook's §2 and §9; it does not read what the views declare.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

ANSWERERS = {"super_user_actuals", "super_user_scheduled", "payments", "administration", "at_this_service"}
READERS = ANSWERERS | {"read_only"}
#: §2: all but "Payments", "Reports" and "Invoice Only"
LINE_READERS = {"super_user_actuals", "super_user_scheduled", "administration", "at_this_service", "read_only"}
#: §2: every role but "Invoice Only"
ACTION_WRITERS = ANSWERERS | {"reports"}
ACTION_READERS = ACTION_WRITERS | {"read_only"}
#: §2: "Edit access to all functions except Actuals", and who reads everything
PAYERS = {"super_user_scheduled", "read_only"}
#: The role has the function, but this document is none of theirs.
ELSEWHERE = {"at_another_service", "other_provider", "other_read_only"}
PROVIDERS = READERS | ELSEWHERE | {"reports", "invoice_only"}
#: Contacts and details: read and asked about by whoever has them of the whole organisation (norfolk-handbook §2).
SUPER = {"super_user_actuals", "super_user_scheduled"}
ASKERS = SUPER | {"administration", "other_provider"}
CONTACTS = SUPER | {"administration", "read_only"} | {"other_provider", "other_read_only"}
EDITORS = SUPER | {"administration", "reports"}
DETAILS = EDITORS | {"read_only"}
REQUESTS = SUPER | {"payments", "administration", "reports", "read_only"}
LOCAL = {"at_this_service", "at_another_service"}
OTHERS = {"other_provider", "other_read_only"}
BROKERAGE = {"service_brokerage", "brokerage_manager"}
DECIDERS = {"procurement", "fes_admin"}
PAYING = {"payments_residential", "auditor"}
#: §2: roles 1 to 3 edit One-Off Claims, role 7 reads everything
CLAIMING = {"super_user_actuals", "super_user_scheduled", "payments"}
IMPORTERS = BROKERAGE | {"procurement"}
#: §8: the report is under Reports, and who may see payments may see what they came to.
REMITTED = SUPER | {"reports", "read_only"}
TEAMS = IMPORTERS | {"payments_residential", "fes_admin"}
LOOKING = TEAMS | {"auditor"}
STAFF = LOOKING | {"administrator"}
SIGNED_IN = PROVIDERS | STAFF
EVERYBODY = SIGNED_IN | {"signed_out"}


@dataclass(frozen=True)
class Row:
    """One address: who gets in, by which methods, and for whom of their own side the record does not exist.

    `posting` narrows who gets in by POST; `body` is what is posted.
    """

    who: set[str]
    methods: str = "GET"
    absent: set[str] = field(default_factory=set)
    posting: set[str] | None = None
    body: Mapping[str, str] = field(default_factory=dict)


def mine(who: set[str], methods: str = "GET POST") -> Row:
    """An act of Brokerage."""
    return Row(who, methods)


TABLE: Mapping[str, Row] = {
    "landing": Row(SIGNED_IN, "GET POST"),
    # pages of every council, and the way in
    "web:help": Row(EVERYBODY),
    "web:help_chapter": Row(EVERYBODY),
    "web:accessibility": Row(EVERYBODY),
    "web:privacy": Row(EVERYBODY),
    "web:cookies": Row(EVERYBODY),
    "web:brand": Row(EVERYBODY),
    "web:healthz": Row(EVERYBODY),
    "web:kept": Row(set(), absent=SIGNED_IN),
    "web:forget": Row(SIGNED_IN, "POST"),
    "access:sign_in": Row(EVERYBODY, "GET POST"),
    "access:passcode": Row(EVERYBODY, "GET POST"),
    "access:authenticator": Row(EVERYBODY, "GET POST"),
    "access:new_authenticator": Row(EVERYBODY, "GET POST"),
    "access:policies": Row(EVERYBODY, "GET POST"),
    "access:new_password": Row(EVERYBODY, "GET POST"),
    "access:new_passcode": Row(EVERYBODY, "GET POST"),
    "access:provider": Row(EVERYBODY, "GET POST"),
    "access:first": Row(EVERYBODY, "GET POST"),
    "access:forgotten": Row(EVERYBODY, "GET POST"),
    "access:forgotten_asked": Row(EVERYBODY),
    "access:reset": Row(EVERYBODY, "GET POST"),
    "access:sign_out": Row(EVERYBODY, "POST"),
    "access:signed_out": Row(EVERYBODY, "GET POST"),
    # one's own account, on either side
    "account:notices": Row(SIGNED_IN),
    "account:notices_read": Row(SIGNED_IN, "POST"),
    "account:notice_read": Row(set(), "POST", absent=SIGNED_IN),  # one's own only
    "account:notifications": Row(SIGNED_IN, "GET POST"),
    "account:password": Row(SIGNED_IN, "GET POST"),
    "account:sign_in": Row(SIGNED_IN),
    "account:session_end": Row(SIGNED_IN, "POST"),
    "account:authenticator": Row(SIGNED_IN, "GET POST"),
    "account:authenticator_remove": Row(SIGNED_IN, "GET POST"),
    "account:case": Row(READERS | LOOKING, absent=SIGNED_IN),
    # the provider's pages
    "portal:home": Row(PROVIDERS),
    "portal:news_seen": Row(PROVIDERS, "POST"),
    "portal:file": Row(READERS, absent=PROVIDERS - READERS),
    "portal:search": Row(PROVIDERS, "GET POST"),
    "portal:search_found": Row(set(), absent=PROVIDERS),  # one's own only
    "portal:documents": Row(READERS | ELSEWHERE),
    "portal:documents_spreadsheet": Row(READERS | ELSEWHERE),
    "portal:document": Row(READERS, "GET POST", absent=ELSEWHERE, posting=ANSWERERS),
    "portal:document_version": Row(READERS, absent=ELSEWHERE),
    "portal:document_pdf": Row(READERS, absent=ELSEWHERE),
    "portal:signed_copy": Row(ANSWERERS, "GET POST", absent={"at_another_service", "other_provider"}),
    "portal:lines": Row(LINE_READERS | ELSEWHERE, "GET POST"),
    "portal:lines_csv": Row(LINE_READERS | ELSEWHERE),
    "portal:lines_xlsx": Row(LINE_READERS | ELSEWHERE),
    "portal:line": Row(LINE_READERS, absent=ELSEWHERE),
    "portal:contacts": Row(CONTACTS, absent=LOCAL),
    "portal:contact": Row(CONTACTS - OTHERS, absent=LOCAL | OTHERS),
    "portal:contact_new": Row(ASKERS, "GET POST", absent=LOCAL, posting=ASKERS),
    "portal:contact_edit": Row(ASKERS - OTHERS, "GET POST", absent=LOCAL | {"other_provider"}),
    "portal:contact_role": Row(ASKERS - OTHERS, "GET POST", absent=LOCAL | {"other_provider"}),
    "portal:contact_remove": Row(ASKERS - OTHERS, "GET POST", absent=LOCAL | {"other_provider"}),
    "portal:organisation": Row(DETAILS | {"at_this_service", "at_another_service"} | OTHERS),
    "portal:organisation_edit": Row(EDITORS | {"other_provider"}, "GET POST", absent=LOCAL),
    "portal:service": Row(DETAILS | {"at_this_service"}, absent={"at_another_service"} | OTHERS),
    "portal:service_edit": Row(
        EDITORS | {"at_this_service"}, "GET POST", absent={"at_another_service", "other_provider"}
    ),
    "portal:change_requests": Row(READERS | ELSEWHERE | {"reports"}),
    "portal:change_request": Row(REQUESTS, absent=LOCAL | OTHERS),
    "portal:change_request_withdraw": Row(EDITORS | {"payments"}, "GET POST", absent=LOCAL | {"other_provider"}),
    "portal:change_request_undo": Row(EDITORS | {"payments"}, "GET POST", absent=LOCAL | {"other_provider"}),
    # the handbook's council has no actuals to dispute: what is not there does not exist (test_portal_disputes.py)
    "portal:disputes": Row(set(), absent=PROVIDERS),
    "portal:dispute": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:dispute_row": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:dispute_row_answer": Row(set(), "POST", absent=PROVIDERS),
    # the handbook's council has no such module: what is not there does not exist (test_portal_actuals.py has who may)
    "portal:actuals": Row(set(), absent=PROVIDERS),
    "portal:actuals_export": Row(set(), absent=PROVIDERS),
    "portal:actuals_import_new": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:actuals_import": Row(set(), absent=PROVIDERS),
    "portal:actuals_import_update": Row(set(), "POST", absent=PROVIDERS),
    "portal:actuals_import_cancel": Row(set(), "POST", absent=PROVIDERS),
    "portal:actuals_import_errors": Row(set(), absent=PROVIDERS),
    "portal:visits_import_new": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:visits_import": Row(set(), absent=PROVIDERS),
    "portal:visits_import_update": Row(set(), "POST", absent=PROVIDERS),
    "portal:visits_import_cancel": Row(set(), "POST", absent=PROVIDERS),
    "portal:visits_import_errors": Row(set(), absent=PROVIDERS),
    "portal:visit": Row(set(), absent=PROVIDERS),
    "portal:actuals_visits": Row(set(), absent=PROVIDERS),
    "portal:actuals_week": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:actuals_line": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:actuals_answer": Row(set(), "POST", absent=PROVIDERS),
    # whoever has them of the whole provider: with reach to one service, its own lines (test_portal_payments.py)
    "portal:payments": Row(PAYERS | ELSEWHERE),
    "portal:payment_calendar": Row(PAYERS | ELSEWHERE),
    "portal:payment_calendar_file": Row(PAYERS, absent=ELSEWHERE),
    "portal:payment": Row(PAYERS, "GET POST", absent=ELSEWHERE, posting={"super_user_scheduled"}),
    "portal:payment_story": Row(PAYERS, absent=ELSEWHERE),
    "portal:claims": Row(CLAIMING | {"read_only"} | ELSEWHERE),
    "portal:claim_new": Row(CLAIMING | {"at_another_service", "other_provider"}, "GET POST"),
    "portal:claim": Row(CLAIMING | {"read_only"}, "GET POST", absent=ELSEWHERE, posting=CLAIMING),
    # the handbook's council takes no invoices here: what is not there does not exist (test_portal_invoices.py)
    "portal:invoices": Row(set(), absent=PROVIDERS),
    "portal:invoice": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:invoice_story": Row(set(), absent=PROVIDERS),
    "portal:invoice_file": Row(set(), absent=PROVIDERS),
    "portal:credit_new": Row(set(), "GET POST", absent=PROVIDERS),
    "portal:credit_note": Row(set(), "GET POST", absent=PROVIDERS),
    # of the reports, the purchase orders of one's own services (test_money_reports.py); what was asked is the asker's
    "portal:reports": Row(REMITTED | ELSEWHERE),
    "portal:report": Row(REMITTED | ELSEWHERE, "GET POST"),
    "portal:report_shown": Row(set(), absent=REMITTED | ELSEWHERE),
    "portal:report_file": Row(set(), "GET POST", absent=REMITTED | ELSEWHERE),
    "portal:report_made": Row(set(), absent=REMITTED | ELSEWHERE),
    "portal:purchase_order": Row(REMITTED, absent=ELSEWHERE),
    "portal:performance": Row(REMITTED | OTHERS),  # of one's own organisation, as a whole
    # §8: with reports, or with scheduled payments; one's own provider's
    "portal:remittances": Row(REMITTED | ELSEWHERE),
    "portal:remittance": Row(REMITTED, absent=ELSEWHERE),
    "portal:remittance_file": Row(REMITTED, absent=ELSEWHERE),
    "portal:actions": Row(ACTION_READERS | ELSEWHERE),
    "portal:action": Row(ACTION_READERS, "GET POST", absent=ELSEWHERE, posting=ACTION_WRITERS),
    "portal:action_new": Row(ACTION_WRITERS | {"at_another_service", "other_provider"}, "GET POST"),
    "portal:action_close": Row(ACTION_WRITERS, "GET POST", absent={"at_another_service", "other_provider"}),
    "portal:action_take_back": Row(ACTION_WRITERS, "GET POST", absent={"at_another_service", "other_provider"}),
    "portal:action_reopen": Row(ACTION_WRITERS, "GET POST", absent={"at_another_service", "other_provider"}),
    # the council's pages
    "council:home": Row(STAFF),
    "council:file": Row(LOOKING, absent={"administrator"}),
    "council:notices_read": Row(STAFF, "POST"),
    "council:absences": Row(STAFF),
    # whose absence it is: oneself, who leads one of their teams, an administrator
    "council:absence_new": Row({"brokerage_manager", "administrator"}, "GET POST", absent=STAFF),
    "council:absence_end": Row({"brokerage_manager", "administrator"}, "GET POST", absent=STAFF),
    "council:search": Row(STAFF, "GET POST"),
    "council:search_found": Row(set(), absent=STAFF),  # one's own only
    "council:queues": Row(STAFF),
    "council:queue": Row(BROKERAGE | {"auditor"}, absent=STAFF - BROKERAGE - {"auditor"}),
    "council:queue_file": Row(BROKERAGE | {"auditor"}, absent=STAFF - BROKERAGE - {"auditor"}),
    # all together is for whoever has several teams: an auditor has every one
    "council:queue_all": Row({"auditor"}, absent=STAFF - {"auditor"}),
    "council:queue_all_file": Row({"auditor"}, absent=STAFF - {"auditor"}),
    # read-only, of the kinds that one's desks list: administering reads none
    "council:queue_everything": Row(LOOKING),
    "council:queue_everything_file": Row(LOOKING),
    "council:view_save": Row(
        BROKERAGE | {"auditor"}, "POST", absent=STAFF - BROKERAGE - {"auditor"}, body={"team": "team"}
    ),
    "council:view_delete": Row(BROKERAGE, "POST", absent=STAFF - BROKERAGE),
    "council:bulk": Row(STAFF, "POST"),
    "council:bulk_batch": Row(set(), absent=STAFF),  # one's own only
    "council:act": Row(BROKERAGE, "POST", absent={"administrator"}, body={"claim": "turn"}),
    "council:cases": Row(LOOKING),
    "council:case": Row(LOOKING, absent={"administrator"}),
    "council:story": Row(LOOKING, absent={"administrator"}),
    "council:actions": Row(LOOKING),
    # no team of the handbook's council reads disputes, and so no auditor: test_council_disputes.py has who may
    "council:disputes": Row(set()),
    "council:disputes_all": Row(set()),
    "council:disputes_decide": Row(set(), "GET POST"),
    "council:dispute_batch": Row(set()),
    "council:dispute_raise": Row(set(), "GET POST"),
    "council:dispute_decide": Row(set(), "GET POST"),
    "council:dispute_take": Row(set(), "GET POST"),
    # an auditor reads, and begins nothing
    "council:action_new": Row(TEAMS, "GET POST"),
    "council:action_new_for": Row(TEAMS, "GET POST"),
    "council:action_send": Row(TEAMS, "GET POST"),
    "council:action_sending": Row({"auditor"}, absent=TEAMS),  # one's own only
    "council:action_types": Row({"administrator", "payments_residential"}, "GET POST"),
    # who does not have the turn reads the conversation there, and is told so when they send something
    "council:action_answer": Row(LOOKING, "GET POST"),
    "council:versions": Row(LOOKING),
    "council:clocks": Row(LOOKING, absent={"administrator"}),
    "council:case_line": Row(LOOKING),
    "council:pdf": Row(LOOKING),
    "council:amend": mine(BROKERAGE),
    "council:withdraw": mine(BROKERAGE),
    "council:terminate": mine(BROKERAGE),
    # the world's case is with its provider, so these say that there is nothing to do (test_turn_pages: who may)
    "council:change_requests": Row(DECIDERS | {"auditor"}),
    "council:change_request": Row(DECIDERS | {"auditor"}, "GET POST"),
    # the world's request is procurement's to decide, so these say that there is nothing to do
    "council:change_request_undo": Row(DECIDERS | {"auditor"}, "GET POST"),
    "council:change_request_password": Row(DECIDERS | {"auditor"}, "GET POST"),
    "council:change_request_password_given": Row(DECIDERS | {"auditor"}, "POST"),
    "council:change_request_link": Row(DECIDERS | {"auditor"}, "POST"),
    "council:hand_over": Row(LOOKING, "GET POST", absent={"administrator"}),
    "council:follow_up": Row(LOOKING, "GET POST", absent={"administrator"}),
    "council:priority": Row(LOOKING, "GET POST", absent={"administrator"}),
    "council:note": Row(LOOKING, "GET POST", absent={"administrator"}),
    # Norfolk has no module of actuals, so its rooms are there for nobody; other councils: test_council_actuals
    "council:line_visits": Row(set(), "GET POST", absent=STAFF),
    "council:line_authorise": Row(set(), "GET POST", absent=STAFF),
    "council:line_unauthorise": Row(set(), "POST", absent=STAFF),
    "council:actuals": Row(set(), absent=STAFF),
    "council:actuals_check": Row(set(), "POST", absent=STAFF),
    "council:actuals_accept_many": Row(set(), "POST", absent=STAFF),
    "council:actuals_batch": Row(set(), absent=STAFF),
    "council:not_charged": Row(set(), "GET POST", absent=STAFF),
    "council:care_decisions": Row(set(), absent=STAFF),
    "council:visits_import_new": Row(set(), "GET POST", absent=STAFF),
    "council:visits_import": Row(set(), absent=STAFF),
    "council:visits_import_update": Row(set(), "POST", absent=STAFF),
    "council:visits_import_cancel": Row(set(), "POST", absent=STAFF),
    "council:visits_import_errors": Row(set(), absent=STAFF),
    "council:visit": Row(set(), absent=STAFF),
    "council:actuals_visits": Row(set(), absent=STAFF),
    "council:actuals_line": Row(set(), absent=STAFF),
    "council:actuals_accept": Row(set(), "GET POST", absent=STAFF),
    "council:actuals_query": Row(set(), "GET POST", absent=STAFF),
    "council:actuals_take": Row(set(), "GET POST", absent=STAFF),
    "council:care_extend": Row(set(), "GET POST", absent=STAFF),
    "council:care_stop": Row(set(), "GET POST", absent=STAFF),
    "council:care_noted": Row(set(), "GET POST", absent=STAFF),
    # scheduled payments: the team that pays, and whoever audits; what others may not read does not exist for them
    "council:payments": Row(PAYING, absent=STAFF - PAYING),
    "council:payments_rejected": Row(PAYING, absent=STAFF - PAYING),
    "council:payments_by_hand": Row(PAYING, absent=STAFF - PAYING),
    "council:payments_stops": Row(PAYING, absent=STAFF - PAYING),
    "council:payments_owed": Row(PAYING, absent=STAFF - PAYING),
    "council:payment_methods": Row(
        PAYING | {"procurement"}, "GET POST", absent=STAFF - PAYING - {"procurement"},
        posting={"payments_residential", "procurement"},
    ),
    "council:payment_line": Row(PAYING, absent=STAFF - PAYING),
    "council:payment_again": Row({"payments_residential"}, "POST", absent=STAFF - PAYING),
    **{f"council:payment_{act}": Row({"payments_residential"}, "GET POST", absent=STAFF - PAYING)
       for act in ("answer", "adjust", "by_hand", "hold_out", "put_back", "debt")},
    **{f"council:stop_{act}": Row({"payments_residential"}, "GET POST", absent=STAFF - PAYING)
       for act in ("confirm", "lift")},
    # no team of the handbook's council reads invoices, and so no auditor: test_council_invoices.py has who may
    "council:invoices": Row(set()),
    "council:invoices_check": Row(set(), "GET POST"),
    "council:invoice_batch": Row(set()),
    "council:credit_notes": Row(set()),
    **{f"council:invoice_{act}": Row(set(), "GET POST") for act in ("accept", "query", "close")},
    **{f"council:credit_note_{act}": Row(set(), "GET POST") for act in ("accept", "query", "refuse")},
    # claims: the team that pays, and whoever audits
    "council:claims": Row(PAYING),
    **{f"council:claim_{act}": Row({"payments_residential"}, "GET POST")
       for act in ("accept", "query", "reject")},
    # the world's claim is not with its provider, so this says that there is nothing to do (test_claims.py: who may)
    "council:claim_take": Row(PAYING, "GET POST"),
    # runs and remittance: the team that pays, and whoever audits; the world's run was sent to finance
    "council:payment_runs": Row(PAYING),
    "council:payments_due": Row(PAYING, "GET POST", posting={"payments_residential"}),
    "council:run_batch": Row(set(), absent=PAYING),  # the world's batch is no run's
    "council:run_payments": Row(PAYING),
    "council:run_looks": Row(PAYING),
    "council:run_payment": Row(PAYING, "GET POST", posting={"payments_residential"}),
    "council:run_act": Row({"payments_residential"}, "GET POST"),
    "council:run_file": Row(PAYING),
    "council:run_return": Row({"payments_residential"}, "GET POST"),
    "council:remittance": Row(PAYING),
    "council:remittance_file": Row(PAYING),
    "council:lines": Row(LOOKING, "GET POST"),
    "council:lines_csv": Row(LOOKING),
    "council:lines_xlsx": Row(LOOKING),
    "council:register_line": Row(LOOKING),
    "council:line_new": mine(BROKERAGE),
    "council:line_add": mine(BROKERAGE),
    "council:line_change": mine(BROKERAGE),
    "council:line_end": mine(BROKERAGE),
    "council:line_suspend": mine(BROKERAGE),
    "council:line_resume": mine(BROKERAGE),
    "council:line_contribution": mine(BROKERAGE),
    "council:clients": Row(LOOKING, "GET POST"),
    "council:client": Row(LOOKING),
    "council:client_new": mine(BROKERAGE),
    "council:client_change": mine(BROKERAGE),
    "council:contracts": Row(LOOKING),
    "council:contract": Row(LOOKING),
    "council:contract_new": Row(IMPORTERS, "GET POST"),
    "council:contract_change": Row(IMPORTERS, "GET POST"),
    "council:levels": Row(LOOKING),
    "council:level": Row(LOOKING),
    "council:level_new": mine(BROKERAGE),
    "council:rate": mine(BROKERAGE),
    "council:uplift": mine(BROKERAGE),
    "council:publishing": Row(STAFF),
    "council:publishing_check": Row(BROKERAGE, "POST"),
    "council:publishing_publish": Row(BROKERAGE, "POST"),
    "council:batch": Row(
        BROKERAGE | {"auditor", "administrator"}, absent=TEAMS - BROKERAGE
    ),
    "council:imports": Row(IMPORTERS | {"auditor"}),
    "council:import_new": Row(IMPORTERS, "GET POST"),
    "council:import": Row(BROKERAGE | {"auditor"}),
    "council:import_update": Row(BROKERAGE, "POST"),
    "council:import_cancel": Row(BROKERAGE, "POST"),
    "council:import_errors": Row(BROKERAGE | {"auditor"}),
    # of the reports, the purchase orders, for who reads scheduled payments
    "council:reports": Row(PAYING),
    "council:report": Row(PAYING, "GET POST"),
    "council:report_shown": Row(set(), absent=PAYING),
    "council:report_file": Row(set(), "GET POST", absent=PAYING),
    "council:report_made": Row(set(), absent=PAYING),
    "council:purchase_order": Row(PAYING),
    "council:managers": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_csv": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_xlsx": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_ball": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_ball_cases": Row({"brokerage_manager", "auditor"}),  # lists tell what somebody's case is
    "council:managers_ball_csv": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_ball_xlsx": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_people": Row(TEAMS),  # who leads their team's people, who does not their own line
    "council:provider_performance": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_maps": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_map": Row({"brokerage_manager", "administrator", "auditor"}),
    "council:managers_map_file": Row({"brokerage_manager", "administrator", "auditor"}),
    # the month end: who leads payments, administers or audits; the lists name payments, and an auditor sends nothing
    "council:month_end": Row({"administrator", "auditor"}),
    "council:month_end_file": Row({"administrator", "auditor"}),
    "council:month_end_list": Row({"auditor"}),
    "council:month_end_reminders": Row({"administrator", "auditor"}, "GET POST", posting={"administrator"}),
    # the helpline desk's team for a provider's people, administrators for everybody; the world's person is an officer
    "council:helpline": Row({"fes_admin", "administrator"}, "GET POST"),
    "council:helpline_person": Row({"administrator"}, "GET POST", absent={"fes_admin"}),
    "council:administration": Row({"administrator", "auditor"}),
    "council:parked": Row({"administrator"}),
    "council:try_again": Row({"administrator"}, "POST"),
    "council:drop": Row({"administrator"}, "GET POST"),
    "council:lists": Row({"administrator", "auditor"}),
    "council:list": Row({"administrator", "auditor"}, "GET POST", posting={"administrator"}, body={"up": "quantity"}),
    "council:list_new": Row({"administrator"}, "GET POST"),
    "council:list_entry": Row({"administrator"}, "GET POST"),
    "council:calendar": Row({"administrator", "auditor"}),
    "council:close_day": Row({"administrator"}, "GET POST"),
    "council:open_day": Row(set(), "GET POST", absent={"administrator"}),  # the world has no closure day
    "council:clocks_moved": Row(set(), absent={"administrator", "auditor"}),  # the world's batch is another's
    "council:notices": Row({"administrator", "auditor"}),
    "council:notice_new": Row({"administrator"}, "GET POST"),
    "council:notice": Row({"administrator", "auditor"}, "GET POST", posting={"administrator"}),
    "council:access_log": Row({"auditor"}, "GET POST"),
    "council:people": Row({"administrator", "auditor", "fes_admin"}, "GET POST"),  # the helpline: providers' alone
    "council:officer": Row(set(), "GET POST", absent={"administrator", "fes_admin"}),  # Norfolk has nobody of the kind
    "council:users": Row({"administrator", "fes_admin"}, "GET POST"),
    "council:users_template": Row({"administrator", "fes_admin"}),
    "council:users_run": Row(set(), absent={"administrator", "fes_admin", "auditor"}),
    "council:users_update": Row(set(), "POST", absent={"administrator", "fes_admin", "auditor"}),
    "council:users_cancel": Row(set(), "POST", absent={"administrator", "fes_admin", "auditor"}),
    "council:users_errors": Row(set(), absent={"administrator", "fes_admin", "auditor"}),
    "council:teams": Row({"administrator", "auditor"}),
    "council:team": Row({"administrator", "auditor"}, "GET POST"),
    "council:team_member": Row({"administrator"}, "GET POST"),
    "council:invite": Row({"administrator"}, "GET POST"),
    "council:duties": Row({"administrator"}, "GET POST"),
    "council:person_access": Row(set(), "GET POST", absent={"administrator", "fes_admin"}),  # an officer has no role
    "council:erase": Row({"administrator"}, "GET POST"),
    "council:erase_client": Row({"administrator"}, "GET POST"),
    "council:erase_person": Row({"administrator"}, "GET POST"),
    "council:erase_contact": Row(set(), "GET POST", absent={"administrator"}),  # who signs in is erased as a person
    "council:retention": Row({"administrator", "auditor"}, "GET POST", set(), {"administrator"}, {"verb": "prepare"}),
    "council:bundles": Row({"administrator"}, "GET POST"),
    "council:bundle": Row({"administrator"}),
    "council:bundle_file": Row({"administrator"}),
    "council:holds": Row({"administrator", "auditor"}, "GET POST", posting={"administrator"}),
    "council:hold": Row({"administrator", "auditor"}, "GET POST", posting={"administrator"}),
    "council:hold_place": Row({"administrator"}, "GET POST"),
    "council:mails": Row(set(), absent=STAFF),
    "council:mail": Row(set(), absent=STAFF),
}  # fmt: skip
