"""Follows a campaign: each finding is written and shown as soon as it is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fuzz.campaign.events import Event, Found, Summary
from fuzz.finding import Finding
from fuzz.report.folder import write_doubtful, write_folder
from fuzz.report.progress import Progress
from fuzz.report.timeline import finding_timeline


@dataclass(frozen=True, slots=True)
class Followed:
    """A campaign that is over.

    Attributes:
        summary: how it ended.
        paths: a finding's id -> its folder.
        doubtful: the signature of a violation that did not repeat -> the folder of its case.
    """

    summary: Summary
    paths: Mapping[str, Path]
    doubtful: Mapping[str, Path]

    def to_json(self) -> dict[str, Any]:
        """The summary as `--json` prints it."""
        content = self.summary.to_json()
        for finding in content["findings"]:
            finding["path"] = str(self.paths[finding["id"]])
        return content


def follow(events: Iterator[Event], out: Path, progress: Progress) -> Followed:
    """Follow a campaign to its end.

    Args:
        events: what the campaign tells.
        out: where findings' folders go.
        progress: where people look.

    Raises:
        ToolError: a finding cannot be written.
        KeyboardInterrupt: when the user ended it before it began.
    """
    summary: Summary | None = None
    paths: dict[str, Path] = {}
    try:
        with progress:
            for event in events:
                summary = event.summary
                progress.show(event)
                if isinstance(event, Found):
                    paths[event.finding.id] = _keep(event.finding, out, progress)
    except KeyboardInterrupt:  # it came while we wrote or printed, not within the campaign
        if summary is None:
            raise
        summary = replace(summary, interrupted=True)
    assert summary is not None, "a campaign tells at least how it ended"
    for finding in summary.findings:
        if finding.id not in paths:
            paths[finding.id] = _keep(finding, out, progress)
    doubtful = {signature: write_doubtful(signature, case, out) for signature, case in summary.nondeterministic.items()}
    return Followed(summary, paths, doubtful)


def _keep(finding: Finding, out: Path, progress: Progress) -> Path:
    path = write_folder(finding, out)
    progress.say(finding_timeline(finding, path))
    return path
