"""What the generator of named queries refuses. Run by meson with the folder tools/ as its argument."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, sys.argv.pop(1))
import sql_files  # noqa: E402

LEDGER = "-- append-only: ledger_entry\nCREATE TABLE ledger_entry (\n\tsubject_id BIGINT, n BIGINT, body BLOB);\n"
JOBS = "CREATE TABLE job (id BIGINT);\nCREATE TABLE job_schedule (id BIGINT);\n"


class GeneratorTest(unittest.TestCase):
    def problems(self, sql, module="jobs", migrations=None):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "q").mkdir()
            (root / "m/city").mkdir(parents=True)
            for name, text in (migrations or {"010_ledger": LEDGER, "040_jobs": JOBS}).items():
                (root / f"m/city/{name}.sql").write_text(text)
            (root / f"q/{module}.sql").write_text(sql)
            return [str(p) for p in sql_files.load(root / "q", root / "m")[2]]

    def refused(self, sql, why, **options):
        problems = self.problems(sql, **options)
        self.assertTrue(any(why in p for p in problems), problems)

    def accepted(self, sql, **options):
        self.assertEqual(self.problems(sql, **options), [])

    def test_a_query_on_its_own_tables_is_accepted(self):
        self.accepted("-- name: a\nSELECT job.id FROM job JOIN job_schedule s ON s.id = job.id WHERE job.id = ?1;\n")

    def test_a_query_that_names_another_modules_table_is_refused(self):
        for sql in ("SELECT n FROM ledger_entry;", "INSERT INTO ledger_entry (n) VALUES (?1);",
                    "SELECT id FROM job, ledger_entry;", "SELECT id FROM job JOIN ledger_entry ON n = id;",
                    "SELECT id FROM job WHERE id IN (SELECT n FROM ledger_entry);",
                    "WITH x AS (SELECT n FROM ledger_entry) SELECT n FROM x;",
                    "UPDATE job SET id = 1 FROM ledger_entry WHERE n = ?1;"):
            self.refused(f"-- name: a\n{sql}\n", "belongs to ledger")

    def test_a_query_on_an_unknown_table_is_refused(self):
        self.refused("-- name: a\nSELECT id FROM nothing;\n", "no migration of city makes")

    def test_a_keys_query_cannot_reach_a_city_table(self):
        self.refused("-- set: keys\n-- name: a\nSELECT id FROM job;\n", "no migration of keys makes")

    def test_words_that_only_look_like_tables_are_none(self):
        self.accepted("-- name: a\nWITH j AS (SELECT id FROM job), k (z) AS (SELECT id FROM j)\n"
                      "SELECT z, 'FROM ledger_entry' FROM k WHERE z IS NOT DISTINCT FROM ?1 -- FROM ledger_entry\n;\n")
        self.accepted("-- name: a\nINSERT INTO job (id) VALUES (?1) ON CONFLICT (id) DO UPDATE SET id = excluded.id;\n")

    def test_a_query_that_would_change_an_append_only_table_is_refused(self):
        for sql in ("UPDATE ledger_entry SET n = ?1;", "DELETE FROM ledger_entry WHERE n = ?1;",
                    "INSERT INTO ledger_entry (n) VALUES (?1) ON CONFLICT (n) DO UPDATE SET n = 1;"):
            self.refused(f"-- name: a\n{sql}\n", "append-only", module="ledger")
        self.accepted("-- name: a\nINSERT INTO ledger_entry (n) VALUES (?1);\n", module="ledger")

    def test_a_table_with_triggers_that_raise_is_append_only(self):
        text = LEDGER.split("\n", 1)[1] + ("--sqlite CREATE TRIGGER t BEFORE DELETE ON ledger_entry BEGIN SELECT "
                                           "RAISE(ABORT, 'no'); END;\n")
        self.refused("-- name: a\nDELETE FROM ledger_entry;\n", "append-only", module="ledger",
                     migrations={"010_ledger": text})

    def test_what_one_backend_does_not_understand_is_refused(self):
        for sql in ("INSERT OR IGNORE INTO job (id) VALUES (?1);", "DELETE FROM job WHERE id < now();",
                    "SELECT * FROM job;", "SELECT id FROM job WHERE id = ?;", "SELECT id FROM job WHERE id = ?2;"):
            self.assertNotEqual(self.problems(f"-- name: a\n{sql}\n"), [], sql)

    def test_a_name_is_used_once(self):
        self.refused("-- name: a\nSELECT id FROM job;\n-- name: a\nSELECT id FROM job;\n", "written twice")
        self.refused("-- name: a\nSELECT id FROM job; SELECT id FROM job;\n", "more than one statement")

    def test_an_override_takes_the_same_parameters(self):
        self.refused("-- name: a\nSELECT id FROM job WHERE id = ?1;\n-- name: a @postgresql\nSELECT id FROM job;\n",
                     "other parameters")

    def test_two_files_cannot_own_a_table(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "q").mkdir()
            (root / "m/city").mkdir(parents=True)
            (root / "m/city/040_jobs.sql").write_text(JOBS)
            for name in ("jobs", "other"):
                (root / f"q/{name}.sql").write_text("-- tables: job\n")
            problems = [str(p) for p in sql_files.load(root / "q", root / "m")[2]]
        self.assertTrue(any("belongs to jobs" in p for p in problems), problems)

    def test_each_backend_gets_its_own_text(self):
        sql = "SELECT CAST(?1 AS BLOB), '?1' -- a ?9 comment\nFROM job;"
        self.assertEqual(sql_files.translate(sql, "sqlite"), "SELECT CAST(?1 AS BLOB), '?1' FROM job")
        self.assertEqual(sql_files.translate(sql, "postgresql"), "SELECT CAST($1 AS BYTEA), '?1' FROM job")

    def test_parameters_that_are_added_are_numbers(self):
        sql = "UPDATE job SET id = id + ?1, x = ?2 + ?3 WHERE id=?4"
        self.assertEqual(sql_files.translate(sql, "postgresql"),
                         "UPDATE job SET id = id + $1::BIGINT, x = $2::BIGINT + $3::BIGINT WHERE id=$4")


if __name__ == "__main__":
    unittest.main()
