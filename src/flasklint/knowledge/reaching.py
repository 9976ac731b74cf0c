"""Libraries that reach out of the program with a text: run it as a command or as code, ask a server for it, open it as a file."""

from __future__ import annotations

from flasklint.findings import Confidence
from flasklint.knowledge.rows import Having, Sink, Summary, Tables

_SHELL = "is run by a shell"
_RUN = "is the program that is run"
_PYTHON = "is run as Python"
_OBJECTS = "is turned into objects, which can run code"
_ASKED = "is requested by the server"
_HOST = "is the host that is asked"
_OPENED = "is opened"
_WRITTEN = "is written"
_TEMPLATE = "is run as a template"

_COMMANDS = (
    Sink("os.posix_spawn", "command", ("0|path",), _RUN),
    Sink("os.posix_spawnp", "command", ("0|path",), _RUN),
    Sink("asyncio.AbstractEventLoop().subprocess_shell", "command", ("1|cmd",), _SHELL, shape=True),
    Sink("asyncio.AbstractEventLoop().subprocess_exec", "command", ("1",), _RUN),
    Sink("pexpect.spawn", "command", ("0|command",), _RUN),
    Sink("pexpect.spawnu", "command", ("0|command",), _RUN),
    Sink("pexpect.run", "command", ("0|command",), _RUN),
    Sink("pexpect.popen_spawn.PopenSpawn", "command", ("0|cmd",), _RUN),
    *(
        Sink(f"fabric.Connection().{name}", "command", ("0|command",), _SHELL, shape=True)
        for name in ("run", "sudo", "local")
    ),
    *(Sink(f"fabric.api.{name}", "command", ("0|command",), _SHELL, shape=True) for name in ("run", "sudo", "local")),
    Sink("invoke.run", "command", ("0|command",), _SHELL, shape=True),
    Sink("invoke.sudo", "command", ("0|command",), _SHELL, shape=True),
    *(Sink(f"invoke.Context().{name}", "command", ("0|command",), _SHELL, shape=True) for name in ("run", "sudo")),
    Sink("paramiko.Channel().exec_command", "command", ("0|command",), _SHELL, shape=True),
    Sink("sh.Command", "command", ("0|path",), _RUN),
    *(Sink(f"sh.{name}", "command", ("1",), _SHELL, when=(Having("0", "const", ("-c",)),)) for name in ("sh", "bash")),
    Sink("plumbum.local.__getitem__", "command", ("0",), _RUN),
    Sink("asyncssh.SSHClientConnection().run", "command", ("0|command",), _SHELL, shape=True),
    Sink("asyncssh.SSHClientConnection().create_process", "command", ("0|command",), _SHELL, shape=True),
)

_CODE = (
    Sink("code.InteractiveInterpreter().runcode", "code", ("0|code",), _PYTHON),
    Sink("code.InteractiveConsole().push", "code", ("0|line",), _PYTHON),
    Sink("code.InteractiveConsole().runsource", "code", ("0|source",), _PYTHON),
    Sink("runpy.run_path", "code", ("0|path_name",), _PYTHON),
    Sink("runpy.run_module", "code", ("0|mod_name",), _PYTHON),
    Sink("timeit.timeit", "code", ("0|stmt", "1|setup"), _PYTHON),
    Sink("timeit.repeat", "code", ("0|stmt", "1|setup"), _PYTHON),
    Sink("timeit.Timer", "code", ("0|stmt", "1|setup"), _PYTHON),
    *(Sink(f"{module}.run", "code", ("0|statement",), _PYTHON) for module in ("cProfile", "profile", "pdb")),
    *(Sink(f"{module}.runctx", "code", ("0|statement",), _PYTHON) for module in ("cProfile", "profile")),
    Sink("pydoc.locate", "code", ("0|path",), "is imported"),
    Sink("werkzeug.utils.import_string", "module", ("0|import_name",), "is imported"),
    Sink("pandas.eval", "code", ("0|expr",), _PYTHON),
    Sink("pandas.DataFrame().eval", "code", ("0|expr",), _PYTHON),
    Sink("pandas.DataFrame().query", "code", ("0|expr",), _PYTHON),
    Sink("numexpr.evaluate", "code", ("0|ex",), _PYTHON),
    Sink("sympy.sympify", "code", ("0|a",), _PYTHON),
    Sink("sympy.parse_expr", "code", ("0|s",), _PYTHON),
    Sink("sympy.lambdify", "code", ("1|expr",), _PYTHON),
    Sink("redis.Redis().eval", "code", ("0|script",), "is run as Lua by the server"),
    Sink("redis.Redis().register_script", "code", ("0|script",), "is run as Lua by the server"),
)

