"""Invoices and credit notes. There is no money of an invoice here: its items are the lines of its payment
(workflows.payments), so what is claimed, what was delivered and what is paid are one figure.

Where each stands is the state of its case. Words of people lie in content rows of the case's stream (erasing.py).
"""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from workflows.engine.models import Case, Content
from workflows.payments.models import PaymentLine, ScheduledPayment, pounds


class Invoice(models.Model):
    """The claim for one period of one contract: one a payment.

    `shown` is what the lines of the payment were worth when it was created, or asked about (changes.py): what has moved
    since is told by it, nothing is paid by it.
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="invoice")
    payment = models.OneToOneField(ScheduledPayment, on_delete=models.PROTECT, related_name="invoice")
    vat_number = models.CharField(max_length=14, blank=True, default="")
    shown = models.JSONField(default=dict)
    shown_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    question = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True) | Q(created_at__isnull=False), name="invoice_created_first"
            ),
        ]


class CreditNote(models.Model):
    """What a provider gives back of one line of an invoice that was processed; `credited_in` is the line that takes it
    off a later period.

    Together the credit notes of a line, save those that came to nothing (`void`), are never more than the line was
    worth: a trigger holds that (migration 0002).
    """

    case = models.OneToOneField(Case, on_delete=models.PROTECT, primary_key=True, related_name="credit_note")
    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="credit_notes")
    line = models.ForeignKey(PaymentLine, on_delete=models.PROTECT, related_name="credit_notes")
    amount = pounds()  # with VAT
    vat = pounds(default=0)
    reason = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    question = models.ForeignKey(Content, on_delete=models.PROTECT, null=True, related_name="+")
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    void = models.BooleanField(default=False)
    credited_in = models.OneToOneField(PaymentLine, on_delete=models.PROTECT, null=True, related_name="credit_note_of")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, vat__gte=0, vat__lte=F("amount")), name="credit_note_of_something"
            ),
            models.CheckConstraint(
                condition=Q(void=False) | Q(credited_in__isnull=True), name="void_credit_note_credits_nothing"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("raised_by")), name="credit_note_second_person"
            ),
        ]
