"""What a profile says about the files that people send."""

from typing import Annotated, Literal

from pydantic import Field

from .tables import Table

FileKind = Literal["pdf", "png", "jpeg", "docx", "xlsx", "odt", "ods", "csv", "txt"]


class Files(Table):
    """The files that people may send: of which kinds, how large, how many.

    `unpacked_mb` holds for what is packed (docx, xlsx, odt, ods), `megapixels` for pictures: a small file must not
    become a huge one where it is opened.
    """

    kinds: Annotated[tuple[FileKind, ...], Field(min_length=1)]
    """Which kinds of file may be sent."""
    largest_mb: Annotated[int, Field(ge=1, le=100)]
    """The largest file, in megabytes."""
    most: Annotated[int, Field(ge=1, le=50)]
    """How many files at a time."""
    unpacked_mb: Annotated[int, Field(ge=1, le=1000)]
    """How large a packed file (docx, xlsx, odt, ods) may become when it is opened, in megabytes."""
    megapixels: Annotated[int, Field(ge=1, le=200)]
    """How large a picture may become when it is opened, in millions of dots."""
