"""Scheduled payments, their lines, and the runs that finalise them.

A payment is one contract and one period of its calendar; where it stands is the state of its case, and whether the
provider confirmed it is another thing (design, workflows §5 "Two axes, never one"). Finalised rows never change: a
trigger holds that, and that a payment's totals are the sums of its lines (migration 0002).
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from workflows.engine.models import Case, Content
from workflows.register.models import CarePackageLine, Contract, PaymentHold


def pounds(**options: Any) -> "models.DecimalField[Any, Any]":
    """A column of money."""
    return models.DecimalField(max_digits=12, decimal_places=2, **options)


class PaymentMethod(models.Model):
    """How a contract is paid from a day on: norfolk-handbook §8 "Scheduled (Pay on actuals: Never) 09/04/2018
    Four-weekly Ne…". `calendar` is a key of the profile; `net`: less the clients' contributions."""

    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="payment_methods")
    start = models.DateField()
    calendar = models.CharField(max_length=40)
    net = models.BooleanField(default=False)
    on_actuals = models.BooleanField(default=False)
    invoiced = models.BooleanField(default=False, db_default=False)  # paid once the provider's invoice is accepted

    class Meta:
        constraints = [models.UniqueConstraint(fields=["contract", "start"], name="payment_method_once_a_start")]


class Confirmation(models.TextChoices):
    """What the provider says of a payment (norfolk-handbook §10)."""

    UNCONFIRMED = "unconfirmed", "Unconfirmed"
    CONFIRMED = "confirmed", "Confirmed"
    REJECTED = "rejected", "Rejected"


class PaymentRun(models.Model):
    """One finalisation of payments of one pay day: control totals, approval, and the file that finance pays from."""

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="payment_run")
    number = models.IntegerField(unique=True)
    calendar = models.CharField(max_length=40)
    pay_on = models.DateField()
    payments_count = models.IntegerField(default=0)
    lines_count = models.IntegerField(default=0)
    excl = pounds(default=0)
    vat = pounds(default=0)
    total = pounds(default=0)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    finalised_at = models.DateTimeField(null=True)
    file = models.FileField(max_length=200, blank=True, default="")  # as it was made of what had been finalised
    file_rows = models.IntegerField(default=0)
    file_sha256 = models.CharField(max_length=64, blank=True, default="")
    file_made_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total=F("excl") + F("vat")), name="run_total_adds_up"),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("proposed_by")), name="run_second_person"
            ),
        ]


class ScheduledPayment(models.Model):
    """What a contract is paid for one period, both days included.

    `excl`, `vat` and `total` are the sums of its lines that are not held out; `carried_in` is what an earlier period
    below zero left, `payable` what is paid: never below zero, the rest is carried on (payments.carrying).

    Where it is `invoiced`, it is `frozen_at` the submission of its invoice: from then on neither its lines nor its
    total change. `released_at` the acceptance, a run may take it (payments.invoicing).
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="scheduled_payment")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="payments", db_index=False)
    method = models.ForeignKey(PaymentMethod, on_delete=models.PROTECT, related_name="+")
    calendar = models.CharField(max_length=40)
    number = models.IntegerField()  # calendar.Period.number
    first = models.DateField()
    last = models.DateField()
    visible_from = models.DateField()
    cut_off = models.DateField()
    finalise_on = models.DateField()
    pay_on = models.DateField()
    financial_year = models.CharField(max_length=9)
    confirmation = models.CharField(max_length=11, choices=Confirmation.choices, default=Confirmation.UNCONFIRMED)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    comments = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    generated_at = models.DateTimeField(null=True)
    changed = models.BooleanField(default=True)  # something it is worked out from changed since
    excl = pounds(default=0)
    vat = pounds(default=0)
    total = pounds(default=0)
    carried_in = pounds(default=0)  # zero or below: what an earlier period left; with its VAT
    carried_in_vat = pounds(default=0)
    payable = pounds(default=0)
    payable_vat = pounds(default=0)
    carried_out = pounds(default=0)  # zero or below
    carried_out_vat = pounds(default=0)
    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, null=True, related_name="payments")
    invoiced = models.BooleanField(default=False, db_default=False)  # as its method says
    frozen_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    finalised_at = models.DateTimeField(null=True)
    paid_at = models.DateTimeField(null=True)
    paid_reference = models.CharField(max_length=60, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["contract", "calendar", "first"], name="payment_once_a_period"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="payment_ends_after_start"),
            models.CheckConstraint(condition=Q(total=F("excl") + F("vat")), name="payment_total_adds_up"),
            models.CheckConstraint(
                condition=Q(payable=F("total") + F("carried_in") - F("carried_out")) & Q(payable__gte=0),
                name="payment_payable_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(payable_vat=F("vat") + F("carried_in_vat") - F("carried_out_vat")),
                name="payment_payable_vat_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(carried_in__lte=0, carried_out__lte=0), name="payment_carries_debts_only"
            ),
            models.CheckConstraint(
                condition=Q(frozen_at__isnull=True, released_at__isnull=True)
                | Q(invoiced=True, frozen_at__isnull=False),
                name="payment_frozen_for_its_invoice",
            ),
            models.CheckConstraint(
                condition=Q(invoiced=False)
                | Q(released_at__isnull=False)
                | Q(run__isnull=True, finalised_at__isnull=True),
                name="payment_waits_for_its_invoice",
            ),
        ]
        indexes = [
            models.Index(fields=["pay_on", "case"], name="payment_by_pay_day"),
            models.Index(fields=["case"], name="payment_changed", condition=Q(changed=True, finalised_at__isnull=True)),
        ]


class OneOff(models.Model):
    """An amount outside the plan that a case of another process puts into a contract's next payment (one_offs.py).

    `words` are the council's words and references: never what somebody typed. Below zero it takes something back.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="one_off")
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="one_offs")
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="one_offs")
    first = models.DateField()
    last = models.DateField()
    excl = pounds()
    vat = pounds()
    total = pounds()
    words = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total=F("excl") + F("vat")), name="one_off_total_adds_up"),
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="one_off_ends_after_start"),
        ]


