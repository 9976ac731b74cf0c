"""Flask, its wrappers and its extensions as an app model needs them: which classes make what, and what that protects."""

from __future__ import annotations

from types import MappingProxyType
from typing import NamedTuple

from flasklint.knowledge.decorators import AUTHENTICATES

APP_CLASSES = frozenset(
    {
        "flask.Flask",
        "apiflask.APIFlask",
        "flask_openapi3.OpenAPI",
        "flask_api.FlaskAPI",
        "flask_lambda.FlaskLambda",
        "eve.Eve",
        "quart.Quart",
        "flask_unchained.FlaskUnchained",
    }
)
"""An instance of one of these is an app."""


def is_app_class(name: str) -> bool:
    """Is a class of a library one that makes an app: one of those, or a subclass of Flask of its own, by what it is called?"""
    return name in APP_CLASSES or name.rpartition(".")[2].endswith("Flask")


APP_HOLDERS: MappingProxyType[str, str] = MappingProxyType(
    {
        "connexion.App": "app",
        "connexion.FlaskApp": "app",
        "connexion.apps.flask_app.FlaskApp": "app",
        "dash.Dash": "server",
    }
)
"""An instance of one of these makes an app of its own, unless given one, and holds it in the attribute named."""

BLUEPRINT_CLASSES = frozenset(
    {
        "flask.Blueprint",
        "apiflask.APIBlueprint",
        "flask_openapi3.APIBlueprint",
        "flask_smorest.Blueprint",
        "flask_rest_api.Blueprint",
        "quart.Blueprint",
    }
)
"""An instance of one of these collects routes and hooks until an app registers it."""

API_CLASSES = frozenset(
    {
        "flask_restful.Api",
        "flask_restx.Api",
        "flask_restplus.Api",
        "flask_restx.Namespace",
        "flask_restplus.Namespace",
        "flask_smorest.Api",
        "flask_rest_api.Api",
        "flask_rest_jsonapi.Api",
        "flask_combo_jsonapi.Api",
        "flapison.Api",
        "flask_openapi3.APIView",
        "flask_rebar.Rebar",
        "flask_rebar.HandlerRegistry",
        "flask_restless.APIManager",
    }
)
"""An instance of one of these adds resources (classes of views) to an app or a blueprint."""

JSON_APIS = frozenset({"flask_rest_jsonapi.Api", "flask_combo_jsonapi.Api", "flapison.Api"})
"""Of those, the ones that register the blueprint that they are told of themselves, and whose resources take nothing but JSON."""

EXPOSERS: MappingProxyType[str, str] = MappingProxyType(
    {
        "flask_admin.Admin": "/admin",
        "flask_admin.base.Admin": "/admin",
        "flask_appbuilder.AppBuilder": "",
        "flask_appbuilder.base.AppBuilder": "",
    }
)
"""An instance of one of these adds views whose methods are exposed one by one, below the address given here."""

EXPOSE = frozenset(
    {
        "flask_admin.expose",
        "flask_admin.base.expose",
        "flask_appbuilder.expose",
        "flask_appbuilder.baseviews.expose",
        "flask_appbuilder.api.expose",
    }
)
"""Decorators that give a method of such a view its rule."""


class Setting(NamedTuple):
    """A config key that an extension sets: the argument that says to what, and what holds without it. ``only_on``: it is left
    alone where the argument is false."""

    key: str
    argument: str
    usual: str | bool
    only_on: bool = False


SETS: MappingProxyType[str, tuple[Setting, ...]] = MappingProxyType(
    {
        "flask_talisman.Talisman": (
            Setting("SESSION_COOKIE_SAMESITE", "session_cookie_samesite", "Lax"),
            Setting("SESSION_COOKIE_HTTPONLY", "session_cookie_http_only", True, only_on=True),
            Setting("SESSION_COOKIE_SECURE", "session_cookie_secure", True, only_on=True),
        )
    }
)
"""What extensions set in the configuration when they are given an app."""

LIMITS: MappingProxyType[str, int] = MappingProxyType(
    {
        "flask_uploads.patch_request_class": 64 * 1024 * 1024,
        "flask_reuploaded.patch_request_class": 64 * 1024 * 1024,
    }
)
"""Functions that are given an app and a size, and limit all its requests to that; with what holds without a size."""

