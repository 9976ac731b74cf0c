"""What is kept comes back as it was, or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flasklint import cache
from flasklint.cache import Cache, key
from flasklint.source import SourceFile


def name(text: str) -> bytes:
    return key(SourceFile(text, "python", b""), b"maker")


def keep(folder: Path, root: str = "/p", **values: bytes) -> None:
    store = Cache(str(folder), root)
    for text, value in values.items():
        store.put(name(text), value)
    assert store.save() == ""


def the_file(folder: Path) -> Path:
    (path,) = (folder / "facts").iterdir()
    return path


def test_what_is_put_is_there_next_time(tmp_path: Path) -> None:
    keep(tmp_path / "c", a=b"1", b=b"")
    keep(tmp_path / "c", c=b"3" * 100_000)
    store = Cache(str(tmp_path / "c"), "/p")
    assert [store.get(name(text)) for text in "abcd"] == [b"1", b"", b"3" * 100_000, None]


def test_projects_are_kept_apart(tmp_path: Path) -> None:
    keep(tmp_path, "/p", a=b"1")
    assert Cache(str(tmp_path), "/q").get(name("a")) is None


def test_a_key_holds_all_that_facts_depend_on() -> None:
    file = SourceFile("a.py", "python", b"x")
    others = [
        key(file._replace(path="b.py"), b"m"),
        key(file._replace(kind="template"), b"m"),
        key(file._replace(data=b"y"), b"m"),
        key(file, b"n"),
    ]
    assert len({key(file, b"m"), *others}) == 5
    assert key(file, b"m") == key(SourceFile("a.py", "python", b"x"), b"m")


def test_without_a_folder_nothing_is_kept(tmp_path: Path) -> None:
    store = Cache(None, "/p")
    store.put(name("a"), b"1")
    assert (store.save(), store.get(name("b"))) == ("", None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: b"",
        lambda data: b"garbage",
        lambda data: os.urandom(1000),
        lambda data: data[: len(data) // 2],
        lambda data: data[:-1],
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: data[:60] + b"\xff" * 20 + data[80:],
        lambda data: data.replace(b"value-a", b"VALUE-a").replace(b"value-b", b"VALUE-b"),
        lambda data: data.replace(b"facts 1", b"facts 0"),
    ],
)
def test_a_spoilt_cache_gives_nothing_wrong_and_is_mended(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    keep(tmp_path, a=b"value-a", b=b"value-b")
    path = the_file(tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    store = Cache(str(tmp_path), "/p")
    assert {store.get(name("a")), store.get(name("b"))} <= {b"value-a", b"value-b", None}
    keep(tmp_path, a=b"value-a", b=b"value-b")
    store = Cache(str(tmp_path), "/p")
    assert (store.get(name("a")), store.get(name("b"))) == (b"value-a", b"value-b")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=60)
@given(at=st.integers(0, 10_000), to=st.binary(max_size=8))
def test_no_change_of_the_file_makes_up_a_value(tmp_path: Path, at: int, to: bytes) -> None:
    keep(tmp_path, a=b"value-a", b=b"value-b")
    path = the_file(tmp_path)
    data = path.read_bytes()
    at %= len(data)
    path.write_bytes(data[:at] + to + data[at + len(to) :])
    store = Cache(str(tmp_path), "/p")
    for text in "ab":
        assert store.get(name(text)) in (f"value-{text}".encode(), None)
    path.unlink()


def test_values_do_not_answer_to_each_others_keys(tmp_path: Path) -> None:
    keep(tmp_path, a=b"value-a", b=b"value-b")
    path = the_file(tmp_path)
    data = path.read_bytes()
    path.write_bytes(data.replace(name("a"), b"?" * 32).replace(name("b"), name("a")).replace(b"?" * 32, name("b")))
    store = Cache(str(tmp_path), "/p")
    assert (store.get(name("a")), store.get(name("b"))) == (None, None)


def test_what_nobody_asks_for_goes_in_time(tmp_path: Path) -> None:
    keep(tmp_path, old=b"old", used=b"used")
    for number in range(cache.KEPT_RUNS + 1):
        store = Cache(str(tmp_path), "/p")
        assert store.get(name("used")) == b"used"
        store.put(name(f"new{number}"), b"new")
        store.save()
    store = Cache(str(tmp_path), "/p")
    assert (store.get(name("old")), store.get(name("used"))) == (None, b"used")


def test_the_size_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "LARGEST", 1000)
    keep(tmp_path, a=b"a" * 900)
    keep(tmp_path, b=b"b" * 900)
    store = Cache(str(tmp_path), "/p")
    assert (store.get(name("a")), store.get(name("b"))) == (None, b"b" * 900)


def test_the_number_of_projects_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEPT_PROJECTS", 3)
    for number in range(6):
        keep(tmp_path, f"/p{number}", a=b"1")
    assert len(list((tmp_path / "facts").iterdir())) == 3


def test_a_folder_that_cannot_be_written_is_told_of_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    store = Cache(str(tmp_path / "file"), "/p")
    store.put(name("a"), b"1")
    assert str(tmp_path / "file") in store.save()


def test_the_folder_says_what_it_is(tmp_path: Path) -> None:
    keep(tmp_path / "c", a=b"1")
    assert (tmp_path / "c/CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55")
    if os.name == "posix":
        assert (tmp_path / "c").stat().st_mode & 0o077 == 0
