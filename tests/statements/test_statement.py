from __future__ import annotations

from collections.abc import Mapping

import pytest

from fuzz.statements import parse

Writes = Mapping[str, set[str]]


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT 1", set()),
        ("SELECT * FROM ports", {"ports"}),
        ("TABLE ports", {"ports"}),
        ("SELECT * FROM ONLY ports AS p", {"ports"}),
        ("SELECT * FROM public.ports, shop.items", {"ports", "shop.items"}),
        ('SELECT * FROM "Ports", "the shop"."Order", PORTS', {"Ports", "the shop.Order", "ports"}),
        ("SELECT * FROM a JOIN b ON a.id = b.a LEFT JOIN c USING (id) CROSS JOIN d NATURAL FULL JOIN e", set("abcde")),
        ("SELECT (SELECT max(id) FROM b), c.id FROM a AS c", {"a", "b"}),
        ("SELECT FROM a WHERE EXISTS (SELECT FROM b WHERE b.a = a.id) OR id IN (SELECT a FROM c)", {"a", "b", "c"}),
        ("SELECT FROM a JOIN b ON a.id = (SELECT min(id) FROM c)", {"a", "b", "c"}),
        ("SELECT FROM a ORDER BY (SELECT 1 FROM b) LIMIT (SELECT 2 FROM c)", {"a", "b", "c"}),
        ("SELECT FROM a GROUP BY id HAVING count(*) > (SELECT count(*) FROM b)", {"a", "b"}),
        ("SELECT FROM a, LATERAL (SELECT * FROM b WHERE b.a = a.id) AS s", {"a", "b"}),
        ("SELECT FROM (SELECT * FROM a UNION ALL (SELECT * FROM b EXCEPT SELECT * FROM c)) AS s", {"a", "b", "c"}),
        ("SELECT FROM generate_series(1, 3), unnest(ARRAY(SELECT id FROM a)), ROWS FROM (now()) AS r", {"a"}),
        ("SELECT FROM a TABLESAMPLE system (10)", {"a"}),
        ("VALUES (1), ((SELECT max(id) FROM a))", {"a"}),
        ("WITH a AS (SELECT * FROM b) SELECT FROM a", {"b"}),
        ("WITH a AS (SELECT * FROM a) SELECT FROM a", {"a"}),
        ("WITH a AS (SELECT * FROM b) SELECT FROM public.a", {"a", "b"}),
        ("WITH a AS (SELECT 1), b AS (SELECT * FROM a, c) SELECT FROM b, (SELECT * FROM a) AS s", {"c"}),
        ("SELECT FROM (WITH a AS (SELECT 1) SELECT FROM a) AS s, a", {"a"}),
        (
            "WITH RECURSIVE t AS (SELECT * FROM a UNION SELECT a.* FROM a JOIN t ON t.id = a.parent) SELECT FROM t",
            {"a"},
        ),
        ("UPDATE a SET x = (SELECT max(x) FROM b) FROM c WHERE c.id = a.id", {"a", "b", "c"}),
        ("DELETE FROM a USING b, c WHERE a.id = b.id", {"a", "b", "c"}),
        ("INSERT INTO a VALUES (1) RETURNING (SELECT count(*) FROM b)", {"b"}),
        ("INSERT INTO a SELECT * FROM b", {"b"}),
        ("INSERT INTO a VALUES (1) ON CONFLICT DO NOTHING", {"a"}),
        ("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE", {"a", "b"}),
        ("COPY a TO STDOUT", {"a"}),
        ("COPY (SELECT * FROM a) TO STDOUT", {"a"}),
        ("COPY a FROM STDIN", set()),
        ("DECLARE c CURSOR FOR SELECT * FROM a", {"a"}),
        ("EXPLAIN ANALYZE SELECT * FROM a", {"a"}),
        ("EXPLAIN SELECT * FROM a", set()),
        ("PREPARE p AS SELECT * FROM a", set()),
        ("TRUNCATE a", set()),
        ("SELECT 1 FROM a; SELECT 2 FROM b", {"a", "b"}),
        ("", set()),
        (";;", set()),
        ("-- nothing", set()),
    ],
)
def test_tables_whose_rows_a_statement_looks_at(sql: str, reads: set[str]) -> None:
    statement = parse(sql)
    assert statement.known
    assert statement.reads == reads == set(statement.conditions)