DISPATCHES = "dispatch_request"
"""The method of a class-based view that every request goes through."""

ADMITS = "is_accessible"
"""The method by which such a view of Flask-Admin says whether somebody may have it."""

OWN_GUARDS: MappingProxyType[str, str] = MappingProxyType({"flask_appbuilder.ModelView": "has_access"})
"""What such a class puts before the routes that it brings; the forms of those check a token, too."""

PERMITS: MappingProxyType[str, str] = MappingProxyType(
    {
        "new": "can_create",
        "edit": "can_edit",
        "delete": "can_delete",
        "upload": "can_upload",
        "mkdir": "can_mkdir",
        "rename": "can_rename",
    }
)
"""What of such a view says whether somebody may change something there, by the endpoint."""

HANDLES = "_handle_view"
"""The method that its requests go through first."""

FORM_BASE = "form_base_class"
"""Where such a view names the class that its own forms are made from."""

SECURE_FORMS = frozenset({"flask_admin.form.SecureForm", "flask_admin.form.base.SecureForm", "flask_wtf.FlaskForm"})
"""Forms of these check a token."""

INDEX_VIEWS = frozenset({"flask_admin.AdminIndexView", "flask_admin.base.AdminIndexView"})
"""The view at the address of the whole administration."""

CLASSFUL_ROUTE = frozenset({"flask_classful.route", "flask_classy.route"})
"""Decorators that give a method of a Flask-Classful view a rule of its own."""


class Built(NamedTuple):
    """A route that a library's view class brings with it: its rule below the view's, and its methods."""

    rule: str
    methods: frozenset[str]


_READ = frozenset({"GET"})
_BOTH = frozenset({"GET", "POST"})
_WRITE = frozenset({"POST"})

BUILT_ROUTES: MappingProxyType[str, tuple[Built, ...]] = MappingProxyType(
    {
        "flask_admin.BaseModelView": (
            Built("/", _READ),
            Built("/new/", _BOTH),
            Built("/edit/", _BOTH),
            Built("/details/", _READ),
            Built("/delete/", _WRITE),
            Built("/action/", _WRITE),
            Built("/export/<export_type>/", _READ),
            Built("/ajax/lookup/", _READ),
            Built("/ajax/update/", _WRITE),
        ),
        "flask_admin.contrib.fileadmin.FileAdmin": (
            Built("/", _READ),
            Built("/upload/", _BOTH),
            Built("/download/<path:path>", _READ),
            Built("/mkdir/", _BOTH),
            Built("/delete/", _WRITE),
            Built("/rename/", _BOTH),
            Built("/edit/", _BOTH),
            Built("/action/", _WRITE),
        ),
        "flask_admin.AdminIndexView": (Built("/", _READ),),
        "flask_appbuilder.ModelView": (
            Built("/list/", _READ),
            Built("/show/<pk>", _READ),
            Built("/add", _BOTH),
            Built("/edit/<pk>", _BOTH),
            Built("/delete/<pk>", _BOTH),
            Built("/action_post", _WRITE),
        ),
    }
)
"""By the class that brings them."""

MODEL_VIEWS: MappingProxyType[str, str] = MappingProxyType(
    {
        "flask_admin.model.BaseModelView": "flask_admin.BaseModelView",
        "flask_admin.contrib.sqla.ModelView": "flask_admin.BaseModelView",
        "flask_admin.contrib.sqla.view.ModelView": "flask_admin.BaseModelView",
        "flask_admin.contrib.mongoengine.ModelView": "flask_admin.BaseModelView",
        "flask_admin.contrib.peewee.ModelView": "flask_admin.BaseModelView",
        "flask_admin.contrib.pymongo.ModelView": "flask_admin.BaseModelView",
        "flask_admin.contrib.fileadmin.FileAdmin": "flask_admin.contrib.fileadmin.FileAdmin",
        "flask_admin.AdminIndexView": "flask_admin.AdminIndexView",
        "flask_admin.base.AdminIndexView": "flask_admin.AdminIndexView",
        "flask_appbuilder.ModelView": "flask_appbuilder.ModelView",
        "flask_appbuilder.views.ModelView": "flask_appbuilder.ModelView",
        "flask_appbuilder.baseviews.BaseCRUDView": "flask_appbuilder.ModelView",
    }
)
"""Other names and subclasses of those."""

