"""The standard library."""

from __future__ import annotations

from flasklint.findings import Confidence
from flasklint.knowledge.rows import SIGNED, Container, Guard, Having, Sanitizer, Sink, Summary, Tables

_PATH = "pathlib.Path()"
_SHELL = (Having("shell", "true"),)
_NO_SHELL = (Having("shell", "true"),)

_OPENED = "is opened"

_SINKS = (
    # Paths
    Sink("builtins.open", "path", ("0|file",), _OPENED),
    Sink("codecs.open", "path", ("0|filename",), _OPENED),
    Sink("os.open", "path", ("0|path",), _OPENED),
    Sink("os.remove", "path", ("0|path",), "is removed"),
    Sink("os.unlink", "path", ("0|path",), "is removed"),
    Sink("os.rmdir", "path", ("0|path",), "is removed"),
    Sink("os.rename", "path", ("0|src", "1|dst"), "is moved"),
    Sink("os.replace", "path", ("0|src", "1|dst"), "is moved"),
    Sink("os.mkdir", "path", ("0|path",), "is made"),
    Sink("os.makedirs", "path", ("0|name",), "is made"),
    Sink("os.listdir", "path", ("0|path",), "is listed"),
    Sink("os.scandir", "path", ("0|path",), "is listed"),
    Sink("os.walk", "path", ("0|top",), "is listed"),
    Sink("os.symlink", "path", ("0|src", "1|dst"), "is linked"),
    Sink("os.chmod", "path", ("0|path",), "is changed"),
    Sink("os.stat", "path", ("0|path",), "is looked for"),
    Sink("os.path.exists", "path", ("0|path",), "is looked for"),
    Sink("os.path.isfile", "path", ("0|path",), "is looked for"),
    Sink("shutil.rmtree", "path", ("0|path",), "is removed"),
    Sink("shutil.copy", "path", ("0|src", "1|dst"), "is copied"),
    Sink("shutil.copy2", "path", ("0|src", "1|dst"), "is copied"),
    Sink("shutil.copyfile", "path", ("0|src", "1|dst"), "is copied"),
    Sink("shutil.copytree", "path", ("0|src", "1|dst"), "is copied"),
    Sink("shutil.move", "path", ("0|src", "1|dst"), "is moved"),
    Sink("glob.glob", "path", ("0|pathname",), "is listed"),
    Sink("zipfile.ZipFile", "path", ("0|file",), _OPENED),
    Sink("tarfile.open", "path", ("0|name",), _OPENED),
    Sink("gzip.open", "path", ("0|filename",), _OPENED),
    *(
        Sink(f"{_PATH}.{method}", "path", ("self",), words)
        for method, words in (
            ("open", _OPENED),
            ("read_text", "is read"),
            ("read_bytes", "is read"),
            ("write_text", "is written"),
            ("write_bytes", "is written"),
            ("unlink", "is removed"),
            ("rmdir", "is removed"),
            ("mkdir", "is made"),
            ("touch", "is made"),
            ("iterdir", "is listed"),
            ("chmod", "is changed"),
            ("exists", "is looked for"),
            ("is_file", "is looked for"),
        )
    ),
    *(Sink(f"{_PATH}.{method}", "path", ("self", "0|target"), "is moved") for method in ("rename", "replace")),
    Sink("shutil.unpack_archive", "path", ("0|filename",), _OPENED),
    # Commands
    Sink("os.system", "command", ("0|command",), "is run by a shell", shape=True),
    Sink("os.popen", "command", ("0|cmd",), "is run by a shell", shape=True),
    Sink("subprocess.getoutput", "command", ("0|cmd",), "is run by a shell", shape=True),
    Sink("subprocess.getstatusoutput", "command", ("0|cmd",), "is run by a shell", shape=True),
    *(
        row
        for name in ("run", "call", "check_call", "check_output", "Popen")
        for row in (
            Sink(f"subprocess.{name}", "command", ("0|args",), "is run by a shell", "shell", when=_SHELL, shape=True),
            Sink(f"subprocess.{name}", "command", ("0|args",), "is the program that is run", "argv", unless=_NO_SHELL),
        )
    ),
    *(
        Sink(f"os.{name}", "command", ("0", "1*"), "is the program that is run")
        for name in ("execl", "execle", "execlp", "execlpe")
    ),
    *(
        Sink(f"os.{name}", "command", ("0|file|path",), "is the program that is run")
        for name in ("execv", "execve", "execvp", "execvpe", "startfile")
    ),
    *(
        Sink(f"os.{name}", "command", ("4",), "is run by a shell", when=(Having("3", "const", ("-c",)),))
        for name in ("spawnl", "spawnle", "spawnlp", "spawnlpe")
    ),
    *(
        Sink(f"os.{name}", "command", ("1",), "is the program that is run")
        for name in ("spawnl", "spawnle", "spawnlp", "spawnlpe", "spawnv", "spawnve", "spawnvp", "spawnvpe")
    ),
    *(
        Sink(f"os.{name}", "command", (where,), "is run by a shell", "argv")
        for where, names in (("1|argv", "execv execve execvp execvpe"), ("2", "spawnv spawnve spawnvp spawnvpe"))
        for name in names.split()
    ),
    Sink("asyncio.create_subprocess_shell", "command", ("0|cmd",), "is run by a shell", shape=True),
    Sink(
        "asyncio.create_subprocess_exec",
        "command",
        ("2",),
        "is run by a shell",
        when=(Having("1", "const", ("-c",)),),
    ),
    Sink("asyncio.create_subprocess_exec", "command", ("0|program",), "is the program that is run"),
    Sink("pty.spawn", "command", ("0|argv",), "is the program that is run", "argv"),
    # Code
    Sink("builtins.eval", "code", ("0",), "is run as Python"),
    Sink("builtins.exec", "code", ("0",), "is run as Python"),
    Sink("builtins.compile", "code", ("0|source",), "is compiled as Python"),
    Sink("builtins.__import__", "module", ("0|name",), "is imported"),
    Sink("importlib.import_module", "module", ("0|name",), "is imported"),
    Sink("importlib.util.spec_from_file_location", "code", ("1|location",), "is imported"),
    Sink("ctypes.CDLL", "code", ("0|name",), "is loaded"),
    Sink(
        "<chosen> builtins.getattr", "dispatch", words="names the method that is called", confidence=Confidence.MEDIUM
    ),
    *(
        Sink(f"<chosen> builtins.{name}().{method}", "dispatch", words="names the function that is called")
        for name in ("globals", "locals")
        for method in ("__getitem__", "get", "pop")
    ),
    Sink("code.InteractiveInterpreter().runsource", "code", ("0|source",), "is run as Python"),
    # Deserialization
    *(
        Sink(name, "deserialization", ("0|data|file|f",), "is turned into objects, which can run code")
        for name in (
            "pickle.loads",
            "pickle.load",
            "pickle.Unpickler",
            "marshal.loads",
            "marshal.load",
            "shelve.open",
        )
    ),
    # XML
    *(
        Sink(
            f"xml.dom.{module}.{name}",
            "xml",
            ("0|string|file|stream_or_string",),
            "is parsed with external entities",
            when=(
                Having(
                    "1|parser",
                    "field",
                    ("xml.sax.handler.feature_external_ges", "http://xml.org/sax/features/external-general-entities"),
                ),
            ),
        )
        for module in ("minidom", "pulldom")
        for name in ("parse", "parseString")
    ),
    *(
        Sink(
            name,
            "xml",
            ("0|source|string|filename_or_stream",),
            "is parsed with external entities",
            when=(
                Having(
                    where,
                    "field",
                    ("xml.sax.handler.feature_external_ges", "http://xml.org/sax/features/external-general-entities"),
                ),
            ),
        )
        for name, where in (("xml.sax.make_parser().parse", "self"),)
    ),
    # Regular expressions
    *(
        Sink(f"re.{name}", "regex", ("0|pattern",), "is a regular expression")
        for name in ("compile", "match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split")
    ),
    *(
        Sink(f"regex.{name}", "regex", ("0|pattern",), "is a regular expression", when=(Having("timeout", "absent"),))
        for name in ("match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split")
    ),
    # Network
    Sink("urllib.request.urlopen", "ssrf", ("0|url",), "is requested by the server"),
    Sink("urllib.request.urlretrieve", "ssrf", ("0|url",), "is requested by the server"),
    Sink("urllib.request.OpenerDirector().open", "ssrf", ("0|fullurl",), "is requested by the server"),
    Sink("urllib.request.Request", "ssrf", ("0|url",), "is requested by the server"),
    Sink("http.client.HTTPConnection", "ssrf", ("0|host",), "is the host that is asked"),
    Sink("http.client.HTTPSConnection", "ssrf", ("0|host",), "is the host that is asked"),
    # Logs
    *(
        Sink(f"{owner}.{method}", "log", ("0*",), "is written to a log")
        for owner in ("logging", "logging.getLogger()", "logging.Logger()", "flask.Flask().logger")
        for method in ("debug", "info", "warning", "warn", "error", "critical", "exception", "fatal")
    ),
    Sink("logging.log", "log", ("1*",), "is written to a log"),
    Sink("logging.getLogger().log", "log", ("1*",), "is written to a log"),
)

