"""Files that say how an app is run: what is read of each, with exact places, and texts that are made to be slow."""

from __future__ import annotations

import pytest

from flasklint import ir
from flasklint.deploy import extract


def entries(path: str, text: str) -> list[tuple[str, str, str]]:
    """What is read: kind, name or service, and the text at the value's place."""
    read = extract(path, text.encode())
    assert isinstance(read, ir.Deployment), read
    return [(one.kind, one.name or one.service, text[one.start : one.end]) for one in read.entries]


def test_variables_of_the_environment() -> None:
    text = "A=1 # one\nB='x y'  # two\nC=a#b\nexport D = q  \r\n# E=no\nF=\n"
    assert entries(".env", text) == [
        ("variable", "A", "1"),
        ("variable", "B", "x y"),
        ("variable", "C", "a#b"),
        ("variable", "D", "q"),
    ]


def test_processes() -> None:
    assert entries("Procfile", "web: gunicorn shop:app  # the site\nworker: celery -A shop worker\n") == [
        ("command", "web", "gunicorn shop:app"),
        ("command", "worker", "celery -A shop worker"),
    ]


def test_services() -> None:
    text = (
        "services:\n  worker:\n    environment:\n    - X=1\n"
        "  web:\n    image: python:3  # slim\n    environment:\n      A: b # c\n"
        "    command: gunicorn shop:app  \r\n    ports:\n      - '80:80'\n"
    )
    assert entries("compose.yml", text) == [
        ("variable", "X", "1"),
        ("image", "web", "python:3"),
        ("variable", "A", "b"),
        ("command", "web", "gunicorn shop:app"),
        ("port", "web", "80:80"),
    ]


def test_images() -> None:
    text = 'FROM a\nCMD flask run\nFROM b\nENV A=1 B=\'x y\'\nENV C d e\nENTRYPOINT ["gunicorn"]\nCMD ["shop:app"]\n'
    read = extract("Dockerfile", text.encode())
    assert isinstance(read, ir.Deployment)
    assert [(one.kind, one.name, one.value) for one in read.entries] == [
        ("image", "", "a"),
        ("image", "", "b"),
        ("variable", "A", "1"),
        ("variable", "B", "x y"),
        ("variable", "C", "d e"),
        ("command", "", "gunicorn shop:app"),
    ]


def test_users() -> None:
    read = extract("Dockerfile", b"FROM a\nUSER b:c  \nCMD d\n")
    assert isinstance(read, ir.Deployment)
    assert [(one.kind, one.value) for one in read.entries] == [("image", "a"), ("user", "b:c"), ("command", "d")]


def test_scripts() -> None:
    text = "#!/bin/sh\nexport A='x y'  # one\nexport B\n\n  flask db \\\n    upgrade\nexec gunicorn a:b  # two\n"
    read = extract("entrypoint.sh", text.encode())
    assert isinstance(read, ir.Deployment)
    assert [(one.kind, one.name, one.value) for one in read.entries] == [
        ("variable", "A", "x y"),
        ("command", "", "export B"),
        ("command", "", "flask db upgrade"),
        ("command", "", "exec gunicorn a:b"),
    ]
    assert text[read.entries[2].start : read.entries[2].end] == "flask db \\\n    upgrade"


def test_requirements() -> None:
    text = (
        "# comment==1\nFlask_Login==0.6.3 ; os_name\nA[b, c] == 1.0rc1\\\n  --hash=sha256:0\nd>=2\ne==1.*\n-e f==2\ng\n"
    )
    assert entries("requirements/prod.txt", text) == [("version", "flask-login", "0.6.3"), ("version", "a", "1.0rc1")]
    read = extract("requirements.txt", "Flask==1.0\r\n".encode("utf-16"))
    assert isinstance(read, ir.Deployment)
    assert [(one.name, one.value) for one in read.entries] == [("flask", "1.0")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("start.sh", "a " * 100_000 + "\\\n" * 1000),
        ("start.sh", "#" * 200_000),
        ("requirements.txt", "a" * 200_000),
        ("requirements.txt", "a[" + "b," * 100_000),
        ("requirements.txt", "a==1" + " " * 200_000 + "x"),
        ("compose.yml", "services:\n  web:\n    command: a" + " " * 200_000 + "#x\n"),
        ("compose.yml", "'" * 200_000),
        ("Dockerfile", 'FROM x\nCMD "' + 'a\\"' * 60_000),
        ("Dockerfile", "ENV " + "a" * 200_000),
        (".env", "A=" + " " * 200_000 + "x"),
        (".env", "A=" + " #" * 100_000),
        ("Procfile", "web: a" + " " * 200_000 + "x"),
    ],
)
def test_texts_that_are_made_to_be_slow_come_to_an_end(path: str, text: str) -> None:
    """Each pattern looks at a stretch of blanks, words or quotes once: one that tries each of its ends takes minutes here."""
    assert isinstance(extract(path, text.encode()), ir.Deployment)


def test_what_nobody_wrote_by_hand_is_refused() -> None:
    read = extract("Dockerfile", b"FROM x\n" * 100_000)
    assert isinstance(read, ir.Unread)
    assert "larger than 256 KB" in read.reason
