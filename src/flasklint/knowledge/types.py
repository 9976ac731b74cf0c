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
        "flask_security flask_session flask_smorest flask_socketio flask_sqlalchemy flask_talisman flask_themes",
        "flask_uploads flask_user flask_wtf",
    )
    for name in line.split()
)
"""Top-level names that a stray file of the project does not take over."""

PUBLIC: Mapping[str, str] = MappingProxyType(
    {
        "flask.Markup": "markupsafe.Markup",
        "flask.escape": "markupsafe.escape",
        "flask.json.jsonify": "flask.jsonify",
        "flask.app.Flask": "flask.Flask",
        "flask.blueprints.Blueprint": "flask.Blueprint",
        "flask.globals.request": "flask.request",
        "flask.globals.session": "flask.session",
        "flask.globals.current_app": "flask.current_app",
        "flask.globals.g": "flask.g",
        "jinja2.Markup": "markupsafe.Markup",
        "jinja2.escape": "markupsafe.escape",
    }
)
"""Other import paths of a name, to the one that the tables use."""

ALSO: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "flask.current_app": ("flask.Flask()",),
        "flask.request": ("flask.Request()",),
        "flask.Request().args": ("werkzeug.datastructures.MultiDict()",),
        "sqlite3.connect()": ("sqlite3.Connection()",),
        "sqlite3.Connection().cursor()": ("sqlite3.Cursor()",),
        "flask_sqlalchemy.SQLAlchemy().session": ("sqlalchemy.orm.Session()",),
    }
)
"""What else something is: the type of a value, the class that a class is made from."""
