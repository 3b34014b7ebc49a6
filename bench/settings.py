"""The product's settings, and the bench as an app: viewflow names a flow by the app that it is in."""

from backoffice.settings import *  # noqa: F403
from backoffice.settings import INSTALLED_APPS as PRODUCT

INSTALLED_APPS = [*PRODUCT, "bench"]
