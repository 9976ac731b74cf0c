"""What library names stand for: public names for private paths, what calls return, what attributes are.

Names are written as the linker writes them: ``flask.Flask`` a class or function, ``flask.Flask()`` an instance or what a
call gives, ``flask.Flask().config`` an attribute of an instance.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

LIBRARIES: frozenset[str] = frozenset(
    name
    for line in (
        "aiohttp airflow alembic apispec arrow attr authlib azure babel bcrypt blinker bleach boto boto3 botocore",
        "bs4 cachelib cachetools celery cerberus certifi chardet click connexion cryptography cv2 dash dateutil",
        "decouple defusedxml dill django docker docx dogpile dotenv ecdsa elasticsearch elasticsearch_dsl environs",
        "eventlet factory faker fastapi feedparser flasgger flask fabric gevent git github gitlab google graphene",
        "greenlet gunicorn hiredis httplib2 httpx humanize importlib_metadata itsdangerous jinja2 jose joblib",
        "jsonpickle jsonschema jwt kafka keyring kombu ldap ldap3 loguru lxml mako markdown markdown2 markupsafe",
        "marshmallow mistune mock mongoengine mongokit mongomock msgpack MySQLdb mysql nacl neo4j netaddr nh3",
        "numpy oauth2client oauthlib odoo openpyxl opentelemetry pandas paramiko passlib peewee pendulum pexpect",
        "phonenumbers PIL pika playhouse plotly pluggy pony prometheus_client psutil psycopg psycopg2 pyasn1",
        "pycurl pydantic pydantic_settings pygments pyjwt pymongo pymssql pymysql pynamodb pyotp pyparsing pypdf",
        "PyPDF2 pyramid pytest pytz qrcode raven redis regex reportlab requests requests_oauthlib rich rq rsa",
        "ruamel saml2 scipy sentry_sdk setuptools simplejson six slugify socketio sklearn sqlalchemy",
        "sqlalchemy_utils sqlmodel sshtunnel starlette stripe tablib tensorflow toml tomli tornado torch tqdm",
        "twilio twisted typing_extensions tzlocal ujson unidecode urllib3 uvicorn validators voluptuous webargs",
        "webob werkzeug wtforms xlrd xlsxwriter xmltodict yaml zmq zope flask_admin flask_apispec flask_appbuilder",
        "flask_assets flask_babel flask_babelex flask_bcrypt flask_bootstrap flask_caching flask_compress",
        "flask_cors flask_dance flask_debugtoolbar flask_httpauth flask_jwt flask_jwt_extended flask_limiter",
        "flask_login flask_mail flask_mailman flask_marshmallow flask_menu flask_migrate flask_moment",
        "flask_mongoengine flask_oauthlib flask_oidc flask_openid flask_paginate flask_peewee flask_principal",
        "flask_pymongo flask_redis flask_restful flask_restplus flask_restx flask_script flask_seasurf",
        "flask_security flask_session flask_smorest flask_sock flask_socketio flask_sockets flask_sqlalchemy flask_talisman",
        "flask_themes flask_uploads flask_user flask_wtf",
    )
    for name in line.split()
)
"""Top-level names that a stray file of the project does not take over."""

PREFIXES: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "ConfigParser": (("ConfigParser.", "configparser."),),
        "Cookie": (("Cookie.", "http.cookies."),),
        "HTMLParser": (("HTMLParser.", "html.parser."),),
        "StringIO": (("StringIO.", "io."),),
        "cPickle": (("cPickle.", "pickle."),),
        "_pickle": (("_pickle.", "pickle."),),
        "cStringIO": (("cStringIO.", "io."),),
        "commands": (("commands.", "subprocess."),),
        "subprocess32": (("subprocess32.", "subprocess."),),
        "gevent": (("gevent.subprocess.", "subprocess."),),
        "eventlet": (("eventlet.green.subprocess.", "subprocess."),),
        "flask": (
            ("flask.ext.", "flask_"),
            ("flask.app.", "flask."),
            ("flask.blueprints.", "flask."),
            ("flask.config.", "flask."),
            ("flask.globals.", "flask."),
            ("flask.helpers.", "flask."),
            ("flask.json.jsonify", "flask.jsonify"),
            ("flask.templating.render_", "flask.render_"),
            ("flask.templating.stream_", "flask.stream_"),
            ("flask.wrappers.", "flask."),
        ),
        "flaskext": (("flaskext.mysql.", "flaskext.mysql."), ("flaskext.", "flask_")),
        "httplib": (("httplib.", "http.client."),),
        "jinja2": (
            ("jinja2.environment.", "jinja2."),
            ("jinja2.loaders.", "jinja2."),
            ("jinja2.utils.", "jinja2."),
        ),
        "lxml": (("lxml.ElementInclude.", "lxml.etree."),),
        "mock": (("mock.mock.", "unittest.mock."), ("mock.", "unittest.mock.")),
        "posixpath": (("posixpath.", "os.path."),),
        "ntpath": (("ntpath.", "os.path."),),
        "requests": (
            ("requests.packages.urllib3.", "urllib3."),
            ("requests.api.", "requests."),
            ("requests.models.", "requests."),
            ("requests.sessions.", "requests."),
        ),
        "ruamel": (("ruamel.yaml.main.", "ruamel.yaml."),),
        "simplejson": (("simplejson.", "json."),),
        "ujson": (("ujson.", "json."),),
        "six": (
            ("six.moves.cPickle.", "pickle."),
            ("six.moves.configparser.", "configparser."),
            ("six.moves.html_parser.", "html.parser."),
            ("six.moves.http_client.", "http.client."),
            ("six.moves.http_cookies.", "http.cookies."),
            ("six.moves.urllib_error.", "urllib.error."),
            ("six.moves.urllib_parse.", "urllib.parse."),
            ("six.moves.urllib.", "urllib."),
            ("six.moves.input", "builtins.input"),
            ("six.moves.builtins.", "builtins."),
        ),
        "sqlalchemy": (
            ("sqlalchemy.sql.expression.", "sqlalchemy."),
            ("sqlalchemy.sql.functions.", "sqlalchemy.func."),
            *(
                (f"sqlalchemy.{of}{kind}", f"sqlalchemy.{kind.lower()}")
                for of in ("", "sql.dml.")
                for kind in ("Insert", "Update", "Delete")
            ),
            ("sqlalchemy.sql.text", "sqlalchemy.text"),
            ("sqlalchemy.sql.select", "sqlalchemy.select"),
            ("sqlalchemy.sql.and_", "sqlalchemy.and_"),
            ("sqlalchemy.sql.or_", "sqlalchemy.or_"),
            ("sqlalchemy.sql.func", "sqlalchemy.func"),
            ("sqlalchemy.engine.create_engine", "sqlalchemy.create_engine"),
            ("sqlalchemy.engine.base.", "sqlalchemy.engine."),
            ("sqlalchemy.orm.session.", "sqlalchemy.orm."),
            ("sqlalchemy.orm.query.", "sqlalchemy.orm."),
            ("sqlalchemy.orm.scoping.", "sqlalchemy.orm."),
            ("sqlalchemy.ext.declarative.", "sqlalchemy.orm."),
            ("sqlalchemy.types.", "sqlalchemy."),
            ("sqlalchemy.schema.", "sqlalchemy."),
        ),
        "urllib": (
            ("urllib.quote", "urllib.parse.quote"),
            ("urllib.unquote", "urllib.parse.unquote"),
            ("urllib.urlencode", "urllib.parse.urlencode"),
            ("urllib.urlopen", "urllib.request.urlopen"),
            ("urllib.urlretrieve", "urllib.request.urlretrieve"),
        ),
        "urllib2": (
            ("urllib2.quote", "urllib.parse.quote"),
            ("urllib2.unquote", "urllib.parse.unquote"),
            ("urllib2.HTTPError", "urllib.error.HTTPError"),
            ("urllib2.URLError", "urllib.error.URLError"),
            ("urllib2.", "urllib.request."),
        ),
        "urlparse": (("urlparse.", "urllib.parse."),),
        "werkzeug": (
            ("werkzeug.contrib.fixers.", "werkzeug.middleware.proxy_fix."),
            ("werkzeug.contrib.cache.", "cachelib."),
            ("werkzeug.datastructures.structures.", "werkzeug.datastructures."),
            ("werkzeug.datastructures.file_storage.", "werkzeug.datastructures."),
            ("werkzeug.datastructures.headers.", "werkzeug.datastructures."),
            ("werkzeug.debug.tbtools.", "werkzeug.debug."),
            ("werkzeug.wrappers.request.", "werkzeug.wrappers."),
            ("werkzeug.wrappers.response.", "werkzeug.wrappers."),
            ("werkzeug.wsgi.SharedDataMiddleware", "werkzeug.middleware.shared_data.SharedDataMiddleware"),
            ("werkzeug.wsgi.DispatcherMiddleware", "werkzeug.middleware.dispatcher.DispatcherMiddleware"),
        ),
        "wtforms": (
            ("wtforms.ext.csrf.form.", "wtforms.csrf."),
            ("wtforms.fields.core.", "wtforms."),
            ("wtforms.fields.html5.", "wtforms."),
            ("wtforms.fields.simple.", "wtforms."),
            ("wtforms.fields.", "wtforms."),
            ("wtforms.form.", "wtforms."),
        ),
        "xml": (("xml.etree.cElementTree.", "xml.etree.ElementTree."),),
        "yaml": (("yaml.loader.", "yaml."), ("yaml.dumper.", "yaml.")),
    }
)
"""By top-level name: the start of a path that other paths are the better known form of."""

PUBLIC: Mapping[str, str] = MappingProxyType(
    {
        # flask
        "flask.Markup": "markupsafe.Markup",
        "flask.escape": "markupsafe.escape",
        "flask.safe_join": "werkzeug.utils.safe_join",
        "werkzeug.exceptions.abort": "flask.abort",
        "werkzeug.abort": "flask.abort",
        "werkzeug.utils.redirect": "flask.redirect",
        "werkzeug.redirect": "flask.redirect",
        "werkzeug.security.safe_join": "werkzeug.utils.safe_join",
        "werkzeug.secure_filename": "werkzeug.utils.secure_filename",
        "werkzeug.check_password_hash": "werkzeug.security.check_password_hash",
        "werkzeug.generate_password_hash": "werkzeug.security.generate_password_hash",
        "werkzeug.run_simple": "werkzeug.serving.run_simple",
        "werkzeug.DebuggedApplication": "werkzeug.debug.DebuggedApplication",
        "werkzeug.Request": "werkzeug.wrappers.Request",
        "werkzeug.Response": "werkzeug.wrappers.Response",
        "werkzeug.BaseResponse": "werkzeug.wrappers.Response",
        "werkzeug.wrappers.BaseRequest": "werkzeug.wrappers.Request",
        "werkzeug.wrappers.BaseResponse": "werkzeug.wrappers.Response",
        "werkzeug.LocalProxy": "werkzeug.local.LocalProxy",
        "werkzeug.FileStorage": "werkzeug.datastructures.FileStorage",
        "werkzeug.import_string": "werkzeug.utils.import_string",
        "werkzeug.utils.escape": "markupsafe.escape",
        "werkzeug.html.escape": "markupsafe.escape",
        "werkzeug.urls.url_quote": "urllib.parse.quote",
        "werkzeug.urls.url_quote_plus": "urllib.parse.quote_plus",
        "werkzeug.urls.url_unquote": "urllib.parse.unquote",
        "werkzeug.urls.url_encode": "urllib.parse.urlencode",
        "werkzeug.urls.url_join": "urllib.parse.urljoin",
        "werkzeug.urls.url_parse": "urllib.parse.urlsplit",
        # wtforms
        "wtforms.widgets.core.html_params": "wtforms.widgets.html_params",
        # jinja2
        "jinja2.Markup": "markupsafe.Markup",
        "jinja2.nodes.Markup": "markupsafe.Markup",
        "jinja2.utils.Markup": "markupsafe.Markup",
        "jinja2.escape": "markupsafe.escape",
        # extensions
        "flask_caching.flask_caching.Cache": "flask_caching.Cache",
        "flask_cors.decorator.cross_origin": "flask_cors.cross_origin",
        "flask_cors.extension.CORS": "flask_cors.CORS",
        "flask_limiter.extension.Limiter": "flask_limiter.Limiter",
        "flask_limiter._extension.Limiter": "flask_limiter.Limiter",
        "flask_login.login_manager.LoginManager": "flask_login.LoginManager",
        "flask_login.mixins.UserMixin": "flask_login.UserMixin",
        "flask_login.utils.current_user": "flask_login.current_user",
        "flask_login.utils.login_required": "flask_login.login_required",
        "flask_login.utils.login_user": "flask_login.login_user",
        "flask_login.utils.logout_user": "flask_login.logout_user",
        "flask_restplus.resource.Resource": "flask_restplus.Resource",
        "flask_restx.resource.Resource": "flask_restx.Resource",
        "flask_security.core.Security": "flask_security.Security",
        "flask_security.current_user": "flask_login.current_user",
        "flask_sqlalchemy.extension.SQLAlchemy": "flask_sqlalchemy.SQLAlchemy",
        "flask_talisman.talisman.Talisman": "flask_talisman.Talisman",
        "flask_wtf.Form": "flask_wtf.FlaskForm",
        "flask_wtf.csrf.CsrfProtect": "flask_wtf.CSRFProtect",
        "flask_wtf.csrf.CSRFProtect": "flask_wtf.CSRFProtect",
        "flask_wtf.CsrfProtect": "flask_wtf.CSRFProtect",
        "flask_wtf.form.FlaskForm": "flask_wtf.FlaskForm",
        "flask_wtf.form.Form": "flask_wtf.FlaskForm",
        # standard library
        "cgi.escape": "html.escape",
        "posix.system": "os.system",
        "pipes.quote": "shlex.quote",
        "xml.etree.ElementTree.XML": "xml.etree.ElementTree.fromstring",
        "xml.etree.XML": "xml.etree.ElementTree.fromstring",
        "lxml.etree.XML": "lxml.etree.fromstring",
        "io.open": "builtins.open",
        "builtins.IOError": "builtins.OSError",
        "builtins.EnvironmentError": "builtins.OSError",
        # databases
        "MySQLdb.Connect": "MySQLdb.connect",
        "pymysql.Connect": "pymysql.connect",
        "pymysql.Connection": "pymysql.connections.Connection",
        "pymongo.mongo_client.MongoClient": "pymongo.MongoClient",
        "pymongo.Connection": "pymongo.MongoClient",
        "redis.StrictRedis": "redis.Redis",
        "redis.client.Redis": "redis.Redis",
        "redis.client.StrictRedis": "redis.Redis",
        "sqlite3.dbapi2.connect": "sqlite3.connect",
        "pysqlite2.dbapi2.connect": "sqlite3.connect",
        # others
        "dotenv.main.load_dotenv": "dotenv.load_dotenv",
        "itsdangerous.serializer.Serializer": "itsdangerous.Serializer",
        "itsdangerous.url_safe.URLSafeSerializer": "itsdangerous.URLSafeSerializer",
        "itsdangerous.url_safe.URLSafeTimedSerializer": "itsdangerous.URLSafeTimedSerializer",
        "jwt.api_jwt.decode": "jwt.decode",
        "jwt.api_jwt.encode": "jwt.encode",
        "bleach.sanitizer.Cleaner": "bleach.Cleaner",
        "sympy.parsing.sympy_parser.parse_expr": "sympy.parse_expr",
        "invoke.context.Context": "invoke.Context",
        "sklearn.externals.joblib.load": "joblib.load",
        "xmlrpclib.ServerProxy": "xmlrpc.client.ServerProxy",
        "PyPDF2.PdfFileReader": "PyPDF2.PdfReader",
        "pymupdf.open": "fitz.open",
    }
)
"""Other import paths of a name, to the one that the tables use."""

CLASSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "connexion.FlaskApp": ("flask.Flask",),
        "flask_openapi3.OpenAPI": ("flask.Flask",),
        "apiflask.APIFlask": ("flask.Flask",),
        "quart.Quart": ("flask.Flask",),
        "flask.views.MethodView": ("flask.views.View",),
        "flask_restful.Resource": ("flask.views.MethodView",),
        "flask_restplus.Resource": ("flask.views.MethodView",),
        "flask_restx.Resource": ("flask.views.MethodView",),
        "flask_restx.Namespace": (),
        "flask_smorest.Blueprint": ("flask.Blueprint",),
        "flask_wtf.FlaskForm": ("wtforms.Form",),
        "flask_wtf.RecaptchaField": ("wtforms.Field",),
        "flask.Request": ("werkzeug.wrappers.Request",),
        "flask.Response": ("werkzeug.wrappers.Response",),
        "flask.sessions.SecureCookieSessionInterface": ("flask.sessions.SessionInterface",),
        "flask_sqlalchemy.BaseQuery": ("sqlalchemy.orm.Query",),
        "flask_sqlalchemy.query.Query": ("sqlalchemy.orm.Query",),
        "flask_sqlalchemy.session.Session": ("sqlalchemy.orm.Session",),
        "flask_login.AnonymousUserMixin": (),
        "jinja2.sandbox.SandboxedEnvironment": ("jinja2.Environment",),
        "jinja2.sandbox.ImmutableSandboxedEnvironment": ("jinja2.sandbox.SandboxedEnvironment",),
        "jinja2.nativetypes.NativeEnvironment": ("jinja2.Environment",),
        "flask.templating.Environment": ("jinja2.Environment",),
        "markupsafe.Markup": ("builtins.str",),
        "requests_oauthlib.OAuth1Session": ("requests.Session",),
        "requests_oauthlib.OAuth2Session": ("requests.Session",),
        "requests.session": ("requests.Session",),
        "cachecontrol.CacheControl": ("requests.Session",),
        "sqlalchemy.ext.asyncio.AsyncSession": ("sqlalchemy.orm.Session",),
        **{
            f"sqlalchemy.{name}": ()
            for name in ("select", "insert", "update", "delete", "exists", "text", "cast", "case")
        },
        **{
            f"peewee.{name}": ("peewee.Database",)
            for name in ("MySQLDatabase", "PostgresqlDatabase", "SqliteDatabase", "PooledMySQLDatabase")
        },
        "sqlmodel.Session": ("sqlalchemy.orm.Session",),
        "threading.local": (),
        "werkzeug.datastructures.ImmutableMultiDict": ("werkzeug.datastructures.MultiDict",),
        "werkzeug.datastructures.CombinedMultiDict": ("werkzeug.datastructures.MultiDict",),
        "werkzeug.datastructures.MultiDict": ("builtins.dict",),
        "ruamel.yaml.YAML": (),
        "defusedxml.ElementTree.parse": (),
        "configparser.RawConfigParser": (),
        "configparser.ConfigParser": ("configparser.RawConfigParser",),
        "configparser.SafeConfigParser": ("configparser.ConfigParser",),
        "collections.OrderedDict": ("builtins.dict",),
        "collections.defaultdict": ("builtins.dict",),
        "pathlib.PosixPath": ("pathlib.Path",),
        "psycopg2.extras.DictConnection": ("psycopg2.extensions.connection",),
        "psycopg2.extensions.connection": (),
        "psycopg2.extensions.cursor": (),
        "pymysql.cursors.DictCursor": ("pymysql.cursors.Cursor",),
    }
)
"""Bases of library classes that the tables speak of; an empty row says that a lower-case name is a class."""


def _fluent(owner: str, methods: str, result: str = "") -> dict[str, tuple[str, ...]]:
    """Methods of a class that give an object of a class, of the same one when no other is named."""
    return {f"{owner}().{method}()": ((result or owner) + "()",) for method in methods.split()}


def _attributes(owner: str, attributes: str, result: str) -> dict[str, tuple[str, ...]]:
    return {f"{owner}().{name}": (result + "()",) for name in attributes.split()}


def _returns(functions: str, result: str) -> dict[str, tuple[str, ...]]:
    return {f"{name}()": (result + "()",) for name in functions.split()}


_TEXT_METHODS = (
    "capitalize casefold center expandtabs format format_map join ljust lower lstrip replace removeprefix removesuffix "
    "rjust rstrip strip swapcase title translate upper zfill"
)

ALSO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # flask
        "flask.current_app": ("flask.Flask()",),
        "flask.current_app._get_current_object()": ("flask.Flask()",),
        "flask.Flask()._get_current_object()": ("flask.Flask()",),
        "flask.request": ("flask.Request()",),
        "flask.session": ("flask.sessions.SecureCookieSession()",),
        **_returns(
            "flask.make_response flask.jsonify flask.redirect flask.send_file flask.send_from_directory",
            "flask.Response",
        ),
        **_returns("flask.Flask().make_response flask.Flask().response_class", "flask.Response"),
        **_returns("flask.Flask().test_client", "flask.testing.FlaskClient"),
        **_returns("flask.Flask().app_context flask.Flask().test_request_context", "flask.ctx.AppContext"),
        "flask.Flask().config": ("flask.Config()",),
        "flask.Flask().jinja_env": ("jinja2.Environment()",),
        "flask.Flask().create_jinja_environment()": ("jinja2.Environment()",),
        "flask.Flask().logger": ("logging.Logger()",),
        "flask.Flask().request_class": ("flask.Request",),
        "flask.Flask().response_class": ("flask.Response",),
        "flask.render_template()": ("builtins.str()",),
        "flask.render_template_string()": ("builtins.str()",),
        "flask.url_for()": ("builtins.str()",),
        "flask.json": ("json",),
        "flask.Flask().login_manager": ("flask_login.LoginManager()",),
        "flask.Flask().session_interface.open_session()": ("flask.session",),
        "flask_restful.Api().app": ("flask.Flask()",),
        "flask_script.Manager().app": ("flask.Flask()",),
        "connexion.App()": ("connexion.FlaskApp()",),
        "connexion.FlaskApp().app": ("flask.Flask()",),
        "connexion.App().app": ("flask.Flask()",),
        # werkzeug
        **_attributes("werkzeug.wrappers.Request", "args form values files", "werkzeug.datastructures.MultiDict"),
        **_attributes("werkzeug.wrappers.Request", "headers", "werkzeug.datastructures.Headers"),
        **_attributes("werkzeug.wrappers.Request", "cookies", "werkzeug.datastructures.MultiDict"),
        **_attributes(
            "werkzeug.wrappers.Request", "path full_path url base_url host host_url url_root", "builtins.str"
        ),
        **_attributes("werkzeug.wrappers.Response", "headers", "werkzeug.datastructures.Headers"),
        "werkzeug.wrappers.Request().files.__getitem__()": ("werkzeug.datastructures.FileStorage()",),
        "werkzeug.wrappers.Request().files.get()": ("werkzeug.datastructures.FileStorage()",),
        "werkzeug.wrappers.Request().files.getlist().__getitem__()": ("werkzeug.datastructures.FileStorage()",),
        "werkzeug.wrappers.Request().files.values().__getitem__()": ("werkzeug.datastructures.FileStorage()",),
        "werkzeug.wrappers.Request().files.items().__getitem__().__getitem__()": (
            "werkzeug.datastructures.FileStorage()",
        ),
        "werkzeug.wrappers.Request().files.pop()": ("werkzeug.datastructures.FileStorage()",),
        "werkzeug.datastructures.FileStorage().filename": ("builtins.str()",),
        "werkzeug.datastructures.FileStorage().stream": ("io.BytesIO()",),
        "werkzeug.utils.secure_filename()": ("builtins.str()",),
        # jinja2
        **_fluent(
            "jinja2.Environment", "get_template from_string select_template get_or_select_template", "jinja2.Template"
        ),
        **_fluent("jinja2.Environment", "overlay"),
        "jinja2.Template().render()": ("builtins.str()",),
        "jinja2.Template().environment": ("jinja2.Environment()",),
        "markupsafe.escape()": ("markupsafe.Markup()",),
        "markupsafe.Markup.escape()": ("markupsafe.Markup()",),
        # sqlalchemy and what stands on it
        "sqlalchemy.create_engine()": ("sqlalchemy.engine.Engine()",),
        "sqlalchemy.engine_from_config()": ("sqlalchemy.engine.Engine()",),
        "sqlalchemy.ext.asyncio.create_async_engine()": ("sqlalchemy.engine.Engine()",),
        **_fluent("sqlalchemy.engine.Engine", "connect begin contextual_connect", "sqlalchemy.engine.Connection"),
        **_fluent("sqlalchemy.engine.Engine", "execute", "sqlalchemy.engine.Result"),
        **_fluent("sqlalchemy.engine.Engine", "execution_options"),
        **_fluent("sqlalchemy.engine.Connection", "execution_options __enter__"),
        **_fluent("sqlalchemy.engine.Connection", "execute exec_driver_sql", "sqlalchemy.engine.Result"),
        "sqlalchemy.orm.sessionmaker()()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.sessionmaker().begin()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.ext.asyncio.async_sessionmaker()()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.create_session()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.scoped_session()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.scoped_session()()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.Session()()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.object_session()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.Session().session_factory()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.Session().registry()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.Session().begin()": ("sqlalchemy.orm.Session()",),
        "sqlalchemy.orm.Session().query_property()": ("sqlalchemy.orm.Query()",),
        "sqlalchemy.orm.Session().bind": ("sqlalchemy.engine.Engine()",),
        **_fluent("sqlalchemy.orm.Session", "get_bind", "sqlalchemy.engine.Engine"),
        **_fluent("sqlalchemy.orm.Session", "connection", "sqlalchemy.engine.Connection"),
        **_fluent("sqlalchemy.orm.Session", "execute scalars exec", "sqlalchemy.engine.Result"),
        **_fluent("sqlalchemy.orm.Session", "query", "sqlalchemy.orm.Query"),
        **_fluent("sqlalchemy.engine.Result", "mappings scalars unique"),
        **_fluent(
            "sqlalchemy.orm.Query",
            "filter filter_by join outerjoin order_by group_by having options limit offset distinct with_entities add_columns "
            "add_entity select_from params from_statement from_self union union_all except_ intersect with_for_update "
            "enable_eagerloads enable_assertions execution_options populate_existing yield_per slice correlate subquery "
            "with_session with_labels prefix_with suffix_with autoflush reset_joinpoint where",
        ),
        **_fluent(
            "sqlalchemy.select",
            "where filter filter_by join outerjoin join_from select_from order_by group_by limit offset distinct having options "
            "with_for_update add_columns union union_all with_only_columns correlate execution_options",
        ),
        **_fluent("sqlalchemy.Table", "select", "sqlalchemy.select"),
        **_fluent("sqlalchemy.Table", "insert", "sqlalchemy.insert"),
        **_fluent("sqlalchemy.Table", "update", "sqlalchemy.update"),
        **_fluent("sqlalchemy.Table", "delete", "sqlalchemy.delete"),
        **_fluent("sqlalchemy.insert", "values from_select returning inline prefix_with execution_options"),
        **_fluent("sqlalchemy.update", "where values returning ordered_values prefix_with execution_options"),
        **_fluent("sqlalchemy.delete", "where returning prefix_with execution_options"),
        "flask_sqlalchemy.SQLAlchemy().session": ("sqlalchemy.orm.Session()",),
        "flask_sqlalchemy.SQLAlchemy().session()": ("sqlalchemy.orm.Session()",),
        "flask_sqlalchemy.SQLAlchemy().engine": ("sqlalchemy.engine.Engine()",),
        "flask_sqlalchemy.SQLAlchemy().get_engine()": ("sqlalchemy.engine.Engine()",),
        "flask_sqlalchemy.SQLAlchemy().engines.__getitem__()": ("sqlalchemy.engine.Engine()",),
        "flask_sqlalchemy.SQLAlchemy().create_engine()": ("sqlalchemy.engine.Engine()",),
        "flask_sqlalchemy.SQLAlchemy().create_scoped_session()": ("sqlalchemy.orm.Session()",),
        **{
            f"flask_sqlalchemy.SQLAlchemy().{name}": (f"sqlalchemy.{name}",)
            for line in (
                "Column ForeignKey Table text select and_ or_ not_ func desc asc literal literal_column case cast distinct",
                "exists insert update delete union create_engine",
            )
            for name in line.split()
        },
        "flask_sqlalchemy.SQLAlchemy().Query": ("sqlalchemy.orm.Query",),
        "flask_sqlalchemy.SQLAlchemy().relationship": ("sqlalchemy.orm.relationship",),
        "flask_sqlalchemy.SQLAlchemy().aliased": ("sqlalchemy.orm.aliased",),
        "flask_sqlalchemy.SQLAlchemy().Model.query": ("sqlalchemy.orm.Query()",),
        "flask_sqlalchemy.SQLAlchemy().Model().query": ("sqlalchemy.orm.Query()",),
        "flask_sqlalchemy.model.Model.query": ("sqlalchemy.orm.Query()",),
        "flask_sqlalchemy.Model.query": ("sqlalchemy.orm.Query()",),
        **{
            f"peewee.Model.{name}()": ("peewee.ModelSelect()",)
            for name in ("select", "select_extend", "insert", "update", "delete", "raw")
        },
        **_fluent(
            "peewee.ModelSelect",
            "where join join_from order_by group_by having limit offset distinct switch paginate alias dicts tuples objects "
            "namedtuples union with_cte returning on_conflict for_update select from_ orwhere",
        ),
        "flask_migrate.Migrate().db": ("flask_sqlalchemy.SQLAlchemy()",),
        "alembic.op.get_bind()": ("sqlalchemy.engine.Connection()",),
        # drivers
        "sqlite3.connect()": ("sqlite3.Connection()",),
        "sqlite3.Connection().cursor()": ("sqlite3.Cursor()",),
        "sqlite3.Connection().execute()": ("sqlite3.Cursor()",),
        "sqlite3.Connection().executemany()": ("sqlite3.Cursor()",),
        "sqlite3.Cursor().execute()": ("sqlite3.Cursor()",),
        "sqlite3.Cursor().connection": ("sqlite3.Connection()",),
        "aiosqlite.connect()": ("sqlite3.Connection()",),
        "psycopg2.connect()": ("psycopg2.extensions.connection()",),
        "psycopg2.extensions.connection().cursor()": ("psycopg2.extensions.cursor()",),
        "psycopg2.pool.SimpleConnectionPool().getconn()": ("psycopg2.extensions.connection()",),
        "psycopg2.pool.ThreadedConnectionPool().getconn()": ("psycopg2.extensions.connection()",),
        "psycopg.connect()": ("psycopg.Connection()",),
        "psycopg.Connection.connect()": ("psycopg.Connection()",),
        "psycopg.Connection().cursor()": ("psycopg.Cursor()",),
        "psycopg.Connection().execute()": ("psycopg.Cursor()",),
        "psycopg.Cursor().execute()": ("psycopg.Cursor()",),
        "psycopg_pool.ConnectionPool().connection()": ("psycopg.Connection()",),
        "psycopg_pool.ConnectionPool().getconn()": ("psycopg.Connection()",),
        "pymysql.connect()": ("pymysql.connections.Connection()",),
        "pymysql.connections.Connection().cursor()": ("pymysql.cursors.Cursor()",),
        "MySQLdb.connect()": ("MySQLdb.connections.Connection()",),
        "MySQLdb.connections.Connection().cursor()": ("MySQLdb.cursors.Cursor()",),
        "mysql.connector.connect()": ("mysql.connector.MySQLConnection()",),
        "mysql.connector.pooling.MySQLConnectionPool().get_connection()": ("mysql.connector.MySQLConnection()",),
        "mysql.connector.MySQLConnection().cursor()": ("mysql.connector.cursor.MySQLCursor()",),
        "flask_mysqldb.MySQL().connection": ("MySQLdb.connections.Connection()",),
        "flaskext.mysql.MySQL().connect()": ("pymysql.connections.Connection()",),
        "flaskext.mysql.MySQL().get_db()": ("pymysql.connections.Connection()",),
        "cx_Oracle.connect()": ("cx_Oracle.Connection()",),
        "cx_Oracle.Connection().cursor()": ("cx_Oracle.Cursor()",),
        "oracledb.connect()": ("oracledb.Connection()",),
        "oracledb.Connection().cursor()": ("oracledb.Cursor()",),
        "pyodbc.connect()": ("pyodbc.Connection()",),
        "pyodbc.Connection().cursor()": ("pyodbc.Cursor()",),
        "pyodbc.Connection().execute()": ("pyodbc.Cursor()",),
        "pymssql.connect()": ("pymssql.Connection()",),
        "pymssql.Connection().cursor()": ("pymssql.Cursor()",),
        "duckdb.connect()": ("duckdb.DuckDBPyConnection()",),
        "snowflake.connector.connect()": ("snowflake.connector.SnowflakeConnection()",),
        "snowflake.connector.SnowflakeConnection().cursor()": ("snowflake.connector.cursor.SnowflakeCursor()",),
        "trino.dbapi.connect()": ("trino.dbapi.Connection()",),
        "trino.dbapi.Connection().cursor()": ("trino.dbapi.Cursor()",),
        "redshift_connector.connect()": ("redshift_connector.Connection()",),
        "redshift_connector.Connection().cursor()": ("redshift_connector.Cursor()",),
        "pg8000.connect()": ("pg8000.dbapi.Connection()",),
        "pg8000.dbapi.connect()": ("pg8000.dbapi.Connection()",),
        "pg8000.dbapi.Connection().cursor()": ("pg8000.dbapi.Cursor()",),
        "aiomysql.connect()": ("aiomysql.Connection()",),
        "aiomysql.Connection().cursor()": ("aiomysql.Cursor()",),
        "asyncpg.connect()": ("asyncpg.Connection()",),
        "asyncpg.create_pool()": ("asyncpg.Pool()",),
        "asyncpg.Pool().acquire()": ("asyncpg.Connection()",),
        "cassandra.cluster.Cluster().connect()": ("cassandra.cluster.Session()",),
        "neo4j.GraphDatabase.driver()": ("neo4j.Driver()",),
        "neo4j.Driver().session()": ("neo4j.Session()",),
        "neo4j.Session().begin_transaction()": ("neo4j.Transaction()",),
        "records.Database().get_connection()": ("records.Connection()",),
        "dataset.connect()": ("dataset.Database()",),
        "apsw.Connection().cursor()": ("apsw.Cursor()",),
        **{
            f"peewee.{name}()": ("peewee.Database()",)
            for name in ("SqliteDatabase", "MySQLDatabase", "PostgresqlDatabase")
        },
        "asyncssh.connect()": ("asyncssh.SSHClientConnection()",),
        "PIL.Image.open()": ("PIL.Image.Image()",),
        "PIL.Image.new()": ("PIL.Image.Image()",),
        **_returns(
            "pandas.read_csv pandas.read_json pandas.read_excel pandas.read_sql pandas.read_sql_query pandas.read_parquet "
            "pandas.read_table pandas.concat pandas.merge pandas.DataFrame.from_dict pandas.DataFrame.from_records",
            "pandas.DataFrame",
        ),
        **_fluent("pymongo.MongoClient", "get_database get_default_database __getitem__", "pymongo.database.Database"),
        **_fluent("pymongo.database.Database", "get_collection __getitem__", "pymongo.collection.Collection"),
        "flask_pymongo.PyMongo().db": ("pymongo.database.Database()",),
        "flask_pymongo.PyMongo().cx": ("pymongo.MongoClient()",),
        "redis.from_url()": ("redis.Redis()",),
        "redis.Redis.from_url()": ("redis.Redis()",),
        "redis.Redis().pipeline()": ("redis.Redis()",),
        "ldap.initialize()": ("ldap.ldapobject.LDAPObject()",),
        "ldap.open()": ("ldap.ldapobject.LDAPObject()",),
        # requests and its kin
        **_returns(
            "requests.get requests.post requests.put requests.patch requests.delete requests.head requests.options "
            "requests.request requests.Session().get requests.Session().post requests.Session().put "
            "requests.Session().patch requests.Session().delete requests.Session().head requests.Session().request "
            "requests.Session().send",
            "requests.Response",
        ),
        "requests.Response().text": ("builtins.str()",),
        "requests.Response().raw": ("urllib3.HTTPResponse()",),
        "urllib.request.urlopen()": ("http.client.HTTPResponse()",),
        "urllib.request.build_opener()": ("urllib.request.OpenerDirector()",),
        "urllib.parse.urlparse()": ("urllib.parse.ParseResult()",),
        "urllib.parse.urlsplit()": ("urllib.parse.SplitResult()",),
        # standard library
        "builtins.open()": ("io.TextIOWrapper()",),
        "os.fdopen()": ("io.TextIOWrapper()",),
        "codecs.open()": ("io.TextIOWrapper()",),
        "gzip.open()": ("gzip.GzipFile()",),
        "os.environ.copy()": ("builtins.dict()",),
        "os.path.join()": ("builtins.str()",),
        "os.popen()": ("io.TextIOWrapper()",),
        "tarfile.open()": ("tarfile.TarFile()",),
        "tarfile.TarFile.open()": ("tarfile.TarFile()",),
        "tarfile.TarFile().extractfile()": ("io.BytesIO()",),
        "zipfile.ZipFile().open()": ("io.BytesIO()",),
        "tempfile.NamedTemporaryFile()": ("io.BytesIO()",),
        "tempfile.TemporaryFile()": ("io.BytesIO()",),
        "tempfile.SpooledTemporaryFile()": ("io.BytesIO()",),
        "tempfile.TemporaryDirectory().__enter__()": ("builtins.str()",),
        "tempfile.mkdtemp()": ("builtins.str()",),
        "logging.getLogger()": ("logging.Logger()",),
        "logging.Logger().getChild()": ("logging.Logger()",),
        "structlog.get_logger()": ("logging.Logger()",),
        "loguru.logger": ("logging.Logger()",),
        "celery.utils.log.get_task_logger()": ("logging.Logger()",),
        "hashlib.new()": ("hashlib.hash()",),
        **_returns(
            "hashlib.md5 hashlib.sha1 hashlib.sha224 hashlib.sha256 hashlib.sha384 hashlib.sha512", "hashlib.hash"
        ),
        **_returns("hashlib.blake2b hashlib.blake2s hashlib.sha3_256 hashlib.sha3_512", "hashlib.hash"),
        "hmac.new()": ("hmac.HMAC()",),
        "random.SystemRandom()": ("secrets.SystemRandom()",),
        "re.compile()": ("re.Pattern()",),
        **_returns("re.match re.search re.fullmatch", "re.Match"),
        **_fluent("re.Pattern", "match search fullmatch", "re.Match"),
        "ssl.create_default_context()": ("ssl.SSLContext()",),
        "ssl._create_unverified_context()": ("ssl.SSLContext()",),
        "subprocess.run()": ("subprocess.CompletedProcess()",),
        "smtplib.SMTP().__enter__()": ("smtplib.SMTP()",),
        "paramiko.SSHClient().open_sftp()": ("paramiko.SFTPClient()",),
        "paramiko.SSHClient().invoke_shell()": ("paramiko.Channel()",),
        "paramiko.Transport().open_session()": ("paramiko.Channel()",),
        "xml.sax.make_parser()": ("xml.sax.xmlreader.XMLReader()",),
        "xml.dom.minidom.parse()": ("xml.dom.minidom.Document()",),
        "xml.dom.minidom.parseString()": ("xml.dom.minidom.Document()",),
        "xml.etree.ElementTree.parse()": ("xml.etree.ElementTree.ElementTree()",),
        "xml.etree.ElementTree.ElementTree().getroot()": ("xml.etree.ElementTree.Element()",),
        "xml.etree.ElementTree.fromstring()": ("xml.etree.ElementTree.Element()",),
        "lxml.etree.parse()": ("lxml.etree._ElementTree()",),
        "lxml.etree._ElementTree().getroot()": ("lxml.etree._Element()",),
        "lxml.etree.fromstring()": ("lxml.etree._Element()",),
        "lxml.html.fromstring()": ("lxml.etree._Element()",),
        **_fluent(
            "pathlib.Path",
            "absolute expanduser joinpath parent relative_to rename resolve with_name with_suffix __truediv__",
        ),
        **_attributes("pathlib.Path", "parent", "pathlib.Path"),
        **_attributes("pathlib.Path", "name stem suffix", "builtins.str"),
        "pathlib.Path().open()": ("io.TextIOWrapper()",),
        "pathlib.Path.home()": ("pathlib.Path()",),
        "pathlib.Path.cwd()": ("pathlib.Path()",),
        "pathlib.Path().read_text()": ("builtins.str()",),
        "asyncio.get_event_loop()": ("asyncio.AbstractEventLoop()",),
        "asyncio.get_running_loop()": ("asyncio.AbstractEventLoop()",),
        "asyncio.new_event_loop()": ("asyncio.AbstractEventLoop()",),
        "datetime.datetime.now()": ("datetime.datetime()",),
        "datetime.datetime.utcnow()": ("datetime.datetime()",),
        "uuid.uuid4()": ("uuid.UUID()",),
        "uuid.uuid1()": ("uuid.UUID()",),
        "argparse.ArgumentParser().parse_args()": ("argparse.Namespace()",),
        # texts
        **_fluent("builtins.str", _TEXT_METHODS),
        **_fluent("builtins.str", "encode", "builtins.bytes"),
        **_fluent("builtins.str", "split rsplit splitlines", "builtins.list"),
        **_fluent("builtins.bytes", "decode hex", "builtins.str"),
        **_fluent("builtins.dict", "copy"),
        "werkzeug.datastructures.MultiDict().to_dict()": ("builtins.dict()",),
        "werkzeug.datastructures.MultiDict().copy()": ("werkzeug.datastructures.MultiDict()",),
        **_fluent("builtins.list", "copy"),
        "builtins.repr()": ("builtins.str()",),
        "builtins.chr()": ("builtins.str()",),
        "builtins.input()": ("builtins.str()",),
        "builtins.len()": ("builtins.int()",),
        "builtins.sorted()": ("builtins.list()",),
        "json.dumps()": ("builtins.str()",),
        # extensions
        "authlib.integrations.flask_client.OAuth().register()": ("authlib.integrations.flask_client.FlaskOAuth2App()",),
        "flask_oauthlib.client.OAuth().remote_app()": ("flask_oauthlib.client.OAuthRemoteApp()",),
        "flask_restful.reqparse.RequestParser().parse_args()": ("flask_restful.reqparse.Namespace()",),
        "flask_restx.reqparse.RequestParser().parse_args()": ("flask_restx.reqparse.Namespace()",),
        **{
            f"{library}.{owner}().parser()": (f"{library}.reqparse.RequestParser()",)
            for library in ("flask_restx", "flask_restplus")
            for owner in ("Api", "Namespace")
        },
        "flask_restx.Api().namespace()": ("flask_restx.Namespace()",),
        "flask_restplus.Api().namespace()": ("flask_restplus.Namespace()",),
        "clickhouse_connect.get_client()": ("clickhouse_connect.driver.Client()",),
        # browsers that are driven
        **{
            row: (f"playwright.{api}.{kind}()",)
            for api in ("sync_api", "async_api")
            for row, kind in (
                (f"playwright.{api}.{api[:-4]}_playwright()", "Playwright"),
                (f"playwright.{api}.Playwright().start()", "Playwright"),
                *((f"playwright.{api}.Playwright().{one}", "BrowserType") for one in ("chromium", "firefox", "webkit")),
                (f"playwright.{api}.BrowserType().launch()", "Browser"),
                (f"playwright.{api}.BrowserType().connect()", "Browser"),
                (f"playwright.{api}.Browser().new_context()", "BrowserContext"),
                (f"playwright.{api}.Browser().new_page()", "Page"),
                (f"playwright.{api}.BrowserContext().new_page()", "Page"),
            )
        },
        "boto3.client()": ("botocore.client.BaseClient()",),
        "boto3.resource()": ("boto3.resources.base.ServiceResource()",),
    }
)
"""What else something is: the type of a value, the class that a class is made from. A row is looked up again, so that each
states one step. ``X().__getitem__()`` is an item of an ``X``, ``X().__enter__()`` what ``with`` binds."""

PASSED: Mapping[str, tuple[int, str]] = MappingProxyType(
    {
        "functools.partial": (0, "value"),
        "contextlib.closing": (0, "value"),
        "contextlib.nullcontext": (0, "value"),
        "copy.copy": (0, "value"),
        "copy.deepcopy": (0, "value"),
        "weakref.proxy": (0, "value"),
        "werkzeug.local.LocalProxy": (0, "call"),
        "functools.lru_cache()": (0, "value"),
        "functools.wraps()": (0, "value"),
        "functools.cache": (0, "value"),
        "six.with_metaclass": (1, "value"),
        "future.utils.with_metaclass": (1, "value"),
        "builtins.iter": (0, "value"),
        "builtins.next": (0, "item"),
        "builtins.type": (0, "class"),
        "builtins.getattr": (0, "attribute"),
        "operator.attrgetter": (0, "none"),
        "importlib.import_module": (0, "module"),
        "builtins.__import__": (0, "module"),
        "werkzeug.utils.import_string": (0, "module"),
        "typing.cast": (0, "cast"),
        "flask.copy_current_request_context": (0, "value"),
        "flask.stream_with_context": (0, "value"),
        "eventlet.import_patched": (0, "module"),
        "asyncio.run": (0, "value"),
        "asgiref.wsgi.WsgiToAsgi": (0, "value"),
        "asgiref.sync.async_to_sync": (0, "value"),
        "asgiref.sync.sync_to_async": (0, "value"),
    }
)
"""Functions whose result stands for an argument, by its position: its ``value``, what a ``call`` of it gives, its ``class``, an
``attribute`` or ``item`` of it, the ``module`` that its text names, what it is ``cast`` to."""

HANDED: Mapping[str, str] = MappingProxyType(
    {
        **{
            f"flask.{owner}().{name}": "flask.Response()"
            for owner, names in {
                "Flask": ("after_request",),
                "Blueprint": ("after_request", "after_app_request"),
            }.items()
            for name in names
        },
        "flask.Flask().errorhandler": "",
        "flask.Blueprint().errorhandler": "",
        "flask.Blueprint().app_errorhandler": "",
        "flask.after_this_request": "flask.Response()",
    }
)
"""What decorators see to it that a function is called with: by the decorator; empty for an object of its first argument."""
