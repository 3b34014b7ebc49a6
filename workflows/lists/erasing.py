"""What the tables of lists and notices tell of clients: nothing."""

from workflows.engine.bundles import silent

from .models import Entry, Notice, Version

silent("What the council says to everybody: reasons, words, closure days and notices.", Entry, Notice, Version)
