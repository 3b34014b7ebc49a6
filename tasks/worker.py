"""The entry of a worker process: `dramatiq tasks.worker`."""

import os

import django
import dramatiq

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings")
django.setup()

from tasks.broker import broker  # noqa: E402 (Django must be set up first)

dramatiq.set_broker(broker())

from tasks.actors import carry  # noqa: E402, F401 (declares the actor on that broker)
