"""What a config key should be in production, and what it means when it is not."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal, NamedTuple

Want = Literal["on", "off", "set", "secret", "one-of", "at-most", "not-any"]


class Posture(NamedTuple):
    """What is wanted of a key.

    ``want``: a flag ``on`` or ``off``; a value that is ``set``; a ``secret`` from outside; ``one-of`` ``values``; a number
    ``at-most`` the first of them; a list that is ``not-any`` of them. ``otherwise``: what follows when it is not so, after
    "because". ``session``: it matters only where the app sends a session cookie. ``written``: it is judged only where
    something sets it.
    """

    name: str
    want: Want
    otherwise: str
    values: tuple[str | int | None, ...] = ()
    session: bool = False
    written: bool = False


DAY = 24 * 3600

_ROWS = (
    Posture("DEBUG", "off", "an error page of debug mode runs any code that a visitor types"),
    Posture("TESTING", "off", "checks are off and errors are shown while testing"),
    Posture("ENV", "not-any", "the app takes itself for one under development", ("development",)),
    Posture("PROPAGATE_EXCEPTIONS", "off", "errors go past the handlers to the server"),
    Posture("SECRET_KEY", "secret", "who knows the key can forge sessions"),
    Posture("SECRET_KEY_FALLBACKS", "secret", "who knows an old key can forge sessions"),
    Posture("WTF_CSRF_SECRET_KEY", "secret", "who knows the key can forge tokens"),
    Posture("JWT_SECRET_KEY", "secret", "who knows the key can forge tokens"),
    Posture("JWT_PRIVATE_KEY", "secret", "who knows the key can forge tokens"),
    Posture("SECURITY_PASSWORD_SALT", "secret", "who knows the salt can forge links"),
    Posture("MAIL_PASSWORD", "secret", "who reads the source can send mail"),
    Posture("SESSION_COOKIE_HTTPONLY", "on", "scripts can read the session cookie", session=True),
    Posture("SESSION_COOKIE_SECURE", "on", "the session cookie is sent over HTTP too", session=True),
    Posture(
        "SESSION_COOKIE_SAMESITE",
        "one-of",
        "other sites' requests carry the session cookie, as far as the browser lets them",
        ("Lax", "Strict", "lax", "strict"),
        session=True,
    ),
    Posture(
        "PERMANENT_SESSION_LIFETIME",
        "at-most",
        "a stolen session works for more than a month",
        (31 * DAY,),
        session=True,
    ),
    Posture("MAX_CONTENT_LENGTH", "set", "a request of any size is taken in"),
    Posture("EXPLAIN_TEMPLATE_LOADING", "off", "the log tells of every template"),
    Posture("PREFERRED_URL_SCHEME", "one-of", "links made outside of a request lead to HTTP", ("https",), written=True),
    Posture("WTF_CSRF_ENABLED", "on", "forms and requests are not checked for a token"),
    Posture("WTF_CSRF_CHECK_DEFAULT", "on", "only views that ask for it are checked for a token"),
    Posture("WTF_CSRF_SSL_STRICT", "on", "the referrer of HTTPS requests is not checked"),
    Posture("WTF_CSRF_TIME_LIMIT", "at-most", "a token is good for as long as the session", (DAY,)),
    Posture("REMEMBER_COOKIE_SECURE", "on", "the cookie that remembers logins is sent over HTTP too"),
    Posture("REMEMBER_COOKIE_HTTPONLY", "on", "scripts can read the cookie that remembers logins"),
    Posture(
        "REMEMBER_COOKIE_SAMESITE",
        "one-of",
        "other sites' requests carry the cookie that remembers logins, as far as the browser lets them",
        ("Lax", "Strict", "lax", "strict"),
    ),
    Posture("REMEMBER_COOKIE_DURATION", "at-most", "a stolen cookie works for more than a year", (365 * DAY,)),
    Posture("SESSION_PROTECTION", "one-of", "a stolen session works from anywhere", ("basic", "strong")),
    Posture("LOGIN_DISABLED", "off", "nobody has to log in"),
    Posture("JWT_COOKIE_SECURE", "on", "the token's cookie is sent over HTTP too"),
    Posture("JWT_COOKIE_CSRF_PROTECT", "on", "requests with the token's cookie are not checked for a CSRF token"),
    Posture("JWT_ACCESS_TOKEN_EXPIRES", "at-most", "a stolen token works for more than a day", (DAY,)),
    Posture("JWT_REFRESH_TOKEN_EXPIRES", "at-most", "a stolen token works for more than three months", (92 * DAY,)),
    Posture("JWT_ALGORITHM", "not-any", "tokens are not signed", ("none", "None", None)),
    Posture("CSRF_DISABLE", "off", "requests are not checked for a token"),
    Posture("CSRF_COOKIE_SECURE", "on", "the token's cookie is sent over HTTP too"),
    Posture("SQLALCHEMY_ECHO", "off", "statements with their values go to the log"),
    Posture("SCHEDULER_API_ENABLED", "off", "jobs can be read, added and run over HTTP"),
    Posture("BASIC_AUTH_PASSWORD", "secret", "who reads the source can log in"),
    Posture("OIDC_COOKIE_SECURE", "on", "the login's cookie is sent over HTTP too"),
    Posture("OIDC_ID_TOKEN_COOKIE_SECURE", "on", "the login's cookie is sent over HTTP too"),
    Posture("LDAP_BIND_USER_PASSWORD", "secret", "who reads the source can read the directory"),
    Posture("RATELIMIT_ENABLED", "on", "no limit is kept"),
    Posture("CORS_ORIGINS", "not-any", "scripts of any site can read the answers", ("*",)),
    Posture("CORS_SUPPORTS_CREDENTIALS", "off", "scripts of other sites act with the visitor's cookies"),
    Posture("DEBUG_TB_ENABLED", "off", "the toolbar shows settings and queries to visitors"),
)

POSTURES: MappingProxyType[str, Posture] = MappingProxyType({row.name: row for row in _ROWS})
"""By key; a key that is not among them is shown and not judged."""
