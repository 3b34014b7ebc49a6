"""What a profile says about care: its sectors, and the words for the lines of care packages."""

from .tables import Key, Table, Text


class ServiceGroup(Table):
    """A sector of care, such as residential or home care."""

    key: Key
    """Its short name; services keep their group by it."""
    name: Text
    """What the council calls it."""


class CarePackageLines(Table):
    """The lines of care packages, as providers read of them: `name` and `names` stand inside sentences."""

    name: Text
    """What one is called, inside a sentence."""
    names: Text
    """What several are called, inside a sentence."""
    about: Text
    """What they are, above the list."""
    if_wrong: Text
    """What to do when one is wrong, beside it."""
