from __future__ import annotations

import pytest

from fuzz.report.statement import read_statement


@pytest.mark.parametrize(
    ("sql", "verb", "table"),
    [
        ("SELECT a.id \nFROM accounts AS a WHERE a.id = 1", "SELECT", "accounts"),
        ("select * from ONLY accounts", "SELECT", "accounts"),
        ('SELECT 1 FROM "user" FOR NO KEY UPDATE SKIP LOCKED', "SELECT FOR NO KEY UPDATE", "user"),
        ("SELECT * FROM shop.items FOR SHARE", "SELECT FOR SHARE", "shop.items"),
        ("SELECT * FROM public.items", "SELECT", "items"),
        ("SELECT 1", "SELECT", ""),
        ("INSERT INTO notes (id) VALUES (1) ON CONFLICT DO UPDATE SET id = 2", "INSERT", "notes"),
        ("UPDATE accounts SET balance = 1", "UPDATE", "accounts"),
        ("DELETE FROM notes WHERE id = 1", "DELETE", "notes"),
        ("SAVEPOINT sa_savepoint_1", "SAVEPOINT sa_savepoint_1", ""),
        ("COMMIT", "COMMIT", ""),
        ("", "", ""),
    ],
)
def test_a_statement_is_known_by_its_verb_and_its_table(sql: str, verb: str, table: str) -> None:
    reading = read_statement(sql)
    assert (reading.verb, reading.table) == (verb, table)