_PICKLES = (
    Sink("torch.load", "deserialization", ("0|f",), _OBJECTS, unless=(Having("weights_only", "true"),)),
    Sink("numpy.load", "deserialization", ("0|file",), _OBJECTS, when=(Having("2|allow_pickle", "true"),)),
    Sink("pandas.read_pickle", "deserialization", ("0|filepath_or_buffer",), _OBJECTS),
    Sink("jsonpickle.loads", "deserialization", ("0|string",), _OBJECTS),
    Sink("dill.load", "deserialization", ("0|file",), _OBJECTS),
    Sink("cloudpickle.load", "deserialization", ("0",), _OBJECTS),
    Sink("yaml.full_load_all", "deserialization", ("0|stream",), _OBJECTS),
    Sink("yaml.unsafe_load_all", "deserialization", ("0|stream",), _OBJECTS),
)

_REQUESTS = (
    Sink("aiohttp.request", "ssrf", ("1|url",), _ASKED),
    Sink("httpx.stream", "ssrf", ("1|url",), _ASKED),
    Sink("httpx.Client().stream", "ssrf", ("1|url",), _ASKED),
    Sink("httpx.AsyncClient().stream", "ssrf", ("1|url",), _ASKED),
    Sink("httpx.Client().build_request", "ssrf", ("1|url",), _ASKED),
    Sink("httpx.AsyncClient().build_request", "ssrf", ("1|url",), _ASKED),
    Sink("httpx.Client", "ssrf", ("base_url",), _HOST),
    Sink("httpx.AsyncClient", "ssrf", ("base_url",), _HOST),
    Sink("requests.Request", "ssrf", ("1|url",), _ASKED),
    *(Sink(f"treq.{name}", "ssrf", ("0|url",), _ASKED) for name in ("get", "head", "post", "put", "patch", "delete")),
    Sink("treq.request", "ssrf", ("1|url",), _ASKED),
    Sink("httplib2.Http().request", "ssrf", ("0|uri",), _ASKED),
    Sink("urllib.request.OpenerDirector().open", "ssrf", ("0|fullurl",), _ASKED),
    Sink("urllib3.HTTPConnectionPool", "ssrf", ("0|host",), _HOST),
    Sink("urllib3.HTTPSConnectionPool", "ssrf", ("0|host",), _HOST),
    Sink("urllib3.connection_from_url", "ssrf", ("0|url",), _ASKED),
    Sink("pycurl.Curl().setopt", "ssrf", ("1",), _ASKED, when=(Having("0", "name", ("pycurl.URL",)),)),
    Sink("feedparser.parse", "ssrf", ("0|url_file_stream_or_string",), _ASKED),
    Sink("xmlrpc.client.ServerProxy", "ssrf", ("0|uri",), _ASKED),
    Sink("zeep.Client", "ssrf", ("0|wsdl",), _ASKED),
    Sink("suds.client.Client", "ssrf", ("0|url",), _ASKED),
    Sink("websocket.create_connection", "ssrf", ("0|url",), _ASKED),
    Sink("websockets.connect", "ssrf", ("0|uri",), _ASKED),
    Sink("ftplib.FTP", "ssrf", ("0|host",), _HOST),
    Sink("ftplib.FTP_TLS", "ssrf", ("0|host",), _HOST),
    Sink("imaplib.IMAP4", "ssrf", ("0|host",), _HOST),
    Sink("imaplib.IMAP4_SSL", "ssrf", ("0|host",), _HOST),
    Sink("poplib.POP3", "ssrf", ("0|host",), _HOST),
    Sink("socket.create_connection", "ssrf", ("0|address",), _HOST, "members"),
    Sink("socket.socket().connect", "ssrf", ("0|address",), _HOST, "members"),
    Sink("pdfkit.from_url", "ssrf", ("0|url",), _ASKED),
    Sink("imgkit.from_url", "ssrf", ("0|url",), _ASKED),
    Sink("weasyprint.HTML", "ssrf", ("0|guess", "url"), _ASKED),
    Sink("wget.download", "ssrf", ("0|url",), _ASKED),
    Sink("boto3.client", "ssrf", ("endpoint_url",), _HOST),
    Sink("boto3.resource", "ssrf", ("endpoint_url",), _HOST),
    Sink("git.Repo.clone_from", "ssrf", ("0|url",), "is cloned by the server"),
    Sink("git.Git().clone", "ssrf", ("0",), "is cloned by the server"),
    Sink("dulwich.porcelain.clone", "ssrf", ("0|source",), "is cloned by the server"),
    *(
        Sink(f"selenium.webdriver.{browser}().get", "ssrf", ("0|url",), _ASKED)
        for browser in ("Chrome", "Firefox", "Edge", "Remote")
    ),
    *(Sink(f"playwright.{module}.Page().goto", "ssrf", ("0|url",), _ASKED) for module in ("sync_api", "async_api")),
    *(
        row
        for name, where in (
            ("read_csv", "0|filepath_or_buffer"),
            ("read_table", "0|filepath_or_buffer"),
            ("read_json", "0|path_or_buf"),
            ("read_html", "0|io"),
            ("read_xml", "0|path_or_buffer"),
            ("read_excel", "0|io"),
            ("read_parquet", "0|path"),
        )
        for row in (
            Sink(f"pandas.{name}", "ssrf", (where,), _ASKED),
            Sink(f"pandas.{name}", "path", (where,), _OPENED),
        )
    ),
)

