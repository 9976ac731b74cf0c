"""What is passed to views by decorators and hooks, and what gets into tables by decorators."""

from __future__ import annotations

import pytest

from tests.taint.flowcases import HEAD, check

PROJECTS: dict[str, dict[str, str]] = {
    "decorator puts in kwargs": {
        "app.py": HEAD
        + """\
import functools
def with_data(f):
    @functools.wraps(f)
    def inner(*a, **kwargs):
        kwargs["data"] = request.get_json()
        return f(*a, **kwargs)
    return inner
@app.route('/a', methods=['POST'])
@with_data
def a(data):
    eval(data['x'])  # flow: code
    return ''
""",
    },
    "decorator puts in kwargs and route parameter": {
        "app.py": HEAD
        + """\
import functools
def with_data(f):
    @functools.wraps(f)
    def inner(*a, **kwargs):
        kwargs["data"] = request.get_json()
        kwargs["fixed"] = '1'
        return f(*a, **kwargs)
    return inner
@app.route('/a/<path:name>', methods=['POST'])
@with_data
def a(name, data, fixed):
    eval(data['x'])  # flow: code
    eval(name)  # flow: code
    eval(fixed)
    return ''
""",
    },
    "decorator passes positional": {
        "app.py": HEAD
        + """\
import functools
def parsed(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        body = request.get_json()
        return f(body, *args, **kwargs)
    return inner
@app.route('/a', methods=['POST'])
@parsed
def a(body):
    eval(body['x'])  # flow: code
    return ''
""",
    },
    "decorator passes positional then route": {
        "app.py": HEAD
        + """\
import functools
def parsed(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        user = 'me'
        return f(user, *args, **kwargs)
    return inner
@app.route('/a/<path:name>', methods=['POST'])
@parsed
def a(user, name):
    eval(user)
    eval(name)  # flow: code
    return ''
""",
    },
    "decorator positional in a method": {
        "app.py": HEAD
        + """\
import functools
from flask.views import MethodView
def parsed(f):
    @functools.wraps(f)
    def inner(self, *args, **kwargs):
        return f(self, request.get_json(), *args, **kwargs)
    return inner
class V(MethodView):
    @parsed
    def post(self, body):
        eval(body['x'])  # flow: code
        return ''
app.add_url_rule('/v', view_func=V.as_view('v'))
""",
    },
    "parametrized decorator": {
        "app.py": HEAD
        + """\
import functools
def arg(name):
    def deco(f):
        @functools.wraps(f)
        def inner(*args, **kwargs):
            kwargs[name] = request.args.get(name)
            return f(*args, **kwargs)
        return inner
    return deco
@app.route('/a')
@arg('q')
def a(q):
    eval(q)  # flow: code
    return ''
""",
    },
    "decorator kwargs.update": {
        "app.py": HEAD
        + """\
import functools
def with_data(f):
    @functools.wraps(f)
    def inner(*a, **kwargs):
        kwargs.update(data=request.get_json(), other='1')
        return f(*a, **kwargs)
    return inner
@app.route('/a', methods=['POST'])
@with_data
def a(data, other):
    eval(data)  # flow: code
    eval(other)
    return ''
""",
    },
    "g in before_request": {
        "app.py": HEAD
        + """\
from flask import g
@app.before_request
def before():
    g.q = request.args.get('q')
    g.safe = '1'
@app.route('/a')
def a():
    eval(g.q)  # flow: code
    eval(g.safe)
    return ''
""",
    },
    "g in blueprint before_request other file": {
        "app.py": """\
from flask import Flask
from views import bp
import hooks
app = Flask(__name__)
hooks.init(app)
app.register_blueprint(bp)
""",
        "hooks.py": """\
from flask import g, request
def init(app):
    @app.before_request
    def before():
        g.lang = request.headers.get('X-Lang')
        g.user_id = 5
        setattr(g, 'theme', request.cookies.get('theme'))
""",
        "views.py": """\
from flask import Blueprint, g
bp = Blueprint('b', __name__)
@bp.route('/a')
def a():
    eval(g.lang)  # flow: code
    eval(str(g.user_id))
    eval(g.theme)  # flow: code
    eval(g.get('lang'))  # flow: code
    return ''
""",
    },
    "g set by helper that decorator calls": {
        "app.py": HEAD
        + """\
import functools
from flask import g
def needs(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        g.params = request.get_json()
        return f(*args, **kwargs)
    return inner
@app.route('/a', methods=['POST'])
@needs
def a():
    eval(g.params['x'])  # flow: code
    return ''
""",
    },
    "functions in dict by decorator": {
        "app.py": HEAD
        + """\
COMMANDS = {}
def command(name):
    def deco(f):
        COMMANDS[name] = f
        return f
    return deco
@command('run')
def run(text):
    eval(text)  # flow: code
@command('say')
def say(text):
    return '1'
@app.route('/a')
def a():
    COMMANDS[request.args['c']](request.args['q'])
    return ''
""",
    },
    "functions in dict by plain decorator": {
        "app.py": HEAD
        + """\
COMMANDS = {}
def command(f):
    COMMANDS[f.__name__] = f
    return f
@command
def run(text):
    eval(text)  # flow: code
@app.route('/a')
def a():
    f = COMMANDS.get(request.args['c'])
    if f:
        f(request.args['q'])
    return ''
""",
    },
    "decorator lets one of some words through": {
        "app.py": HEAD
        + """\
import functools
def known(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        name = kwargs['name']
        if name not in ('one', 'two'):
            abort(404)
        return f(*args, **kwargs)
    return inner
def looked_at(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        if kwargs['name'] == 'three':
            print('three')
        return f(*args, **kwargs)
    return inner
@app.route('/a/<name>')
@known
def a(name):
    os.system(name)
    return ''
@app.route('/b/<name>')
@looked_at
@known
def b(name):
    os.system(name)
    return ''
@app.route('/c/<name>')
@looked_at
def c(name):
    os.system(name)  # flow: command
    return ''
""",
    },
    "decorators of a static method": {
        "app.py": HEAD
        + """\
import functools
from flask.views import MethodView
def given(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        kwargs['data'] = request.get_json()
        return f(*args, **kwargs)
    return inner
class V(MethodView):
    @staticmethod
    @given
    def get(**kwargs):
        os.system(kwargs['data'])  # flow: command
        return ''
    @staticmethod
    @given
    def post(data):
        os.system(data['x'])  # flow: command
        return ''
    @staticmethod
    def put():
        return ''
app.add_url_rule('/v', view_func=V.as_view('v'))
""",
    },
    "decorators of a class": {
        "app.py": HEAD
        + """\
import functools
from flask.views import MethodView
def known(f):
    @functools.wraps(f)
    def inner(*args, **kwargs):
        if kwargs['name'] not in ('one', 'two'):
            abort(404)
        kwargs['data'] = request.get_json()
        return f(*args, **kwargs)
    return inner
class V(MethodView):
    decorators = [known]
    def post(self, name, data):
        os.system(name)
        os.system(data['x'])  # flow: command
        return ''
app.add_url_rule('/v/<name>', view_func=V.as_view('v'))
""",
    },
    "decorator exchanges a name for a record": {
        "app.py": HEAD
        + """\
import functools
def loaded(f):
    @functools.wraps(f)
    def inner(name, *args, **kwargs):
        return f(load(name).path, *args, **kwargs)
    return inner
def load(name):
    return RECORDS[0]
RECORDS = open('x').readlines()
@app.route('/a/<name>')
@loaded
def a(record):
    open('d/' + str(record))
    return ''
""",
    },
    "hook keeps several things as one": {
        "app.py": HEAD
        + """\
from flask import g
@app.before_request
def before():
    g.params = {'group': request.cookies.get('group'), 'lang': 'en'}
@app.route('/a')
def a():
    eval(g.params['group'])  # maybe: code
    return ''
""",
    },
    "hook keeps what is its own": {
        "app.py": HEAD
        + """\
from flask import g
@app.before_request
def before():
    g.name = 'x' if request.args.get('q') else 'y'
    g.number = int(request.args.get('n', 0))
@app.route('/a')
def a():
    eval(g.name)
    eval(str(g.number))
    return ''
""",
    },
}


@pytest.mark.parametrize("files", PROJECTS.values(), ids=PROJECTS)
def test_project(files: dict[str, str]) -> None:
    check(files)
