"""What a case comes to in a process and on a server of its own: python -m tests.soak.digest CASE.json."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

from fuzz.case import read_case
from fuzz.engine.stage import Stage
from fuzz.lookup import find_target
from fuzz.postgres import open_server

if __name__ == "__main__":
    case = read_case(Path(sys.argv[1]))
    with (
        open_server() as server,
        server.scratch() as scratch,
        closing(Stage(find_target(case.target)(), scratch)) as stage,
    ):
        print(stage.run(case).digest())