_FILES = (
    Sink("PIL.Image.open", "path", ("0|fp",), _OPENED),
    Sink("PIL.Image.Image().save", "path", ("0|fp",), _WRITTEN),
    Sink("cv2.imread", "path", ("0|filename",), _OPENED),
    Sink("cv2.imwrite", "path", ("0|filename",), _WRITTEN),
    Sink("numpy.load", "path", ("0|file",), _OPENED),
    Sink("numpy.save", "path", ("0|file",), _WRITTEN),
    Sink("numpy.loadtxt", "path", ("0|fname",), _OPENED),
    Sink("numpy.genfromtxt", "path", ("0|fname",), _OPENED),
    *(
        Sink(f"pandas.DataFrame().{name}", "path", (where,), _WRITTEN)
        for name, where in (
            ("to_csv", "0|path_or_buf"),
            ("to_json", "0|path_or_buf"),
            ("to_excel", "0|excel_writer"),
            ("to_parquet", "0|path"),
            ("to_pickle", "0|path"),
            ("to_html", "0|buf"),
        )
    ),
    Sink("openpyxl.load_workbook", "path", ("0|filename",), _OPENED),
    Sink("xlrd.open_workbook", "path", ("0|filename",), _OPENED),
    Sink("docx.Document", "path", ("0|docx",), _OPENED),
    Sink("fitz.open", "path", ("0|filename",), _OPENED),
    Sink("PyPDF2.PdfReader", "path", ("0|stream",), _OPENED),
    Sink("pypdf.PdfReader", "path", ("0|stream",), _OPENED),
    Sink("aiofiles.open", "path", ("0|file",), _OPENED),
    Sink("pdfkit.from_file", "path", ("0|input", "1|output_path"), _OPENED),
    Sink("pdfkit.from_string", "path", ("1|output_path",), _WRITTEN),
    Sink("git.Repo.clone_from", "path", ("1|to_path",), _WRITTEN),
    Sink("paramiko.SFTPClient().get", "path", ("0|remotepath", "1|localpath"), "is fetched"),
    Sink("paramiko.SFTPClient().put", "path", ("0|localpath", "1|remotepath"), "is sent"),
    Sink("paramiko.SFTPClient().open", "path", ("0|filename",), _OPENED),
    Sink("linecache.getlines", "path", ("0|filename",), _OPENED),
    Sink("linecache.getline", "path", ("0|filename",), _OPENED),
    Sink("fileinput.input", "path", ("0|files",), _OPENED),
    Sink("sqlite3.connect", "path", ("0|database",), _OPENED),
    Sink("logging.FileHandler", "path", ("0|filename",), _OPENED),
    Sink("bz2.open", "path", ("0|filename",), _OPENED),
    Sink("lzma.open", "path", ("0|filename",), _OPENED),
    Sink("os.symlink", "path", ("0|src", "1|dst"), "is linked"),
    Sink("os.link", "path", ("0|src", "1|dst"), "is linked"),
    Sink("os.truncate", "path", ("0|path",), "is emptied"),
    Sink("os.readlink", "path", ("0|path",), "is read"),
    Sink("shutil.chown", "path", ("0|path",), "is changed"),
    Sink("shutil.make_archive", "path", ("0|base_name", "2|root_dir"), "is packed"),
    Sink("soundfile.read", "path", ("0|file",), _OPENED),
    Sink("wave.open", "path", ("0|f",), _OPENED),
    Sink("imageio.imread", "path", ("0|uri",), _OPENED),
    Sink("h5py.File", "path", ("0|name",), _OPENED),
)

