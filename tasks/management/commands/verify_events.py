"""`manage verify_events`: checks the whole event log and names what was changed, deleted or inserted."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from workflows.engine.verify import verify


class Command(BaseCommand):
    """Ends with 1 when anything was found."""

    help = "Check that no event was changed, deleted or inserted, and that every erasure is recorded."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Print the findings, and what cannot be told."""
        report = verify()
        for finding in report.findings:
            self.stdout.write(str(finding))
        self.stdout.write(f"{report.events:,} events of {report.streams:,} streams were checked.")
        self.stdout.write(_untold(report.anchored_at))
        if report.findings:
            raise CommandError(f"{len(report.findings)} finding(s): the event log is not as Concord wrote it.")
        self.stdout.write("Nothing was changed, deleted or inserted.")


def _untold(anchored_at: str | None) -> str:
    if anchored_at is None:
        return "There is no anchor yet: streams other than cases that lost their last events cannot be told."
    return f"What was recorded after the last anchor ({anchored_at}) and then removed cannot be told."
