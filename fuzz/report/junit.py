"""JUnit XML, which every CI server reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from xml.etree import ElementTree as ET

from fuzz.errors import ToolError
from fuzz.replaying import Replayed
from fuzz.report.follow import Followed
from fuzz.report.replays import replay_timeline, verdict_line
from fuzz.report.timeline import finding_timeline
from fuzz.report.values import printable


@dataclass(frozen=True, slots=True)
class Test:
    """A test case of JUnit.

    Attributes:
        suite: the class it is listed under.
        name: its own.
        outcome: whether it passed, failed, or could not be judged.
        kind: of what is wrong; "" where nothing is.
        message: one line on it.
        text: all of it.
        seconds: that it took, where that is known.
    """

    suite: str
    name: str
    outcome: Literal["passed", "failure", "error"] = "passed"
    kind: str = ""
    message: str = ""
    text: str = ""
    seconds: float = 0.0


def campaign_tests(followed: Followed) -> Iterator[Test]:
    """A campaign: each finding is a failed test; one passed test where there is nothing to tell."""
    summary = followed.summary
    for finding in summary.findings:
        violation = finding.violation
        text = finding_timeline(finding, followed.paths[finding.id])
        name = f"{violation.kind} {finding.id}"
        yield Test(summary.target, name, "failure", violation.kind, violation.story, text, finding.first_seen_s)
    for signature, case in summary.nondeterministic.items():
        message = "a violation did not repeat: it could not be judged"
        yield Test(summary.target, f"nondeterministic {signature}", "error", "nondeterministic", message, case)
    if not summary.findings and not summary.nondeterministic:
        name = f"{summary.cases} cases, seed {summary.seed}"
        yield Test(summary.target, name, seconds=summary.elapsed_s)


def broken_test(target: str, error: ToolError) -> Test:
    """A target that could not be fuzzed."""
    return Test(target, "campaign", "error", type(error).__name__, error.problem, str(error))


def replay_tests(replayed: Sequence[Replayed]) -> Iterator[Test]:
    """Cases that were run again: passed where they are fixed."""
    for each in replayed:
        kind = each.violations[0].kind if each.violations else each.status
        message = "" if each.status == "FIXED" else verdict_line(each)
        text = str(each.error) if each.error else replay_timeline(each)
        outcome: dict[str, Literal["passed", "failure"]] = {"FIXED": "passed", "FAILED": "failure"}
        yield Test("replay", str(each.path), outcome.get(each.status, "error"), kind, message, text)


def junit(suites: Mapping[str, Sequence[Test]]) -> str:
    """A JUnit document.

    Args:
        suites: a suite's name -> its tests.
    """
    root = ET.Element("testsuites", name="rowrace")
    for name, tests in suites.items():
        suite = ET.SubElement(root, "testsuite", {"name": printable(name), **_counts(tests)})
        for test in tests:
            _add(suite, test)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _counts(tests: Sequence[Test]) -> dict[str, str]:
    outcomes = [test.outcome for test in tests]
    return {
        "tests": str(len(tests)),
        "failures": str(outcomes.count("failure")),
        "errors": str(outcomes.count("error")),
        "skipped": "0",
        "time": f"{sum(test.seconds for test in tests):.3f}",
    }


def _add(suite: ET.Element, test: Test) -> None:
    given = {"classname": printable(test.suite), "name": printable(test.name), "time": f"{test.seconds:.3f}"}
    case = ET.SubElement(suite, "testcase", given)
    if test.outcome != "passed":
        told = ET.SubElement(case, test.outcome, {"message": printable(test.message), "type": printable(test.kind)})
        told.text = printable(test.text)