class PaymentLine(models.Model):
    """What one care package line is paid in one payment, and why.

    `scheduled`: the period itself; `adjustment`: by what the finalised payment `about` is put right; `manual`: by hand,
    with a second person; `one_off`: what another case puts there. `worth` is the entitlement (or adjustment) as
    snapshot.written; `causes` says by cause what an adjustment moved.
    """

    class Kind(models.TextChoices):
        SCHEDULED = "scheduled", "Paid"
        ADJUSTMENT = "adjustment", "Adjustment"
        MANUAL = "manual", "Adjustment by hand"
        ONE_OFF = "one_off", "One-off"

    payment = models.ForeignKey(ScheduledPayment, on_delete=models.PROTECT, related_name="lines", db_index=False)
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, related_name="payment_lines")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.SCHEDULED)
    about = models.ForeignKey(ScheduledPayment, on_delete=models.PROTECT, null=True, related_name="put_right_by")
    one_off = models.ForeignKey(OneOff, on_delete=models.PROTECT, null=True, related_name="placed")
    first = models.DateField()
    last = models.DateField()
    excl = pounds()
    vat = pounds()
    total = pounds()
    worth = models.JSONField(null=True)
    causes = models.JSONField(default=list)
    not_paid = pounds(default=0)  # of the range: what waits or is not due
    waiting = models.BooleanField(default=False)  # some of it waits for somebody
    held_out_at = models.DateTimeField(null=True)
    held_out_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    held_out_why = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    put_back_at = models.DateTimeField(null=True)  # after the payment was finalised without it: paid by the next one
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(total=F("excl") + F("vat")), name="payment_line_total_adds_up"),
            models.UniqueConstraint(
                fields=["payment", "line", "kind", "about"],
                nulls_distinct=False,
                condition=~Q(kind__in=["manual", "one_off"]),
                name="payment_line_once",
            ),
            models.UniqueConstraint(
                fields=["one_off"], condition=Q(put_back_at__isnull=True), name="one_off_in_one_payment"
            ),
            models.CheckConstraint(
                condition=Q(kind="one_off", one_off__isnull=False) | ~Q(kind="one_off") & Q(one_off__isnull=True),
                name="one_off_is_of_a_case",
            ),
            models.CheckConstraint(
                condition=(Q(kind="adjustment") & Q(about__isnull=False)) | ~Q(kind="adjustment"),
                name="adjustment_is_about_a_payment",
            ),
            models.CheckConstraint(
                condition=~Q(kind="manual") | Q(written_by__isnull=False), name="by_hand_is_somebodys"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | ~Q(approved_by=F("written_by")), name="by_hand_second_person"
            ),
        ]
        indexes = [
            models.Index(fields=["payment"], name="payment_line_waiting", condition=Q(waiting=True)),
            models.Index(fields=["payment"], name="payment_line_held_out", condition=Q(held_out_at__isnull=False)),
            models.Index(
                fields=["payment"], name="payment_line_unapproved", condition=Q(kind="manual", approved_by__isnull=True)
            ),
        ]


