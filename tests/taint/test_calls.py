"""Values followed through calls: functions, methods, classes, files."""

from __future__ import annotations

import pytest

from tests.taint.flowcases import check

APP = """
from flask import Flask, request, redirect, abort
import os
app = Flask(__name__)
"""

PROJECTS: dict[str, dict[str, str]] = {
    "a helper in another file": {
        "db.py": """
            import sqlite3
            def find(name):
                con = sqlite3.connect("x")
                return con.execute(f"SELECT * FROM t WHERE n = '{name}'")  # flow: sql
            """,
        "app.py": APP
        + """
@app.route("/")
def view():
    from db import find
    find(request.args["n"])
    return ""
""",
    },
    "clean and tainted calls of one helper": {
        "h.py": "def same(x):\n    return x\n",
        "app.py": APP
        + """
import h
@app.route("/")
def view():
    q = request.args["n"]
    eval(h.same("1"))
    eval(h.same(q))  # flow: code
    eval(h.same("2"))
    return ""
""",
    },
    "a helper that reads the request": {
        "h.py": "from flask import request\ndef get(name):\n    return request.args.get(name)\n",
        "app.py": APP
        + """
from h import get as fetch
@app.route("/")
def view():
    eval(fetch("a"))  # flow: code
    return ""
""",
    },
    "the request passed along": {
        "h.py": "def get(req, name):\n    return req.args.get(name)\ndef fixed(req):\n    return 'x'\n",
        "app.py": APP
        + """
import h
@app.route("/")
def view():
    eval(h.get(request, "a"))  # flow: code
    eval(h.fixed(request))
    return ""
""",
    },
    "a wrapper class": {
        "h.py": """
            class Wrapper:
                def __init__(self, req):
                    self.req = req
                    self.kind = "x"
                def get(self, name):
                    return self.req.form.get(name)
                def safe(self, name):
                    return "safe"
            """,
        "app.py": APP
        + """
import h
@app.route("/")
def view():
    w = h.Wrapper(request)
    eval(w.safe("a"))
    eval(w.kind)
    eval(w.get("a"))  # flow: code
    return ""
""",
    },
    "a wrapper class with annotations only": {
        "h.py": "import flask\ndef get(req: flask.Request):\n    return req.args['x']\n",
        "app.py": APP
        + """
import h
@app.route("/")
def view():
    eval(h.get(somewhere()))  # flow: code
    return ""
""",
    },
    "inheritance": {
        "h.py": """
            class Base:
                def run(self, x):
                    return self.clean(x)
                def clean(self, x):
                    return x
            class Strict(Base):
                def clean(self, x):
                    return "1"
            class Loose(Base):
                def run(self, x):
                    return super().run(x)
            """,
        "app.py": APP
        + """
import h
@app.route("/")
def view():
    q = request.args["n"]
    eval(h.Strict().run(q))
    eval(h.Loose().run(q))  # maybe: code
    return ""
""",
    },
    "property and setter": {
        "app.py": APP
        + """
class Box:
    def __init__(self):
        self._x = "1"
    @property
    def x(self):
        return self._x
    @x.setter
    def x(self, value):
        self._x = value
@app.route("/")
def view():
    b = Box()
    eval(b.x)
    b.x = request.args["n"]
    eval(b.x)  # flow: code
    return ""
""",
    },
    "static and class methods": {
        "app.py": APP
        + """
class Box:
    kind = "1"
    @staticmethod
    def same(x):
        return x
    @classmethod
    def both(cls, x):
        return cls.kind, x
@app.route("/")
def view():
    q = request.args["n"]
    eval(Box.same(q))  # flow: code
    kind, x = Box.both(q)
    eval(kind)
    eval(x)  # flow: code
    return ""
""",
    },
    "data class": {
        "app.py": APP
        + """
from dataclasses import dataclass
@dataclass
class Pair:
    a: str
    b: str = "1"
@app.route("/")
def view():
    p = Pair(request.args["n"])
    r = Pair("1", b=request.args["n"])
    eval(p.a)  # flow: code
    eval(r.a)
    eval(r.b)  # flow: code
    return ""
""",
    },
    "named tuple": {
        "app.py": APP
        + """
from typing import NamedTuple
class Pair(NamedTuple):
    a: str
    b: str
@app.route("/")
def view():
    p = Pair(request.args["n"], "1")
    eval(p.a)  # flow: code
    eval(p.b)
    return ""
""",
    },
    "a container filled by a helper": {
        "app.py": APP
        + """
def fill(xs, x):
    xs.append(x)
def put(d, k, x):
    d[k] = x
@app.route("/")
def view():
    xs, ys, d = [], [], {}
    fill(xs, request.args["n"])
    fill(ys, "1")
    put(d, "a", request.args["n"])
    put(d, "b", "1")
    eval(xs[0])  # flow: code
    eval(ys[0])
    eval(d["a"])  # flow: code
    eval(d["b"])
    return ""
""",
    },
    "starred arguments": {
        "app.py": APP
        + """
def second(*args):
    return args[1]
def named(**kwargs):
    return kwargs["b"]
def passed_on(*args, **kwargs):
    return second(*args), named(**kwargs)
@app.route("/")
def view():
    q = request.args["n"]
    eval(second(q, "1"))
    eval(second("1", q))  # flow: code
    eval(named(a=q, b="1"))
    x, y = passed_on("1", q, a=q, b="2")
    eval(x)  # flow: code
    eval(y)
    eval(second(*["1", q]))  # flow: code
    eval(named(**{"a": "1", "b": q}))  # flow: code
    return ""
""",
    },
    "defaults and keywords": {
        "app.py": APP
        + """
def f(a, b="1", *, c="2"):
    return a + b + c
@app.route("/")
def view():
    q = request.args["n"]
    eval(f("1"))
    eval(f("1", c=q))  # flow: code
    eval(f(b=q, a="1"))  # flow: code
    return ""
""",
    },
    "partial": {
        "app.py": APP
        + """
from functools import partial
def f(a, b):
    return b
@app.route("/")
def view():
    q = request.args["n"]
    eval(partial(f, q)("1"))
    eval(partial(f, "1")(q))  # flow: code
    return ""
""",
    },
    "callbacks in a dict": {
        "app.py": APP
        + """
def one(x):
    return x
def two(x):
    return "1"
HANDLERS = {"one": one, "two": two}
@app.route("/")
def view():
    q = request.args["n"]
    eval(HANDLERS["one"](q))  # flow: code
    eval(HANDLERS["two"](q))
    eval(HANDLERS[request.args["k"]](q))  # flow: code
    return ""
""",
    },
    "decorator of the project": {
        "app.py": APP
        + """
import functools
def shout(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        return f(*args, **kwargs)
    return inner
def fixed(f):
    def inner(x):
        return f("1")
    return inner
@shout
def same(x):
    return x
@fixed
def clean(x):
    return x
@app.route("/")
def view():
    q = request.args["n"]
    eval(same(q))  # flow: code
    eval(clean(q))
    return ""
""",
    },
    "generator": {
        "app.py": APP
        + """
def each(x):
    for part in x.split(","):
        yield part
@app.route("/")
def view():
    for part in each(request.args["n"]):
        eval(part)  # flow: code
    for part in each("1,2"):
        eval(part)
    return ""
""",
    },
    "context manager": {
        "app.py": APP
        + """
from contextlib import contextmanager
@contextmanager
def using(x):
    yield x
class Using:
    def __init__(self, x):
        self.x = x
    def __enter__(self):
        return self.x
    def __exit__(self, *exc):
        return None
@app.route("/")
def view():
    q = request.args["n"]
    with using(q) as r:
        eval(r)  # flow: code
    with Using(q) as r:
        eval(r)  # flow: code
    with Using("1") as r:
        eval(r)
    return ""
""",
    },
    "recursion": {
        "app.py": APP
        + """
def down(x, n):
    if n == 0:
        return x
    return down(x, n - 1)
@app.route("/")
def view():
    eval(down(request.args["n"], 3))  # flow: code
    return ""
""",
    },
    "a sink far down": {
        "a.py": "import b\ndef f(x):\n    b.f(x + '1')\n",
        "b.py": "import c\ndef f(x):\n    c.f(f'{x}2')\n",
        "c.py": "def f(x):\n    eval(x)  # maybe: code\n",
        "app.py": APP + "import a\n@app.route('/')\ndef view():\n    a.f(request.args['n'])\n    return ''\n",
    },
    "a check in a helper": {
        "h.py": """
            import re
            from flask import abort
            def good(x):
                return re.fullmatch("[a-z]+", x) is not None
            def better(x):
                if not x:
                    return False
                if not x.isalnum():
                    return False
                return True
            def must(x):
                if not x.isalnum():
                    abort(400)
            def cleaned(x):
                if x in ("a", "b"):
                    return x
                return "a"
            def no_check(x):
                if len(x) > 3:
                    return False
                return True
            """,
        "app.py": APP
        + """
import h
@app.route("/a")
def a():
    q = request.args["n"]
    if h.good(q):
        os.system("ls " + q)
    os.system("ls " + q)  # flow: command
    return ""
@app.route("/b")
def b():
    q = request.args["n"]
    if not h.better(q):
        return ""
    os.system("ls " + q)
    return ""
@app.route("/c")
def c():
    q = request.args["n"]
    h.must(q)
    os.system("ls " + q)
    return ""
@app.route("/d")
def d():
    os.system("ls " + h.cleaned(request.args["n"]))
    return ""
@app.route("/e")
def e():
    q = request.args["n"]
    if h.no_check(q):
        os.system("ls " + q)  # flow: command
    return ""
""",
    },
    "views made in a function": {
        "app.py": """
from flask import request
import os
def init(app):
    prefix = "ls "
    @app.route("/a")
    def a():
        return b()
    @app.route("/a", methods=["POST"])
    def b():
        os.system(prefix + request.form["x"])  # flow: command
        return ""
""",
    },
    "a class as a view": {
        "app.py": APP
        + """
from flask.views import MethodView
class Item(MethodView):
    def __init__(self):
        self.folder = "/srv/"
    def get(self, name):
        open(self.folder + name)  # flow: path
        return ""
app.add_url_rule("/<path:name>", view_func=Item.as_view("item"))
""",
    },
    "module values": {
        "conf.py": "NAME = 'x'\nTABLE = {'a': '1'}\nFOLDER = f'/srv/{NAME}'\n",
        "app.py": APP
        + """
import conf
from conf import TABLE
@app.route("/")
def view():
    eval(conf.NAME)
    eval(TABLE["a"])
    eval(TABLE[request.args["n"]])
    open(conf.FOLDER)
    return ""
""",
    },
    "an interface is not an empty body": {
        "app.py": APP
        + """
class Base:
    def clean(self, x):
        raise NotImplementedError
@app.route("/")
def view():
    eval(Base().clean(request.args["n"]))  # maybe: code
    return ""
""",
    },
    "re-exported": {
        "lib/__init__.py": "from .inner import find\n",
        "lib/inner.py": "def find(x):\n    eval(x)  # flow: code\n",
        "app.py": APP
        + "from lib import find\n@app.route('/')\ndef view():\n    find(request.args['n'])\n    return ''\n",
    },
    "a nested function that keeps": {
        "app.py": APP
        + """
def make(x):
    def inner():
        return x
    return inner
@app.route("/")
def view():
    f, g = make(request.args["n"]), make("1")
    eval(f())  # flow: code
    eval(g())
    return ""
""",
    },
    "nonlocal": {
        "app.py": APP
        + """
@app.route("/")
def view():
    x = "1"
    def change():
        nonlocal x
        x = request.args["n"]
    change()
    eval(x)  # flow: code
    return ""
""",
    },
    "thread": {
        "app.py": APP
        + """
from threading import Thread
def work(x):
    eval(x)  # flow: code
@app.route("/")
def view():
    Thread(target=work, args=(request.args["n"],)).start()
    return ""
""",
    },
    "session of Flask": {
        "app.py": APP
        + """
from flask import session, g
@app.route("/")
def view():
    session["x"] = request.args["n"]  # flow: session-write, kept-redirect
    session[request.args["n"]] = "1"  # flow: session-write
    session["y"] = "1"
    g.x = request.args["n"]
    eval(g.x)  # flow: code
    return ""
""",
    },
}


@pytest.mark.parametrize("files", PROJECTS.values(), ids=PROJECTS.keys())
def test_project(files: dict[str, str]) -> None:
    check(files)
