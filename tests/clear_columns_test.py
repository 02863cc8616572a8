#!/usr/bin/env python3
"""No column reaches the city store unreviewed, and none whose name is that of a data item holds it in clear.

    clear_columns_test.py SOURCE_DIR

tests/data/clear_columns.txt lists every column with a class: what kind of thing stands there. `sealed` and `hash` are
what personal values may become; everything else is clear and says why it is no value of a person. A column that is new,
gone, or of another type than its class allows fails the test (TJ-1.2.2.a, NT-3.3.2.e).
"""

import re
import sqlite3
import sys
import unittest
from pathlib import Path

ROOT = Path(sys.argv.pop(1) if len(sys.argv) > 1 else ".").resolve()
sys.path.insert(0, str(ROOT / "tools"))
import sql_files  # noqa: E402

NUMBER, TEXT, BLOB = "number", "TEXT", "BLOB"
CLASSES = {
    "id": {NUMBER},  # made by the server, says nothing by itself
    "time": {NUMBER},
    "count": {NUMBER},
    "state": {NUMBER, TEXT},  # of a process, one of a few fixed words or numbers
    "fact": {NUMBER},  # about the person, needed by the gate before any key is opened
    "word": {TEXT},  # a key from the policy, catalogue or items.yaml
    "code": {TEXT},  # a hash or number that identifies a document or a case
    "public": {TEXT, BLOB, NUMBER},  # published, or the same for everybody
    "office": {TEXT},  # of staff, who act in office
    "hash": {BLOB, TEXT},  # keyed, or of random bytes
    "sealed": {BLOB},
}
PROTECTED = {"hash", "sealed"}


def columns_of(migrations):
    """{"table.column": type} of the city store, as SQLite builds it."""
    db = sqlite3.connect(":memory:")
    for text in migrations:
        db.executescript(text)
    found = {}
    for (table,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"):
        for _, name, kind, *_ in db.execute(f"PRAGMA table_info({table})"):
            found[f"{table}.{name}"] = kind if kind in (TEXT, BLOB) else NUMBER
    return found


def city_migrations():
    _, migrations, _ = sql_files.load(ROOT / "sql/queries", ROOT / "sql/migrations")
    return [sql_files.migration_text(m, "sqlite") for m in migrations if m.set == "city"]


def reviewed_columns(text):
    """{"table.column": class}; a reason is demanded for each."""
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        parts = line.split(None, 2)
        if len(parts) < 3 or parts[1] not in CLASSES:
            raise ValueError(f"clear_columns.txt:{number}: write `table.column class reason`")
        if parts[0] in found:
            raise ValueError(f"clear_columns.txt:{number}: {parts[0]} is listed twice")
        found[parts[0]] = parts[1]
    return found


def item_keys():
    text = (ROOT / "cities/common/items.yaml").read_text(encoding="utf-8")
    return set(re.findall(r"^\s*- key:\s*(\w+)", text, re.M))


def complaints(columns, reviewed, items):
    out = []
    for column in sorted(set(columns) - set(reviewed)):
        out.append(f"{column} was not reviewed: seal it, or say in clear_columns.txt why it may stand in clear")
    for column in sorted(set(reviewed) - set(columns)):
        out.append(f"{column} is listed, but no migration makes it")
    for column in sorted(set(columns) & set(reviewed)):
        kind, allowed = columns[column], CLASSES[reviewed[column]]
        if kind not in allowed:
            out.append(f"{column} is {kind}, which the class {reviewed[column]} is not")
        if column.split(".")[1] in items and reviewed[column] not in PROTECTED:
            out.append(f"{column} has the name of a data item and is not sealed")
    return out


class ClearColumns(unittest.TestCase):
    def setUp(self):
        self.reviewed = reviewed_columns((ROOT / "tests/data/clear_columns.txt").read_text(encoding="utf-8"))
        self.migrations = city_migrations()
        self.items = item_keys()

    def complaints_with(self, sql):
        return complaints(columns_of(self.migrations + [sql]), self.reviewed, self.items)

    def test_every_column_of_the_city_store_is_reviewed(self):
        self.assertEqual(self.complaints_with(""), [])

    def test_a_new_column_is_refused_until_it_was_reviewed(self):
        found = self.complaints_with("ALTER TABLE account ADD COLUMN nickname TEXT")
        self.assertEqual(len(found), 1)
        self.assertIn("account.nickname was not reviewed", found[0])

    def test_a_column_named_like_an_item_is_refused_even_when_listed(self):
        self.reviewed["account.real_name"] = "word"
        found = self.complaints_with("ALTER TABLE account ADD COLUMN real_name TEXT")
        self.assertIn("account.real_name has the name of a data item and is not sealed", found)

    def test_text_is_no_id_and_a_seal_is_no_text(self):
        self.reviewed["account.a"], self.reviewed["account.b"] = "id", "sealed"
        found = self.complaints_with("ALTER TABLE account ADD COLUMN a TEXT; ALTER TABLE account ADD COLUMN b TEXT")
        self.assertEqual(len(found), 2)

    def test_a_line_without_a_reason_is_refused(self):
        with self.assertRaises(ValueError):
            reviewed_columns("account.state word")

    def test_the_items_are_really_read(self):
        self.assertIn("resident_id_number", self.items)
        self.assertGreater(len(self.items), 150)


if __name__ == "__main__":
    unittest.main()