_SAME = (
    "copy.copy",
    "copy.deepcopy",
    "typing.cast",
    "os.fspath",
    "os.fsdecode",
    "os.fsencode",
    "contextlib.closing",
    "inspect.unwrap",
)

_TEXTS = (
    "urllib.parse.unquote_plus",
    "urllib.parse.unquote_to_bytes",
    "base64.b64decode",
    "base64.urlsafe_b64decode",
    "base64.standard_b64decode",
    "base64.b32decode",
    "base64.b16decode",
    "base64.decodebytes",
    "binascii.unhexlify",
    "binascii.a2b_base64",
    "builtins.bytes.fromhex",
    "html.unescape",
    "json.loads",
    "json.load",
    "ast.literal_eval",
    "gzip.decompress",
    "zlib.decompress",
    "textwrap.dedent",
    "urllib.parse.parse_qs",
    "urllib.parse.parse_qsl",
    "csv.reader",
    "csv.DictReader",
    "codecs.decode",
    "codecs.encode",
    "io.TextIOWrapper",
    "io.BufferedReader",
    "email.message_from_string",
    "tomllib.loads",
    "plistlib.loads",
    "xml.etree.ElementTree.fromstring",
    "string.Template",
)

_BASE64 = "a-zA-Z0-9+/=_-"