BROUGHT: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        f"{library}.{name}": methods
        for library in ("flask_rest_jsonapi", "flask_combo_jsonapi", "flapison")
        for name, methods in (
            ("ResourceList", _BOTH),
            ("ResourceDetail", frozenset({"GET", "PATCH", "DELETE"})),
            ("ResourceRelationship", frozenset({"GET", "POST", "PATCH", "DELETE"})),
        )
    }
)
"""Classes of resources that have methods of their own: those. They take a body only if it is declared as JSON."""

MADE_VIEWS: MappingProxyType[str, frozenset[str]] = MappingProxyType(
    {
        f"{name}.as_view": _BOTH
        for name in (
            "flask_graphql.GraphQLView",
            "graphql_server.flask.GraphQLView",
            "strawberry.flask.views.GraphQLView",
        )
    }
)
"""What makes a view that is all the library's own, and the methods that it answers."""

OF_MODELS: MappingProxyType[str, str] = MappingProxyType({"flask_restless.APIManager": "/api"})
"""What makes routes for a model by its ``create_api``: the usual address of all of them."""

VIEW_CLASSES = frozenset(
    {
        "flask.views.View",
        "flask.views.MethodView",
        "flask_restful.Resource",
        "flask_restx.Resource",
        "flask_restplus.Resource",
        "flask_classful.FlaskView",
        "flask_classy.FlaskView",
        *BROUGHT,
        "apiflask.views.MethodView",
        "flask_apispec.MethodResource",
    }
)


class Extension(NamedTuple):
    """An extension by its class.

    ``kind``: what it is for: ``csrf``, ``headers``, ``limits``, ``cors``, ``login``, ``jwt``, ``security``, ``session``,
    ``database``, ``toolbar``, ``admin``, ``settings``, ``mail``, ``cache``, ``oauth``, ``uploads``, ``other``.
    ``app_position``: where its constructor takes the app, -1 when it takes none.
    """

    name: str
    kind: str
    app_position: int = 0


_ROWS = (
    Extension("flask_wtf.CSRFProtect", "csrf"),
    Extension("flask_seasurf.SeaSurf", "csrf"),
    Extension("flask_talisman.Talisman", "headers"),
    Extension("flask_csp.csp", "headers"),
    Extension("flask_sslify.SSLify", "transport"),
    Extension("flask_limiter.Limiter", "limits", 1),
    Extension("flask_cors.CORS", "cors"),
    Extension("flask_login.LoginManager", "login"),
    Extension("flask_jwt_extended.JWTManager", "jwt"),
    Extension("flask_jwt.JWT", "jwt"),
    Extension("flask_security.Security", "security"),
    Extension("flask_user.UserManager", "security"),
    Extension("flask_praetorian.Praetorian", "jwt"),
    Extension("flask_session.Session", "session"),
    Extension("flask_kvsession.KVSessionExtension", "session", 1),
    Extension("flask_paranoid.Paranoid", "session"),
    Extension("flask_sqlalchemy.SQLAlchemy", "database"),
    Extension("flask_mongoengine.MongoEngine", "database"),
    Extension("flask_pymongo.PyMongo", "database"),
    Extension("flask_migrate.Migrate", "database"),
    Extension("flask_debugtoolbar.DebugToolbarExtension", "toolbar"),
    Extension("flask_admin.Admin", "admin"),
    Extension("flask_mail.Mail", "mail"),
    Extension("flask_mailman.Mail", "mail"),
    Extension("flask_caching.Cache", "cache"),
    Extension("flask_principal.Principal", "login"),
    Extension("flask_httpauth.HTTPBasicAuth", "basic", -1),
    Extension("flask_httpauth.HTTPDigestAuth", "basic", -1),
    Extension("flask_httpauth.HTTPTokenAuth", "token", -1),
    Extension("flask_basicauth.BasicAuth", "basic"),
    Extension("flask_simplelogin.SimpleLogin", "login"),
    Extension("flask_oidc.OpenIDConnect", "login"),
    Extension("flask_pyoidc.OIDCAuthentication", "login", 1),
    Extension("flask_dance.contrib.github.make_github_blueprint", "oauth", -1),
    Extension("authlib.integrations.flask_client.OAuth", "oauth"),
    Extension("flask_oauthlib.client.OAuth", "oauth"),
    Extension("dynaconf.FlaskDynaconf", "settings"),
    Extension("flask_appconfig.AppConfig", "settings"),
    Extension("flask_uploads.UploadSet", "uploads", -1),
    Extension("flask_bootstrap.Bootstrap", "other"),
    Extension("flask_moment.Moment", "other"),
    Extension("flask_babel.Babel", "other"),
    Extension("flask_marshmallow.Marshmallow", "other"),
    Extension("flask_compress.Compress", "other"),
    Extension("flask_bcrypt.Bcrypt", "other"),
    Extension("flask_socketio.SocketIO", "other"),
)

