"""Flask, Werkzeug, Jinja and MarkupSafe."""

from __future__ import annotations

from flasklint.findings import Confidence
from flasklint.knowledge.rows import Guard, Having, Own, Sanitizer, Sink, Source, Summary, Tables

_REQUEST = "flask.Request()"
_DICT = "werkzeug.datastructures.MultiDict()"
_PLAIN = "builtins.dict()"
_HEADERS = "werkzeug.datastructures.Headers()"
_FILES = "werkzeug.datastructures.MultiDict().files"
_FILE = "werkzeug.datastructures.FileStorage()"
_STREAM = "io.BytesIO()"

_SOURCES = (
    Source(f"{_REQUEST}.args", "the visitor controls the query string", result=_DICT),
    Source(f"{_REQUEST}.form", "the visitor controls the form", result=_DICT),
    Source(f"{_REQUEST}.values", "the visitor controls the query string and the form", result=_DICT),
    Source(f"{_REQUEST}.json", "the visitor controls the JSON body"),
    Source(f"{_REQUEST}.get_json()", "the visitor controls the JSON body"),
    *(
        Source(f"{library}.{owner}().payload", "the visitor controls the JSON body")
        for library in ("flask_restx", "flask_restplus")
        for owner in ("Api", "Namespace")
    ),
    Source(f"{_REQUEST}.data", "the visitor controls the request's body"),
    Source(f"{_REQUEST}.get_data()", "the visitor controls the request's body"),
    Source(f"{_REQUEST}.stream", "the visitor controls the request's body", result=_STREAM),
    Source(f"{_REQUEST}.input_stream", "the visitor controls the request's body", result=_STREAM),
    Source(f"{_REQUEST}.files", "the visitor uploads files", "upload", result=_FILES),
    Source(f"{_REQUEST}.headers", "the visitor controls the request's headers", result=_HEADERS, without=r"\r\n"),
    Source(f"{_REQUEST}.cookies", "the visitor controls the cookies", "cookie", result=_DICT, without=r"\r\n"),
    Source(f"{_REQUEST}.query_string", "the visitor controls the query string", without=r"\r\n"),
    Source(f"{_REQUEST}.url", "the visitor controls the address", without=r"\r\n", hosted=True),
    Source(f"{_REQUEST}.base_url", "the visitor controls the address", without=r"\r\n", hosted=True),
    Source(f"{_REQUEST}.full_path", "the visitor controls the address", without=r"\r\n", routed="full"),
    Source(f"{_REQUEST}.path", "the visitor controls the path", routed="path"),
    Source(f"{_REQUEST}.view_args", "the visitor controls the path", result="builtins.dict()", routed="variables"),
    Source(f"{_REQUEST}.origin", "the visitor controls the request's headers", without=r"\r\n"),
    Source(f"{_REQUEST}.referrer", "the visitor controls the referrer", without=r"\r\n"),
    Source(f"{_REQUEST}.user_agent", "the visitor controls the user agent", without=r"\r\n"),
    Source(f"{_REQUEST}.authorization", "the visitor controls the credentials", without=r"\r\n"),
    Source(
        f"{_REQUEST}.environ",
        "the visitor controls much of the environment",
        result=_HEADERS,
        confidence=Confidence.MEDIUM,
    ),
    Source(f"{_REQUEST}.mimetype", "the visitor controls the content type", without=r"\r\n"),
    Source(f"{_REQUEST}.content_type", "the visitor controls the content type", without=r"\r\n"),
    Source(
        f"{_REQUEST}.remote_user", "the visitor controls the user name", without=r"\r\n", confidence=Confidence.MEDIUM
    ),
)

_TEXT_FIELDS = (
    "wtforms.EmailField",
    "wtforms.HiddenField",
    "wtforms.PasswordField",
    "flask_ckeditor.CKEditorField",
    "flask_pagedown.fields.PageDownField",
    "wtforms.SearchField",
    "wtforms.StringField",
    "wtforms.TelField",
    "wtforms.TextAreaField",
    "wtforms.TextField",
    "wtforms.URLField",
)
"""Fields of forms that give what was typed as it is; others give numbers, dates, or one of their choices."""

