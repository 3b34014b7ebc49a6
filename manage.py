"""Django's command line for Concord; `./concord manage …` sets the environment first."""

import os
import sys

from django.core.management import execute_from_command_line

from workflows.council.profile import ProfileError

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
    try:
        execute_from_command_line(sys.argv)
    except ProfileError as error:
        sys.exit(str(error))
