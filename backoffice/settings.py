"""The composition root's facts: what is installed, where things are, which limits hold.

Every value that differs between installations comes from the environment (docs/settings.md lists them).
"""

from pathlib import Path

from backoffice import environment

ROOT = Path(__file__).resolve().parent.parent
HOME = Path(environment.text("CONCORD_HOME", str(ROOT / ".concord")))

DEMO = environment.flag("CONCORD_DEMO")
DEBUG = environment.flag("CONCORD_DEBUG")
HTTPS = environment.flag("CONCORD_HTTPS")
SECRET_KEY = environment.text("CONCORD_SECRET_KEY")
EVENT_KEY = environment.text("CONCORD_EVENT_KEY").encode()
ANCHOR_DIR = Path(environment.text("CONCORD_ANCHOR_DIR", str(HOME / "anchors")))
BASE_URL = environment.text("CONCORD_BASE_URL", "http://127.0.0.1:8000")
ALLOWED_HOSTS = environment.text("CONCORD_ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
CSRF_TRUSTED_ORIGINS = [BASE_URL]

COUNCIL = environment.text("CONCORD_COUNCIL", "norfolk")
COUNCIL_FILE = Path(environment.text("CONCORD_COUNCIL_FILE", str(ROOT / "fixtures" / "councils" / f"{COUNCIL}.toml")))

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "viewflow.workflow",
    "guardian",
    "axes",
    "django_tables2",
    "django_filters",
    "crispy_forms",
    "crispy_forms_gds",
    "workflows.council",
    "workflows.parties",
    "workflows.engine",
    "workflows.lists",
    "workflows.register",
    "workflows.people",
    "workflows.contracts",
    "workflows.actions",
    "workflows.search",
    "workflows.changes",
    "workflows.actuals",
    "workflows.payments",
    "workflows.invoices",
    "workflows.claims",
    "workflows.disputes",
    "workflows.month_end",
    "workflows.reports",
    "workflows.retention",
    "backoffice",
    "portal",
    "tasks",
]

MIDDLEWARE = [
    "backoffice.web.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "backoffice.web.middleware.RunningLists",
    "backoffice.access.middleware.SignedIn",
    "backoffice.access.rate_limits.RateLimits",
    "backoffice.web.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "backoffice.urls"
WSGI_APPLICATION = "backoffice.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        # Before the apps' own folders: our form templates take the place of crispy-forms-gds'.
        "DIRS": [ROOT / "backoffice" / "web" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "backoffice.web.context.page",
            ],
            "builtins": ["backoffice.web.templatetags.concord"],
        },
    }
]

