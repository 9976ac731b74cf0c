"""What tells that a function protects: whose identity it asks for, how it refuses, which tokens it checks."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

IDENTITY = frozenset(
    {
        "flask_login.current_user",
        "flask_security.current_user",
        "flask_user.current_user",
        "flask_principal.Permission",
        "flask_dance.contrib.github.github.authorized",
        "flask_dance.contrib.google.google.authorized",
    }
)
"""Who is asking, as extensions know it."""

TOKEN_IDENTITY = frozenset(
    {
        "flask_jwt_extended.current_user",
        "flask_jwt_extended.get_current_user",
        "flask_jwt_extended.get_jwt",
        "flask_jwt_extended.get_jwt_claims",
        "flask_jwt_extended.get_jwt_identity",
        "flask_jwt_extended.get_raw_jwt",
        "flask_jwt_extended.verify_jwt_in_request",
        "flask_jwt_extended.verify_jwt_refresh_token_in_request",
        "flask_jwt.current_identity",
    }
)
"""Those that know it by a token (one in a header, unless they are told to use cookies, and then they want a second)."""

VERIFIERS: Mapping[str, Literal["basic", "token"]] = MappingProxyType(
    {
        "flask_httpauth.HTTPBasicAuth().verify_password": "basic",
        "flask_httpauth.HTTPTokenAuth().verify_token": "token",
    }
)
"""Decorators of functions that a library asks whose a password or a token is, with what it takes that from."""

TOKEN_CHECKS = (
    "flask_oauthlib.provider.OAuth1Provider().verify_request",
    "flask_oauthlib.provider.OAuth2Provider().verify_request",
)
"""Calls that check a token which the request carries; who it belongs to may be logged in for the rest of the request."""

IDENTITY_ATTRIBUTES = frozenset(
    {
        "is_authenticated",
        "is_anonymous",
        "is_admin",
        "is_administrator",
        "is_superuser",
        "is_staff",
        "has_role",
        "has_permission",
        "current_user",
        "is_logged_in",
    }
)
"""Attributes that only an identity has."""

IDENTITY_WORDS = frozenset(
    {
        "user",
        "username",
        "userid",
        "uid",
        "login",
        "logged",
        "loggedin",
        "auth",
        "authenticated",
        "account",
        "admin",
        "role",
        "roles",
    }
    | {"identity", "member", "profile", "email", "permission", "permissions"}
)
"""Words in the keys under which people keep who is asking."""

KNOWN_ATTRIBUTES = frozenset({"is_authenticated", "is_logged_in", "logged_in", "current_user"})
"""What holds, of these, of nobody but those who have logged in."""

PASSWORD_CHECKS = frozenset(
    {"check_password", "check_password_hash", "checkpw", "validate_password", "verify_password"}
)
"""Functions and methods that compare a password with what is kept of it."""

KNOWN_WORDS = frozenset({"user", "username", "userid", "uid", "account", "member", "identity", "loggedin"})
"""Words in the names of what is there only when somebody has logged in."""

LOGIN_COOKIE_WORDS = frozenset({"authorization", "authentication", "bearer", "jwt"})
"""Words in the names of cookies that carry a token by which somebody is known."""

TOKEN_WORDS = frozenset({"authorization", "bearer", "token", "apikey", "api", "key", "auth", "secret", "signature"})

QUERY_TOKEN_WORDS = frozenset({"token", "apikey", "secret", "signature"})
"""Words in the names of what tells in an address who is asking."""

AUTHENTICATING_HEADERS = frozenset(
    {
        "authorization",
        "authentication",
        "x-api-key",
        "x-auth-token",
        "x-access-token",
        "api-key",
        "apikey",
        "x-token",
        "bearer",
    }
)
"""Headers that browsers do not send by themselves, and that tell who is asking."""

REFUSALS = frozenset(
    {
        "flask.abort",
        "werkzeug.exceptions.abort",
        "flask_restful.abort",
        "flask_restx.abort",
        "flask_smorest.abort",
        "flask_login.LoginManager().unauthorized",
    }
)
"""Calls that end a request."""

ANSWERS = frozenset(
    {"flask.render_template", "flask.render_template_string", "flask.make_response", "flask.jsonify", "flask.Response"}
)
"""What makes a response: who is given one does not get to what is behind."""

TOKEN_VALIDATORS = frozenset(
    {
        "flask_wtf.csrf.validate_csrf",
        "flask_wtf.CSRFProtect().protect",
        "flask_seasurf.SeaSurf().validate",
        "wtforms.csrf.session.SessionCSRF().validate_csrf_token",
        "flask_security.handle_csrf",
        "flask_security.decorators.handle_csrf",
    }
)
"""Calls that refuse a request without a right CSRF token."""

REQUEST_TOKENS = frozenset(
    {
        "flask.request.form",
        "flask.request.headers",
        "flask.request.values",
        "flask.request.args",
        "flask.request.json",
        "flask.request.get_json",
        "flask.Request().form",
        "flask.Request().headers",
        "flask.Request().values",
    }
)
"""Where a request carries a token that a foreign page cannot know."""

DECODES = frozenset(
    {
        "authlib.jose.jwt.decode",
        "firebase_admin.auth.verify_id_token",
        "google.oauth2.id_token.verify_firebase_token",
        "google.oauth2.id_token.verify_oauth2_token",
        "jose.jwt.decode",
        "jwt.decode",
    }
)
"""Calls that give what a signed token says, and raise where it is missing or not right."""

OPENS = frozenset({"loads", "load_payload", "unsign"})
"""Methods of signed tokens that give what one says, and raise where it is not right."""

LOOKS_UP: Mapping[str, bool] = MappingProxyType(
    {
        "filter": False,
        "filter_by": False,
        "find_one": False,
        "find_by": False,
        "first_or_404": True,
        "get": False,
        "get_or_404": True,
        "get_or_none": False,
        "objects": False,
        "one_or_404": True,
        "where": False,
    }
)
"""Methods that find a record by what they are given; whether they end the request where there is none."""

VOUCHER_WORDS = frozenset({"token", "jwt", "signature", "sig", "hash", "secret"})
"""Words in the names of what nobody knows to whom it was not given."""

ASKING = frozenset({"flask_jwt_extended.verify_jwt_in_request", "flask_jwt_extended.jwt_required"})
"""Calls that refuse a request whose token is missing or wrong."""

LETS_IN = (
    "flask_login.login_user",
    "flask_security.login_user",
    "flask_jwt_extended.create_access_token",
    "flask_principal.identity_changed",
)
"""What logs somebody in."""
