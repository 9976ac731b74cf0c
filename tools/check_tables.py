#!/usr/bin/env python3
"""Resolve each name of the tables against the library that it speaks of.

    python tools/check_tables.py [--write] [--keep FOLDER] [PACKAGE ...]

Makes a virtual environment for each library that the tables name (or for the named ones), installs its newest version there,
and looks the names up, so that a name that a library has moved breaks this check, not the reports of users. ``--write``
puts the result, with its date and the versions, into ``docs/tables.md``. ``--keep`` names a folder for the environments, which
are then used again. What is part of Python, and what the tests' environment has, a test resolves in every run.

With ``--resolve`` it is what runs inside such an environment: names as JSON on standard input, the answer on standard output.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import importlib
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import venv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent

DISTRIBUTIONS = {
    "MySQLdb": "mysqlclient",
    "PIL": "pillow",
    "authlib": "Authlib",
    "bson": "pymongo",
    "cassandra": "cassandra-driver",
    "cv2": "opencv-python-headless",
    "dateutil": "python-dateutil",
    "docx": "python-docx",
    "fitz": "PyMuPDF",
    "flask_allows": "flask-allows",
    "flask_appconfig": "flask-appconfig",
    "flask_csp": "flask-csp",
    "flask_discord": "Flask-Discord",
    "flask_pyoidc": "Flask-pyoidc",
    "flask_rest_jsonapi": "Flask-REST-JSONAPI",
    "flask_security": "Flask-Security",
    "flask_uploads": "Flask-Reuploaded",
    "flask_wtf": "Flask-WTF",
    "git": "GitPython",
    "ldap": "python-ldap",
    "mysql": "mysql-connector-python",
    "pkg_resources": "setuptools",
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "pymysql": "PyMySQL",
    "ruamel": "ruamel.yaml",
    "websocket": "websocket-client",
    "yaml": "PyYAML",
}
"""How a library is called where it is installed from, if not as it is imported."""

BESIDE = {
    "flask_admin": ("flask", "flask-sqlalchemy", "peewee", "wtf-peewee", "pymongo"),
    "flask_dance": ("sqlalchemy",),
    "flask_oauthlib": ("werkzeug<1", "flask<2", "jinja2<3.1", "markupsafe<2.1", "itsdangerous<2.1", "requests"),
    "flask_security": ("flask-sqlalchemy", "flask-wtf"),
    "pandas": ("lxml",),
    "authlib": ("flask", "requests"),
    "sqlalchemy": ("greenlet",),
}
"""What a library needs beside it for all that the tables name."""

_OLD = "its newest release cannot be imported beside current versions of what it stands on"

OUT_OF_USE = {
    "Cheetah": _OLD,
    "cx_Oracle": "not looked up: its newest release has no wheel for this Python",
    "flapison": _OLD,
    "flask_apispec": _OLD,
    "flask_restless": _OLD,
    "pyodbc": "not looked up: it needs the C library of unixODBC",
    "MySQLdb": "not looked up: it is built against the C library of MySQL",
    "flask_allows": _OLD,
    "flask_api": _OLD,
    "flask_cas": _OLD,
    "flask_classy": _OLD,
    "flask_combo_jsonapi": _OLD,
    "flask_jwt": _OLD,
    "flask_kvsession": _OLD,
    "flask_lambda": _OLD,
    "flask_mongoengine": _OLD,
    "flask_oauthlib": _OLD,
    "flask_rest_api": _OLD,
    "flask_rest_jsonapi": _OLD,
    "flask_restplus": _OLD,
    "flask_simpleldap": "not looked up: it is built against the C library of OpenLDAP",
    "flask_unchained": _OLD,
    "flask_user": "its newest release could not be installed",
    "ldap": "not looked up: it is built against the C library of OpenLDAP",
}
"""Libraries that cannot be looked up beside what is current. Their rows stay: apps of their time still use them."""

RENAMED = {
    "connexion.apps.flask_app.FlaskApp": "connexion before 3",
    "lxml.html.clean.clean_html": "lxml before 5.2; since then it is `lxml_html_clean`",
    "sqlalchemy.engine.Engine().exec_driver_sql": "SQLAlchemy before 2",
    "sqlalchemy.engine.Engine().execute": "SQLAlchemy before 2",
    "sqlalchemy.engine.Engine().scalar": "SQLAlchemy before 2",
    "django.utils.http.is_safe_url": "Django before 4",
    "fabric.api.local": "Fabric before 2",
    "fabric.api.run": "Fabric before 2",
    "fabric.api.sudo": "Fabric before 2",
    "wtforms.TextField().data": "WTForms before 3",
    "flask_jwt_extended.fresh_jwt_required": "Flask-JWT-Extended before 4",
    "flask_jwt_extended.jwt_refresh_token_required": "Flask-JWT-Extended before 4",
}
"""Names of earlier versions of a library that apps still use: where they were."""

MADE_UP = {
    "lxml.etree.ElementTree()": "lxml.etree._ElementTree()",
    "hashlib.hash": "_hashlib.HASH",
    "werkzeug.datastructures.MultiDict().files": "werkzeug.datastructures.MultiDict()",
}
"""Names of ours for types that have none in public, or that stand for a type with certain contents: what they are."""

ELSEWHERE = frozenset({"os.startfile"})
"""What only another system has."""


class Row(NamedTuple):
    """A name of the tables, what it stands for by ``also``, and whether it was found (``why`` not)."""

    name: str
    why: str = ""


# Inside the environment of a library -----------------------------------------------------------------------------------

_PART = re.compile(r"([A-Za-z_]\w*)(\(\))?")


def resolve(name: str, also: Mapping[str, Sequence[str]], depth: int = 0) -> str:
    """Why a canonical name is not to be found; empty if it is."""
    for made_up, real in MADE_UP.items():
        if name.startswith(made_up):
            name = real + name[len(made_up) :]
    if name in ELSEWHERE:
        return ""
    parts = [(found[1], bool(found[2])) for found in _PART.finditer(name.removesuffix("="))]
    module, at = _module([part for part, called in takewhile(lambda pair: not pair[1], parts)])
    if module is None:
        return f"no module {parts[0][0]}"
    thing: Any = module
    path = ".".join(part for part, _ in parts[:at])
    is_instance = False
    for part, called in parts[at:]:
        path = f"{path}.{part}"
        owner, rest = path.rpartition(".")[0], name[len(path) - len(part) - 1 :]
        if owner in also and not inspect.isclass(thing) and not inspect.ismodule(thing) and depth < 4:
            # A thing that is only there while something goes on, as a proxy is: what it is, the types say.
            answers = [resolve(kind + rest, also, depth + 1) for kind in also[owner]]
            return "" if "" in answers else answers[0]
        if not _has(thing, part, is_instance):
            kinds = [kind for kind in also.get(owner, ()) if kind != owner]
            if kinds and depth < 4:
                answers = [resolve(kind + rest, also, depth + 1) for kind in kinds]
                return "" if "" in answers else answers[0]
            return f"{owner} has no {part}"
        try:
            thing = inspect.getattr_static(thing, part) if is_instance else getattr(thing, part)
        except AttributeError:
            # Set on instances only: what it is cannot be told without one.
            thing = None
        if called:
            path += "()"
            kinds = list(also.get(path, ()))
            if inspect.isclass(thing):
                is_instance = True
            elif kinds and depth < 4:
                rest = name[len(path) :]
                answers = [resolve(kind + rest, also, depth + 1) for kind in kinds] if rest else [""]
                return "" if "" in answers else answers[0]
            else:
                return ""
        elif not inspect.isclass(thing) and not inspect.ismodule(thing):
            is_instance = is_instance or thing is None
            if thing is None:
                return ""
    return ""


def _module(parts: Sequence[str]) -> tuple[Any, int]:
    """The longest beginning that is a module, and how many parts that takes."""
    for at in range(len(parts), 0, -1):
        module = _imported(".".join(parts[:at]), whole=at > 1)
        if module is not None:
            return module, at
    return None, 0


def _imported(name: str, *, whole: bool) -> Any:
    """A module, if there is one; what it does at import is its own affair unless nothing is left to try (not ``whole``)."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None
    except Exception as error:
        if whole:
            return None
        raise ImportError(f"{type(error).__name__}: {error}") from None


