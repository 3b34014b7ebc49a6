"""The page of a batch: how far it is, and what became of each item. It goes on when the browser is closed."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from backoffice.web.paging import page_by_key
from backoffice.web.pieces import Fact, Tab
from backoffice.web.words import moment, plural
from workflows.engine import batches
from workflows.engine.models import Batch, BatchItem


def page_of(
    request: HttpRequest, batch: Batch, items: QuerySet[Any, dict[str, Any]], *, of: str,
    done: str = "Done", refused: str = "Not done", own: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """What the template of such a page reads (backoffice/batch.html), save its table of `pages.items`.

    `of` is what there is an item for: "line". `own`: only whoever began it sees it, so nobody is named.
    """
    progress, result = batches.progress(batch), request.GET.get("result", "")
    results = {"": ("All", progress.total), "done": (done, progress.done), "refused": (refused, progress.refused),
               "waiting": ("Waiting", progress.waiting)}  # fmt: skip
    chosen = items.filter(result=result) if result in BatchItem.Result.values else items
    return {
        "batch": batch,
        "progress": progress,
        "behind": progress.total - progress.waiting,
        "facts": [Fact(text, f"{count:,}") for key, (text, count) in results.items() if key]
        + _when(batch, own, plural(progress.total, of)),
        "tabs": [
            Tab(text, f"?result={key}" if key else "?", f"{count:,}", key == result)
            for key, (text, count) in results.items()
        ],
        "things": f"{of}s",
        "pages": page_by_key(chosen, ("id",), request.GET),
    }


def _when(batch: Batch, own: bool, how_many: str) -> list[Fact]:
    begun, finished = moment(batch.created_at), moment(batch.finished_at) if batch.finished_at else "Not yet"
    if own:
        return [Fact("Begun", begun), Fact("Finished", finished)]
    return [Fact("Begun by", batch.actor.name, begun), Fact("Finished", finished, how_many)]
