#!/usr/bin/env python3
"""tools/clauses, on a small register of its own. Ends like cmocka, so that the run counts the tests."""
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOL = Path(sys.argv.pop())

REGISTER = """id\tarea\tmust_do\ttest\tkind\tcarrier
TJ-9.1\tcontact\tshows the unit\tlook\tsetting\tsetting:contact.unit
TJ-9.2\tcontact\ttakes two items\tsend a third\trule\tpolicy:category/driving.collect; function:gate_decide
TJ-9.3\tservice\tanswers\task\tbehaviour\troute:GET /cases; service:driving_query
TJ-9.4\tservice\twaits\twait\t\t
"""


class Clauses(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.root = Path(self.folder.name)
        self.write("cities/common/items.yaml", "items:\n  - key: plate_number\n    kind: property\n")
        self.write("cities/common/clauses.tsv", REGISTER)
        self.write("cities/common/clauses.txt", "TJ-9.1\nTJ-9.2\nTJ-9.3\nTJ-9.4\n")
        self.write("cities/tianjin/city.yaml", "key: tianjin\ncontact:\n  unit: a bureau      # the unit\n")
        self.write("cities/tianjin/policy/1.yaml", "categories:\n  - key: driving\n    collect:\n      items: [plate_number]\n")
        self.write("cities/tianjin/services/driving.yaml", "services:\n  - key: driving_query\n    name: asks\n")
        self.write("src/policy/gate.c", "err gate_decide(void)\n{\n}\n")
        self.write("src/services/query.c", "TRY(gate_decide());\n")
        self.write("src/api/cases.c", '{"GET", "/api/v1/cases", list, 0},\n')
        self.write("tests/api/one.test.mjs", "test('[TJ-9.1] shows the unit', () => {})\n")
        (self.root / "tools").mkdir()
        shutil.copy(TOOL, self.root / "tools/clauses")

    def tearDown(self):
        self.folder.cleanup()

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run_tool(self, *arguments):
        return subprocess.run([sys.executable, self.root / "tools/clauses", *arguments], capture_output=True, text=True)

    def test_counts_what_is_declared_enforced_and_shown(self):
        run = self.run_tool()
        self.assertEqual(run.returncode, 0, run.stderr)
        self.assertEqual(run.stdout.split("\n")[-2], "clauses: 3 of 4 declared, 3 enforced, 1 shown by a test")
        self.assertRegex(run.stdout, r"(?m)^service +2 +1 +1 +0$")

    def test_prints_one_object_a_clause(self):
        first = json.loads(self.run_tool("--json").stdout.split("\n")[0])
        self.assertEqual(first, {"id": "TJ-9.1", "area": "contact", "kind": "setting", "carrier": "setting:contact.unit",
                                 "enforced": True, "tests": ["tests/api/one.test.mjs"]})

    def test_a_sound_register_has_no_findings(self):
        self.assertEqual(self.run_tool("--check").returncode, 0)

    def assert_finding(self, text):
        run = self.run_tool("--check")
        self.assertEqual(run.returncode, 1)
        self.assertIn(text, run.stdout)

    def test_a_setting_taken_away_is_a_finding(self):
        self.write("cities/tianjin/city.yaml", "key: tianjin\ncontact:\n  address: a street\n")
        self.assert_finding("TJ-9.1: carrier setting:contact.unit does not exist")

    def test_a_rule_taken_out_of_one_version_is_a_finding(self):
        self.write("cities/tianjin/policy/2.yaml", "categories:\n  - key: driving\n    share:\n      items: [plate_number]\n")
        self.assert_finding("TJ-9.2: carrier policy:category/driving.collect does not exist")

    def test_a_function_that_nobody_calls_carries_nothing(self):
        self.write("src/services/query.c", "return OK;\n")
        self.assert_finding("TJ-9.2: carrier function:gate_decide does not exist")

    def test_a_route_taken_away_is_a_finding(self):
        self.write("src/api/cases.c", '{"POST", "/api/v1/cases", list, 0},\n')
        self.assert_finding("TJ-9.3: carrier route:GET /cases does not exist")

    def test_a_test_that_names_no_clause_is_a_finding(self):
        self.write("tests/api/two.test.mjs", "test('[TJ-9.77] is nothing', () => {})\n")
        self.assert_finding("TJ-9.77: named by tests/api/two.test.mjs, but is no clause")

    def test_naming_a_group_is_no_finding_and_shows_nothing(self):
        self.write("tests/api/two.test.mjs", "test('TJ-9.5 in general', () => {})\n")
        self.write("cities/common/clauses.tsv", REGISTER + "TJ-9.5.a\tservice\tpays\tpay\t\t\n")
        self.write("cities/common/clauses.txt", "TJ-9.1\nTJ-9.2\nTJ-9.3\nTJ-9.4\nTJ-9.5.a\n")
        run = self.run_tool("--check")
        self.assertEqual((run.returncode, run.stdout), (0, "clauses: 3 of 5 declared, 3 enforced, 1 shown by a test\n"))

    def test_a_carrier_that_only_declares_enforces_and_shows_nothing(self):
        self.write("cities/common/clauses.tsv", REGISTER.replace("setting:contact.unit", "declared:setting:contact.unit"))
        run = self.run_tool("--check")
        self.assertEqual((run.returncode, run.stdout), (0, "clauses: 3 of 4 declared, 2 enforced, 0 shown by a test\n"))

    def test_what_is_declared_must_stand_there(self):
        self.write("cities/common/clauses.tsv", REGISTER.replace("setting:contact.unit", "declared:policy:chapter/share"))
        self.assert_finding("TJ-9.1: carrier declared:policy:chapter/share does not exist")

    def test_the_clause_of_a_fixture_shows_nothing(self):
        self.write("tests/api/one.test.mjs", "const fixture = 'clause: TJ-9.1'\n")
        self.assertIn("3 enforced, 0 shown by a test", self.run_tool().stdout)

    def test_a_clause_left_out_of_the_register_is_a_finding(self):
        self.write("cities/common/clauses.txt", "TJ-9.1\nTJ-9.2\nTJ-9.3\nTJ-9.4\nTJ-9.5\n")
        self.assert_finding("do not list the same clauses")


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f"[  PASSED  ] {result.testsRun - failed} test(s).")
    if failed:
        print(f"[  FAILED  ] {failed} test(s).")
    sys.exit(1 if failed else 0)
