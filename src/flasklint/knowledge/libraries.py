"""Other libraries that Flask apps use."""

from __future__ import annotations

from flasklint.knowledge.rows import FUNCTION, Guard, Having, Sanitizer, Sink, Summary, Tables

_ASKED = "is requested by the server"
_METHODS = ("get", "post", "put", "patch", "delete", "head", "options")

_SAFE_LOADERS = ("yaml.SafeLoader", "yaml.CSafeLoader", "yaml.BaseLoader", "yaml.CBaseLoader", "yaml.loader.SafeLoader")

_SINKS = (
    *(
        Sink(f"{owner}.{method}", "ssrf", ("0|url",), _ASKED)
        for owner in (
            "requests",
            "requests.Session()",
            "requests.session()",
            "requests_html.HTMLSession()",
            "httpx",
            "httpx.Client()",
            "httpx.AsyncClient()",
            "aiohttp.ClientSession()",
        )
        for method in _METHODS
    ),
    *(
        Sink(f"{owner}.request", "ssrf", ("1|url",), _ASKED)
        for owner in (
            "requests",
            "requests.Session()",
            "httpx",
            "httpx.Client()",
            "urllib3.PoolManager()",
            "aiohttp.ClientSession()",
        )
    ),
    Sink("urllib3.request", "ssrf", ("1|url",), _ASKED),
    Sink("urllib3.PoolManager().urlopen", "ssrf", ("1|url",), _ASKED),
    Sink(
        "yaml.load",
        "deserialization",
        ("0|stream",),
        "is turned into objects, which can run code",
        shape=True,
        unless=(Having("1|Loader", "name", _SAFE_LOADERS),),
    ),
    Sink(
        "yaml.load_all",
        "deserialization",
        ("0|stream",),
        "is turned into objects, which can run code",
        shape=True,
        unless=(Having("1|Loader", "name", _SAFE_LOADERS),),
    ),
    Sink(
        "yaml.unsafe_load", "deserialization", ("0|stream",), "is turned into objects, which can run code", shape=True
    ),
    Sink("yaml.full_load", "deserialization", ("0|stream",), "is turned into objects, which can run code"),
    *(
        Sink(
            f"ruamel.yaml.YAML().{name}",
            "deserialization",
            ("0|stream",),
            "is turned into objects, which can run code",
            when=(Having("self.typ", "contains", ("unsafe",)),),
        )
        for name in ("load", "load_all")
    ),
    Sink("dill.loads", "deserialization", ("0|str",), "is turned into objects, which can run code"),
    Sink("cloudpickle.loads", "deserialization", ("0",), "is turned into objects, which can run code"),
    Sink("jsonpickle.decode", "deserialization", ("0|string",), "is turned into objects, which can run code"),
    Sink("joblib.load", "deserialization", ("0|filename",), "is turned into objects, which can run code"),
    Sink("lxml.etree.XPath", "xpath", ("0|path",), "is run as XPath", shape=False),
    Sink("lxml.etree.ETXPath", "xpath", ("0|path",), "is run as XPath"),
    Sink("?.xpath", "xpath", ("0|_path|path",), "is run as XPath"),
    Sink("lxml.etree.ElementTree().xpath", "xpath", ("0|_path",), "is run as XPath"),
    *(
        Sink(f"{owner}.{method}", "xpath", ("0|path|match",), "is run as XPath")
        for owner in (
            "xml.etree.ElementTree.Element()",
            "xml.etree.ElementTree.ElementTree()",
            "lxml.etree.ElementTree()",
            "lxml.etree._ElementTree()",
            "lxml.etree._Element()",
        )
        for method in ("find", "findall", "findtext", "iterfind")
    ),
    Sink("?.xpathEval", "xpath", ("0|expr",), "is run as XPath"),
    Sink("elementpath.select", "xpath", ("1|path",), "is run as XPath"),
    Sink("elementpath.iter_select", "xpath", ("1|path",), "is run as XPath"),
    Sink("elementpath.Selector", "xpath", ("0|path",), "is run as XPath"),
    Sink("ldap3.Connection().search", "ldap", ("0|search_base", "1|search_filter"), "is run as an LDAP query"),
    *(
        Sink(f"ldap.initialize().{name}", "ldap", ("0|base", "2|filterstr"), "is run as an LDAP query")
        for name in ("search", "search_s", "search_st", "search_ext", "search_ext_s")
    ),
    *(
        Sink(name, "code", (where,), "is run as JavaScript, which can reach Python", disarmed="js2py.disable_pyimport")
        for name, where in (
            ("js2py.eval_js", "0|js"),
            ("js2py.eval_js6", "0|js"),
            ("js2py.EvalJs().eval", "0|expression"),
        )
    ),
    Sink("paramiko.SSHClient().exec_command", "command", ("0|command",), "is run by a shell", shape=True),
)

