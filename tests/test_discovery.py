"""Which files are taken, which are not, and what is said of those."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from flasklint import replay
from flasklint.discovery import Choice, Discovery, PathError, Patterns, discover, find_root
from flasklint.replay import Trail
from flasklint.settings import Settings
from tests.trees import plant


def look(*paths: Path, overlay: Mapping[str, bytes] | None = None, **options: Any) -> Discovery:
    """What is found below paths, with settings other than the usual ones."""
    settings = Settings(**options)
    choice = Choice(
        settings.exclude,
        settings.extend_exclude,
        settings.respect_gitignore,
        settings.force_exclude,
        settings.max_file_size,
        settings.template_folders,
    )
    trail = Trail()
    names = [str(path) for path in paths]
    root, marked = find_root([name for name in names if name not in (overlay or {})] or [str(paths[0].parent)], trail)
    return discover(names, root, choice, trail, whole=marked, overlay=overlay)


def kinds(found: Discovery) -> dict[str, str]:
    return {file.path: file.kind for file in found.files}


# The root ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("marker", ["pyproject.toml", "flasklint.toml", ".git/HEAD"])
def test_the_root_is_the_nearest_marked_folder(tmp_path: Path, marker: str) -> None:
    plant(tmp_path, {marker: "", "shop/app.py": "", "shop/views/a.py": ""})
    for path in ("shop", "shop/views/a.py", "."):
        assert find_root([str(tmp_path / path)], Trail()) == (str(tmp_path), True)


def test_several_paths_have_the_root_of_what_they_share(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "", "a/pyproject.toml": "", "a/x.py": "", "a/y.py": "", "b/z.py": ""})
    assert find_root([str(tmp_path / "a/x.py"), str(tmp_path / "a/y.py")], Trail())[0] == str(tmp_path / "a")
    assert find_root([str(tmp_path / "a/x.py"), str(tmp_path / "b")], Trail())[0] == str(tmp_path)


def test_without_a_marker_the_shared_folder_is_the_root(tmp_path: Path) -> None:
    plant(tmp_path, {"a/x.py": "", "a/b/y.py": ""})
    assert find_root([str(tmp_path / "a/x.py"), str(tmp_path / "a/b")], Trail()) == (str(tmp_path / "a"), False)


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PathError, match="nowhere does not exist"):
        find_root([str(tmp_path / "nowhere")], Trail())
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(PathError, match="loop is a link that leads nowhere"):
        find_root([str(tmp_path / "loop")], Trail())


# What is taken -----------------------------------------------------------------------------------------------------


def test_python_and_templates_are_taken_and_sorted(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "b.py": "x",
            "a/app.wsgi": "x",
            "a/README.md": "{{ x }}",
            "a/stub.pyi": "x",
            "templates/page.html": "<p>",
            "templates/mail/hello.txt": "Dear {{ name }}",
            "templates/robots.txt": "Disallow: /",
            "templates/logo.png": b"\x89PNG\0{{",
            "deploy/nginx.conf.j2": "{{ host }}",
            "noext": "#!/usr/bin/env python",
        },
    )
    assert kinds(look(tmp_path)) == {
        "a/app.wsgi": "python",
        "b.py": "python",
        "deploy/nginx.conf.j2": "template",
        "templates/mail/hello.txt": "template",
        "templates/page.html": "template",
    }
    assert [file.path for file in look(tmp_path).files] == sorted(kinds(look(tmp_path)))


def test_markup_elsewhere_is_a_template_only_with_statements_of_jinja(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "web/index.html": "{% extends 'base.html' %}",
            "web/angular.html": "{{ ctrl.name }}",
            "web/plain.html": "<p>",
            "app/static/page.html": "{% if x %}",
            "app/static/templates/row.html": "{% if x %}",
            "docs/_templates/layout.html": "{% if x %}",
            "app/templates/static/part.html": "<p>",
            "app/templates/icon.svg": "<svg>",
            "app/static/icon.svg": "<svg>",
        },
    )
    assert list(kinds(look(tmp_path))) == [
        "app/templates/icon.svg",
        "app/templates/static/part.html",
        "web/index.html",
    ]


@pytest.mark.parametrize(
    "code",
    [
        "app = Flask(__name__, template_folder='views')",
        'bp = Blueprint("x", __name__, template_folder = "views/")',
        "loader = FileSystemLoader('web/views')",
        "Flask(__name__, template_folder='../web/views')",
    ],
)
def test_folders_that_code_names_hold_templates(tmp_path: Path, code: str) -> None:
    plant(tmp_path, {"web/app.py": code, "web/views/a.html": "{{ x }}", "web/other/b.html": "{{ x }}"})
    assert list(kinds(look(tmp_path))) == ["web/app.py", "web/views/a.html"]


def test_settings_files_are_those_that_code_loads(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "pyproject.toml": "",
            ".gitignore": "secret.json",
            "shop/app.py": """
                DEFAULTS = os.path.join(HERE, "defaults.cfg")
                app.config.from_pyfile(DEFAULTS)
                app.config.from_file("config.json", load=json.load)
                app.config.from_json("secret.json")
                app.config.from_file(f"conf/{env}.toml", load=tomllib.load, text=False)
                app.config.from_file(os.path.join(app.root_path, "..", "etc", "more.json"), json.load)
                app.config.from_file("settings.yaml", load=yaml.safe_load)
                logging.config.fileConfig("logging.conf")
            """,
            "shop/config.json": "{}",
            "shop/defaults.cfg": "",
            "shop/secret.json": "{}",
            "shop/conf/a.toml": "",
            "shop/conf/b.toml": "",
            "shop/conf/c.json": "{}",
            "shop/settings.yaml": "",
            "shop/logging.conf": "",
            "etc/more.json": "{}",
            "instance/config.json": "{}",
            "web/config.json": "{}",
        },
    )
    assert kinds(look(tmp_path)) == {
        "etc/more.json": "settings",
        "instance/config.json": "settings",
        "shop/app.py": "python",
        "shop/conf/a.toml": "settings",
        "shop/conf/b.toml": "settings",
        "shop/config.json": "settings",
        "shop/defaults.cfg": "python",
    }


def test_template_folders_can_be_set(tmp_path: Path) -> None:
    plant(
        tmp_path, {"pages/a.html": "{{ x }}", "web/views/b.html": "<p>", "views/c.html": "<p>", "templates/d.html": ""}
    )
    assert list(kinds(look(tmp_path, template_folders=("pages", "/web/views")))) == ["pages/a.html", "web/views/b.html"]


def test_files_that_are_named_are_taken_whatever_they_are_called_and_whatever_excludes_them(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            ".gitignore": "*.py\n",
            "venv/a.py": "x",
            "static/b.html": "<p>",
            "run": "#!/usr/bin/python3\n",
            "notes.txt": "",
        },
    )
    found = look(*(tmp_path / name for name in ("venv/a.py", "static/b.html", "run", "notes.txt")))
    assert kinds(found) == {"run": "python", "static/b.html": "template", "venv/a.py": "python"}
    assert found.skipped == {"notes.txt": "neither Python nor a template"}
    assert found.named == frozenset({"run", "static/b.html", "venv/a.py"})


def test_scripts_for_a_shell_and_pages_of_jekyll_are_none_of_ours(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            "app.py": "#!/usr/bin/env python3\n",
            "moved.py": '#!/bin/bash\nmanage.py "$@"\n',
            "both.py": "#!/bin/sh\n'''exec' python3 \"$0\"\n'''\n",
            "docs/_config.yml": "title: x",
            "docs/_layouts/base.html": "{% if a | where: b %}",
            "docs/index.html": "---\ntitle: x\n---\n{% if a %}",
            "docs/page.html": "{% if a %}",
            "_layouts/base.html": "{% if a %}",
        },
    )
    assert sorted(kinds(look(tmp_path))) == ["_layouts/base.html", "app.py", "both.py", "docs/page.html"]


def test_force_exclude_leaves_out_files_that_are_named(tmp_path: Path) -> None:
    plant(tmp_path, {"venv/a.py": "x", "gen/b.py": "x", "c.py": "x"})
    paths = [tmp_path / name for name in ("venv/a.py", "gen/b.py", "c.py")]
    found = look(*paths, force_exclude=True, extend_exclude=("/gen/",))
    assert (kinds(found), found.excluded) == ({"c.py": "python"}, ("gen/b.py", "venv/a.py"))


def test_files_alone_bring_the_project_around_them_as_context(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "", "a.py": "x", "b.py": "x"})
    found = look(tmp_path / "a.py")
    assert (list(kinds(found)), found.named) == (["a.py", "b.py"], frozenset({"a.py"}))
    found = look(tmp_path)
    assert (list(kinds(found)), found.named) == (["a.py", "b.py"], None)


def test_without_a_marked_root_files_alone_are_read_alone(tmp_path: Path) -> None:
    plant(tmp_path, {"a.py": "x", "b.py": "x"})
    assert list(kinds(look(tmp_path / "a.py"))) == ["a.py"]


def test_an_overlay_stands_for_what_a_file_holds_and_need_not_be_there(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "", "a.py": "old", "b.py": "x"})
    for name in ("a.py", "new.py"):
        found = look(tmp_path / name, overlay={str(tmp_path / name): b"new"})
        assert {file.path: file.data for file in found.files}[name] == b"new"
        assert found.named == frozenset({name})


# What is left out --------------------------------------------------------------------------------------------------


def test_usual_folders_and_virtual_environments_are_left_out(tmp_path: Path) -> None:
    names = ("venv", ".venv", "node_modules", "__pycache__", "build", "dist", ".tox", "a/site-packages", ".git")
    plant(tmp_path, {f"{name}/x.py": "" for name in names} | {"mine/pyvenv.cfg": "", "mine/lib/y.py": "", "z.py": ""})
    assert list(kinds(look(tmp_path))) == ["z.py"]
    plant(tmp_path, {"pyproject.toml": "", "venv/venv/x.py": "", "gen/a/b.py": ""})
    assert list(kinds(look(tmp_path / "venv"))) == ["venv/x.py"], "unless they are named"
    assert list(kinds(look(tmp_path / "gen", extend_exclude=("/gen/",)))) == ["gen/a/b.py"]


def test_excludes(tmp_path: Path) -> None:
    plant(tmp_path, {"a/x.py": "", "b/a/y.py": "", "build/z.py": "", "gen_pb2.py": ""})
    assert list(kinds(look(tmp_path, exclude=("a",)))) == ["build/z.py", "gen_pb2.py"]
    assert list(kinds(look(tmp_path, exclude=("/a",)))) == ["b/a/y.py", "build/z.py", "gen_pb2.py"]
    assert list(kinds(look(tmp_path, extend_exclude=("*_pb2.py",)))) == ["a/x.py", "b/a/y.py"]
    assert "build/z.py" in kinds(look(tmp_path, extend_exclude=("!build/",)))


def test_gitignores_hold_at_every_level_and_the_nearest_wins(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            ".git/HEAD": "",
            ".git/info/exclude": "private.py\n",
            ".gitignore": "# comment\n*.gen.py\n/only_here.py\nout/\n\n",
            "a.gen.py": "",
            "only_here.py": "",
            "private.py": "",
            "sub/only_here.py": "",
            "sub/b.gen.py": "",
            "sub/.gitignore": "!b.gen.py\n/local.py\n",
            "sub/local.py": "",
            "sub/deep/local.py": "",
            "out/c.py": "",
        },
    )
    assert list(kinds(look(tmp_path))) == ["sub/b.gen.py", "sub/deep/local.py", "sub/only_here.py"]
    assert len(look(tmp_path, respect_gitignore=False).files) == 8
    assert list(kinds(look(tmp_path / "sub"))) == ["sub/b.gen.py", "sub/deep/local.py", "sub/only_here.py"]


def test_gitignores_of_the_repository_around_the_root_hold(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            ".git/HEAD": "",
            ".gitignore": "/svc/gen/\nlog.py\n",
            "svc/pyproject.toml": "",
            "svc/gen/a.py": "",
            "svc/log.py": "",
        },
    )
    plant(tmp_path, {"svc/b.py": ""})
    assert list(kinds(look(tmp_path / "svc"))) == ["b.py"]
    assert look(tmp_path / "svc").repository == str(tmp_path)


def test_an_ignored_folder_that_is_named_is_walked_all_the_same(tmp_path: Path) -> None:
    plant(tmp_path, {".git/HEAD": "", ".gitignore": "vendored/\n", "vendored/lib/a.py": ""})
    assert list(kinds(look(tmp_path / "vendored/lib"))) == ["vendored/lib/a.py"]


def test_patterns_that_git_cannot_read_are_passed_over() -> None:
    patterns = Patterns(["!", "[", "*.py"])
    assert patterns.verdict("a.py") is True
    assert patterns.verdict("a.html") is None


def test_large_markup_outside_of_template_folders_is_data(tmp_path: Path) -> None:
    plant(tmp_path, {"app.py": "", "feeds/2020.xml": "x" * 2000, "templates/feed.xml": "x" * 2000})
    assert look(tmp_path, max_file_size=1000).oversized == {"templates/feed.xml": 2000}


def test_large_files_are_named_with_their_size(tmp_path: Path) -> None:
    plant(tmp_path, {"big.py": "x" * 2000, "small.py": "x"})
    found = look(tmp_path, max_file_size=1000)
    assert (list(kinds(found)), found.oversized) == (["small.py"], {"big.py": 2000})


def test_scaffolds_are_named(tmp_path: Path) -> None:
    plant(tmp_path, {"{{ cookiecutter.slug }}/app.py": "import {{ x }}", "a.py": ""})
    found = look(tmp_path)
    assert list(kinds(found)) == ["a.py"]
    assert list(found.skipped) == ["{{ cookiecutter.slug }}"]


# What goes wrong ---------------------------------------------------------------------------------------------------


def test_links_are_named_and_not_followed(tmp_path: Path) -> None:
    plant(tmp_path, {"out/secret.py": "x", "project/pyproject.toml": "", "project/lib/a.py": "x"})
    project = tmp_path / "project"
    (project / "dangling.py").symlink_to("gone.py")
    (project / "loop.py").symlink_to("loop.py")
    (project / "outside.py").symlink_to(tmp_path / "out/secret.py")
    (project / "outdir").symlink_to(tmp_path / "out")
    (project / "inside.py").symlink_to("lib/a.py")
    (project / "lib/up").symlink_to("..")
    (project / "notes.txt").symlink_to("gone.txt")
    found = look(project)
    assert kinds(found) == {"lib/a.py": "python"}
    assert found.skipped == {
        "dangling.py": "a link that leads nowhere",
        "inside.py": "a link into the project, to lib/a.py",
        "lib/up": "a link into the project, to .",
        "loop.py": "a link that leads nowhere",
        "outdir": "a link out of the project, to ../out",
        "outside.py": "a link out of the project, to ../out/secret.py",
    }


def test_a_link_that_is_named_is_read_under_its_real_name(tmp_path: Path) -> None:
    plant(tmp_path, {"pyproject.toml": "", "lib/a.py": "x"})
    (tmp_path / "b.py").symlink_to("lib/a.py")
    assert look(tmp_path / "b.py").named == frozenset({"lib/a.py"})


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    plant(tmp_path, {"a.py": "x"})
    assert look(tmp_path).skipped == {"pipe.py": "it is no regular file"}
    assert look(tmp_path / "pipe.py").unread == {"pipe.py": "it is no regular file"}


def test_what_cannot_be_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"a.py": "x", "b.py": "x", "closed/c.py": "x"})
    read, entries = replay.read, replay.entries

    def no_reading(path: str, *rest: int) -> bytes:
        if path.endswith("b.py"):
            raise PermissionError(13, "Permission denied", path)
        return read(path, *rest)

    def no_listing(folder: str) -> list[replay.Entry]:
        if folder.endswith("closed"):
            raise PermissionError(13, "Permission denied", folder)
        return entries(folder)

    monkeypatch.setattr(replay, "read", no_reading)
    monkeypatch.setattr(replay, "entries", no_listing)
    found = look(tmp_path)
    assert (list(kinds(found)), found.unread) == (
        ["a.py"],
        {"b.py": "permission denied", "closed": "permission denied"},
    )


def test_names_that_are_no_text_are_shown_escaped(tmp_path: Path) -> None:
    name = os.fsencode(tmp_path) + b"/caf\xe9.py"
    try:
        Path(os.fsdecode(name)).write_bytes(b"x")
    except OSError:
        pytest.skip("this file system takes no such names")
    assert list(kinds(look(tmp_path))) == ["caf\\xe9.py"]
