"""The topic "job": one slot of a regular job."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from tasks import schedule
from tasks.handlers import handles


@handles("job")
def job(payload: Mapping[str, Any], _key: str) -> None:
    """Do the job; doing it twice does no harm."""
    schedule.run_job(payload["job"], datetime.fromisoformat(payload["slot"]))
