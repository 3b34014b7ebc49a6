"""Tells, as a page, what happens by itself: which event makes which room do what, and what is done regularly."""

import inspect
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tasks.schedule import JOBS
from workflows.engine import reactions

HEAD = """<!-- Written by `./concord manage document_events`; a test compares it with the code. -->
# What follows by itself

## Reactions
When one room changes something, others react. A reaction is carried by the outbox, once, under the key
`<event's key>:<reaction>`; when it fails it is tried again, and at last it is parked on a page where a person sees it.

| On | Reaction | What it does | Declared in |
|---|---|---|---|
"""
JOBS_HEAD = """
## Regular work
Each slot of a job is taken once, however many schedulers run.

| Job | Every | What it does |
|---|---|---|
"""


def page() -> str:
    """The whole page, in Markdown."""
    told = [
        f"| `{each.topic}` | `{each.name}` | {_first_line(each.function)} | `{each.function.__module__}` |"
        for each in reactions.every()
    ]
    jobs = [f"| `{job.name}` | {_words(job.every)} | {_first_line(job.function)} |" for job in JOBS.values()]
    return HEAD + "\n".join(told) + "\n" + JOBS_HEAD + "\n".join(jobs) + "\n"


def _words(every: timedelta) -> str:
    names = {timedelta(minutes=1): "minute", timedelta(hours=1): "hour", timedelta(days=1): "day"}
    return names.get(every, str(every))


def _first_line(function: Callable[..., Any]) -> str:
    return (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
