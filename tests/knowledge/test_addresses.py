"""What is taken for granted of the addresses that Werkzeug gives to views."""

import pytest
from flask import Flask, Request, Response, redirect, request
from werkzeug.test import EnvironBuilder, run_wsgi_app


def _environ(path: str) -> dict[str, object]:
    environ = EnvironBuilder("/").get_environ()
    environ["PATH_INFO"] = path
    return environ


@pytest.mark.parametrize("path", ["//evil.example", "///evil.example/a", "/a//b"])
def test_a_path_begins_with_one_slash(path: str) -> None:
    told = Request(_environ(path))
    for text in (told.path, told.full_path):
        assert text.startswith("/")
        assert not text.startswith("//")


@pytest.mark.parametrize("slashes", [True, False])
@pytest.mark.parametrize("path", ["/files//etc/passwd", "/files///etc/passwd"])
def test_what_the_path_converter_takes_begins_with_no_slash(path: str, slashes: bool) -> None:
    app = Flask(__name__)
    app.url_map.merge_slashes = slashes
    app.add_url_rule("/files/<path:name>", "file", lambda name: "slash" if name.startswith("/") else "none")
    assert app.test_client().get(path, follow_redirects=True).text != "slash"


def test_a_backslash_is_escaped_in_a_location() -> None:
    app = Flask(__name__)
    app.add_url_rule("/<path:name>", "file", lambda name: redirect(request.path))
    app.add_url_rule("/plain/<path:name>", "plain", lambda name: Response("", 302, {"Location": request.path[6:]}))
    for path in ("/\\evil.example", "/plain/\\evil.example"):
        _, _, headers = run_wsgi_app(app.wsgi_app, _environ(path))
        assert headers["Location"] == "/%5Cevil.example"