_TEMPLATES = (
    Sink("mako.template.Template", "template-source", ("0|text",), _TEMPLATE, shape=True),
    Sink("chameleon.PageTemplate", "template-source", ("0|body",), _TEMPLATE, shape=True),
    Sink("chameleon.PageTextTemplate", "template-source", ("0|body",), _TEMPLATE, shape=True),
    Sink("tornado.template.Template", "template-source", ("0|template_string",), _TEMPLATE, shape=True),
    Sink("Cheetah.Template.Template", "template-source", ("0|source",), _TEMPLATE, shape=True),
    Sink("genshi.template.MarkupTemplate", "template-source", ("0|source",), _TEMPLATE, shape=True),
    Sink("genshi.template.NewTextTemplate", "template-source", ("0|source",), _TEMPLATE, shape=True),
)

_OLD = "is parsed as lxml does it by itself, which follows entities before version 5"

_XML = (
    *(
        Sink(f"lxml.{name}", "xml", (where,), _OLD, when=(Having("1|parser", "absent"),), confidence=Confidence.LOW)
        for name, where in (
            ("etree.fromstring", "0|text"),
            ("etree.parse", "0|source"),
            ("objectify.fromstring", "0|xml"),
            ("objectify.parse", "0|f"),
        )
    ),
    Sink(
        "lxml.etree.iterparse",
        "xml",
        ("0|source",),
        _OLD,
        when=(Having("resolve_entities", "absent"),),
        confidence=Confidence.LOW,
    ),
)

_HTML = (
    Summary("markdown.markdown", ("0|text",), "new", "builtins.str()"),
    Summary("markdown.Markdown().convert", ("0|source",), "new", "builtins.str()"),
    Summary("markdown2.markdown", ("0|text",), "new", "builtins.str()"),
    Summary("mistune.markdown", ("0|text",), "new", "builtins.str()"),
    Summary("mistune.html", ("0",), "new", "builtins.str()"),
    Summary("commonmark.commonmark", ("0|text",), "new", "builtins.str()"),
    Summary("?.to_html", ("self",), "new", "builtins.str()"),
    *(
        Summary(f"pandas.{name}", ("0",), "new", "pandas.DataFrame()")
        for name in ("DataFrame", "read_csv", "read_excel", "read_json", "read_parquet", "read_table")
    ),
    Summary("mako.template.Template", result="mako.template.Template()"),
    Summary("mako.template.Template().render", ("*",), "new", "builtins.str()"),
    Summary("mako.template.Template().render_unicode", ("*",), "new", "builtins.str()"),
)

REACHING = Tables(
    sinks=(*_COMMANDS, *_CODE, *_PICKLES, *_REQUESTS, *_FILES, *_TEMPLATES, *_XML),
    summaries=_HTML,
)
"""What the names of libraries that reach out of the program mean."""
