"""Values followed through the language: names, containers, texts, branches."""

from __future__ import annotations

import pytest

from tests.taint.flowcases import check, view

BODIES = {
    "straight": "eval(q)  # flow: code",
    "a constant": "q = '1'\neval(q)",
    "a copy made before": "r = q\nq = '1'\neval(r)  # flow: code",
    "dict by key": "d = {}\nd['a'] = q\nd['b'] = '1'\neval(d['b'])\neval(d['a'])  # flow: code",
    "dict display": "d = {'a': q, 'b': '1'}\neval(d['b'])\neval(d.get('a'))  # flow: code",
    "dict by unknown key": "d = {'a': q, 'b': '1'}\neval(d[os.name])  # flow: code",
    "dict overwritten": "d = {'a': q}\nd['a'] = '1'\neval(d['a'])",
    "list by position": "xs = ['1', q]\neval(xs[0])\neval(xs[1])  # flow: code\neval(xs[-1])  # flow: code",
    "list popped": "xs = []\nxs.append('1')\nxs.append(q)\nxs.append('2')\nxs.pop(0)\neval(xs[0])  # flow: code\neval(xs[1])",
    "list inserted": "xs = ['1']\nxs.insert(0, q)\neval(xs[0])  # flow: code\neval(xs[1])",
    "alias of a list": "xs = []\nys = xs\nys.append(q)\neval(xs[0])  # flow: code",
    "tuple unpacked": "a, b = q, '1'\neval(b)\neval(a)  # flow: code",
    "starred unpacking": "a, *b = '1', q, '2'\neval(a)\neval(b[0])  # flow: code\neval(b[1])",
    "swapped": "a, b = q, '1'\na, b = b, a\neval(a)\neval(b)  # flow: code",
    "f-string": "eval(f'{q}')  # flow: code",
    "percent": "eval('%s+1' % q)  # flow: code",
    "percent number": "eval('%d+1' % q)",
    "percent tuple": "eval('%s+%s' % ('1', q))  # flow: code",
    "percent dict": "eval('%(a)s' % {'a': '1', 'b': q})\neval('%(b)s' % {'a': '1', 'b': q})  # flow: code",
    "format": "eval('{}'.format(q))  # flow: code",
    "format keywords": "eval('{a}'.format(a='1', b=q))\neval('{b}'.format(a='1', b=q))  # flow: code",
    "format item": "eval('{0[a]}'.format({'a': '1', 'b': q}))\neval('{0[b]}'.format({'a': '1', 'b': q}))  # flow: code",
    "format number": "eval(f'{q:d}')",
    "join": "eval(' '.join(['1', q]))  # flow: code\neval(' '.join(['1', '2']))",
    "joined generator": "eval(''.join(c for c in q))  # flow: code",
    "number": "eval(str(int(q)))\neval('%s' % len(q))",
    "slice of ours": "s = 'abc' + q\neval(s[:3])\neval(s[3:])  # flow: code",
    "text methods": "eval(q.strip().lower().replace('a', 'b'))  # flow: code",
    "split": "eval(q.split(' ')[0])  # flow: code",
    "split of ours": "eval(('a:' + q).split(':')[0])",
    "augmented": "s = '1'\ns += q\neval(s)  # flow: code",
    "walrus": "if (r := q):\n    eval(r)  # flow: code",
    "conditional expression": "eval(q if os.name else '1')  # flow: code\neval('1' if 1 + 1 == 2 else q)",
    "or": "eval(q or '1')  # flow: code\neval('1' or q)",
    "and": "eval(q and '1')",
    "constant test": "r = q\nif 7 * 6 == 42:\n    r = '1'\neval(r)",
    "constant test not taken": "r = '1'\nif 7 * 6 < 42:\n    r = q\neval(r)",
    "constant text test": "r = 'abc'\nif 'b' not in r:\n    r = q\neval(r)",
    "unknown test": "r = '1'\nif os.name == 'nt':\n    r = q\neval(r)  # flow: code",
    "match on a constant": (
        "g = 'ABC'[1]\nmatch g:\n    case 'A':\n        r = q\n    case 'B':\n        r = '1'\n"
        "    case 'C' | 'D':\n        r = q\n    case _:\n        r = q\neval(r)"
    ),
    "match on an unknown": "match os.name:\n    case 'nt':\n        r = q\n    case _:\n        r = '1'\neval(r)  # flow: code",
    "loop": "r = ''\nfor c in q:\n    r = r + c\neval(r)  # flow: code",
    "loop that carries": "a = b = c = '1'\nfor i in range(5):\n    c = b\n    b = a\n    a = q\neval(c)  # flow: code",
    "while": "r = '1'\nwhile os.name:\n    r = q\neval(r)  # flow: code",
    "loop over constants": "for name in ('a', 'b'):\n    eval(name)",
    "loop over pairs": "for key, value in {'a': '1', 'b': q}.items():\n    eval(value)  # flow: code\n    eval(key)",
    "break": "r = q\nfor i in range(3):\n    r = '1'\n    break\neval(r)  # flow: code",
    "enumerate": "for i, x in enumerate([q]):\n    eval(x)  # flow: code\n    eval(str(i))",
    "zip": "for x, y in zip([q], ['1']):\n    eval(x)  # flow: code\n    eval(y)",
    "map": "for x in map(str.strip, [q]):\n    eval(x)  # maybe: code",
    "map lambda": "for x in map(lambda y: y + '1', [q]):\n    eval(x)  # flow: code",
    "comprehension": "xs = [x for x in [q]]\neval(xs[0])  # flow: code",
    "dict comprehension": "d = {k: v for k, v in [('a', q)]}\neval(d['a'])  # flow: code",
    "try": "r = '1'\ntry:\n    r = q\n    os.getcwd()\nexcept OSError:\n    eval(r)  # flow: code",
    "finally": "r = '1'\ntry:\n    r = q\nfinally:\n    eval(r)  # flow: code",
    "return in try": "try:\n    return ''\nfinally:\n    eval(q)  # flow: code",
    "with": "with q as r:\n    eval(r)  # flow: code",
    "lambda": "f = lambda x: x\neval(f(q))  # flow: code\neval(f('1'))",
    "closure": "def inner():\n    return q\neval(inner())  # flow: code",
    "late closure": "def one():\n    return two()\ndef two():\n    return q\neval(one())  # flow: code",
    "deleted key": "d = {'a': q}\ndel d['a']\nd['a'] = '1'\neval(d['a'])",
    "store by section and key": (
        "import configparser\nc = configparser.ConfigParser()\nc.add_section('s')\nc.set('s', 'a', q)\nc.set('s', 'b', '1')\n"
        "eval(c.get('s', 'b'))\neval(c.get('s', 'a'))  # flow: code"
    ),
    "text buffer": (
        "import io\nb = io.StringIO()\nb.write('1')\nb.write(q)\neval(b.getvalue())  # flow: code\n"
        "c = io.StringIO()\nc.write('1')\neval(c.getvalue())"
    ),
    "base64 there and back": "import base64\neval(base64.b64decode(base64.b64encode(q.encode())).decode())  # flow: code",
    "unknown function": "from somewhere import thing\neval(thing(q))  # maybe: code",
    "getlist": "values = request.args.getlist('q')\neval(values[0])  # flow: code",
    "keys of the form": "for name in request.form.keys():\n    eval(name)  # flow: code",
    "JSON": "data = request.get_json()\neval(data['a']['b'])  # flow: code",
    "path under a fixed rule": "eval(request.path.split('/')[1])",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES.keys())
def test_values(body: str) -> None:
    check(view(body), ("code",))


def test_path_under_a_rule_with_variables() -> None:
    check(view("eval(request.path)  # flow: code", "/x/<name>", "name"))
    check(view("eval(request.path)", "/x/<int:name>", "name"))


def test_route_variables_by_converter() -> None:
    check(view("os.system('ls ' + name)  # flow: command", "/x/<name>", "name"))
    check(view("os.system('ls ' + name)  # flow: command", "/x/<path:name>", "name"))
    check(view("os.system('ls %s' % name)", "/x/<int:name>", "name"))
    check(view("open('/srv/' + name)", "/x/<name>", "name"))
    check(view("open('/srv/' + name)  # flow: path", "/x/<path:name>", "name"))