@pytest.mark.parametrize(
    ("sql", "writes"),
    [
        ("SELECT * FROM a", {}),
        ("INSERT INTO shop.items VALUES (1)", {"shop.items": {"INSERT"}}),
        ('INSERT INTO "A b" DEFAULT VALUES', {"A b": {"INSERT"}}),
        ("INSERT INTO a VALUES (1) ON CONFLICT (id) DO NOTHING", {"a": {"INSERT"}}),
        ("INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET x = 1", {"a": {"INSERT", "UPDATE"}}),
        ("UPDATE ONLY a AS b SET x = 1", {"a": {"UPDATE"}}),
        ("DELETE FROM a USING b", {"a": {"DELETE"}}),
        ("TRUNCATE a, shop.b CASCADE", {"a": {"TRUNCATE"}, "shop.b": {"TRUNCATE"}}),
        ("COPY a (id) FROM STDIN", {"a": {"INSERT"}}),
        (
            """MERGE INTO a USING b ON a.id = b.id WHEN MATCHED AND b.x THEN DELETE WHEN MATCHED THEN UPDATE SET x = 1
               WHEN NOT MATCHED THEN DO NOTHING""",
            {"a": {"UPDATE", "DELETE"}},
        ),
        (
            "WITH old AS (DELETE FROM a RETURNING *), new AS (UPDATE b SET x = 1) INSERT INTO c SELECT * FROM old",
            {"a": {"DELETE"}, "b": {"UPDATE"}, "c": {"INSERT"}},
        ),
        ("WITH gone AS (DELETE FROM a RETURNING id) SELECT count(*) FROM gone", {"a": {"DELETE"}}),
        ("UPDATE a SET x = 1; DELETE FROM a", {"a": {"UPDATE", "DELETE"}}),
        ("EXPLAIN (ANALYZE) DELETE FROM a", {"a": {"DELETE"}}),
    ],
)
def test_tables_that_a_statement_writes(sql: str, writes: Writes) -> None:
    assert parse(sql).writes == writes


@pytest.mark.parametrize(
    ("sql", "locks", "skips"),
    [
        ("SELECT * FROM a FOR UPDATE", {"a": "FOR UPDATE"}, False),
        ("SELECT * FROM a, b JOIN c ON true FOR NO KEY UPDATE", dict.fromkeys("abc", "FOR NO KEY UPDATE"), False),
        ("SELECT * FROM a AS x, b FOR SHARE OF x", {"a": "FOR SHARE"}, False),
        ("SELECT * FROM a, b FOR KEY SHARE OF b NOWAIT", {"b": "FOR KEY SHARE"}, True),
        ("SELECT * FROM shop.a FOR UPDATE OF a SKIP LOCKED", {"shop.a": "FOR UPDATE"}, True),
        ("SELECT * FROM a, b FOR UPDATE OF a FOR SHARE OF b", {"a": "FOR UPDATE", "b": "FOR SHARE"}, False),
        ("SELECT * FROM a AS x, a AS y FOR SHARE OF x FOR UPDATE OF y", {"a": "FOR UPDATE"}, False),
        ("SELECT * FROM a WHERE id IN (SELECT a FROM b) FOR UPDATE", {"a": "FOR UPDATE"}, False),
        ("SELECT * FROM (SELECT * FROM a, b) AS s, c FOR UPDATE", dict.fromkeys("abc", "FOR UPDATE"), False),
        ("SELECT * FROM (SELECT * FROM a) AS s, c FOR UPDATE OF s", {"a": "FOR UPDATE"}, False),
        ("WITH w AS (SELECT * FROM a) SELECT * FROM w, b FOR UPDATE", {"b": "FOR UPDATE"}, False),
        ("WITH w AS (SELECT * FROM a FOR UPDATE) UPDATE b SET x = 1 FROM w", {"a": "FOR UPDATE"}, False),
        ("SELECT 1 FROM now() FOR UPDATE", {}, False),
        ("LOCK a", {"a": "ACCESS EXCLUSIVE MODE"}, False),
        ("LOCK TABLE a, shop.b IN SHARE MODE", {"a": "SHARE MODE", "shop.b": "SHARE MODE"}, False),
        ("LOCK a IN ACCESS SHARE MODE NOWAIT", {"a": "ACCESS SHARE MODE"}, True),
        ("UPDATE a SET x = 1", {}, False),
    ],
)
def test_locks_that_a_statement_asks_for_by_name(sql: str, locks: Mapping[str, str], skips: bool) -> None:
    statement = parse(sql)
    assert (statement.locks, statement.skips) == (locks, skips)