class PaymentWait(models.Model):
    """What of an open payment waits for somebody, by cause and by the case that it waits for (waits.py): derived from
    its lines when they are worked out. `worth` is with VAT; `earlier`: of periods that are settled already. What is
    finalised or frozen keeps its rows as they were, and they count no more.
    """

    payment = models.ForeignKey(ScheduledPayment, on_delete=models.CASCADE, related_name="waits", db_index=False)
    cause = models.CharField(max_length=12)  # facts.Cause
    what = models.CharField(max_length=12, blank=True, default="")  # facts.Wait.what, of documents and notices
    about = models.ForeignKey(Case, on_delete=models.PROTECT, null=True, related_name="+")
    earlier = models.BooleanField(default=False)
    lines = models.IntegerField()
    worth = pounds()
    since = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment", "cause", "what", "about", "earlier"],
                nulls_distinct=False,
                name="payment_wait_once",
            ),
        ]


class Rejected(models.Model):
    """A line that a provider says is wrong, since when and why (norfolk-handbook §10: "Simply enter details of the
    Service Users end and click Reject"). No line: the whole payment."""

    class Answer(models.TextChoices):
        OPEN = "", "Not answered yet"
        AMENDED = "amended", "The line was amended"
        LEFT = "left", "Left as it is"
        WITHDRAWN = "withdrawn", "Taken back by the provider"

    payment = models.ForeignKey(ScheduledPayment, on_delete=models.PROTECT, related_name="rejections")
    line = models.ForeignKey(CarePackageLine, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateField(null=True)
    died = models.BooleanField(default=False)
    why = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    at_stake = pounds(default=0)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=10, choices=Answer.choices, blank=True, default="")
    answered_at = models.DateTimeField(null=True)


class PaymentStop(models.Model):
    """A notice of a death, a stay away or a move as payments deals with it: what it stops and takes back.

    One a notice's case (design, workflows §3). `confirmed`: payments checked it; then it is no wait any more.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="payment_stop")
    notice = models.OneToOneField(Case, on_delete=models.PROTECT, related_name="stop")
    cause = models.CharField(max_length=10, choices=PaymentHold.Cause.choices)
    start = models.DateField()
    confirmed = models.BooleanField(default=False)


class Debt(models.Model):
    """What a contract owes after a period below zero that no later period takes up: to be recovered, at once or by
    instalments (domain.md §5, Liverpool "Query - Pay Instalment Request")."""

    payment = models.OneToOneField(ScheduledPayment, on_delete=models.PROTECT, primary_key=True, related_name="debt")
    case = models.OneToOneField(Case, on_delete=models.PROTECT, null=True, related_name="debt")  # recovering.owe
    contract = models.ForeignKey(Contract, on_delete=models.PROTECT, related_name="debts")
    amount = pounds()
    recovered = pounds(default=0)
    instalments = models.JSONField(default=list)  # [first day of the period, amount, its VAT]

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, recovered__gte=0) & Q(recovered__lte=F("amount")), name="debt_is_owed"
            ),
        ]


class ReturnedFile(models.Model):
    """A file in which finance said what it has paid of a run, as it was brought in; the same bytes only once."""

    run = models.ForeignKey(PaymentRun, on_delete=models.PROTECT, related_name="returned_files")
    sha256 = models.CharField(max_length=64, unique=True)
    file = models.FileField(max_length=200)
    payments_count = models.IntegerField()
    total = pounds()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Transfer(models.Model):
    """What finance says of one payment: when it was paid, and what the transfer is called."""

    payment = models.OneToOneField(
        ScheduledPayment, on_delete=models.PROTECT, primary_key=True, related_name="transfer"
    )
    returned = models.ForeignKey(ReturnedFile, on_delete=models.PROTECT, null=True, related_name="transfers")
    reference = models.CharField(max_length=60, blank=True, default="")
    paid_on = models.DateField(null=True)