def _has(thing: Any, part: str, is_instance: bool) -> bool:
    """A thing, or an instance of a class, has an attribute: on the class, annotated, or set by one of its methods."""
    if thing is None:
        return True
    try:
        inspect.getattr_static(thing, part)
    except AttributeError:
        pass
    else:
        return True
    if not inspect.isclass(thing) or not is_instance:
        return hasattr(thing, part)
    for cls in thing.__mro__:
        if part in getattr(cls, "__annotations__", {}) or part in _assigned(cls):
            return True
    # Passed on to something inside, as a wrapper does it.
    return "__getattr__" in {name for cls in thing.__mro__ for name in vars(cls)}


def _assigned(cls: type) -> set[str]:
    """The attributes that the methods of a class set on ``self``."""
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError, SyntaxError):
        return set()
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store) and isinstance(node.value, ast.Name)
    }


# Outside ---------------------------------------------------------------------------------------------------------------


def names() -> dict[str, list[str]]:
    """The names that the tables give a meaning, by the library's import name; ``""`` for what has none."""
    from flasklint.knowledge import decorators, extensions, guards
    from flasklint.knowledge.catalogue import EVERYTHING

    rows = [row.name for table in EVERYTHING[:5] for row in table] + [row.name for row in EVERYTHING.renderings]
    rows += [
        *decorators.AUTHENTICATES,
        *extensions.EXTENSIONS,
        *extensions.APP_CLASSES,
        *extensions.APP_HOLDERS,
        *extensions.BLUEPRINT_CLASSES,
        *extensions.API_CLASSES,
        *extensions.VIEW_CLASSES,
        *guards.IDENTITY,
        *guards.REFUSALS,
        *guards.TOKEN_VALIDATORS,
    ]
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(rows):
        plain = name.removeprefix("except ")
        top = plain.partition(".")[0].removesuffix("()") if re.match(r"[A-Za-z_]\w*\.", plain) else ""
        found.setdefault(top, []).append(plain)
    return found


