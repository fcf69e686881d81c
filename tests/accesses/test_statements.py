"""Rows that statements read and wrote: queries, joins, RETURNING, FROM, WITH, ON CONFLICT, MERGE."""

from __future__ import annotations

import pytest

from fuzz.engine.stage import Stage
from tests.accesses.scenes import INSERT_9, UPDATE_1, Scene, expected, played

SCENES = {
    "a row that is in the result with its key": Scene(
        "AABB", "SELECT id, value FROM parents WHERE id = 1", UPDATE_1, ["1 parents 1: seed > B"]
    ),
    "a row that is selected by its key, which the result does not tell": Scene(
        "BBAA", "SELECT value FROM parents WHERE id = 1", UPDATE_1, ["3 parents 1: B"]
    ),
    "another row than the one that is written": Scene("AABB", "SELECT value FROM parents WHERE id = 2", UPDATE_1),
    "a row that does not meet a condition, until it is changed": Scene(
        "AABB", "SELECT count(*) FROM parents WHERE value > 10", UPDATE_1, ["1 ~parents 1: seed > B"]
    ),
    "a row that meets a condition since it was changed": Scene(
        "BBAA", "SELECT count(*) FROM parents WHERE value > 10", UPDATE_1, ["3 parents 1: B"]
    ),
    "a row that no longer meets a condition": Scene(
        "BBAA", "SELECT id FROM parents WHERE value = 10", UPDATE_1, ["3 ~parents 1: B"]
    ),
    "a row that never meets a condition": Scene("BBAA", "SELECT id FROM parents WHERE value > 50", UPDATE_1),
    "a row that is not there yet": Scene(
        "AABB", "SELECT max(value) FROM parents", INSERT_9, ["1 ~parents 9: seed > B"]
    ),
    "a row that is gone": Scene(
        "BBAA", "SELECT word FROM words", "DELETE FROM words WHERE word = 'one'", ["3 ~words one: B"]
    ),
    "a condition that cannot be told of a row that is not in the result": Scene(
        "BBAA", "SELECT id FROM parents WHERE value % 3 = 1", UPDATE_1, ["3 ?~parents 1: B"]
    ),
    "a condition that cannot be told, with no keys in the result": Scene(
        "BBAA", "SELECT count(*) FROM parents WHERE value % 3 = 1", UPDATE_1, ["3 ?parents 1: B"]
    ),
    "rows beyond a LIMIT": Scene(
        "BBAA", "SELECT id FROM parents ORDER BY value DESC LIMIT 1", UPDATE_1, ["3 ?~parents 1: B"]
    ),
    "a join that tells no keys": Scene(
        "BBAA", "SELECT c.value FROM children c JOIN parents p ON p.id = c.parent", UPDATE_1, ["3 ?parents 1: B"]
    ),
    "a join that tells the keys": Scene(
        "BBAA", "SELECT p.id, c.value FROM children c JOIN parents p ON p.id = c.parent", UPDATE_1, ["3 parents 1: B"]
    ),
    "an outer join": Scene(
        "BBAA",
        "SELECT p.id, c.id FROM parents p LEFT JOIN children c ON c.parent = p.id AND c.value > 10",
        ("UPDATE children SET value = 0 WHERE id = 2", "UPDATE toys SET child = 2"),
        ["3 children 2: seed > B"],
    ),
    "a table under two names": Scene(
        "BBAA",
        "SELECT a.id, b.id FROM parents a, parents b WHERE a.id = 1 AND b.id = 2",
        (UPDATE_1, "UPDATE parents SET value = 0 WHERE id > 1"),
        ["3 parents 1: seed > B", "3 parents 2: seed > B"],
    ),
    "a query in a condition": Scene(
        "BBAA",
        "SELECT id FROM children WHERE parent IN (SELECT id FROM parents WHERE value = 10)",
        UPDATE_1,
        ["3 ?~parents 1: B"],
    ),
    "a query of WITH": Scene(
        "BBAA", "WITH few AS (SELECT id FROM parents WHERE value < 15) SELECT id FROM few", UPDATE_1, ["3 parents 1: B"]
    ),
    "an UPDATE has looked at what it changed, and at what it might have": Scene(
        "AABB",
        "UPDATE parents SET value = 5 WHERE value < 15 RETURNING id, value",
        "UPDATE parents SET value = 1 WHERE id = 2",
        ["1 parents 1: seed > A", "1 ~parents 2: seed > B"],
        ["1 parents 1"],
    ),
    "an UPDATE by a condition that cannot be told": Scene(
        "AABB",
        "UPDATE parents SET value = 5 WHERE value % 20 = 10",
        "UPDATE parents SET value = 1 WHERE id = 2",
        ["1 parents 1: seed > A", "1 ?parents 2: seed > B", "1 parents 3: seed > A"],
        ["1 parents 1", "1 parents 3"],
    ),
    "a DELETE that returns what it deleted": Scene(
        "BBAA",
        "DELETE FROM words WHERE value = 11 RETURNING word",
        "UPDATE words SET value = 11 WHERE word = 'one'",
        ["3 words one: B > A"],
        ["3 words one gone"],
    ),
    "an INSERT reads nothing": Scene(
        "BBAA",
        "INSERT INTO words VALUES ('x', 1), ('y', 2) RETURNING word",
        "UPDATE words SET value = 11 WHERE word = 'one'",
        [],
        ["3 words x", "3 words y"],
    ),
    "an INSERT of what a query selects": Scene(
        "BBAA",
        "INSERT INTO words SELECT name, value FROM parents WHERE value = 11",
        UPDATE_1,
        ["3 parents 1: B"],
        ["3 words a"],
    ),
    "an UPDATE from another table": Scene(
        "BBAA",
        "UPDATE children SET value = p.value FROM parents p WHERE p.id = children.parent AND p.id = 1",
        UPDATE_1,
        ["3 children 1: seed > A", "3 children 2: seed > A", "3 ?parents 1: B"],
        ["3 children 1", "3 children 2"],
    ),
    "a DELETE by another table": Scene(
        "BBAA",
        "DELETE FROM guests USING parents p WHERE p.id = guests.host AND p.value = 11",
        UPDATE_1,
        ["3 guests 1: seed > A", "3 ?parents 1: B"],
        ["3 guests 1 gone"],
    ),
    "a WITH that deletes, and an INSERT of what it deleted": Scene(
        "BBAA",
        "WITH gone AS (DELETE FROM words WHERE value = 1 RETURNING word) INSERT INTO pairs SELECT 7, word FROM gone",
        "UPDATE words SET value = 3 WHERE word = 'Two words'",
        ["3 words one: seed > A"],
        ["3 pairs one,7", "3 words one gone"],
    ),
    "a WITH that writes another table, and a step after it": Scene(
        "AAABB",
        (
            "WITH x AS (UPDATE words SET value = 7 WHERE word = 'one') UPDATE parents SET value = 1 WHERE id = 3",
            "UPDATE parents SET value = 2 WHERE id = 3",
        ),
        "SELECT 1",
        ["1 parents 3: seed > A", "1 words one: seed > A", "2 parents 3: A > A"],
        ["(1) parents 3", "1 words one", "2 parents 3"],
    ),
    "a WITH that writes, behind a SELECT": Scene(
        "BBAA",
        "WITH x AS (UPDATE parents SET value = 1 WHERE id = 1 RETURNING id) SELECT id FROM x",
        UPDATE_1,
        ["3 parents 1: B > A"],
        ["3 parents 1"],
    ),
    "ON CONFLICT DO UPDATE of a row that is there": Scene(
        "BBAA",
        "INSERT INTO parents VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        UPDATE_1,
        ["3 parents 1: B > A"],
        ["3 parents 1"],
    ),
    "ON CONFLICT DO UPDATE of a row that its snapshot does not show": Scene(
        "BAB",
        "INSERT INTO parents VALUES (9, 5) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        INSERT_9,
        ["2 parents 9: B > A"],
        ["2 parents 9"],
    ),
    "ON CONFLICT DO UPDATE of a row that is not there": Scene(
        "BBAA",
        "INSERT INTO parents VALUES (9, 5) ON CONFLICT (id) DO UPDATE SET value = excluded.value",
        UPDATE_1,
        [],
        ["3 parents 9"],
    ),
    "ON CONFLICT DO UPDATE with a condition of its own": Scene(
        "BBAA",
        "INSERT INTO parents VALUES (1, 5) ON CONFLICT (id) DO UPDATE SET value = 5 WHERE parents.value < 11",
        UPDATE_1,
        ["3 ?parents 1: B"],
    ),
    "ON CONFLICT DO NOTHING, and what it ran into was not in its snapshot": Scene(
        "BAB",
        "INSERT INTO parents VALUES (9, 5) ON CONFLICT DO NOTHING",
        INSERT_9,
        ["2 ?parents 9: B", "2 ?~parents 9: seed > B"],
    ),
    "ON CONFLICT DO NOTHING that has inserted": Scene(
        "BBAA",
        "INSERT INTO parents VALUES (9, 5) ON CONFLICT DO NOTHING",
        UPDATE_1,
        ["3 ?parents 1: B"],
        ["3 parents 9"],
    ),
    "a MERGE": Scene(
        "BBAA",
        "MERGE INTO words USING parents ON words.value = parents.id"
        " WHEN MATCHED THEN UPDATE SET value = 100 WHEN NOT MATCHED THEN INSERT VALUES ('new', 5)",
        UPDATE_1,
        ["3 ?parents 1: B", "3 words Two words: seed > A", "3 words one: seed > A"],
        ["3 words Two words", "3 words new", "3 words one"],
    ),
    "a TRUNCATE": Scene(
        "BBAA",
        "TRUNCATE words",
        "UPDATE words SET value = 11 WHERE word = 'one'",
        ["3 words Two words: seed > A", "3 words one: B > A"],
        ["3 words Two words gone", "3 words one gone"],
    ),
    "a key that changes": Scene(
        "BBAA",
        "UPDATE words SET word = 'uno' WHERE word = 'one'",
        "UPDATE words SET value = 11 WHERE word = 'one'",
        ["3 words one: B > A"],
        ["3 words one gone", "3 words uno"],
    ),
    "statements in one text": Scene(
        "BBAA",
        "UPDATE words SET value = 7 WHERE word = 'one'; UPDATE parents SET value = 7 WHERE id = 1",
        UPDATE_1,
        ["3 parents 1: B > A", "3 words one: seed > A"],
        ["3 parents 1", "3 words one"],
    ),
}


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_what_a_statement_reads_and_writes(shop: Stage, scene: Scene) -> None:
    assert played(shop, scene) == expected(scene)
