"""SARIF Multitool, the validator that GitHub points to, where it is installed: the npm package
``@microsoft/sarif-multitool-linux`` in ``.sarif-validator`` or in the folder that ``FLASKLINT_SARIF_MULTITOOL`` names.

It is easy to run so that it says nothing: it exits 0 with errors (so its report is read), and its rules for what GitHub
displays are off until a file turns them on.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

_OFF_BY_DEFAULT = (
    "GH1001.ProvideRequiredLocationProperties",
    "GH1002.InlineThreadFlowLocations",
    "GH1003.ProvideRequiredRegionProperties",
    "GH1005.LocationsMustBeRelativeUrisOrFilePaths",
    "GH1006.ProvideCheckoutPath",
    "GH1007.ProvideFullyFormattedMessageStrings",
    "GH1011.GhasReferenceFinalSchema",
    "GH1013.GhProvideRequiredSarifLogProperties",
    "GH1014.GhasProvideRequiredRunProperties",
    "GH1015.GhasProvideRequiredResultProperties",
    "GH1016.GhasProvideRequiredLocationProperties",
    "GH1017.GhasProvideRequiredPhysicalLocationProperties",
    "GH1018.GhasProvideToolDriver",
)


_GOES_ONLINE = "SARIF2006.UrisShouldBeReachable"


class Complaint(NamedTuple):
    """What the validator has against a log: how bad, by which of its rules, and in which words as far as it gives them."""

    level: str
    rule: str
    about: tuple[str, ...]


def package() -> Path:
    """The folder of the npm package; skips the test where it is not installed."""
    named = os.environ.get("FLASKLINT_SARIF_MULTITOOL")
    prefix = Path(named) if named else Path(__file__).parents[2] / ".sarif-validator"
    folder = prefix / "node_modules" / "@microsoft" / "sarif-multitool-linux"
    if not (folder / "Sarif.Multitool").is_file():
        pytest.skip(f"the npm package @microsoft/sarif-multitool-linux is not installed in {prefix} (.ci/run does it)")
    return folder


def schema() -> Any:
    """The standard's JSON schema, which comes with the package."""
    return json.loads((package() / "sarif-2.1.0.json").read_text(encoding="utf-8-sig"))


def run(*arguments: str | Path) -> None:
    """One run of the binary itself: npm's wrapper goes through a shell, which cuts arguments at a semicolon."""
    binary = package() / "Sarif.Multitool"
    if not os.access(binary, os.X_OK):
        # npm sets the bit in a script after installing, and may be told to run none.
        binary.chmod(binary.stat().st_mode | 0o111)
    environ = os.environ | {"DOTNET_SYSTEM_GLOBALIZATION_INVARIANT": "1"}
    done = subprocess.run([binary, *arguments], env=environ, capture_output=True, text=True, timeout=300, check=False)
    assert "unhandled" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr


def validate(folder: Path, logs: dict[str, str]) -> dict[str, list[Complaint]]:
    """What there is against each log, by the names of the logs; in one run, as each takes seconds."""
    for name, log in logs.items():
        (folder / f"{name}.sarif").write_text(log, encoding="utf-8")
    report = folder / "report" / "validation.sarif"
    report.parent.mkdir()
    _write_rules(folder / "rules.xml")
    targets = [folder / f"{name}.sarif" for name in logs]
    options = ("--rule-kind", "Sarif;Gh;Ghas", "-c", folder / "rules.xml", "--level", "Error;Warning;Note")
    run("validate", *targets, *options, "--output", report, "--log", "ForceOverwrite")

    (told,) = json.loads(report.read_text(encoding="utf-8-sig"))["runs"]
    found: defaultdict[str, list[Complaint]] = defaultdict(list)
    for result in told.get("results", []):
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        about = tuple(result["message"].get("arguments", [result["message"].get("text", "")]))
        found[Path(uri).stem].append(Complaint(result.get("level", "warning"), result["ruleId"], about))
    for invocation in told.get("invocations", []):
        for kind in ("toolExecutionNotifications", "toolConfigurationNotifications"):
            trouble = [note for note in invocation.get(kind, []) if note.get("level") == "error"]
            assert not trouble, trouble
    return {name: found.get(name, []) for name in logs}


def _write_rules(path: Path) -> None:
    root = ElementTree.Element("Properties")
    for rule, value in ((_GOES_ONLINE, "Disabled"), *((rule, "Error") for rule in _OFF_BY_DEFAULT)):
        options = ElementTree.SubElement(root, "Properties", Key=f"{rule}.Options")
        attributes = {"Key": "RuleEnabled", "Value": value, "Type": "Driver.RuleEnabledState"}
        ElementTree.SubElement(options, "Property", attributes)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