@pytest.mark.parametrize(
    ("sql", "verb", "takes_snapshot"),
    [
        ("select 1", "SELECT", True),
        ("WITH a AS (SELECT 1) INSERT INTO b SELECT * FROM a", "INSERT", True),
        ("WITH a AS (DELETE FROM c) SELECT 1", "SELECT", True),
        ("(VALUES (1))", "SELECT", True),
        ("/* why */ -- what\n COPY a FROM STDIN", "COPY", True),
        ("CALL p()", "CALL", True),
        ("LOCK a", "LOCK", False),
        ("BEGIN ISOLATION LEVEL SERIALIZABLE", "BEGIN", False),
        ("START TRANSACTION", "BEGIN", False),
        ("COMMIT", "COMMIT", False),
        ("END", "COMMIT", False),
        ("ROLLBACK AND CHAIN", "ROLLBACK", False),
        ("ABORT", "ROLLBACK", False),
        ("SAVEPOINT sa_savepoint_1", "SAVEPOINT", False),
        ("RELEASE SAVEPOINT sa_savepoint_1", "RELEASE", False),
        ("ROLLBACK TO SAVEPOINT sa_savepoint_1", "ROLLBACK TO", False),
        ("PREPARE TRANSACTION 'x'", "PREPARE TRANSACTION", False),
        ("COMMIT PREPARED 'x'", "COMMIT PREPARED", False),
        ("SET TRANSACTION ISOLATION LEVEL SERIALIZABLE", "SET", False),
        ("SET CONSTRAINTS ALL IMMEDIATE", "SET", False),
        ("SHOW transaction_isolation", "SHOW", False),
        ("LISTEN x", "LISTEN", False),
        ("COMMIT; SELECT 1", "COMMIT", True),
        ("", "", False),
    ],
)
def test_what_a_statement_is_called_and_whether_it_looks_at_the_database(
    sql: str, verb: str, takes_snapshot: bool
) -> None:
    statement = parse(sql)
    assert (statement.verb, statement.takes_snapshot) == (verb, takes_snapshot)


@pytest.mark.parametrize(
    ("sql", "functions"),
    [
        ("SELECT now(), Coalesce(max(x), 1) FROM a WHERE app.Check(x)", {"now", "max", "app.check"}),
        ("SELECT * FROM app.list(1), generate_series(1, f(2))", {"app.list", "generate_series", "f"}),
        ("CALL Archive(day(1))", {"archive", "day"}),
        ("UPDATE a SET x = g(x) WHERE id = 1 RETURNING h(x)", {"g", "h"}),
        ("SELECT 1", set()),
    ],
)
def test_functions_that_a_statement_calls(sql: str, functions: set[str]) -> None:
    assert parse(sql).functions == functions


