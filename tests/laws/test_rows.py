"""Rows and flows go one way: without a sanitizer's row no flow is gone, without a source's row none is new."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

import pytest

from flasklint.knowledge.catalogue import EVERYTHING
from flasklint.knowledge.rows import Sanitizer, Source, Tables
from flasklint.project.project import Project
from flasklint.taint import analyse
from tests.laws.samples import facts, flow_cases, rule_cases

SAMPLES = {**rule_cases(), **flow_cases()}
WORDS = {name: set(re.findall(r"\w+", " ".join(files.values()))) for name, files in SAMPLES.items()}


def flows(files: Mapping[str, str], tables: Tables) -> set[tuple[object, ...]]:
    """Where untrusted data does harm, and of which kind."""
    found = analyse(Project(facts(files)), tables).flows()
    return {(flow.location, flow.sink.kind) for flow in found if flow.untrusted}


def concerned(name: str) -> Iterator[Mapping[str, str]]:
    """The samples that may speak of a row: its last name stands in them."""
    last = re.findall(r"\w+", name)[-1]
    return (files for sample, files in SAMPLES.items() if last in WORDS[sample])


@pytest.mark.parametrize("row", EVERYTHING.sanitizers, ids=lambda row: row.name)
def test_without_a_sanitizer_no_flow_is_gone(row: Sanitizer) -> None:
    fewer = EVERYTHING._replace(sanitizers=tuple(one for one in EVERYTHING.sanitizers if one is not row))
    for files in concerned(row.name):
        assert flows(files, EVERYTHING) <= flows(files, fewer)


@pytest.mark.parametrize("row", EVERYTHING.sources, ids=lambda row: row.name)
def test_with_a_source_more_no_flow_is_gone(row: Source) -> None:
    fewer = EVERYTHING._replace(sources=tuple(one for one in EVERYTHING.sources if one is not row))
    for files in concerned(row.name):
        assert flows(files, fewer) <= flows(files, EVERYTHING)
