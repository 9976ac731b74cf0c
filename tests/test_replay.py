"""An unchanged run is answered from memory; a changed one never is."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flasklint import replay
from flasklint.replay import Said, Trail, cache_folder, question, remember, remembered
from tests.trees import plant

SAID = Said(1, b"out\x00\xff", "errör".encode())


def walk(folder: Path) -> Trail:
    """A trail that has listed a folder, read a file, and looked for two."""
    trail = Trail()
    trail.entries(str(folder))
    trail.read(str(folder / "a.py"))
    trail.state(str(folder / "absent.toml"))
    trail.state(str(folder / "big.py"))
    with pytest.raises(replay.TooLargeError):
        trail.read(str(folder / "big.py"), 10)
    return trail


@pytest.fixture
def kept(tmp_path: Path) -> Callable[[], Said | None]:
    """Asks again for a run over ``tmp_path/tree`` that was remembered."""
    tree = plant(tmp_path / "tree", {"a.py": "x = 1", "big.py": "x" * 100, "other.txt": ""})
    (tree / "link.py").symlink_to("a.py")
    remember(str(tmp_path / "cache"), "run", walk(tree), SAID)
    return lambda: remembered(str(tmp_path / "cache"), "run")


def test_an_unchanged_run_is_said_again(tmp_path: Path, kept: Callable[[], Said | None]) -> None:
    for _ in range(2):
        said = kept()
        assert said is not None
        assert (said.code, said.out, said.err) == (SAID.code, SAID.out, SAID.err)
    assert remembered(str(tmp_path / "cache"), "another") is None
    assert remembered(str(tmp_path / "no such cache"), "run") is None


@pytest.mark.parametrize(
    "change",
    [
        lambda tree: (tree / "a.py").write_text("x = 2"),
        lambda tree: (tree / "a.py").unlink(),
        lambda tree: (tree / "new.py").write_text(""),
        lambda tree: (tree / "other.txt").unlink(),
        lambda tree: (tree / "absent.toml").write_text(""),
        lambda tree: (tree / "big.py").write_text("x" * 101),
        lambda tree: ((tree / "link.py").unlink(), (tree / "link.py").symlink_to("big.py")),
        lambda tree: ((tree / "other.txt").unlink(), (tree / "other.txt").mkdir()),
    ],
)
def test_any_change_is_noticed(
    tmp_path: Path, kept: Callable[[], Said | None], change: Callable[[Path], object]
) -> None:
    change(tmp_path / "tree")
    assert kept() is None


def test_times_are_neither_here_nor_there(tmp_path: Path, kept: Callable[[], Said | None]) -> None:
    path = tmp_path / "tree/a.py"
    os.utime(path, (1, 1))
    assert kept() is not None
    times = path.stat()
    path.write_text("x = 2")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert kept() is None


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"garbage",
        lambda data: data[:-1],
        lambda data: data.replace(b"out", b"OUT"),
        lambda data: data.replace(b"run 1", b"run 0"),
        lambda data: replay.MAGIC + bytes(32) + b"1 2 3",
    ],
)
def test_a_spoilt_record_is_none(
    tmp_path: Path, kept: Callable[[], Said | None], spoil: Callable[[bytes], bytes]
) -> None:
    path = tmp_path / "cache/runs/run"
    path.write_bytes(spoil(path.read_bytes()))
    assert kept() is None


def test_what_could_not_be_read_is_remembered_as_such(tmp_path: Path) -> None:
    trail = Trail()
    for look in (trail.read, trail.entries):
        with pytest.raises(OSError, match="No such file"):
            look(str(tmp_path / "gone"))
    remember(str(tmp_path / "cache"), "run", trail, SAID)
    assert remembered(str(tmp_path / "cache"), "run") is not None
    (tmp_path / "gone").write_text("")
    assert remembered(str(tmp_path / "cache"), "run") is None


def test_the_number_of_runs_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "KEPT_RUNS", 3)
    for number in range(6):
        remember(str(tmp_path), f"run{number}", Trail(), SAID)
    assert len(list((tmp_path / "runs").iterdir())) == 3


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    remember(str(tmp_path / "file"), "run", Trail(), SAID)
    assert (tmp_path / "file").read_text() == "in the way"


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "report.json"
    replay.replace(str(path), b"one")

    def no_renaming(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", no_renaming)
    with pytest.raises(OSError, match="No space"):
        replay.replace(str(path), b"two")
    assert [item.name for item in tmp_path.iterdir()] == ["report.json"]
    assert path.read_bytes() == b"one"


# Questions ---------------------------------------------------------------------------------------------------------


def test_a_question_is_known_by_all_that_the_answer_depends_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first = question(["a"], {})
    assert first == question(["a"], {"UNRELATED": "1"})
    others = [
        question(["b"], {}),
        question(["a", "b"], {}),
        question(["a"], {"NO_COLOR": "1"}),
        question(["a"], {"FLASKLINT_SELECT": "FLK1"}),
        question([], {"a": ""}),
    ]
    monkeypatch.chdir("/")
    others.append(question(["a"], {}))
    monkeypatch.setattr(replay, "fingerprint", lambda: b"another version")
    others.append(question(["a"], {}))
    assert len({first, *others}) == len(others) + 1


@pytest.mark.parametrize(
    ("argv", "environ"),
    [
        (["-"], {}),
        (["--no-cache"], {}),
        (["--output", "sarif=x"], {}),
        (["a"], {"FLASKLINT_NO_CACHE": "1"}),
        (["a"], {"FLASKLINT_OUTPUT": "json=x"}),
        ([], {"_FLASKLINT_COMPLETE": "bash_source"}),
    ],
)
def test_what_is_not_to_be_remembered(argv: list[str], environ: dict[str, str]) -> None:
    assert question(argv, environ) is None


@pytest.mark.parametrize(
    ("argv", "folder"),
    [
        ([], None),
        (["--cache-dir"], None),
        (["--cache-dir="], None),
        (["--cache-dir", "/x", "."], "/x"),
        (["check", "--cache-dir=/x"], "/x"),
        (["--cache-dir=/x", "--cache-dir", "/y"], "/y"),
    ],
)
def test_the_folder_that_the_command_line_names(argv: list[str], folder: str | None) -> None:
    named = replay.named_folder(argv)
    assert named == (os.path.abspath(folder) if folder else None)


def test_the_fingerprint_is_steady_and_follows_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert replay.fingerprint() == replay.fingerprint()
    plant(tmp_path, {"flasklint/replay.py": "", "flasklint/rules/a.py": "x"})
    monkeypatch.setattr(replay, "__file__", str(tmp_path / "flasklint/replay.py"))
    one = replay.fingerprint()
    plant(tmp_path, {"flasklint/rules/a.py": "y"})
    assert replay.fingerprint() != one


# The cache folder --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {}, "~/.cache/flasklint"),
        ("linux", {"XDG_CACHE_HOME": "/var/c"}, "/var/c/flasklint"),
        ("linux", {"XDG_CACHE_HOME": "relative"}, "~/.cache/flasklint"),
        ("darwin", {"XDG_CACHE_HOME": "/var/c"}, "~/Library/Caches/flasklint"),
        ("win32", {"LOCALAPPDATA": "/L"}, "/L/flasklint/Cache"),
        ("win32", {}, "~/AppData/Local/flasklint/Cache"),
        ("linux", {"FLASKLINT_CACHE_DIR": "/mine"}, "/mine"),
    ],
)
def test_the_cache_is_the_users_own(platform: str, environ: dict[str, str], folder: str) -> None:
    assert cache_folder(environ, platform) == os.path.expanduser(folder)


def test_the_cache_is_where_the_platform_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    platformdirs = pytest.importorskip("platformdirs")
    monkeypatch.delenv("FLASKLINT_CACHE_DIR", raising=False)
    assert cache_folder(os.environ, sys.platform) == platformdirs.user_cache_dir("flasklint", appauthor=False)


def test_without_a_home_there_is_no_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert cache_folder({}, "linux") is None