_TYPED_FIELDS = (
    "wtforms.BooleanField",
    "wtforms.DateField",
    "wtforms.DateTimeField",
    "wtforms.DateTimeLocalField",
    "wtforms.DecimalField",
    "wtforms.DecimalRangeField",
    "wtforms.FloatField",
    "wtforms.IntegerField",
    "wtforms.IntegerRangeField",
    "wtforms.MonthField",
    "wtforms.RadioField",
    "wtforms.SelectField",
    "wtforms.TimeField",
)
"""Fields of forms that give a number, a date, or one of their choices."""

_CONFINING = tuple(f"wtforms.validators.{name}" for name in ("AnyOf", "IPAddress", "MacAddress", "Regexp", "UUID"))
"""Validators after which a text holds nothing that was not thought of."""

_FORM_SOURCES = (
    *(Source(f"{field}().data", "the visitor fills in the form", unless=_CONFINING) for field in _TEXT_FIELDS),
    *(
        Source(f"{field}().data", "the visitor uploads files", "upload", result=_FILE)
        for field in ("flask_wtf.file.FileField", "wtforms.FileField")
    ),
    *(
        Source(f"{field}().data", "the visitor uploads files", "upload", result=f"builtins.list()[{_FILE}]")
        for field in ("flask_wtf.file.MultipleFileField", "wtforms.MultipleFileField")
    ),
)

_SENT = "the browser is sent there"
_LOCATION = (Having("0", "const", ("Location", "location")),)

_FLASK_SINKS = (
    Sink("flask.redirect", "redirect", ("0|location",), _SENT),
    Sink("flask.Response().location=", "redirect", ("0",), _SENT),
    Sink("flask.Response", "redirect", ("2|headers",), _SENT, "location"),
    Sink("flask.make_response", "redirect", ("2",), _SENT, "location"),
    Sink("<view>", "redirect", ("0",), _SENT, "location"),
    *(
        Sink(f"flask.Response().headers.{method}", "redirect", ("1",), _SENT, when=_LOCATION)
        for method in ("__setitem__", "set", "add", "setdefault")
    ),
    Sink("flask.Flask().redirect", "redirect", ("0|location",), _SENT),
    Sink("flask.current_app.redirect", "redirect", ("0|location",), _SENT),
    Sink("flask.render_template_string", "template-source", ("0|source",), "is run as a template", shape=True),
    Sink("jinja2.Environment().from_string", "template-source", ("0|source",), "is run as a template", shape=True),
    Sink("jinja2.Template", "template-source", ("0|source",), "is run as a template", shape=True),
    Sink("flask.Flask().jinja_env.from_string", "template-source", ("0|source",), "is run as a template", shape=True),
    Sink("flask.render_template", "template-name", ("0|template_name_or_list",), "names the template"),
    Sink("flask.Flask().jinja_env.get_template", "template-name", ("0|name",), "names the template"),
    Sink("jinja2.Environment().get_template", "template-name", ("0|name",), "names the template"),
    Sink("flask.send_file", "path", ("0|path_or_file",), "is read and sent"),
    Sink("werkzeug.utils.send_file", "path", ("0|path_or_file",), "is read and sent"),
    Sink("flask.send_from_directory", "path", ("0|directory",), "is the folder that files are sent from"),
    Sink("markupsafe.Markup", "markup", ("0|object",), "is trusted as HTML", shape=True),
    Sink("markupsafe.Markup()", "markup", ("0|object",), "is trusted as HTML", shape=True),
    Sink("flask.Flask().open_resource", "path", ("0|resource",), "is opened"),
    Sink("flask.Flask().open_instance_resource", "path", ("0|resource",), "is opened"),
    Sink("werkzeug.datastructures.FileStorage().save", "upload-save", ("0|dst",), "is where the upload is written"),
    Sink("flask.session.__setitem__", "session-write", ("0", "1"), "is kept in the session, which is trusted"),
    Sink("flask.session.update", "session-write", ("*",), "is kept in the session, which is trusted"),
    Sink("flask.session.setdefault", "session-write", ("0", "1"), "is kept in the session, which is trusted"),
    Sink("flask.session.__setitem__", "kept-redirect", ("1",), "is kept in the session"),
    Sink("flask.session.setdefault", "kept-redirect", ("1",), "is kept in the session"),
    Sink("<view>", "html", ("0",), "is sent as HTML", form="html"),
)