_SUMMARIES = (
    *(Summary(name, ("0",), "same") for name in _SAME),
    *(Summary(name, ("0",), "new") for name in _TEXTS),
    Summary("shlex.split", ("0|s",), "words"),
    Summary("builtins.getattr", ("1",), "chosen"),
    *(
        Summary(f"builtins.{name}().{method}", ("0",), "chosen")
        for name in ("globals", "locals")
        for method in ("__getitem__", "get", "pop")
    ),
    Summary("urllib.parse.unquote", ("0|string",), "image", tag="decoded"),
    *(
        Summary(f"base64.{name}", ("0",), "new", "builtins.bytes()", characters=_BASE64)
        for name in ("b64encode", "urlsafe_b64encode", "standard_b64encode", "b32encode", "b16encode")
    ),
    Summary("base64.encodebytes", ("0",), "new", "builtins.bytes()", characters=_BASE64 + "\\n"),
    Summary("io.BytesIO", ("0|initial_bytes",), "new", "io.BytesIO()"),
    *(
        Summary(f"io.BytesIO().{method}", ("self",), "same", "builtins.bytes()")
        for method in ("read", "getvalue", "getbuffer", "readline")
    ),
    # What is compiled was told of where its text was given.
    Summary("builtins.compile", result="types.CodeType()"),
    Summary("binascii.hexlify", ("0",), "new", "builtins.bytes()", characters="0-9a-f"),
    Summary("urllib.parse.urlencode", ("0|query",), "new", "builtins.str()", characters="a-zA-Z0-9_.~%+&=-"),
    Summary("urllib.request.Request", result="urllib.request.Request()"),
    Summary("urllib.request.url2pathname", ("0|url",), "new", "builtins.str()"),
    Summary("json.dumps", ("0|obj",), "new", "builtins.str()", tag="json"),
    Summary("builtins.bytes", ("0",), "same", "builtins.bytes()"),
    Summary("builtins.bytearray", ("0",), "same", "builtins.bytes()"),
    Summary("builtins.repr", ("0",), "new", "builtins.str()", characters="^\\r\\n"),
    Summary("builtins.ascii", ("0",), "new", "builtins.str()", characters="^\\r\\n"),
    Summary("builtins.format", ("0",), "same", "builtins.str()"),
    Summary("unicodedata.normalize", ("1|unistr",), "new", "builtins.str()"),
    Summary("builtins.print"),
    Summary("builtins.type"),
    Summary("builtins.open", result="io.TextIOWrapper()"),
    Summary("codecs.open", result="io.TextIOWrapper()"),
    *(
        Summary(f"io.TextIOWrapper().{name}")
        for name in ("read", "readline", "readlines", "write", "close", "__next__", "flush", "seek")
    ),
    # Paths
    Summary("os.path.join", ("0", "1*"), "paths", "builtins.str()", between="/"),
    Summary("os.path.dirname", ("0|p",), "folder", "builtins.str()", tag="folder"),
    Summary("os.path.split", ("0|p",), "pieces", characters="* ^/"),
    Summary("os.path.splitext", ("0|p",), "pieces", characters="* ^/"),
    Summary("os.path.normpath", ("0|path",), "tagged", "builtins.str()", tag="normal-path"),
    Summary("os.path.abspath", ("0|path",), "tagged", "builtins.str()", tag="normal-path"),
    Summary("os.path.realpath", ("0|filename|path",), "tagged", "builtins.str()", tag="normal-path"),
    Summary("os.path.expanduser", ("0|path",), "same", "builtins.str()"),
    Summary("os.path.commonpath", ("0",), "part", "builtins.str()", tag="common-path"),
    Summary("os.path.commonprefix", ("0",), "part", "builtins.str()", tag="common-path"),
    Summary("dataclasses.asdict", ("0|obj",), "fields"),
    Summary("builtins.vars", ("0",), "fields"),
    Summary("os.path.exists", result="builtins.bool()"),
    Summary("os.path.isfile", result="builtins.bool()"),
    Summary("os.path.isdir", result="builtins.bool()"),
    Summary("os.path.getsize", result="builtins.int()"),
    Summary("os.path.getmtime", result="builtins.float()"),
    Summary("os.listdir"),
    Summary("os.scandir"),
    Summary("os.walk"),
    Summary("glob.glob"),
    Summary("glob.iglob"),
    Summary("os.stat"),
    Summary("pathlib.Path", ("0", "1*"), "paths", _PATH, between="/"),
    Summary("pathlib.PurePath", ("0", "1*"), "paths", _PATH, between="/"),
    Summary("pathlib.PurePosixPath", ("0", "1*"), "paths", _PATH, between="/"),
    Summary(f"{_PATH}.__truediv__", ("self", "0"), "paths", _PATH, between="/"),
    Summary(f"{_PATH}.__rtruediv__", ("0", "self"), "paths", _PATH, between="/"),
    Summary(f"{_PATH}.joinpath", ("self", "0*"), "paths", _PATH, between="/"),
    Summary(f"{_PATH}.resolve", ("self",), "tagged", _PATH, tag="normal-path"),
    Summary(f"{_PATH}.absolute", ("self",), "same", _PATH),
    Summary(f"{_PATH}.expanduser", ("self",), "same", _PATH),
    Summary(f"{_PATH}.as_posix", ("self",), "same", "builtins.str()"),
    Summary(f"{_PATH}.relative_to", ("self",), "characters", _PATH),
    Summary(f"{_PATH}.with_suffix", ("self",), "characters", _PATH),
    Summary(f"{_PATH}.with_name", ("self", "0"), "new", _PATH),
    Summary(f"{_PATH}.exists", result="builtins.bool()"),
    Summary(f"{_PATH}.is_file", result="builtins.bool()"),
    Summary(f"{_PATH}.is_dir", result="builtins.bool()"),
    Summary(f"{_PATH}.read_text"),
    Summary(f"{_PATH}.read_bytes"),
    Summary(f"{_PATH}.open", result="io.TextIOWrapper()"),
    Summary(f"{_PATH}.stat"),
    # URLs
    Summary("urllib.parse.urlparse", ("0|url",), "part", "urllib.parse.ParseResult()", tag="url"),
    Summary("urllib.parse.urlsplit", ("0|url",), "part", "urllib.parse.ParseResult()", tag="url"),
    Summary("urllib.parse.urljoin", ("0|base", "1|url"), "url-joined"),
    Summary("urllib.parse.urlunparse", ("0|components",), "address", "builtins.str()"),
    Summary("urllib.parse.urlunsplit", ("0|components",), "address", "builtins.str()"),
    Summary("urllib.parse.ParseResult()._replace", ("self",), "same", "urllib.parse.ParseResult()"),
    Summary("urllib.parse.ParseResult().geturl", ("self",), "same", "builtins.str()"),
    Summary("werkzeug.urls.iri_to_uri", ("0|iri",), "same", "builtins.str()"),
    Summary("werkzeug.urls.uri_to_iri", ("0|uri",), "same", "builtins.str()"),
    # What is put behind an address doesn't change where it leads.
    Summary("authlib.common.urls.add_params_to_uri", ("0|uri",), "same", "builtins.str()"),
    # Stores
    Summary("configparser.ConfigParser().set", store="self[0|section,1|option]=2|value"),
    Summary("configparser.ConfigParser().get", load="self[0|section,1|option]"),
    Summary("configparser.ConfigParser().add_section"),
    Summary("configparser.ConfigParser().read"),
    Summary("configparser.ConfigParser().has_option", result="builtins.bool()"),
    Summary("io.StringIO", how="made", result="io.StringIO()", store="self+=0|initial_value"),
    Summary("io.StringIO().write", store="self+=0|s"),
    Summary("io.StringIO().getvalue", load="self+"),
    Summary("io.StringIO().read", load="self+"),
    Summary("io.StringIO().seek"),
    Summary("xml.sax.make_parser", how="made", result="xml.sax.make_parser()"),
    Summary("xml.sax.make_parser().setFeature", store="self[0|name]=1|state"),
    # Numbers, hashes, random
    *(
        Summary(f"hashlib.{name}", result="hashlib.hash()")
        for name in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "new", "blake2b", "blake2s")
    ),
    Summary("hashlib.hash().digest"),
    Summary("hashlib.hash().update"),
    Summary("hmac.new", result="hashlib.hash()"),
    Summary("hmac.compare_digest", result="builtins.bool()"),
    Summary("uuid.UUID", result="uuid.UUID()"),
    Summary("uuid.uuid4", result="uuid.UUID()"),
    Summary("time.time", result="builtins.float()"),
    # Ways of calling
    Summary("threading.Thread", ("1|target", "3|args", "4|kwargs"), "started", "threading.Thread()"),
    Summary("threading.Timer", ("1|function", "2|args", "3|kwargs"), "started", "threading.Timer()"),
    Summary("functools.reduce", ("1",), "members"),
    Summary("functools.wraps"),
    Summary("functools.lru_cache"),
    Summary("operator.itemgetter"),
    Summary("sys.exit", how="never"),
    Summary("builtins.exit", how="never"),
    Summary("builtins.quit", how="never"),
    Summary("os._exit", how="never"),
    Summary("os.abort", how="never"),
    # Regular expressions
    Summary("re.compile", how="made", result="re.Pattern()", store="self.pattern=0|pattern"),
    Summary("re.sub", ("2|string", "1|repl"), "substituted", key="1|repl", pattern="0|pattern"),
    Summary("re.Pattern().sub", ("1|string", "0|repl"), "substituted", key="0|repl", pattern="self.pattern"),
    *(
        Summary(f"re.{name}", ("1|string",), "characters", "re.Match()", pattern="0|pattern")
        for name in ("match", "search", "fullmatch")
    ),
    *(Summary(f"re.{name}", ("1|string",), "characters") for name in ("findall", "split", "finditer")),
    *(
        Summary(f"re.Pattern().{name}", ("0|string",), "characters", "re.Match()", pattern="self.pattern")
        for name in ("match", "search", "fullmatch")
    ),
    *(Summary(f"re.Pattern().{name}", ("0|string",), "characters") for name in ("findall", "split", "finditer")),
    Summary("re.Match().group", ("self",), "characters"),
    Summary("re.Match().groups", ("self",), "characters"),
    Summary("re.Match().groupdict", ("self",), "characters"),
    Summary("re.Match().__getitem__", ("self",), "characters"),
    Summary("re.Match().start", result="builtins.int()"),
    Summary("re.Match().end", result="builtins.int()"),
    # Logging
    Summary("logging.getLogger", result="logging.getLogger()"),
)

