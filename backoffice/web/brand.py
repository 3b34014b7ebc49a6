"""The council's colours as a small stylesheet: a policy without inline styles needs a file for them."""

from functools import lru_cache
from hashlib import sha256

from django.urls import reverse

from workflows.council.profile import current


@lru_cache(maxsize=1)
def stylesheet() -> str:
    """The tokens of `frontend/_tokens.scss` that a profile sets."""
    brand = current().brand
    return (
        ":root{"
        f"--cc-brand:{brand.colour};--cc-brand-dark:{brand.dark};"
        f"--cc-tint:{brand.tint};--cc-tint-line:{brand.tint_line}"
        "}\n"
    )


def address() -> str:
    """The address of the stylesheet with a mark of its contents, so that it may be kept."""
    return f"{reverse('web:brand')}?v={sha256(stylesheet().encode()).hexdigest()[:10]}"