_database = environment.database()
_template = environment.text("CONCORD_TEST_TEMPLATE", "")
DATABASES = {
    "default": {
        **{key: value for key, value in _database.items() if key != "query"},
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {
            "server_side_binding": True,
            "prepare_threshold": 5,
            # A lock that is not had in three seconds is an answer ("busy, try again"), not a hang.
            "options": "-c lock_timeout=3s -c timezone=UTC",
            **_database["query"],  # type: ignore[dict-item]
        },
        # A test run copies a database that has every table, when it was given one, and need not migrate its own.
        "TEST": {"TEMPLATE": _template, "MIGRATE": False} if _template else {},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
REDIS_URL = environment.text("REDIS_URL", "redis://127.0.0.1:6379/0")

# After how many seconds a message whose worker died is handed out again, and for how long a mail waits for company.
OUTBOX_LEASE_SECONDS = environment.number("CONCORD_OUTBOX_LEASE_SECONDS", 30)
MAIL_WINDOW_SECONDS = environment.number("CONCORD_MAIL_WINDOW_SECONDS", 20)

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "backoffice.access.backend.PasswordBackend",
    "django.contrib.auth.backends.ModelBackend",
    "guardian.backends.ObjectPermissionBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
LOGIN_URL = "access:sign_in"
# Who fills the menu of each side (the layout knows neither).
NAVIGATION = {"provider": "portal.navigation.entries", "staff": "backoffice.queues.navigation.entries"}
# Whose addresses the search box of each side is sent to.
SEARCH = {"provider": "portal", "staff": "council"}
# Which pages the menu of one's account has on one side only, and where cases and notices lead (the layout knows none).
ACCOUNT_MENU = {"staff": (("Absence and substitute", "council:absences"),)}
CASE_PAGES = {
    "staff": {
        "contract_document": "council:case",
        "action": "council:case",
        "change_request": "council:case",
        "actuals": "council:case",
        "care_decision": "council:case",
        "dispute": "council:case",
        "scheduled_payment": "council:case",
        "payment_run": "council:case",
        "payment_stop": "council:case",
        "invoice": "council:case",
        "credit_note": "council:case",
        "payment_debt": "council:case",
        "claim": "council:case",
    },
    "provider": {
        "contract_document": "portal:document",
        "action": "portal:action",
        "change_request": "portal:change_request",
        "scheduled_payment": "portal:payment",
        "invoice": "portal:invoice",
        "credit_note": "portal:credit_note",
        "actuals": "portal:actuals_week",
        "dispute": "portal:dispute",
        "claim": "portal:claim",
    },
}
NOTICE_PAGES = {
    "staff": {
        "import.read": "council:import",
        "import.finished": "council:import",
        "user.help_asked": "council:helpline_person",
        "report.made": "council:report_made",
        "batch.finished": "council:bulk_batch",
    },
    "provider": {
        "import.read": "portal:actuals_import",
        "import.finished": "portal:actuals_import",
        "report.made": "portal:report_made",
        "line.started": "portal:line",
        "line.varied": "portal:line",
        "line.ended": "portal:line",
    },
}
SESSION_ENGINE = "workflows.people.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "backoffice.web.errors.csrf_failure"
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

STORAGES = {
    # Chunks in PostgreSQL, so that web and worker hold no state.
    "default": {"BACKEND": "workflows.engine.storage.DatabaseStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# The virus scanner of files that people send; None: they are not scanned.
CLAMAV = environment.clamav("CONCORD_CLAMAV_URL")
STATIC_URL = "static/"
STATIC_ROOT = Path(environment.text("CONCORD_STATIC_ROOT", str(HOME / "static")))
# The front-end build (Sass, GOV.UK and MoJ scripts) is written outside the tree, which may be read-only.
STATICFILES_DIRS = [
    path for path in [Path(environment.text("CONCORD_BUILD_DIR", str(HOME / "build")))] if path.exists()
]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True
USE_I18N = False

_smtp = environment.smtp()
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend" if _smtp else "tasks.mailbox.FolderBackend"
MAIL_DIR = Path(environment.text("CONCORD_MAIL_DIR", str(HOME / "mail")))
DEFAULT_FROM_EMAIL = environment.text("CONCORD_FROM_EMAIL", "no-reply@concord.example")
globals().update(_smtp or {})

CRISPY_ALLOWED_TEMPLATE_PACKS = ["gds"]
CRISPY_TEMPLATE_PACK = "gds"
CRISPY_FAIL_SILENTLY = False  # a field that a layout names twice, or that is not there, is a fault and not a log line
DJANGO_TABLES2_TEMPLATE = "web/table.html"

# django-axes: the profile's number of wrong tries is read per request (backoffice.access.lockout).
AXES_FAILURE_LIMIT = "backoffice.access.lockout.failure_limit"
AXES_COOLOFF_TIME = None
AXES_RESET_ON_SUCCESS = False  # backoffice.access.lockout forgets the tries that counted with it, and no others
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_LOCKOUT_CALLABLE = "backoffice.access.lockout.locked_out"
AXES_USERNAME_CALLABLE = "backoffice.access.lockout.username"
AXES_SENSITIVE_PARAMETERS = ["password", "username", "passcode"]
AXES_VERBOSE = False
# The handbook locks an account ("an incorrect password 3 times", norfolk-handbook §1), so the name alone is meant. It
# is stricter than axes' advice, which fears that a changed address would start a new count; devices that their owner
# has signed in with have names of their own (backoffice.access.lockout).
SILENCED_SYSTEM_CHECKS = ["axes.W006"]

# What a minute may ask for (backoffice.access.rate_limits); 0 counts nothing. A whole council can share one address.
RATE_PERSON = environment.number("CONCORD_RATE_PERSON", 600)
RATE_STRANGER = environment.number("CONCORD_RATE_STRANGER", 300)
# How many proxies of ours a request passes: only what they add to X-Forwarded-For is believed.
PROXIES = environment.number("CONCORD_PROXIES", 1 if HTTPS else 0)

DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000  # a week of 300 service users is one form
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    # No line has the token of a link: where it is logged first, and wherever else it might be.
    "filters": {"without_tokens": {"()": "backoffice.web.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without_tokens"]}},
    "loggers": {"django.request": {"filters": ["without_tokens"]}},
    "root": {"handlers": ["console"], "level": environment.text("CONCORD_LOG_LEVEL", "INFO")},
}
