"""Files that people send, one way for every room: checked and staged, attached inside the door, scanned, given out.

row = files.stage(actor, uploaded)                                   # a form's field does this (backoffice.web.files)
files.attach(turn, [row.pk], kind="action.post", owner_id=post.pk)   # in a command's act
files.of("action.post", [post.pk])                                   # to show them
files.taken(actor, row.pk)                                           # to give one out
"""

from .attaching import attach, body_of, erase
from .checking import allowed, listed
from .owners import Download, Owner, kinds, of, owned_by, taken
from .staging import forget, kept, stage, wipe

__all__ = [
    "Download",
    "Owner",
    "allowed",
    "attach",
    "body_of",
    "erase",
    "forget",
    "kept",
    "kinds",
    "listed",
    "of",
    "owned_by",
    "stage",
    "taken",
    "wipe",
]