@pytest.mark.parametrize(
    ("sql", "verb"),
    [
        ("garbage in", "GARBAGE"),
        ("SELECT FROM WHERE", "SELECT"),
        ("stream", "STREAM"),
        ("'", ""),
        ("SELECT '\ud800'", "SELECT"),
        ("SELECT " + "1 + " * 5000 + "1", "SELECT"),
        ("SELECT " + "(" * 50_000, "SELECT"),
        ("DO $$ BEGIN DELETE FROM a; END $$", "DO"),
        ("EXECUTE p(1)", "EXECUTE"),
        ("FETCH 1 FROM c", "FETCH"),
        ("CREATE TABLE a (id integer)", "CREATE"),
        ("SELECT * INTO b FROM a", "SELECT"),
        ("SET CONSTRAINTS ALL IMMEDIATE", "SET"),
        ("SELECT 1; DROP TABLE a", "SELECT"),
    ],
)
def test_a_statement_that_does_not_tell_what_it_touches_is_not_known(sql: str, verb: str) -> None:
    statement = parse(sql)
    assert (statement.known, statement.verb) == (False, verb)


@pytest.mark.parametrize(
    ("sql", "shape"),
    [
        ("UPDATE accounts AS a SET sum = a.sum - %s WHERE a.id = %s AND a.id > 5", "UPDATE accounts SET sum WHERE id"),
        ("SELECT p.id AS x, p.name FROM ports AS p WHERE p.id = 'a' FOR UPDATE", "SELECT ports WHERE id FOR UPDATE"),
        ("INSERT INTO ports (id, name) VALUES (1, 'a'), (2, 'b') RETURNING id", "INSERT ports"),
        ("INSERT INTO ports SELECT id FROM nets JOIN subnets USING (id)", "INSERT ports FROM nets JOIN subnets"),
        (
            "INSERT INTO a VALUES (1) ON CONFLICT (id) DO UPDATE SET n = excluded.n WHERE a.n < excluded.n",
            "INSERT a ON CONFLICT SET n WHERE n",
        ),
        (
            "SELECT * FROM ports p, networks n WHERE p.network_id = n.id AND n.name = 'x' OFFSET 3",
            "SELECT ports JOIN networks WHERE id, name, network_id",
        ),
        ("SELECT x.b FROM (SELECT a AS b FROM t WHERE c = 1) AS x WHERE x.b = 2", "SELECT t WHERE c"),
        ("WITH d AS (DELETE FROM a WHERE x = 1 RETURNING *) SELECT * FROM d, b", "SELECT b WITH DELETE a WHERE x"),
        ("DELETE FROM a WHERE id IN (SELECT a FROM b WHERE y = 1)", "DELETE a JOIN b WHERE id, y"),
        ("UPDATE a SET (y, x) = (1, 2)", "UPDATE a SET x, y"),
        ("MERGE INTO a USING b ON a.id = b.id WHEN MATCHED THEN DELETE", "MERGE a JOIN b"),
        ("LOCK TABLE a, b IN EXCLUSIVE MODE", "LOCK a, b IN EXCLUSIVE MODE"),
        ("TRUNCATE b, a", "TRUNCATE b, a"),
        ("COPY a FROM STDIN", "COPY a"),
        ("SELECT pg_advisory_xact_lock(5)", "SELECT pg_advisory_xact_lock()"),
        ("CALL app.archive(1)", "CALL app.archive()"),
        ("SAVEPOINT sa_savepoint_7", "SAVEPOINT"),
        ("SELECT 1", "SELECT"),
        ("CREATE TABLE a (id integer)", "CREATE a"),
        ("UPDATE a SET x = 1; COMMIT", "UPDATE a SET x; COMMIT"),
        ("Garbage 17", "GARBAGE"),
        ("", ""),
    ],
)
def test_the_shape_of_a_statement_has_no_constants_and_no_aliases(sql: str, shape: str) -> None:
    assert parse(sql).shape == shape


def test_without_parameters_a_percent_sign_is_just_that() -> None:
    condition = parse("SELECT FROM a WHERE x = '100%%'", parameters_given=False).conditions["a"]
    assert condition is not None
    assert (condition.holds({"x": "100%%"}, None), condition.holds({"x": "100%"}, None)) == (True, False)


def test_a_statement_is_read_but_once() -> None:
    assert parse("SELECT 1 FROM a") is parse("SELECT 1 FROM a")


