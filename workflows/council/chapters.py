"""What a profile calls the chapters of the portal that have no table of their own to be named in."""

from .tables import Table, Text


class Chapters(Table):
    """The council's names of chapters (norfolk-handbook §3, "Icons (Functions) on the Provider Portal"); what is left
    out has the name given here. Care package lines, actuals, payments, actions and change requests are named in their
    own tables."""

    contract_documents: Text = "Contract documents"
    """The chapter in which contract documents are agreed to or rejected."""
    contacts: Text = "Contacts"
    """The chapter in which the provider's people stand."""
    details: Text = "Organisation and service details"
    """The chapter of addresses and telephone numbers of the organisation and its services."""
    disputes: Text = "Disputes"
    """The chapter in which differences between what was planned and what was delivered are settled."""
    reports: Text = "Reports"
    """The chapter of reports."""
    bulk_export: Text = "Actuals Bulk Export"
    """The page that gives out a file of actuals."""
    bulk_import: Text = "Actuals Bulk Import"
    """The page that takes a file of actuals in."""
    notifications: Text = "E-mail notifications"
    """The page on which people choose what they are told by e-mail."""
