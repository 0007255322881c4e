"""One file of settings, driven by the environment. Secure unless HEALTHSCORE_LOCAL says otherwise.

SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, REDIS_URL   required, but for a local installation
HEALTHSCORE_LOCAL=1      plain http on this machine; what is not set comes from the embedded servers
HEALTHSCORE_ROLE         web, worker, command or migrate: limits of the database connection
CSRF_TRUSTED_ORIGINS     https origins, when a proxy changes the host name
EMAIL_HOST               a mail server; without one, mails stand in the log of the web process
HTTP_REQUESTS_PER_MINUTE, HTTP_CALLS_PER_SECOND   how fast one write key may send data
TRUSTED_PROXIES          how many proxies in front are ours (0: believe no forwarded header)
"""

from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from healthscore.databases import database
from healthscore.embedded.places import DEMO, Place
from healthscore.logs import config

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

LOCAL = env.bool("HEALTHSCORE_LOCAL", False)
ROLE = env.str("HEALTHSCORE_ROLE", "worker")
PLACE = Place(BASE_DIR, DEMO)


def required(name: str, *, local: str) -> str:
    """The variable `name`; a local installation may leave it out and gets `local`."""
    value = env.str(name, local if LOCAL else "")
    if not value:
        raise ImproperlyConfigured(
            f"Set {name}, or use `python3 run.py`, which brings its own servers and secrets."
        )
    return value


DEBUG = False
SECRET_KEY = required("SECRET_KEY", local=PLACE.secret_key() if LOCAL else "")
ALLOWED_HOSTS = required("ALLOWED_HOSTS", local="localhost,127.0.0.1").split(",")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)

DATABASES = {
    "default": database(required("DATABASE_URL", local=PLACE.database_url), role=ROLE),
}
# Sessions and log-in limits live in PostgreSQL: a full or absent broker must not open the door.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
    },
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "healthscore.apps.StaticConfig",
    "allauth",
    "allauth.account",
    "csp",
    "django_htmx",
    "template_partials",
    "healthscore.apps.HealthscoreConfig",
    "metrics",
    "accounts",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # after the files, which are kept compressed; it hides the length of a page behind random bytes
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    # A new page is closed until it says otherwise.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "healthscore.middleware.no_store",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.local_time",
]
ROOT_URLCONF = "healthscore.urls"
# Links that are drawn for one request stand on the pages of others: where they begin is not for a
# sender to say, whose header SCRIPT_NAME a proxy on the same machine may pass on.
FORCE_SCRIPT_NAME = ""
WSGI_APPLICATION = "healthscore.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

LANGUAGE_CODE = "en"
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True

# Who logs in, and how
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "healthscore.login.ClosedAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
# A session lasts as long as SESSION_COOKIE_AGE says, whatever a box on a form says.
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key"}
# A stranger does not learn, and is not told by mail, who has an account.
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
# One click logs in as an invented user, where the data is invented too.
DEMO_LOG_IN = env.bool("HEALTHSCORE_DEMO_LOG_IN", LOCAL)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXIES

# Mails for forgotten passwords: over SMTP, or into the log of the web process
EMAIL_HOST = env.str("EMAIL_HOST", "")
EMAIL_PORT = env.int("EMAIL_PORT", 587)
EMAIL_HOST_USER = env.str("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = env.str("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = env.bool("EMAIL_USE_TLS", True)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "healthscore@localhost")
# where browsers find us: a worker who mails a link has no request that says so
ADDRESS = env.str("HEALTHSCORE_ADDRESS", "") or f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'console'}.EmailBackend"

# Cookies and transport. The __Host- prefix binds a cookie to this host over https.
SESSION_COOKIE_NAME = "sessionid" if LOCAL else "__Host-sessionid"
SESSION_COOKIE_AGE = 8 * 3600
SESSION_ENGINE = "healthscore.sessions"
SESSION_COOKIE_SECURE = not LOCAL
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "csrftoken" if LOCAL else "__Host-csrftoken"
CSRF_COOKIE_SECURE = not LOCAL
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = not LOCAL
# Over http data are refused, not redirected: their key would travel in the clear every time.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$", r"^v1/", r"^hooks/"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_HSTS_SECONDS = 0 if LOCAL else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = not LOCAL
SECURE_HSTS_PRELOAD = not LOCAL
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        # The hash is the one of the empty string: Plotly makes an empty style element and fills
        # it through the CSSOM, which no policy forbids; without it the gauge stays blank.
        "style-src": [SELF, "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}

# Files that the browser loads: ours, and single folders of the front-end packages
STATIC_URL = "/static/"
# Locally there is no collectstatic: files are served from where they lie.
STATIC_ROOT = None if LOCAL else env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
_PACKAGES = BASE_DIR / "node_modules"
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("vendor/tabler", _PACKAGES / ".made"),
    ("vendor/inter", _PACKAGES / "@fontsource-variable/inter"),
    ("vendor/plotly", _PACKAGES / "plotly.js-finance-dist-min"),
]
# A command needs no front end: `run.py demo` fetches it when there is a page to show.
SILENCED_SYSTEM_CHECKS = ["staticfiles.W004"] if LOCAL else []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if LOCAL
        else "whitenoise.storage.CompressedManifestStaticFilesStorage",
    },
}
WHITENOISE_USE_FINDERS = LOCAL
WHITENOISE_MAX_AGE = 60 if LOCAL else 3600