_CONTAINERS = tuple(
    row
    for kind, element in ((_DICT, ""), (_HEADERS, ""), (_FILES, _FILE), (_PLAIN, ""))
    for row in (
        Summary(f"{kind}.get", ("self", "1|default"), "item", element, key="0|key", through="2|type"),
        Summary(f"{kind}.__getitem__", ("self",), "item", element, key="0"),
        Summary(f"{kind}.pop", ("self", "1|default"), "item", element, key="0|key"),
        Summary(f"{kind}.keys", ("self",), "same", "builtins.dict_keys()"),
        Summary(f"{kind}.copy", ("self",), "same", kind),
        Summary(f"{kind}.setdefault", ("self", "1|default"), "item", element, key="0|key"),
    )
)

_MEMBERS = (
    Summary("werkzeug.datastructures.MultiDict", ("0|mapping",), "same", _DICT),
    Summary("werkzeug.datastructures.ImmutableMultiDict", ("0|mapping",), "same", _DICT),
    *(
        row
        for kind in (_DICT, _HEADERS)
        for row in (
            Summary(f"{kind}.getlist", ("self",), "item", "", key="0|key", through="1|type", tag="list"),
            Summary(f"{kind}.values", ("self",), "same", "builtins.dict_values()"),
            Summary(f"{kind}.items", ("self",), "same", "builtins.dict_items()"),
        )
    ),
    Summary(f"{_PLAIN}.values", ("self",), "same", "builtins.dict_values()"),
    Summary(f"{_PLAIN}.items", ("self",), "same", "builtins.dict_items()"),
    Summary(f"{_FILES}.getlist", ("self",), "each", _FILE),
    Summary(f"{_FILES}.values", ("self",), "each", _FILE),
    Summary(f"{_FILES}.items", ("self",), "pairs", _FILE),
)

_MULTI_DICTS = tuple(
    row
    for kind in (_DICT, _FILES)
    for row in (
        Summary(f"{kind}.to_dict", ("self",), "same", "builtins.dict()"),
        Summary(f"{kind}.lists", ("self",), "same", "builtins.dict_items()"),
        Summary(f"{kind}.listvalues", ("self",), "same", "builtins.dict_values()"),
    )
)

_SUMMARIES = (
    *_CONTAINERS,
    *_MEMBERS,
    *_MULTI_DICTS,
    Summary(f"{_HEADERS}.get_all", ("self",), "item", "", key="0|key"),
    # The page to come back to stands behind a question mark.
    Summary("flask_login.login_url", ("0|login_view",), "new", "builtins.str()"),
    *(
        Summary(f"flask.{name}", how="made", result="flask.Response()", store="self.body=0;self.status=1")
        for name in ("make_response", "Flask().make_response")
    ),
    Summary(
        "flask.Response",
        how="made",
        result="flask.Response()",
        store="self.body=0|response;self.given_headers=2|headers;self.mimetype=3|mimetype;self.content_type=content_type",
    ),
    Summary("flask.Response().set_cookie", result="builtins.None()"),
    Summary("flask.Response().headers.__setitem__", store="owner[0]=1"),
    Summary("flask.Response().headers.set", store="owner[0]=1"),
    Summary("flask.Response().headers.add", store="owner[0]=1"),
    Summary("flask.Response().set_data", store="self.body=0|value"),
    Summary("flask.jsonify", result="flask.wrappers.JSONResponse()"),
    Summary("flask.json.dumps", ("0",), "new", "builtins.str()", tag="json"),
    Summary("flask.render_template", result="builtins.str()"),
    Summary("flask.stream_template", result="builtins.str()"),
    Summary("flask.render_template_string", result="builtins.str()"),
    Summary("flask.redirect", result="werkzeug.wrappers.Response()"),
    Summary("flask.send_file", result="flask.wrappers.FileResponse()"),
    Summary("flask.send_from_directory", result="flask.wrappers.FileResponse()"),
    Summary("flask.url_for", how="own", between="{}/{}"),
    Summary("flask.abort", how="never"),
    Summary("flask.flash"),
    Summary("flask.get_flashed_messages"),
    Summary("flask.Flask", result="flask.Flask()"),
    Summary("flask.Blueprint", result="flask.Blueprint()"),
    Summary("flask.stream_with_context", ("0",), "same"),
    Summary("werkzeug.security.generate_password_hash", result="builtins.str()"),
    Summary("werkzeug.security.check_password_hash", result="builtins.bool()"),
    Summary("werkzeug.datastructures.FileStorage().read", ("self",), "part", tag="content"),
    Summary("werkzeug.datastructures.FileStorage().save"),
    # A template's macro, which escapes what it prints unless the template says otherwise.
    Summary("flask.get_template_attribute", result="flask.get_template_attribute()"),
    Summary("flask.get_template_attribute()", result="markupsafe.Markup()"),
    Summary("markupsafe.Markup", ("0|object",), "same", "markupsafe.Markup()"),
    Summary("markupsafe.Markup().format", ("self",), "same", "markupsafe.Markup()"),
    Summary("markupsafe.Markup().join", ("self",), "same", "markupsafe.Markup()"),
    # What is added to it is escaped, on either side.
    Summary("markupsafe.Markup().__add__", ("self",), "same", "markupsafe.Markup()"),
    Summary("markupsafe.Markup().__radd__", ("self",), "same", "markupsafe.Markup()"),
    Summary("markupsafe.Markup().striptags", ("self",), "new", "builtins.str()"),
    Summary("markupsafe.Markup().unescape", ("self",), "new", "builtins.str()"),
)

