"""Decorators of libraries that guard a view, and what they demand."""

from __future__ import annotations

from flasklint.knowledge.sensitive import words

AUTHENTICATES = frozenset(
    {
        "flask_login.login_required",
        "flask_login.fresh_login_required",
        "flask_login.utils.login_required",
        "flask_login.utils.fresh_login_required",
        "flask_security.login_required",
        "flask_security.auth_required",
        "flask_security.roles_required",
        "flask_security.roles_accepted",
        "flask_security.permissions_required",
        "flask_security.permissions_accepted",
        "flask_security.http_auth_required",
        "flask_security.auth_token_required",
        "flask_security.decorators.login_required",
        "flask_security.decorators.auth_required",
        "flask_security.decorators.roles_required",
        "flask_security.decorators.roles_accepted",
        "flask_jwt_extended.jwt_required",
        "flask_jwt_extended.fresh_jwt_required",
        "flask_jwt_extended.jwt_refresh_token_required",
        "flask_jwt.jwt_required",
        "flask_user.login_required",
        "flask_user.roles_required",
        "flask_user.roles_accepted",
        "flask_praetorian.auth_required",
        "flask_praetorian.roles_required",
        "flask_praetorian.roles_accepted",
        "flask_httpauth.HTTPBasicAuth().login_required",
        "flask_httpauth.HTTPTokenAuth().login_required",
        "flask_httpauth.HTTPDigestAuth().login_required",
        "flask_httpauth.MultiAuth().login_required",
        "flask_simplelogin.login_required",
        "flask_cas.login_required",
        "flask_oidc.OpenIDConnect().require_login",
        "flask_oidc.OpenIDConnect().accept_token",
        "flask_pyoidc.OIDCAuthentication().oidc_auth",
        "flask_simpleldap.LDAP().login_required",
        "flask_simpleldap.LDAP().group_required",
        "flask_simpleldap.LDAP().basic_auth_required",
        "authlib.integrations.flask_oauth2.ResourceProtector()",
        "flask_oauthlib.provider.OAuth1Provider().require_oauth",
        "flask_oauthlib.provider.OAuth2Provider().require_oauth",
        "flask_discord.requires_authorization",
        "flask_basicauth.BasicAuth().required",
        "flask_principal.Permission().require",
        "flask_allows.requires",
        "flask_appbuilder.has_access",
        "flask_appbuilder.security.decorators.has_access",
        "flask_appbuilder.security.decorators.has_access_api",
        "flask_appbuilder.security.decorators.protect",
        "flask_appbuilder.api.protect",
    }
)
"""A view under one of these answers only to somebody who has proved who they are."""

TOKEN_AUTHENTICATES = frozenset(
    {
        "flask_httpauth.HTTPTokenAuth().login_required",
        "flask_security.auth_token_required",
        "flask_oidc.OpenIDConnect().accept_token",
        "authlib.integrations.flask_oauth2.ResourceProtector()",
        "flask_oauthlib.provider.OAuth1Provider().require_oauth",
        "flask_oauthlib.provider.OAuth2Provider().require_oauth",
        "flask_praetorian.auth_required",
        "flask_praetorian.roles_required",
        "flask_praetorian.roles_accepted",
        "flask_jwt.jwt_required",
        "flask_jwt_extended.jwt_required",
        "flask_jwt_extended.fresh_jwt_required",
        "flask_jwt_extended.jwt_refresh_token_required",
    }
)
"""Those among them that look at a header that browsers do not send by themselves (JWT ones unless told to use cookies)."""

BASIC_AUTHENTICATES = frozenset(
    {
        "flask_basicauth.BasicAuth().required",
        "flask_httpauth.HTTPBasicAuth().login_required",
        "flask_httpauth.HTTPDigestAuth().login_required",
        "flask_security.http_auth_required",
        "flask_simpleldap.LDAP().basic_auth_required",
    }
)
"""Those that ask for a name and a password with each request, in a header."""

GIVEN_AUTHENTICATES = frozenset(
    {
        "apiflask.APIBlueprint().auth_required",
        "apiflask.APIFlask().auth_required",
        "flask.Blueprint().auth_required",
        "flask.Flask().auth_required",
    }
)
"""APIFlask's, which are given what they ask by: a token in a header, unless it is told to be a name and a password."""

SESSION_AUTHENTICATES = AUTHENTICATES - TOKEN_AUTHENTICATES - BASIC_AUTHENTICATES

_DESCRIBING = frozenset(
    {"alt_response", "arguments", "body", "deprecated", "doc", "expect", "header", "hide", "input", "marshal_list_with"}
    | {
        "marshal_with",
        "other_responses",
        "output",
        "paginate",
        "param",
        "produces",
        "response",
        "swag_from",
        "use_args",
    }
    | {"use_kwargs", "vendor"}
)
_GIVING = frozenset({"arguments", "body", "input", "use_args", "use_kwargs"})
_DESCRIBERS = (
    "apifairy.",
    "apiflask.",
    "flasgger.",
    "flask_apispec.",
    "flask_restful.",
    "flask_restplus.",
    "flask_restx.",
    "flask_smorest.",
    "webargs.",
)


def describes(names: tuple[str, ...]) -> bool:
    """Does a decorator of these names say what a view takes and answers, and ask nobody who they are?"""
    return any(name.startswith(_DESCRIBERS) and name.rpartition(".")[2] in _DESCRIBING for name in names)


def gives_what_is_sent(names: tuple[str, ...]) -> bool:
    """Does a decorator of these names give a view what a visitor sends, read by a schema?"""
    return any(name.startswith(_DESCRIBERS) and name.rpartition(".")[2] in _GIVING for name in names)


ROUTING = frozenset({"route", "get", "post", "put", "patch", "delete"})
"""Methods of apps and blueprints that register what they decorate for an address."""
OTHER_FRAMEWORKS = frozenset({"fastapi", "starlette", "tornado", "aiohttp", "sanic", "django", "bottle", "falcon"})
"""Packages whose apps have such methods, too."""

_WHO = frozenset(
    {"auth", "login", "authenticated", "authentication", "authorized", "authorization", "permission", "permissions"}
    | {"role", "roles", "jwt", "token", "user", "admin", "superuser", "apikey", "scope", "scopes"}
)
_ASKS = frozenset({"has", "required", "require", "requires", "needed", "needs", "need", "check", "only", "protected"})
_CONTROLS = frozenset({"rbac"})
"""Words that say it all: access that roles control."""
_TOKENS = frozenset({"jwt", "token", "tokens", "apikey"})


def named_guard(name: str) -> str:
    """What the name of a decorator that nobody can look into says that it demands: a ``session``, a ``token``; empty when it says
    nothing of the kind."""
    spoken = set(words(name.rpartition(".")[2]))
    by_token = {word for part in name.split(".") for word in words(part)}
    if (
        (spoken & _WHO and spoken & _ASKS)
        or spoken & _CONTROLS
        or spoken == {"authenticated"}
        or spoken == {"authenticate"}
    ):
        return "token" if by_token & _TOKENS else "session"
    return ""
