"""What a program or its machine says of itself: dates, numbers, folders, names. No visitor has a say in it."""

from __future__ import annotations

from flasklint.knowledge.rows import Own, Sanitizer, Summary, Tables

_DATETIME, _DATE, _TIMEDELTA = "datetime.datetime()", "datetime.date()", "datetime.timedelta()"
_STR, _INT, _FLOAT = "builtins.str()", "builtins.int()", "builtins.float()"

_TEXTS = tuple(
    Own(f"{owner}.{name}", "{}")
    for owner, names in (
        ("sys", "executable platform version prefix byteorder"),
        ("os", "sep linesep name pathsep curdir pardir"),
        ("string", "ascii_letters ascii_lowercase ascii_uppercase digits hexdigits punctuation printable"),
        ("uuid.UUID()", "hex urn"),
        ("tempfile.NamedTemporaryFile()", "name"),
        ("flask.Flask()", "root_path instance_path name import_name static_folder static_url_path"),
        ("flask.Blueprint()", "root_path name import_name static_folder"),
        ("flask.Request()", "method scheme endpoint blueprint remote_addr content_length is_secure"),
        ("werkzeug.datastructures.FileStorage()", "content_length"),
        ("werkzeug.datastructures.FileStorage().stream", "name"),
    )
    for name in names.split()
)

_CALLS = tuple(
    Summary(f"{owner}.{name}", how="own", result=_STR)
    for owner, names in (
        (_DATETIME, "isoformat ctime"),
        (_DATE, "isoformat ctime"),
        ("time", "ctime asctime"),
        ("hashlib.hash()", "hexdigest"),
        ("hmac.HMAC()", "hexdigest"),
        ("secrets", "token_hex token_urlsafe"),
        ("tempfile", "gettempdir mkdtemp mktemp"),
        ("socket", "gethostname getfqdn"),
        ("platform", "system node release version machine platform python_version processor"),
        ("os", "getcwd getlogin"),
        ("os.environ", "__getitem__ get pop"),
        ("os", "getenv"),
        ("getpass", "getuser"),
        ("shutil", "which"),
        ("locale", "getpreferredencoding"),
        ("pkg_resources", "resource_filename"),
        ("mimetypes", "guess_extension"),
        ("mimetypes.MimeTypes()", "guess_extension"),
    )
    for name in names.split()
)

_NUMBERS = tuple(
    Summary(f"{owner}.{name}", ("0",), "new", result)
    for owner, names, result in (
        ("os", "getpid getppid getuid getgid", _INT),
        ("threading", "get_ident", _INT),
        ("random", "randint randrange getrandbits", _INT),
        ("random", "random uniform gauss", _FLOAT),
        ("secrets", "randbelow randbits", _INT),
        ("zlib", "crc32 adler32", _INT),
        ("binascii", "crc32", _INT),
        ("math", "floor ceil trunc", _INT),
        ("math", "sqrt pow log log10 exp", _FLOAT),
        (_DATETIME, "timestamp", _FLOAT),
        (_DATETIME, "weekday isoweekday toordinal", _INT),
        (_TIMEDELTA, "total_seconds", _FLOAT),
        ("datetime.datetime", "now utcnow today fromtimestamp utcfromtimestamp combine", _DATETIME),
        ("datetime.date", "today fromtimestamp", _DATE),
        ("datetime", "datetime", _DATETIME),
        ("datetime", "date", _DATE),
        ("datetime", "timedelta", _TIMEDELTA),
        (_DATETIME, "replace astimezone", _DATETIME),
        (_DATETIME, "date", _DATE),
        (_DATE, "replace", _DATE),
        ("uuid", "uuid1 uuid3 uuid5", "uuid.UUID()"),
    )
    for name in names.split()
)

_FORMATTED = (
    *(Summary(f"{owner}.strftime", ("0|format",), "new", _STR) for owner in (_DATETIME, _DATE, "time")),
    *(
        Summary(f"itsdangerous.{name}().dumps", ("0|obj",), "new", _STR, characters="a-zA-Z0-9._=-")
        for name in ("URLSafeSerializer", "URLSafeTimedSerializer")
    ),
)

_SIGNED = (
    *(
        Summary(f"itsdangerous.{name}().{method}")
        for name, method in (
            ("Serializer", "loads"),
            ("TimedSerializer", "loads"),
            ("URLSafeSerializer", "loads"),
            ("URLSafeTimedSerializer", "loads"),
            ("Signer", "unsign"),
            ("TimestampSigner", "unsign"),
        )
    ),
)
"""What bears the app's own signature was written by it."""

_FOLDERS = (Summary("tempfile.TemporaryDirectory", result="tempfile.TemporaryDirectory()"),)
"""Folders that are made anew, whatever stands before and behind their names."""

_CHOICES = (Summary("random.choice", ("0",), "members"), Summary("secrets.choice", ("0",), "members"))

_SANITIZERS = (Sanitizer("dateutil.parser.parse", ("*",), "0|timestr", _DATETIME),)

OWN = Tables(
    sanitizers=_SANITIZERS, summaries=(*_CALLS, *_NUMBERS, *_FORMATTED, *_SIGNED, *_FOLDERS, *_CHOICES), texts=_TEXTS
)
"""What the names of dates, numbers, folders and machines mean."""
