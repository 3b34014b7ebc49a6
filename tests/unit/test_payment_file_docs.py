"""docs/payment-files.md names every field of the mapping and no other."""

import re
from typing import get_args

from django.conf import settings

from workflows.council.payment_files import FileField


def test_every_field_is_documented() -> None:
    page = (settings.ROOT / "docs" / "payment-files.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([a-z_, ]+) \|", page.partition("## The return file")[0], re.MULTILINE)
    assert {name for row in rows for name in row.split(", ")} == set(get_args(FileField))