EXTENSIONS: MappingProxyType[str, Extension] = MappingProxyType({row.name: row for row in _ROWS})
"""By canonical name of the class."""

DEVELOPMENT_SERVERS = frozenset({"flask.Flask().run", "werkzeug.serving.run_simple"})

STARRED = frozenset(
    f"flask.{name}"
    for name in (
        "Flask",
        "Blueprint",
        "request",
        "session",
        "current_app",
        "g",
        "render_template",
        "redirect",
        "url_for",
        "abort",
        "flash",
        "jsonify",
        "make_response",
        "send_file",
        "send_from_directory",
        "Response",
    )
)
"""What ``from flask import *`` brings, as far as it matters."""

PUBLIC_NAMES: MappingProxyType[str, str] = MappingProxyType(
    {
        "flask.app.Flask": "flask.Flask",
        "flask.blueprints.Blueprint": "flask.Blueprint",
        "flask_wtf.csrf.CSRFProtect": "flask_wtf.CSRFProtect",
        "flask_wtf.CsrfProtect": "flask_wtf.CSRFProtect",
        "flask_wtf.csrf.CsrfProtect": "flask_wtf.CSRFProtect",
        "flask.ext.wtf.CsrfProtect": "flask_wtf.CSRFProtect",
        "flask_wtf.form.FlaskForm": "flask_wtf.FlaskForm",
        "flask_talisman.talisman.Talisman": "flask_talisman.Talisman",
        "flask_limiter.extension.Limiter": "flask_limiter.Limiter",
        "flask_cors.extension.CORS": "flask_cors.CORS",
        "flask_login.login_manager.LoginManager": "flask_login.LoginManager",
        "flask_login.utils.login_required": "flask_login.login_required",
        "flask_login.utils.login_user": "flask_login.login_user",
        "flask_login.utils.current_user": "flask_login.current_user",
        "flask_security.core.Security": "flask_security.Security",
        "flask_sqlalchemy.extension.SQLAlchemy": "flask_sqlalchemy.SQLAlchemy",
        "dynaconf.contrib.FlaskDynaconf": "dynaconf.FlaskDynaconf",
        "flask_pyoidc.flask_pyoidc.OIDCAuthentication": "flask_pyoidc.OIDCAuthentication",
        "connexion.apps.flask_app.FlaskApp": "connexion.FlaskApp",
        "flask_restx.namespace.Namespace": "flask_restx.Namespace",
        "flask_restplus.namespace.Namespace": "flask_restplus.Namespace",
    }
)
"""Other import paths of the names above."""

_OFFERED = frozenset(
    name
    for names in (
        APP_CLASSES,
        APP_HOLDERS,
        BLUEPRINT_CLASSES,
        API_CLASSES,
        VIEW_CLASSES,
        EXPOSERS,
        EXTENSIONS,
        AUTHENTICATES,
    )
    for name in names
    if name.count(".") == 1 and not name.endswith(".Namespace")  # `reqparse` has another one
)


def offered(dotted: str) -> str:
    """A class or decorator that a library has in a module below, by the name under which the library itself offers it."""
    top, _, rest = dotted.partition(".")
    short = f"{top}.{rest.rpartition('.')[2]}"
    return short if short in _OFFERED else dotted
