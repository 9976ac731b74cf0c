"""What the contents of containers and records, types and characters tell."""

from __future__ import annotations

import pytest

from tests.taint.flowcases import HEAD, check

PROJECTS: dict[str, dict[str, str]] = {
    "defaultdict list": {
        "app.py": HEAD
        + """\
from collections import defaultdict
@app.route('/a')
def a():
    d = defaultdict(list)
    d['x'].append(request.args['q'])
    d['y'].append('1')
    eval(d['x'][0])  # flow: code
    eval(d['y'][0])
    return ''
""",
    },
    "defaultdict list returned": {
        "app.py": HEAD
        + """\
from collections import defaultdict
def group():
    found = defaultdict(list)
    for key, value in request.args.items():
        found['all'].append(value)
    return found
@app.route('/a')
def a():
    for each in group()['all']:
        eval(each)  # flow: code
    return ''
""",
    },
    "defaultdict dict / int / str": {
        "app.py": HEAD
        + """\
from collections import defaultdict
@app.route('/a')
def a():
    d = defaultdict(dict)
    d['x']['k'] = request.args['q']
    eval(d['x']['k'])  # flow: code
    e = defaultdict(lambda: '1')
    eval(e['a'])
    f = defaultdict(str)
    f['a'] += request.args['q']
    f['b'] += '1'
    eval(f['a'])  # flow: code
    eval(f['b'])
    return ''
""",
    },
    "dataclass default_factory": {
        "app.py": HEAD
        + """\
from dataclasses import dataclass, field
@dataclass
class Box:
    name: str = '1'
    items: list = field(default_factory=list)
    table: dict = field(default_factory=dict)
@app.route('/a')
def a():
    box = Box()
    box.items.append(request.args['q'])
    box.table['k'] = request.args['r']
    eval(box.items[0])  # flow: code
    eval(box.table['k'])  # flow: code
    eval(box.name)
    other = Box()
    other.items.append('1')
    eval(other.items[0])
    return ''
""",
    },
    "namedtuple unpacking": {
        "app.py": HEAD
        + """\
from typing import NamedTuple
class Pair(NamedTuple):
    one: str
    two: str
def make():
    return Pair(request.args['q'], '1')
@app.route('/a')
def a():
    one, two = make()
    eval(one)  # flow: code
    eval(two)
    p = Pair(one='1', two=request.args['q'])
    x, y = p
    eval(x)
    eval(y)  # flow: code
    eval(p[0])
    eval(p[1])  # flow: code
    for z in p:
        eval(z)  # flow: code
    return ''
""",
    },
    "import fallback": {
        "app.py": HEAD
        + """\
try:
    import simplejson as json
except ImportError:
    import json
try:
    import yaml
except ImportError:
    yaml = None
@app.route('/a', methods=['POST'])
def a():
    yaml.load(request.data, Loader=yaml.Loader)  # flow: deserialization
    eval(json.loads(request.data)['x'])  # flow: code
    return ''
""",
    },
    "import fallback pickle": {
        "app.py": HEAD
        + """\
try:
    import cPickle as pickle
except ImportError:
    import pickle
@app.route('/a', methods=['POST'])
def a():
    pickle.loads(request.data)  # flow: deserialization
    return ''
""",
    },
    "import fallback from": {
        "app.py": HEAD
        + """\
try:
    from urllib2 import urlopen, quote
except ImportError:
    from urllib.request import urlopen
    from urllib.parse import quote
@app.route('/a', methods=['POST'])
def a():
    urlopen(request.args['q'])  # flow: ssrf
    return ''
""",
    },
    "lambda captured from definition": {
        "app.py": HEAD
        + """\
def make(x):
    return lambda: eval(x)  # maybe: code
def other(f):
    x = '1'
    return f()
@app.route('/a')
def a():
    f = make(request.args['q'])
    x = '2'
    other(f)
    return ''
""",
    },
    "lambda captured clean in calling frame dirty": {
        "app.py": HEAD
        + """\
def make(x):
    return lambda: eval(x)
def other(f):
    x = request.args['q']
    return f()
@app.route('/a')
def a():
    f = make('1')
    other(f)
    x = request.args['q']
    g = make('2')
    g()
    return ''
""",
    },
    "type test": {
        "app.py": HEAD
        + """\
def run(sentence, cursor):
    if type(sentence) is str:
        eval(sentence)
    else:
        eval(sentence[0])
def run2(sentence):
    if isinstance(sentence, (str, bytes)):
        eval(sentence)
    if not isinstance(sentence, (list, tuple)):
        eval(sentence)
    if type(sentence) == type([]):
        eval(sentence)
    if type(sentence) != tuple:
        eval(sentence)
    eval(sentence[1])  # flow: code
def run3(word):
    made = 'no %s' % word
    if isinstance(made, str):
        return made
    return eval(word)
@app.route('/a')
def a():
    run3(request.args['q'])
    run(('1', request.args['q']), 1)
    run2(('1', request.args['q']))
    return ''
""",
    },
    "any converter": {
        "app.py": HEAD
        + """\
@app.route('/a/<any(start, stop):action>/<name>')
def a(action, name):
    os.system(action)
    os.system(name)  # flow: command
    return ''
""",
    },
    "quoted keeps characters": {
        "app.py": HEAD
        + r"""import shlex
def check(s):
    if re.search('[&;|$`\n\r<>]', s):
        raise ValueError
    if '..' in s:
        raise ValueError
    return shlex.quote(s.rstrip())
@app.route('/a')
def a():
    s = check(request.args['q'])
    open('d/' + s)
    return 'x' + s
""",
    },
    "quoted without check": {
        "app.py": HEAD
        + """\
import shlex
@app.route('/a')
def a():
    s = shlex.quote(request.args['q'])
    open('d/' + s)  # flow: path
    return 'x' + s  # flow: html
""",
    },
    "ip or dns": {
        "app.py": HEAD
        + r"""def is_ip(s):
    ip_regex = "^(([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\.){3}([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])$"
    dns_regex = "^(?!-)[A-Za-z0-9-]+([\\-\\.]{1}[a-z0-9]+)*\\.[A-Za-z]{2,6}$"
    try:
        s = s.strip()
    except Exception:
        pass
    try:
        if s in ('a', 'b'):
            return s
        if re.match(ip_regex, s):
            return s
        if re.match(dns_regex, s):
            return s
        return ''
    except Exception:
        return ''
@app.route('/a')
def a():
    s = is_ip(request.args['q'])
    os.system('nc ' + s)
    return s
""",
    },
    "opener": {
        "app.py": HEAD
        + """\
import urllib.request
@app.route('/a')
def a():
    urllib.request.build_opener().open(request.args['q'])  # flow: ssrf
    return ''
""",
    },
    "quotes in html": {
        "app.py": HEAD
        + """\
@app.route('/a')
def a():
    q = request.args['q']
    if '<' in q:
        return ''
    if request.args.get('x'):
        return '<p>' + q + '</p>'
    if request.args.get('x'):
        return '<a href="' + q + '">'  # flow: html
    if request.args.get('x'):
        return '<script>var x="' + q + '"</script>'  # flow: html
    return '<script>var x</script><b>' + q
""",
    },
    "none is fine": {
        "app.py": HEAD
        + """\
def bad(s):
    if not re.match("^[a-z]+$", s):
        return ("wrong", (s,))
    return None
def bad2(s):
    if not re.match("^[a-z]+$", s):
        return "wrong %s" % s
    if len(s) > 5:
        return 'long'
@app.route('/a')
def a():
    q = request.args['q']
    reason = bad(q)
    if reason is not None:
        return 'x'
    os.system('x ' + q)
    return ''
@app.route('/b')
def b():
    q = request.args['q']
    error = bad2(q)
    if error:
        return 'x'
    os.system('x ' + q)
    return ''
@app.route('/c')
def c():
    q = request.args['q']
    if bad2(q) is None:
        os.system('x ' + q)
    else:
        os.system('x ' + q)  # flow: command
    return ''
def ok(s):
    reason = bad(s)
    if reason is not None:
        msg, args = reason
        print(msg, *args)
        return False
    return True
@app.route('/d')
def d():
    q = request.args['q']
    if not ok(q):
        return ''
    os.system('x ' + q)
    return ''
""",
    },
    "narrowing by type": {
        "app.py": HEAD
        + """\
import sqlite3
c = sqlite3.connect('a').cursor()
def run(s):
    if type(s) is str:
        c.execute(s)
    else:
        c.execute(s[0], s[1])
def run2(s):
    if isinstance(s, (tuple, list)):
        c.execute(*s)
    else:
        c.execute(s)
def st(kind, a):
    return {'one': "SELECT 1", 'two': ("SELECT * FROM x WHERE a = ?", a), 'three': ("SELECT 1 WHERE b = ?", a)}.get(kind, False)
def st2(kind, a=None):
    if kind == 'a':
        t = (a,)
        return ("SELECT 1 WHERE b = ?", t)
    elif kind == 'b':
        return ("SELECT 1 WHERE b = ?", (a[0], a[1]))
    elif kind == 'c':
        return "SELECT 3"
    else:
        return False
@app.route('/w', methods=['POST'])
def w():
    run(st(request.args['k'], request.args['a']))
    run2(st(request.args['k'], request.args['a']))
    run(st2(request.args['k'], request.args['a']))
    run2(st2(request.args['k'], request.args['a']))
    run(st2('b', (request.args['a'], 1)))
""",
    },
    "words of a list": {
        "app.py": HEAD
        + """\
@app.route('/w', methods=['POST'])
def w():
    words = []
    for one in ('ls -l %s' % request.args['a']).split(' '):
        words.append(one)
    subprocess.run(words)  # maybe: command
    subprocess.run(' '.join(words))  # maybe: command
    __import__(words[1])  # maybe: module
""",
    },
    "words of a visitor": {
        "app.py": HEAD
        + """\
@app.route('/w', methods=['POST'])
def w():
    words = []
    for one in request.args['a'].split(' '):
        words.append(one)
    subprocess.run(words)  # flow: command
    subprocess.run(request.args.getlist('x'))  # flow: command
""",
    },
    "escaped, then put in for a word": {
        "app.py": HEAD
        + """\
import html
@app.route('/w')
def w():
    word = html.escape(request.args['q'])
    line = html.escape(request.args['line'])
    return '<p>' + line.replace(word, f'<b>{word}</b>') + '</p>'
@app.route('/x')
def x():
    word = request.args['q']
    line = html.escape(request.args['line'])
    return '<p>' + line.replace(word, f'<b>{word}</b>') + '</p>'  # flow: html
""",
    },
    "folder of a path": {
        "app.py": HEAD
        + """\
from pathlib import Path
@app.route('/n')
def n():
    full = os.path.realpath(os.path.join('/srv', request.args['n']))
    if os.path.dirname(full) != '/srv':
        abort(404)
    return open(full).read()
@app.route('/n2')
def n2():
    full = os.path.join('/srv', request.args['n'])
    if os.path.dirname(full) != '/srv':
        abort(404)
    return open(full).read()
@app.route('/n3')
def n3():
    full = (Path('/srv') / request.args['n']).resolve()
    if full.parent != Path('/srv'):
        abort(404)
    return full.read_text()
""",
    },
    "called later": {
        "app.py": HEAD
        + """\
import threading
def work(name):
    os.system('ls ' + name)  # flow: command
@app.route('/n')
def n():
    threading.Timer(3, work, [request.args['n']]).start()
    return ''
""",
    },
    "no text is left": {
        "app.py": HEAD
        + """\
import sqlite3
c = sqlite3.connect('a').cursor()
def statement(kind, a):
    if kind == 'one':
        return ("SELECT 1 WHERE b = ?", (a,))
    if kind == 'two':
        return ("SELECT 2 WHERE b = ?", (a,))
    return False
@app.route('/w')
def w():
    found = statement(request.args['k'], request.args['a'])
    if type(found) is str:
        c.execute(found)  # shape: sql
    else:
        c.execute(found[0], found[1])
    return ''
""",
    },
}


@pytest.mark.parametrize("files", PROJECTS.values(), ids=PROJECTS)
def test_project(files: dict[str, str]) -> None:
    check(files)
