"""XML parsers, archives, document databases, and where uploads are kept."""

from __future__ import annotations

from flasklint.knowledge.rows import Guard, Having, Sanitizer, Sink, Summary, Tables

_ENTITIES = "is parsed with entities switched on"
_PARSER = Having("1|parser", "set", ("resolve_entities", "load_dtd"))

_AS_IT_IS = ("$eq", "$in", "$ne", "$nin")
"""Operators that compare with what stands behind them, whatever it looks like."""

_SINKS = (
    *(
        Sink(f"lxml.etree.{name}", "xml", (f"0|{argument}",), _ENTITIES, when=(_PARSER,))
        for name, argument in (
            ("fromstring", "text"),
            ("fromstringlist", "strings"),
            ("parse", "source"),
        )
    ),
    Sink("lxml.objectify.fromstring", "xml", ("0|xml",), _ENTITIES, when=(_PARSER,)),
    Sink("lxml.objectify.parse", "xml", ("0|f",), _ENTITIES, when=(_PARSER,)),
    *(
        Sink("lxml.etree.iterparse", "xml", ("0|source",), _ENTITIES, when=(Having(option, "true"),))
        for option in ("load_dtd",)
    ),
    Sink(
        "lxml.etree.iterparse",
        "xml",
        ("0|source",),
        _ENTITIES,
        when=(Having("resolve_entities", "const", (True,)),),
    ),
    Sink(
        "tarfile.TarFile().extractall",
        "archive",
        ("self",),
        "is unpacked as its members' names say",
        when=(Having("filter", "absent"), Having("1|members", "absent")),
    ),
    Sink(
        "tarfile.TarFile().extractall",
        "archive",
        ("self",),
        "is unpacked as its members' names say",
        when=(Having("filter", "const", ("fully_trusted",)), Having("1|members", "absent")),
    ),
    Sink(
        "tarfile.TarFile().extract",
        "archive",
        ("0|member",),
        "is unpacked as its name says",
        when=(Having("filter", "absent"),),
    ),
    Sink(
        "shutil.unpack_archive",
        "archive",
        ("0|filename",),
        "is unpacked as its members' names say",
        when=(Having("filter", "absent"),),
        unless=(Having("2|format", "const", ("zip",)),),
    ),
    *(
        row
        for name in (
            "count_documents",
            "delete_many",
            "delete_one",
            "find",
            "find_one",
            "find_one_and_delete",
            "find_one_and_replace",
            "find_one_and_update",
            "replace_one",
            "update_many",
            "update_one",
        )
        for row in (
            Sink(f"?.{name}", "nosql", ("0|filter",), "is run as a query", "members", as_it_is=_AS_IT_IS),
            Sink(
                f"?.{name}",
                "nosql-script",
                ("0|filter",),
                "is run as JavaScript",
                "members",
                when=(Having("0|filter", "field", ("$where",)),),
            ),
        )
    ),
    *(
        Sink(f"{document}.objects", "nosql", ("__raw__",), "is run as a query", "members", as_it_is=_AS_IT_IS)
        for document in (
            "mongoengine.Document",
            "flask_mongoengine.MongoEngine().Document",
            "flask_mongoengine.Document",
        )
    ),
    *(
        Sink(f"{document}.objects.where", "nosql-script", ("0|where_clause",), "is run as JavaScript")
        for document in (
            "mongoengine.Document",
            "flask_mongoengine.MongoEngine().Document",
            "flask_mongoengine.Document",
        )
    ),
    Sink("?.aggregate", "nosql", ("0|pipeline",), "is run as a query", "members", as_it_is=_AS_IT_IS),
    *(
        Sink(f"flask.Response().headers.{name}", "header-name", ("0|key|_key",), "is the name of a header")
        for name in ("__setitem__", "add", "set", "setdefault")
    ),
    Sink(
        "werkzeug.datastructures.FileStorage().save",
        "upload-type",
        ("0|dst",),
        "is the name that the upload is kept under",
    ),
)

_SUMMARIES = (
    Summary(
        "lxml.etree.XMLParser",
        how="made",
        result="lxml.etree.XMLParser()",
        store="self.resolve_entities=resolve_entities;self.load_dtd=load_dtd",
    ),
    Summary(
        "lxml.objectify.makeparser",
        how="made",
        result="lxml.etree.XMLParser()",
        store="self.resolve_entities=resolve_entities;self.load_dtd=load_dtd",
    ),
    Summary("zipfile.ZipFile", ("0|file",), "new", "zipfile.ZipFile()"),
    Summary("zipfile.ZipFile().namelist", ("self",), "new", "builtins.list()"),
    Summary("zipfile.ZipFile().infolist", ("self",), "new", "builtins.list()"),
    Summary("tarfile.TarFile().getnames", ("self",), "new", "builtins.list()"),
    Summary("tarfile.TarFile().getmembers", ("self",), "new", "builtins.list()"),
    Summary("tarfile.open", ("0|name", "fileobj"), "new", "tarfile.TarFile()"),
    Summary("tarfile.TarFile", ("0|name", "fileobj|2"), "new", "tarfile.TarFile()"),
    Summary("tarfile.TarFile.open", ("0|name", "fileobj"), "new", "tarfile.TarFile()"),
)

_IDS = ("bson.ObjectId", "bson.objectid.ObjectId")

_SANITIZERS = tuple(Sanitizer(name, ("*",), "0|oid", f"{name}()") for name in _IDS)

_GUARDS = (
    *(Guard(name, "0|oid", "returns", ("nosql",), characters="0-9a-fA-F") for name in _IDS),
    *(Guard(f"{name}.is_valid", "0|oid", "true", ("nosql",), characters="0-9a-fA-F") for name in _IDS),
)

DOCUMENTS = Tables(sinks=_SINKS, sanitizers=_SANITIZERS, summaries=_SUMMARIES, guards=_GUARDS)
"""What the names of parsers, archives and document stores mean."""