_SANITIZERS = (
    Sanitizer("html.escape", ("html", "markup"), "0|s"),
    Sanitizer("difflib.HtmlDiff().make_file", ("html", "markup"), "0|fromlines"),
    Sanitizer("difflib.HtmlDiff().make_table", ("html", "markup"), "0|fromlines"),
    Sanitizer("xml.sax.saxutils.escape", ("html", "markup", "xml"), "0|data"),
    Sanitizer("xml.sax.saxutils.quoteattr", ("html", "markup", "xml"), "0|data"),
    Sanitizer("fnmatch.translate", ("regex",), "0|pat"),
    Sanitizer("shlex.quote", ("command",), "0|s", adds="'\""),
    Sanitizer("shlex.join", ("command",), "0|split_command"),
    Sanitizer("re.escape", ("regex",), "0|pattern"),
    Sanitizer(
        # It leaves slashes alone: `//evil.example` is an address as before.
        "urllib.parse.quote",
        ("html", "markup", "ssrf", "header", "log", "template-source", "command"),
        "0|string",
        piecewise=True,
    ),
    Sanitizer(
        "urllib.parse.quote_plus",
        ("html", "markup", "redirect", "ssrf", "header", "log", "path", "template-source", "command"),
        "0|string",
    ),
    Sanitizer("os.path.basename", ("path", "upload-save"), "0|p"),
    Sanitizer("pathlib.Path().name", ("path", "upload-save"), ""),
    Sanitizer("pathlib.Path().stem", ("path", "upload-save"), ""),
    Sanitizer("datetime.datetime.strptime", ("*",), "0", "datetime.datetime()"),
    Sanitizer("datetime.datetime.fromisoformat", ("*",), "0", "datetime.datetime()"),
    Sanitizer("datetime.date.fromisoformat", ("*",), "0", "datetime.date()"),
    Sanitizer("ipaddress.ip_address", ("*",), "0", "ipaddress.IPv4Address()"),
    Sanitizer("decimal.Decimal", ("*",), "0", "decimal.Decimal()"),
)