_SANITIZERS = (
    Sanitizer("markupsafe.escape", ("html", "markup"), "0|s", "markupsafe.Markup()"),
    Sanitizer("markupsafe.escape_silent", ("html", "markup"), "0|s", "markupsafe.Markup()"),
    Sanitizer("markupsafe.Markup.escape", ("html", "markup"), "0|s", "markupsafe.Markup()"),
    Sanitizer("wtforms.widgets.html_params", ("html", "markup"), "*"),
    Sanitizer(
        "werkzeug.utils.secure_filename",
        ("path", "upload-save", "template-name", "html", "markup", "header", "ssrf", "redirect"),
        "0|filename",
    ),
    Sanitizer("werkzeug.utils.safe_join", ("path", "upload-save", "template-name"), "1*"),
)

_GUARDS = (
    # It takes texts alone.
    Guard("werkzeug.utils.secure_filename", "0|filename", "returns", ("nosql",)),
    Guard("werkzeug.utils.safe_join", "1", kinds=("path", "upload-save", "template-name")),
    Guard("part:attr:netloc", when="const", kinds=("redirect", "ssrf")),
    Guard("part:attr:hostname", when="const", kinds=("redirect", "ssrf")),
    Guard("part:attr:netloc", when="empty", tag="redirect:no-host ssrf:no-host"),
    Guard("part:attr:hostname", when="empty", tag="redirect:no-host ssrf:no-host"),
    Guard("part:attr:scheme", when="empty", kinds=("link",), tag="redirect:no-scheme"),
    Guard("part:attr:scheme", when="const", kinds=("link",)),
    Guard("part:attr:parents", when="holds", kinds=("path", "upload-save", "archive"), needs="normal-path"),
    *(
        Guard(f"part:{part}", when="const", kinds=("path", "upload-save", "archive"))
        for part in ("folder", "attr:parent")
    ),
    Guard("part:normal-path", when="begins", kinds=("path", "upload-save", "archive", "template-name")),
)

_TEXTS = (
    Own(f"{_REQUEST}.host_url", "{}/"),
    Own(f"{_REQUEST}.url_root", "{}/"),
    Own(f"{_REQUEST}.root_url", "{}/"),
    *(Own(f"{field}().data", "{}") for field in _TYPED_FIELDS),
)

FLASK = Tables((*_SOURCES, *_FORM_SOURCES), _FLASK_SINKS, _SANITIZERS, _SUMMARIES, _GUARDS, texts=_TEXTS)
"""What the names of Flask and what it stands on mean."""

__all__ = ["FLASK", "Having"]
