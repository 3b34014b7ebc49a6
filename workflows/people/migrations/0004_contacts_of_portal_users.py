"""Everybody who has a role at a provider is a contact there from the beginning."""

from typing import Any

from django.db import migrations


def contacts_of_portal_users(apps: Any, _schema_editor: Any) -> None:
    membership, contact = apps.get_model("parties", "Membership"), apps.get_model("people", "Contact")
    rows = membership.objects.values_list("user_id", "organisation_id", "user__name", "user__email").distinct()
    made = []
    for user, organisation, name, email in rows.order_by("organisation_id", "user_id"):
        forename, _, surname = name.rpartition(" ")
        named = {"forename": forename or surname, "surname": surname if forename else ""}
        made.append(contact(user_id=user, organisation_id=organisation, email=email, **named))
    contact.objects.bulk_create(made)


class Migration(migrations.Migration):
    dependencies = [("people", "0003_contacts")]

    operations = [migrations.RunPython(contacts_of_portal_users, migrations.RunPython.noop)]
