"""`manage check_templates`: reads every template of ours, so that a slip in one is found before a person opens it."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.template import TemplateSyntaxError, engines
from django.template.utils import get_app_template_dirs


class Command(BaseCommand):
    """Ends with 1 when a template cannot be read, and names file and fault of each."""

    help = "Read every template and say which cannot be read."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Compile each template by itself, without anything to show in it."""
        places = own_templates()
        faults = [f"{path}: {fault}" for path in places if (fault := unreadable(path))]
        if faults or not places:
            raise CommandError("\n".join(faults) or "no template was found")
        self.stdout.write(f"{len(places)} templates can be read.")


def own_templates() -> list[Path]:
    """Return the templates in our tree; those of packages are theirs to keep right."""
    folders = [Path(folder) for folder in get_app_template_dirs("templates")]
    ours = [
        folder for folder in folders if folder.is_relative_to(settings.ROOT) and "site-packages" not in folder.parts
    ]
    return sorted(path for folder in ours for path in folder.rglob("*") if path.is_file())


def unreadable(path: Path) -> str:
    """Return what is wrong with the template, "" when nothing is."""
    try:
        engines["django"].from_string(path.read_text())
    except (TemplateSyntaxError, UnicodeDecodeError) as error:
        return str(error)
    return ""
