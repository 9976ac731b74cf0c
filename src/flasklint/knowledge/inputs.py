"""What a view may read of a request: Flask's own attributes, and the libraries that read them for it."""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

InputKind = Literal["path", "query", "form", "json", "files", "cookies", "headers", "body", "credentials", "arguments"]

REQUESTS = ("flask.request", "flask.Request()")
"""The request at hand, by canonical name."""

ATTRIBUTES: MappingProxyType[str, InputKind] = MappingProxyType(
    {
        "args": "query",
        "query_string": "query",
        "form": "form",
        "values": "form",
        "json": "json",
        "get_json": "json",
        "get_json()": "json",
        "is_json": "json",
        "files": "files",
        "cookies": "cookies",
        "headers": "headers",
        "data": "body",
        "get_data": "body",
        "get_data()": "body",
        "stream": "body",
        "input_stream": "body",
        "authorization": "credentials",
        "referrer": "headers",
        "user_agent": "headers",
        "origin": "headers",
    }
)
"""Attributes of a request that carry what a visitor sends, by name."""

GETTERS = frozenset({"get", "getlist", "get_all", "pop", "setdefault", "__getitem__"})
"""Methods of what those attributes hold whose first argument is a key."""

PARSERS: MappingProxyType[str, InputKind] = MappingProxyType(
    {
        "flask_restful.reqparse.RequestParser().parse_args": "arguments",
        "flask_restx.reqparse.RequestParser().parse_args": "arguments",
        "flask_restplus.reqparse.RequestParser().parse_args": "arguments",
        "webargs.flaskparser.parser.parse": "arguments",
        "webargs.flaskparser.FlaskParser().parse": "arguments",
    }
)
"""Calls that read arguments off the request."""

DECORATORS: MappingProxyType[str, InputKind] = MappingProxyType(
    {
        "webargs.flaskparser.use_args": "json",
        "webargs.flaskparser.use_kwargs": "json",
        "webargs.flaskparser.parser.use_args": "json",
        "webargs.flaskparser.parser.use_kwargs": "json",
        "flask_smorest.Blueprint().arguments": "json",
        "flask_apispec.use_kwargs": "form",
        "apiflask.APIFlask().input": "json",
        "apiflask.APIBlueprint().input": "json",
        "flask_restx.Namespace().expect": "json",
        "flask_restx.Api().expect": "json",
        "flask_pydantic.validate": "arguments",
    }
)
"""Decorators that read the request before the view does, and where they look when they are not told."""

JSON_ONLY = frozenset(
    {
        "webargs.flaskparser.use_args",
        "webargs.flaskparser.use_kwargs",
        "webargs.flaskparser.parser.use_args",
        "webargs.flaskparser.parser.use_kwargs",
        "flask_smorest.Blueprint().arguments",
        "apiflask.APIFlask().input",
        "apiflask.APIBlueprint().input",
    }
)
"""Those that take a body for JSON only if it is declared as that."""

PAYLOADS = tuple(
    f"{library}.{owner}().payload" for library in ("flask_restx", "flask_restplus") for owner in ("Api", "Namespace")
)
"""What reads a JSON body as ``get_json()`` does."""

BODY_PARAMETERS = MappingProxyType({"flask_pydantic.validate": "body"})
"""Decorators that give a view its JSON body by the parameter's name."""

LOCATIONS: MappingProxyType[str, InputKind] = MappingProxyType(
    {
        "query": "query",
        "querystring": "query",
        "args": "query",
        "form": "form",
        "json": "json",
        "files": "files",
        "file": "files",
        "headers": "headers",
        "cookies": "cookies",
        "path": "path",
        "view_args": "path",
    }
)
"""What those decorators' ``location`` argument means."""

FORMS = frozenset({"flask_wtf.FlaskForm()", "flask_wtf.Form()", "wtforms.Form()", "flask_wtf.form.FlaskForm()"})
"""Instances of these read the form (and the files) that a request carries."""

CHOICE_FIELDS = frozenset(f"wtforms.{name}" for name in ("RadioField", "SelectField", "SelectMultipleField"))
"""Fields of forms that are valid only with what is among their choices, unless they are told not to look."""

CHECKED_FIELDS = frozenset(
    f"wtforms.{name}"
    for name in (
        *("DateField", "DateTimeField", "DateTimeLocalField", "DecimalField", "DecimalRangeField", "FloatField"),
        *("IntegerField", "IntegerRangeField", "MonthField", "TimeField"),
    )
)
"""Fields of forms that are valid only with a number or a date."""

RECEIVING: MappingProxyType[str, Literal["message", "credentials"]] = MappingProxyType(
    {
        "flask_socketio.SocketIO().on": "message",
        "flask_socketio.SocketIO().event": "message",
        "flask_sock.Sock().route": "message",
        "flask_sockets.Sockets().route": "message",
        "flask_httpauth.HTTPBasicAuth().verify_password": "credentials",
        "flask_httpauth.HTTPTokenAuth().verify_token": "credentials",
        "flask_httpauth.HTTPBasicAuth().get_password": "credentials",
        "flask_httpauth.HTTPBasicAuth().hash_password": "credentials",
    }
)
"""Decorators of functions that are called with what comes in, and what that is."""

SOCKET_CLASSES = frozenset({"flask_socketio.Namespace"})
"""Classes whose methods ``on_...`` are called with the messages that come in."""

CHECKED_BASES = frozenset({"pydantic.BaseModel", "pydantic.v1.BaseModel", "sqlmodel.SQLModel"})
"""Classes whose objects are checked when they are made: each field is of the type that it is annotated with."""

MAKERS = frozenset(
    f"{base}.{name}"
    for base in CHECKED_BASES
    for name in ("model_validate", "parse_obj", "model_validate_json", "parse_raw", "from_orm", "validate")
)
"""Methods of such a class that make an object of data."""

LOADERS = frozenset(f"marshmallow.Schema().{name}" for name in ("load", "loads"))
"""Methods of a schema that give what they are given, checked field by field."""

PASSED_THROUGH = frozenset(
    f"{module}.{name}"
    for module in ("pydantic", "pydantic.functional_validators")
    for name in ("AfterValidator", "PlainValidator")
)
"""What says in an annotation that a field's value goes through a function, which gives what is kept."""

VALIDATING = frozenset({"flask_pydantic.validate"})
"""Decorators that turn a request away where a variable of the address is not of the type that the view annotates."""

TYPED: MappingProxyType[str, str] = MappingProxyType(
    {
        **dict.fromkeys(
            (
                "builtins.int",
                "builtins.float",
                "builtins.bool",
                "datetime.date",
                "datetime.datetime",
                "decimal.Decimal",
                "enum.Enum",
                "pydantic.NonNegativeInt",
                "pydantic.PositiveInt",
                "pydantic.UUID4",
                "uuid.UUID",
            ),
            "",
        ),
        **dict.fromkeys(
            (
                "ipaddress.IPv4Address",
                "ipaddress.IPv6Address",
                "pydantic.IPvAnyAddress",
                "pydantic.networks.IPvAnyAddress",
            ),
            "0-9a-fA-F.:",
        ),
    }
)
"""The characters of what is of a type that is checked so, that a visitor chooses freely; none is harmless."""
