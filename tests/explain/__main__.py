"""`python -m tests.explain [KIND...]`: write the pages' timelines anew, of all kinds or of some."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from fuzz.explain import page
from fuzz.postgres import open_server
from tests.explain.pages import parts_of
from tests.explain.runs import RUNS, play, shown

FOLDER = Path(__file__).parents[2] / "fuzz" / "explain"


def main() -> None:
    with open_server() as server:
        for kind in sys.argv[1:] or RUNS:
            timeline = f"```text\n{shown(play(server, parts_of(kind).code, RUNS[kind]))}```"
            text = re.sub(r"^```text\n.*?^```$", lambda _: timeline, page(kind), flags=re.DOTALL | re.MULTILINE)  # noqa: B023 - called at once
            (FOLDER / f"{kind}.md").write_text(text, encoding="ascii")


if __name__ == "__main__":
    main()
