"""The configuration keys of Flask and its extensions that matter for security: defaults, and how they are written.

A default is what is in force when nothing sets the key. ``since`` is the library's version that has this default or key;
where an older one differed, ``before`` says what it was.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, NamedTuple

Plain = str | int | float | bool | None
Kind = Literal["flag", "secret", "seconds", "bytes", "text", "list"]


class ConfigKey(NamedTuple):
    """One key of ``app.config``.

    ``library``: import name of the package that reads it. ``default``: the value in force when unset; ``None`` where the
    library does without. ``kind``: what the value is; ``secret`` values are masked wherever they are shown.
    """

    name: str
    library: str
    default: Plain
    kind: Kind
    since: str = ""
    before: Plain = None


_ROWS = (
    ConfigKey("DEBUG", "flask", False, "flag"),
    ConfigKey("TESTING", "flask", False, "flag"),
    ConfigKey("ENV", "flask", "production", "text"),
    ConfigKey("PROPAGATE_EXCEPTIONS", "flask", None, "flag"),
    ConfigKey("SECRET_KEY", "flask", None, "secret"),
    ConfigKey("SECRET_KEY_FALLBACKS", "flask", None, "secret", since="3.1"),
    ConfigKey("SESSION_COOKIE_NAME", "flask", "session", "text"),
    ConfigKey("SESSION_COOKIE_DOMAIN", "flask", None, "text"),
    ConfigKey("SESSION_COOKIE_PATH", "flask", None, "text"),
    ConfigKey("SESSION_COOKIE_HTTPONLY", "flask", True, "flag"),
    ConfigKey("SESSION_COOKIE_SECURE", "flask", False, "flag"),
    ConfigKey("SESSION_COOKIE_SAMESITE", "flask", None, "text", since="1.0"),
    ConfigKey("SESSION_COOKIE_PARTITIONED", "flask", False, "flag", since="3.1"),
    ConfigKey("SESSION_REFRESH_EACH_REQUEST", "flask", True, "flag"),
    ConfigKey("PERMANENT_SESSION_LIFETIME", "flask", 31 * 24 * 3600, "seconds"),
    ConfigKey("MAX_CONTENT_LENGTH", "flask", None, "bytes"),
    ConfigKey("MAX_FORM_MEMORY_SIZE", "flask", 500_000, "bytes", since="3.1"),
    ConfigKey("MAX_FORM_PARTS", "flask", 1_000, "bytes", since="3.1"),
    ConfigKey("SERVER_NAME", "flask", None, "text"),
    ConfigKey("TRUSTED_HOSTS", "flask", None, "list", since="3.1"),
    ConfigKey("APPLICATION_ROOT", "flask", "/", "text"),
    ConfigKey("PREFERRED_URL_SCHEME", "flask", "http", "text"),
    ConfigKey("EXPLAIN_TEMPLATE_LOADING", "flask", False, "flag"),
    ConfigKey("TEMPLATES_AUTO_RELOAD", "flask", None, "flag"),
    ConfigKey("TRAP_HTTP_EXCEPTIONS", "flask", False, "flag"),
    ConfigKey("TRAP_BAD_REQUEST_ERRORS", "flask", None, "flag"),
    ConfigKey("WTF_CSRF_ENABLED", "flask_wtf", True, "flag"),
    ConfigKey("WTF_CSRF_CHECK_DEFAULT", "flask_wtf", True, "flag"),
    ConfigKey("WTF_CSRF_SECRET_KEY", "flask_wtf", None, "secret"),
    ConfigKey("WTF_CSRF_METHODS", "flask_wtf", None, "list"),
    ConfigKey("WTF_CSRF_TIME_LIMIT", "flask_wtf", 3600, "seconds"),
    ConfigKey("WTF_CSRF_SSL_STRICT", "flask_wtf", True, "flag"),
    ConfigKey("REMEMBER_COOKIE_SECURE", "flask_login", False, "flag"),
    ConfigKey("REMEMBER_COOKIE_HTTPONLY", "flask_login", True, "flag", since="0.5.0", before=False),
    ConfigKey("REMEMBER_COOKIE_SAMESITE", "flask_login", None, "text"),
    ConfigKey("REMEMBER_COOKIE_DURATION", "flask_login", 365 * 24 * 3600, "seconds"),
    ConfigKey("SESSION_PROTECTION", "flask_login", "basic", "text"),
    ConfigKey("LOGIN_DISABLED", "flask_login", False, "flag"),
    ConfigKey("JWT_SECRET_KEY", "flask_jwt_extended", None, "secret"),
    ConfigKey("JWT_PRIVATE_KEY", "flask_jwt_extended", None, "secret"),
    ConfigKey("JWT_TOKEN_LOCATION", "flask_jwt_extended", "headers", "list"),
    ConfigKey("JWT_COOKIE_SECURE", "flask_jwt_extended", False, "flag"),
    ConfigKey("JWT_COOKIE_CSRF_PROTECT", "flask_jwt_extended", True, "flag"),
    ConfigKey("JWT_COOKIE_SAMESITE", "flask_jwt_extended", None, "text"),
    ConfigKey("JWT_SESSION_COOKIE", "flask_jwt_extended", True, "flag"),
    ConfigKey("JWT_ACCESS_TOKEN_EXPIRES", "flask_jwt_extended", 15 * 60, "seconds"),
    ConfigKey("JWT_REFRESH_TOKEN_EXPIRES", "flask_jwt_extended", 30 * 24 * 3600, "seconds"),
    ConfigKey("JWT_ALGORITHM", "flask_jwt_extended", "HS256", "text"),
    ConfigKey("SECURITY_PASSWORD_SALT", "flask_security", None, "secret"),
    ConfigKey("SECURITY_PASSWORD_HASH", "flask_security", None, "text"),
    ConfigKey("SECURITY_CONFIRM_SALT", "flask_security", "confirm-salt", "text"),
    ConfigKey("SECURITY_CSRF_IGNORE_UNAUTH_ENDPOINTS", "flask_security", False, "flag"),
    ConfigKey("SECURITY_REGISTERABLE", "flask_security", False, "flag"),
    ConfigKey("SECURITY_RECOVERABLE", "flask_security", False, "flag"),
    ConfigKey("SECURITY_CONFIRMABLE", "flask_security", False, "flag"),
    ConfigKey("SECURITY_PASSWORD_LENGTH_MIN", "flask_security", 8, "text"),
    ConfigKey("SECURITY_TOKEN_MAX_AGE", "flask_security", None, "seconds"),
    ConfigKey("SESSION_TYPE", "flask_session", None, "text"),
    ConfigKey("SESSION_USE_SIGNER", "flask_session", False, "flag"),
    ConfigKey("SESSION_PERMANENT", "flask_session", True, "flag"),
    ConfigKey("SESSION_REDIS", "flask_session", None, "text"),
    ConfigKey("SESSION_FILE_DIR", "flask_session", None, "text"),
    ConfigKey("CSRF_DISABLE", "flask_seasurf", False, "flag"),
    ConfigKey("CSRF_COOKIE_SECURE", "flask_seasurf", False, "flag"),
    ConfigKey("CSRF_COOKIE_HTTPONLY", "flask_seasurf", False, "flag"),
    ConfigKey("SQLALCHEMY_DATABASE_URI", "flask_sqlalchemy", None, "text"),
    ConfigKey("SQLALCHEMY_BINDS", "flask_sqlalchemy", None, "text"),
    ConfigKey("SQLALCHEMY_ECHO", "flask_sqlalchemy", False, "flag"),
    ConfigKey("MONGODB_SETTINGS", "flask_mongoengine", None, "text"),
    ConfigKey("MONGODB_PASSWORD", "flask_mongoengine", None, "secret"),
    ConfigKey("MONGO_URI", "flask_pymongo", None, "text"),
    ConfigKey("REDIS_URL", "flask_redis", "redis://localhost:6379/0", "text"),
    ConfigKey("CACHE_TYPE", "flask_caching", None, "text"),
    ConfigKey("CACHE_REDIS_URL", "flask_caching", None, "text"),
    ConfigKey("CACHE_REDIS_PASSWORD", "flask_caching", None, "secret"),
    ConfigKey("CELERY_BROKER_URL", "celery", None, "text"),
    ConfigKey("CELERY_RESULT_BACKEND", "celery", None, "text"),
    ConfigKey("BCRYPT_LOG_ROUNDS", "flask_bcrypt", 12, "text"),
    ConfigKey("BCRYPT_HANDLE_LONG_PASSWORDS", "flask_bcrypt", False, "flag"),
    ConfigKey("SCHEDULER_API_ENABLED", "flask_apscheduler", False, "flag"),
    ConfigKey("BASIC_AUTH_PASSWORD", "flask_basicauth", None, "secret"),
    ConfigKey("BASIC_AUTH_FORCE", "flask_basicauth", False, "flag"),
    ConfigKey("OIDC_CLIENT_SECRETS", "flask_oidc", None, "text"),
    ConfigKey("OIDC_COOKIE_SECURE", "flask_oidc", True, "flag"),
    ConfigKey("OIDC_ID_TOKEN_COOKIE_SECURE", "flask_oidc", True, "flag"),
    ConfigKey("LDAP_BIND_USER_PASSWORD", "flask_ldap3_login", None, "secret"),
    ConfigKey("LDAP_USE_SSL", "flask_ldap3_login", False, "flag"),
    ConfigKey("MAIL_PASSWORD", "flask_mail", None, "secret"),
    ConfigKey("MAIL_USE_TLS", "flask_mail", False, "flag"),
    ConfigKey("MAIL_USE_SSL", "flask_mail", False, "flag"),
    ConfigKey("RATELIMIT_ENABLED", "flask_limiter", True, "flag"),
    ConfigKey("RATELIMIT_DEFAULT", "flask_limiter", None, "text"),
    ConfigKey("RATELIMIT_STORAGE_URI", "flask_limiter", "memory://", "text"),
    ConfigKey("RATELIMIT_STORAGE_URL", "flask_limiter", None, "text"),
    ConfigKey("CORS_ORIGINS", "flask_cors", "*", "list"),
    ConfigKey("CORS_SUPPORTS_CREDENTIALS", "flask_cors", False, "flag"),
    ConfigKey("DEBUG_TB_ENABLED", "flask_debugtoolbar", None, "flag"),
)

KEYS: MappingProxyType[str, ConfigKey] = MappingProxyType({row.name: row for row in _ROWS})
"""Every key we know, by name."""

ATTRIBUTES: MappingProxyType[str, str] = MappingProxyType(
    {
        "debug": "DEBUG",
        "testing": "TESTING",
        "env": "ENV",
        "secret_key": "SECRET_KEY",
        "permanent_session_lifetime": "PERMANENT_SESSION_LIFETIME",
        "session_cookie_name": "SESSION_COOKIE_NAME",
        "use_x_sendfile": "USE_X_SENDFILE",
        "send_file_max_age_default": "SEND_FILE_MAX_AGE_DEFAULT",
        "propagate_exceptions": "PROPAGATE_EXCEPTIONS",
        "templates_auto_reload": "TEMPLATES_AUTO_RELOAD",
    }
)
"""Attributes of ``flask.Flask`` that are keys of its config under another name."""

SIGNING_KEYS = frozenset(
    {
        "SECRET_KEY",
        "SECRET_KEY_FALLBACKS",
        "WTF_CSRF_SECRET_KEY",
        "JWT_SECRET_KEY",
        "SECURITY_PASSWORD_SALT",
    }
)
"""Keys whose value signs or salts: who knows it can forge sessions, tokens or links."""

PRODUCTION_WORDS = frozenset(
    {
        "production",
        "prod",
        "prd",
        "live",
        "release",
        "deploy",
        "deployed",
        "deployment",
        "heroku",
        "aws",
        "azure",
        "gcp",
    }
    | {"staging", "stage", "docker", "unix", "server", "kubernetes", "k8s", "cloud", "hosted"}
)
DEVELOPMENT_WORDS = frozenset({"development", "develop", "dev", "devel", "local", "debug", "localhost"})
TEST_WORDS = frozenset({"testing", "test", "tests", "unittest", "unittests", "ci", "pytest", "e2e", "integration"})

ENVIRONMENT_NAMES = frozenset(
    {"FLASK_ENV", "FLASK_CONFIG", "APP_ENV", "APP_SETTINGS", "APP_CONFIG", "ENV", "ENVIRONMENT", "FLASK_SETTINGS"}
    | {
        "APPLICATION_ENV",
        "CONFIG",
        "CONFIG_NAME",
        "FLASK_CONFIGURATION",
        "PYTHON_ENV",
        "STAGE",
        "DEPLOY_ENV",
        "CONFIG_ENV",
    }
)
"""Environment variables that commonly select a profile."""
