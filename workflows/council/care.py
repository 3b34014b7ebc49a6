"""What a profile says about care: its sectors, and the words for the lines of care packages."""

from .tables import Key, Table, Text


class ServiceGroup(Table):
    """A sector of care, such as residential or home care."""

    key: Key
    name: Text


class CarePackageLines(Table):
    """The lines of care packages, as providers read of them: `name` and `names` stand inside sentences."""

    name: Text
    names: Text
    about: Text
    if_wrong: Text
