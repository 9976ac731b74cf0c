"""A varied copy has other names and shapes, the same labels and the same meaning."""

from __future__ import annotations

import csv
import runpy
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "benchmarks"))

import vary

HELPER = """\
import sys

GREETING = "hello"


def decorate(text):
    return f"<{text}>"


class Wrapped:
    def __init__(self, word):
        self.word = word

    def value(self):
        return self.word
"""

CASE = """\
from tools.words import GREETING, Wrapped, decorate


def worked_out(param):
    import configparser

    held = {}
    held['a'] = 'one'
    held['b'] = param
    first = held['a']
    xs = []
    xs.append('two')
    xs.append(param)
    xs.pop(0)
    second = xs[0]
    settings = configparser.ConfigParser()
    settings.add_section('s')
    settings.set('s', 'k', 'three')
    third = settings.get('s', 'k')
    guess = 'ABC'[1]
    match guess:
        case 'A':
            fourth = param
        case 'B' | 'C':
            fourth = 'four'
        case _:
            fourth = param
    fifth = 'five' if 7 * 18 > 100 else param
    if 'never' in fifth:
        return 'wrong'
    class Box:
        pass

    Box.item = 'six'
    sixth = Box.item
    text = f"{first} {second} {third} {fourth} {fifth} {sixth}"
    result = decorate(Wrapped(GREETING).value() + text)
    return result


ANSWER = worked_out('mine')
"""


def _write(tree: Path) -> Path:
    (tree / "tools").mkdir(parents=True)
    (tree / "cases").mkdir()
    (tree / "tools" / "words.py").write_text(HELPER)
    (tree / "cases" / "Case00001.py").write_text(CASE)
    labels = tree.parent / "labels.csv"
    labels.write_text("path,start,end,family,label,note\ncases/Case00001.py,1,40,xss,bad,a note\n")
    return labels


@pytest.mark.parametrize("seed", [1, 2, 4, 13])
def test_a_copy_means_the_same_under_other_names(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    labels = _write(tmp_path / "tree")
    out = tmp_path / "out"
    assert vary.main([str(tmp_path / "tree"), str(labels), str(out), "--seed", str(seed)]) == 0
    assert "2 modules varied" in capsys.readouterr().out

    with (tmp_path / "out.csv").open(newline="") as handle:
        (row,) = csv.DictReader(handle)
    code = (out / row["path"]).read_text()
    assert (row["family"], row["label"], row["note"]) == ("xss", "bad", "a note")
    assert int(row["end"]) >= code.count("\n")
    assert "case" not in row["path"].lower()
    assert not any(word in code for word in ("worked_out", "Wrapped", "decorate", "GREETING", "tools", "held", "guess"))

    monkeypatch.syspath_prepend(str(out))
    before = set(sys.modules)
    try:
        held = runpy.run_path(str(out / row["path"]), run_name="varied")
    finally:
        for name in set(sys.modules) - before:
            del sys.modules[name]
    assert "<helloone mine three four five six>" in held.values()


def test_the_same_seed_gives_the_same_copy(tmp_path: Path) -> None:
    labels = _write(tmp_path / "tree")
    for name in ("one", "two"):
        vary.main([str(tmp_path / "tree"), str(labels), str(tmp_path / name), "--seed", "5"])
    one, two = (
        sorted((path.relative_to(tmp_path / name), path.read_bytes()) for path in (tmp_path / name).rglob("*.py"))
        for name in ("one", "two")
    )
    assert one == two


def test_nothing_is_written_over(tmp_path: Path) -> None:
    labels = _write(tmp_path / "tree")
    with pytest.raises(SystemExit):
        vary.main([str(tmp_path / "tree"), str(labels), str(tmp_path / "tree")])