_SUMMARIES = (
    *(
        Summary(f"{owner}.{method}", result="requests.Response()")
        for owner in ("requests", "requests.Session()", "httpx")
        for method in (*_METHODS, "request")
    ),
    *(Summary(f"pydantic.BaseModel().{name}", ("self",), "fields") for name in ("dict", "model_dump")),
    *(Summary(f"pydantic.BaseModel().{name}", ("self",), "same") for name in ("copy", "model_copy")),
    *(
        Summary(f"pydantic.BaseModel().{name}", ("self",), "new", "builtins.str()", tag="json")
        for name in ("json", "model_dump_json")
    ),
    Summary("bleach.linkify", ("0|text",), "same"),
    # Tasks of Celery, Dramatiq and Flask-RQ, Huey's, jobs of RQ
    *(Summary(f"{FUNCTION}.{name}", ("self",), "called") for name in ("delay", "send", "queue")),
    Summary(f"{FUNCTION}.apply_async", ("self", "0|args", "1|kwargs"), "started"),
    Summary("rq.Queue().enqueue", ("0|f",), "called"),
    Summary("ruamel.yaml.YAML", how="made", result="ruamel.yaml.YAML()", store="self.typ=typ"),
    Summary("ruamel.yaml.YAML().load", ("0|stream",), "new"),
    Summary("yaml.safe_load", ("0|stream",), "new"),
    Summary("yaml.load", ("0|stream",), "new"),
    Summary("lxml.etree.parse", result="lxml.etree.ElementTree()"),
    Summary("lxml.etree.ElementTree().getroot", result="lxml.etree._Element()"),
    Summary("lxml.etree.XPath", result="lxml.etree.XPath()"),
    Summary("ldap.filter.filter_format", ("0|filter_template",), "same", "builtins.str()"),
    Summary("ldap3.Connection", result="ldap3.Connection()"),
    Summary("ldap3.Connection().search"),
    Summary("ldap3.Server", result="ldap3.Server()"),
)

_SANITIZERS = (
    Sanitizer("bleach.clean", ("html", "markup"), "0|text"),
    Sanitizer("bleach.Cleaner().clean", ("html", "markup"), "0|text"),
    Sanitizer("nh3.clean", ("html", "markup"), "0|html"),
    Sanitizer("lxml.html.clean.clean_html", ("html", "markup"), "0"),
    Sanitizer("lxml_html_clean.clean_html", ("html", "markup"), "0"),
    Sanitizer("lxml.html.clean.Cleaner().clean_html", ("html", "markup"), "0|html"),
    Sanitizer("lxml_html_clean.Cleaner().clean_html", ("html", "markup"), "0|html"),
    Sanitizer("nh3.clean_text", ("html", "markup"), "0|html"),
    Sanitizer("nh3.Cleaner().clean", ("html", "markup"), "0|html"),
    Sanitizer("html_sanitizer.Sanitizer().sanitize", ("html", "markup"), "0|html"),
    Sanitizer("markdown2.markdown", ("html", "markup"), "0|text", when=(Having("safe_mode", "true"),)),
    Sanitizer("mistune.markdown", ("html", "markup"), "0|text", when=(Having("1|escape", "absent"),)),
    Sanitizer("mistune.markdown", ("html", "markup"), "0|text", when=(Having("1|escape", "true"),)),
    Sanitizer("?.to_html", ("html", "markup"), "self", when=(Having("escape", "absent"),)),
    Sanitizer("?.to_html", ("html", "markup"), "self", when=(Having("escape", "true"),)),
    Sanitizer("bbcode.render_html", ("html", "markup"), "0"),
    Sanitizer("bbcode.Parser().format", ("html", "markup"), "0"),
    Sanitizer("creoleparser.Parser()", ("html", "markup"), "0"),
    Sanitizer("creoleparser.Parser().render", ("html", "markup"), "0"),
    Sanitizer("pygments.highlight", ("html", "markup"), "0|code"),
    Sanitizer("ldap3.utils.conv.escape_filter_chars", ("ldap",), "0|text"),
    Sanitizer("ldap.filter.escape_filter_chars", ("ldap",), "0|assertion_value"),
    Sanitizer("ldap3.utils.dn.escape_rdn", ("ldap",), "0|rdn"),
    Sanitizer("ldap.dn.escape_dn_chars", ("ldap",), "0|s"),
)

_GUARDS = tuple(
    Guard(f"django.utils.http.{name}", "0|url", "true", kinds=("redirect",))
    for name in ("url_has_allowed_host_and_scheme", "is_safe_url")
)

LIBRARIES = Tables(sinks=_SINKS, sanitizers=_SANITIZERS, summaries=_SUMMARIES, guards=_GUARDS)
"""What the names of other libraries mean."""