_GUARDS = (
    *(
        row
        for name in ("match", "search", "fullmatch")
        for row in (
            Guard(f"re.{name}", "1|string", pattern="0|pattern", matching=name),
            Guard(f"re.Pattern().{name}", "0|string", pattern="self.pattern", matching=name),
        )
    ),
    Guard(
        f"{_PATH}.is_relative_to",
        "self",
        "true",
        ("path", "upload-save", "archive"),
        needs="normal-path",
        against="0",
        weak="weak:before-normalising",
    ),
    Guard(
        f"{_PATH}.relative_to",
        "self",
        "returns",
        ("path", "upload-save", "archive"),
        needs="normal-path",
        against="0",
        weak="weak:before-normalising",
    ),
    # What begins like our folder may leave it again with ``..``, unless that was taken out before.
    Guard("part:common-path", when="const", kinds=("path", "upload-save", "archive"), needs="normal-path"),
    Guard("os.path.isabs", "0|s", "false", tag="not:/"),
    Guard("ipaddress.ip_address", "0", "returns", characters="0-9a-fA-F:."),
    Guard("uuid.UUID", "0|hex", "returns", characters="0-9a-fA-F{}:urnid-"),
    # What is read as a date is digits, names of months and of zones, and what the format, which is ours, has between them.
    *(
        Guard(name, "0|date_string", "returns", ("*",), against="1|format" if name.endswith("strptime") else "")
        for name in (
            "datetime.datetime.strptime",
            "time.strptime",
            "datetime.datetime.fromisoformat",
            "datetime.date.fromisoformat",
            "datetime.time.fromisoformat",
        )
    ),
    Guard("hmac.compare_digest", "0", tag=SIGNED),
    Guard("keyword.iskeyword", "0", "true", characters="a-zA-Z"),
)

_CONTAINERS = (
    Container("enum.Enum", "choices"),
    Container("enum.IntEnum", "choices"),
    Container("enum.StrEnum", "choices"),
    Container("collections.OrderedDict", "dict"),
    Container("collections.UserDict", "dict"),
    Container("collections.ChainMap", "dict"),
    Container("collections.defaultdict", "dict", 1),
    Container("types.MappingProxyType", "dict"),
    Container("collections.deque", "list"),
    Container("collections.UserList", "list"),
    Container("queue.Queue", "list", 1),
    Container("queue.SimpleQueue", "list"),
    Container("types.SimpleNamespace", "attributes"),
    Container("argparse.Namespace", "attributes"),
    Container("collections.namedtuple", "fields"),
    Container("typing.NamedTuple", "record"),
    Container("configparser.ConfigParser", "sections"),
    Container("configparser.RawConfigParser", "sections"),
    Container("configparser.SafeConfigParser", "sections"),
)

STDLIB = Tables(containers=_CONTAINERS, sinks=_SINKS, sanitizers=_SANITIZERS, summaries=_SUMMARIES, guards=_GUARDS)
"""What the names of the standard library mean."""