@pytest.mark.parametrize(
    ("sql", "defines"),
    [
        ("CREATE TABLE a (id integer)", {"a"}),
        ("-- why\nCREATE UNLOGGED TABLE shop.a (id integer)", {"shop.a"}),
        ("/* why */ CREATE TABLE IF NOT EXISTS a AS SELECT 1", {"a"}),
        ("CREATE TABLE a AS EXECUTE p", {"a"}),
        ("CREATE MATERIALIZED VIEW a AS SELECT 1", {"a"}),
        ("SELECT * INTO a FROM b", {"a"}),
        ("WITH c AS (SELECT 1) SELECT * INTO a FROM c UNION SELECT 2 UNION SELECT 3", {"a"}),
        ("EXPLAIN ANALYZE CREATE TABLE a AS SELECT 1", {"a"}),
        ("SELECT 1; ALTER TABLE a ADD x text; DROP TABLE b, shop.c", {"a", "b", "shop.c"}),
        ("ALTER TABLE a RENAME x TO y", {"a"}),
        ("ALTER SEQUENCE a RESTART", {"a"}),
        ("ALTER TABLE a SET SCHEMA shop", {"a"}),
        ("ALTER TABLE a OWNER TO x", {"a"}),
        ("CREATE UNIQUE INDEX CONCURRENTLY ON a (id)", {"a"}),
        ("CREATE VIEW a AS SELECT 1", {"a"}),
        ("CREATE SEQUENCE a", {"a"}),
        ("CREATE TRIGGER t BEFORE INSERT ON a EXECUTE FUNCTION f()", {"a"}),
        ("CREATE RULE r AS ON INSERT TO a DO NOTHING", {"a"}),
        ("CREATE POLICY p ON a", {"a"}),
        ("DROP TRIGGER t ON a", {""}),
        ("CREATE FUNCTION f() RETURNS integer LANGUAGE sql AS 'SELECT 1'", {""}),
        ("CREATE TYPE colour AS ENUM ('red')", {""}),
        ("CREATE SCHEMA shop", {""}),
        ("CREATE EXTENSION pgcrypto", {""}),
        ("DROP FUNCTION f(integer)", {""}),
    ],
)
def test_what_a_statement_defines_for_all(sql: str, defines: set[str]) -> None:
    statement = parse(sql)
    assert statement.defines == defines
    assert not statement.temporary


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE TEMPORARY TABLE a (id integer)",
        "CREATE LOCAL TEMP TABLE a AS SELECT 1",
        "CREATE TABLE pg_temp.a (id integer)",
        "SELECT * INTO TEMP a FROM b",
        "SELECT * INTO pg_temp.a FROM b UNION SELECT 1",
        "CREATE TEMP VIEW a AS SELECT 1",
        "CREATE TEMP SEQUENCE a",
        "CREATE INDEX ON pg_temp.a (id)",
        "ALTER TABLE pg_temp.a ADD x text",
        "DROP TABLE pg_temp.a",
    ],
)
def test_what_a_statement_defines_for_its_connection_alone(sql: str) -> None:
    statement = parse(sql)
    assert statement.temporary == {"a"}
    assert not statement.defines


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT 'CREATE TABLE a (id integer)'",
        "INSERT INTO a SELECT * FROM b",
        "PREPARE p AS SELECT 1",
        "EXECUTE p",
        "EXPLAIN CREATE TABLE a AS SELECT 1",
        "TRUNCATE a RESTART IDENTITY",
        "REFRESH MATERIALIZED VIEW a",
        "REINDEX TABLE a",
        "VACUUM a",
        "GRANT SELECT ON a TO x",
        "COMMENT ON TABLE a IS 'x'",
        "ALTER ROLE x SET work_mem = 64",
        "ALTER DATABASE x SET work_mem = 64",
        "SET CONSTRAINTS ALL DEFERRED",
        "DISCARD TEMP",
    ],
)
def test_what_defines_nothing(sql: str) -> None:
    statement = parse(sql)
    assert not statement.defines | statement.temporary