# The ledger of the nights: accounts in a chunk, and seconds after which a chunk whose worker is
# silent is given to another
CHUNK_ACCOUNTS = env.int("HEALTHSCORE_CHUNK_ACCOUNTS", 500)
LEASE_SECONDS = env.float("HEALTHSCORE_LEASE_SECONDS", 60)
# how long a worker goes on with chunks before it lets another message have its turn; one that is
# asked to stop goes on for no longer
WORK_SECONDS = env.float("HEALTHSCORE_WORK_SECONDS", 20)

# Data over HTTP: how fast one key may send, and how long a body may take to come
HTTP_REQUESTS_PER_MINUTE = env.int("HTTP_REQUESTS_PER_MINUTE", 600)
HTTP_CALLS_PER_SECOND = env.int("HTTP_CALLS_PER_SECOND", 2_000)
HTTP_BODY_SECONDS = env.float("HTTP_BODY_SECONDS", 20.0)
BACKLOG_ROWS = env.int("HEALTHSCORE_BACKLOG_ROWS", 1_000_000)

# Folders on the disks of PostgreSQL, data and log, where this machine sees them: filling up is told
# at 80 percent, and at 95 no data are taken in
DISKS: list[str] = env.list("HEALTHSCORE_DISKS", [])

# Celery: reliability rests on the ledger in PostgreSQL, not on the broker
CELERY_BROKER_URL = required("REDIS_URL", local=PLACE.broker_url)
CELERY_TASK_ACKS_LATE = True
# With True a task that kills its worker would run again without end; the ledger counts attempts.
CELERY_TASK_REJECT_ON_WORKER_LOST = False
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 100
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "interactive"
# Each queue has a worker of its own: neither a person nor a night waits behind a large file.
CELERY_TASK_ROUTES = {
    "metrics.tasks.tick": {"queue": "interactive"},
    "metrics.tasks.work_runs": {"queue": "nightly"},
    "metrics.tasks.ingest_*": {"queue": "ingest"},
    "metrics.tasks.purge": {"queue": "ingest"},
    "metrics.tasks.send_alerts": {"queue": "ingest"},
}
# A message that cannot be sent is no loss: the next tick wakes the workers again.
CELERY_TASK_PUBLISH_RETRY_POLICY = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2}
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 100
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 500_000  # kB
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # however long it is away
# When the broker hands a message out again whose worker is silent: the ledger makes it harmless.
VISIBILITY_SECONDS = env.int("HEALTHSCORE_VISIBILITY_SECONDS", 900)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {
    # The shortest value of all apps that share a broker wins: ours gets a broker of its own.
    "visibility_timeout": VISIBILITY_SECONDS,
    "socket_timeout": 30,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
CELERY_VISIBILITY_TIMEOUT = VISIBILITY_SECONDS
CELERY_ENABLE_UTC = True
CELERY_TIMEZONE = "UTC"
TICK_SECONDS = env.float("HEALTHSCORE_TICK_SECONDS", 60)
# A worker that takes nothing for so long while messages wait is deaf, and ends itself.
DEAF_SECONDS = env.float("HEALTHSCORE_DEAF_SECONDS", 180)
WATCH_SECONDS = min(20, DEAF_SECONDS / 4)
CELERY_BEAT_SCHEDULE = {"tick": {"task": "metrics.tasks.tick", "schedule": TICK_SECONDS}}
# beat's own state is worthless here (the ledger knows what is missing) and needs no file.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"

LOGGING = config(as_json=env.bool("HEALTHSCORE_JSON_LOGS", not LOCAL))
# Celery logs through the same handlers.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