def also() -> dict[str, tuple[str, ...]]:
    """What things are by the tables of types."""
    from flasklint.knowledge.types import ALSO

    return dict(ALSO)


def check(library: str, wanted: Sequence[str], folder: Path) -> tuple[str, list[Row]]:
    """The version of a library, and each of its names."""
    python = folder / library / "bin" / "python"
    if not python.exists():
        venv.create(folder / library, with_pip=True)
        distribution = DISTRIBUTIONS.get(library, library.replace("_", "-"))
        beside = BESIDE.get(library, ("flask",) if library.startswith("flask_") else ())
        command = [str(python), "-m", "pip", "install", "--quiet", distribution, *beside, "setuptools<80"]
        why = _installed(command)
        if why:
            # What is half there would pass for installed the next time.
            shutil.rmtree(folder / library)
            return "", [Row(name, why) for name in wanted]
    orders = json.dumps({"library": library, "names": list(wanted), "also": also()})
    command = [str(python), __file__, "--resolve"]
    try:
        done = subprocess.run(command, input=orders, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return "", [Row(name, "not looked up: it does not end to be imported in ten minutes") for name in wanted]
    if done.returncode:
        return "", [Row(name, _reason((done.stderr.strip().splitlines() or ["it fails"])[-1])) for name in wanted]
    answer = json.loads(done.stdout)
    return answer["version"], [Row(name, why) for name, why in answer["rows"].items()]


def _installed(command: Sequence[str]) -> str:
    """Why an installation failed; empty if it did not."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    except subprocess.TimeoutExpired:
        return "not looked up: it is not installed within ten minutes"
    if not done.returncode:
        return ""
    lines = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
    return _reason(lines[0] if lines else "it cannot be installed")


def answer(orders: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked inside the environment of a library."""
    import importlib.metadata as metadata

    library = orders["library"]
    try:
        held = metadata.packages_distributions().get(library, [])
    except Exception:  # a broken record of another package
        held = []
    version = f"{held[0]} {metadata.version(held[0])}" if held else ""
    return {"version": version, "rows": {name: _trouble(name, orders["also"]) for name in orders["names"]}}


def _trouble(name: str, also: Mapping[str, Sequence[str]]) -> str:
    """As :func:`resolve`; the library's own trouble at import is a reason too."""
    try:
        return resolve(name, also)
    except RuntimeError:
        # A proxy, which is something only while a request is answered: it is there, and no more can be told.
        return ""
    except Exception as error:
        return _reason(
            str(error) if str(error).startswith(f"{type(error).__name__}: ") else f"{type(error).__name__}: {error}"
        )


def _reason(text: str) -> str:
    """Words for the page: on one line, short, and without the paths of the machine that looked."""
    return re.sub(r" ?\(?(?:[A-Za-z]:)?[/\\]\S*", "", " ".join(text.split()))[:120]


def in_python(found: Mapping[str, list[str]]) -> Iterator[str]:
    """The libraries among the names that Python itself has."""
    yield from (library for library in found if library in sys.stdlib_module_names)


HEAD = """# The tables, resolved

Each name below was looked up in the newest version of the library that it speaks of, by
`python tools/check_tables.py --write` on {date}, with Python {python}. What is part of Python, and of Flask, Werkzeug, Jinja and
MarkupSafe, a test resolves in every run.

"""


def page(results: Mapping[str, tuple[str, list[Row]]], left: Sequence[str] = ()) -> str:
    """The page on what was found. ``left``: the libraries that were not looked at this time."""
    total = sum(len(rows) for _, rows in results.values())
    good = sum(not row.why for _, rows in results.values() for row in rows)
    parts = [
        HEAD.format(date=datetime.date.today().isoformat(), python=".".join(map(str, sys.version_info[:2]))),
        f"{good} of {total} names resolve.\n\n| library | version | names | resolved |\n|---|---|---|---|\n",
    ]
    for library, (version, rows) in sorted(results.items(), key=lambda item: item[0].lower()):
        parts.append(
            f"| `{library}` | {version or 'not to be had'} | {len(rows)} | {sum(not row.why for row in rows)} |\n"
        )
    open_ = [(library, row) for library, (_, rows) in sorted(results.items()) for row in rows if row.why]
    if open_:
        parts.append("\n## What does not resolve, and why it stays\n\n")
    for library, row in open_:
        why = RENAMED.get(row.name) or OUT_OF_USE.get(library) or row.why
        parts.append(f"- `{row.name}`: {why}\n")
    if left:
        parts.append(
            "\n## What was not looked up this time\n\nThe rows on " + ", ".join(f"`{one}`" for one in left) + ".\n"
        )
    return "".join(parts)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("packages", nargs="*", metavar="PACKAGE")
    parser.add_argument("--write", action="store_true", help="write docs/tables.md")
    parser.add_argument("--keep", type=Path, help="a folder for the environments")
    parser.add_argument("--resolve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.resolve:
        said = os.dup(1)
        os.dup2(2, 1)  # what libraries print while they are imported is none of the answer
        with os.fdopen(said, "w") as out:
            out.write(json.dumps(answer(json.load(sys.stdin))))
        return 0
    found = names()
    found.pop("", None)
    for library in list(in_python(found)):
        del found[library]
    wanted = given.packages or sorted(found)
    results = {}
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        for library in wanted:
            results[library] = version, rows = check(library, found[library], folder)
            print(
                f"{library}: {version or 'not to be had'}: {sum(not row.why for row in rows)} of {len(rows)}",
                flush=True,
            )
            for row in rows:
                if row.why:
                    print(f"    {row.name}: {row.why}", flush=True)
    if given.write:
        (ROOT / "docs" / "tables.md").write_text(
            page(results, [one for one in sorted(found) if one not in results]), encoding="utf-8", newline="\n"
        )
    return 0 if all(_is_told(library, rows) for library, (_, rows) in results.items()) else 1


def _is_told(library: str, rows: Iterable[Row]) -> bool:
    """Every name of a library resolves, or it is told above why it stays."""
    return library in OUT_OF_USE or all(not row.why or row.name in RENAMED for row in rows)


if __name__ == "__main__":
    sys.exit(main())
