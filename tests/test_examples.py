"""The sample app: its weaknesses are found, and what looks like them and is fine is not."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from flasklint.rules.base import OwnRule
from flasklint.rules.registry import load
from tests.rulecases import found

SHOP = Path(__file__).parent.parent / "examples" / "shop"

WEAKNESSES = [
    ("FLK101", "wsgi.py", "debug=True"),
    ("FLK103", "shop/config.py", "a-secret-for-the-shop"),
    ("FLK201", "shop/config.py", "SESSION_COOKIE_SECURE = False"),
    ("FLK205", "shop/catalog.py", 'response.set_cookie("cart"'),
    ("FLK407", "shop/templates/account/profile.html", "title={{ user.bio }}"),
    ("FLK501", "shop/queries.py", "text(f"),
    ("FLK504", "shop/catalog.py", "pickle.loads"),
    ("FLK601", "shop/admin.py", "file.save(path)"),
    ("FLK603", "shop/__init__.py", "Flask(__name__)"),
    ("FLK704", "shop/admin.py", "requests.get"),
    ("FLK705", "shop/auth.py", 'return target.startswith("/")'),
    ("FLK706", "shop/payments.py", "verify=False"),
    ("FLK803", "shop/auth.py", "random.choice"),
]
FINE = [
    ("shop/catalog.py", "json.loads"),
    ("shop/catalog.py", "random.shuffle"),
    ("shop/catalog.py", 'Markup("<b>%s</b> in %s")'),
    ("shop/catalog.py", "response.set_cookie(\n"),
    ("shop/config.py", 'SECRET_KEY = "only-for-tests"'),
    ("shop/config.py", "WTF_CSRF_ENABLED = False"),
    ("shop/queries.py", "ORDER BY {column}"),
    ("shop/account.py", "file.save"),
    ("shop/account.py", "send_from_directory(current_app"),
    ("shop/admin.py", "subprocess.run"),
    ("shop/mail.py", "smtplib.SMTP("),
    ("shop/payments.py", "/refunds"),
    ("shop/templates/base.html", "current_user.name"),
    ("shop/templates/catalog/index.html", "filters|tojson"),
    ("shop/templates/error.html", "detail"),
]


def files() -> dict[str, str]:
    paths = [
        path for path in sorted(SHOP.rglob("*")) if path.suffix in (".py", ".html") and "tests" not in path.parts[-2:]
    ]
    return {path.relative_to(SHOP).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@cache
def results() -> frozenset[tuple[str, str, int]]:
    codes = [rule.code for rule in load() if not issubclass(rule, OwnRule)]
    return frozenset((one.code, one.path, one.line) for one in found(files(), codes) if not one.low)


def line(path: str, fragment: str) -> int:
    before, there, _ = files()[path].partition(fragment)
    assert there, f"{fragment!r} is not in {path}"
    return before.count("\n") + 1


@pytest.mark.parametrize(("code", "path", "fragment"), WEAKNESSES)
def test_weakness(code: str, path: str, fragment: str) -> None:
    assert (code, path, line(path, fragment)) in results()


@pytest.mark.parametrize(("path", "fragment"), FINE)
def test_look_alike(path: str, fragment: str) -> None:
    assert [code for code, where, number in results() if (where, number) == (path, line(path, fragment))] == []
