#!/usr/bin/env python3
"""tongban check, explain, diff and render, as a legal officer uses them. Ends like cmocka, so that the run counts the tests."""
import json
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TONGBAN, ROOT = sys.argv[1], Path(sys.argv[2])
sys.argv[1:] = []


def run(*arguments):
    return subprocess.run([TONGBAN, *map(str, arguments)], capture_output=True, text=True)


class Officer(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cities = Path(folder.name) / "cities"
        shutil.copytree(ROOT / "cities", self.cities)

    def write_version(self, city, version, changed):
        """A version of the city's policy with one passage changed."""
        path = next((self.cities / city / "policy").glob("*.yaml"))
        text = re.sub(r"(?m)^version: .*$", f'version: "{version}"', path.read_text(encoding="utf-8"))
        self.assertIn(changed[0], text)
        path.with_name(f"{version}.yaml").write_text(text.replace(*changed, 1), encoding="utf-8")
        return path.stem

    def test_a_clause_is_explained_with_kind_carrier_and_tests(self):
        told = json.loads(run("explain", "tianjin", "TJ-1.1.6.a", "--json", "--cities", ROOT / "cities").stdout)
        self.assertEqual((told["kind"], told["enforced"]), ("rule", True))
        self.assertIn("src/policy/register_test.c", told["tests"])

    def test_a_clause_that_nothing_carries_out_yet_is_called_declared(self):
        path = self.cities / "common/clauses.tsv"
        text = path.read_text(encoding="utf-8")
        path.write_text(re.sub(r"(?m)^(NT-1\.5\.9\t.*\t)[^\t]*$", r"\1declared:policy:sdk/tencent_x5", text), encoding="utf-8")
        answer = run("explain", "nantong", "NT-1.5.9", "--cities", self.cities)
        self.assertIn("declared, not enforced yet", answer.stdout)
        self.assertIn("declared:policy:sdk/tencent_x5", answer.stdout)

    def test_a_clause_of_another_city_is_unknown(self):
        self.assertEqual(run("explain", "nantong", "TJ-1.1.6.a", "--cities", ROOT / "cities").returncode, 2)

    def test_a_city_with_a_clause_that_nothing_carries_is_not_clean(self):
        path = self.cities / "common/clauses.tsv"
        text = path.read_text(encoding="utf-8")
        self.assertEqual(run("check", "tianjin", "--cities", self.cities).returncode, 0)
        path.write_text(re.sub(r"(?m)^(TJ-1\.1\.6\.a\t.*\t)[^\t]*$", r"\1", text), encoding="utf-8")
        answer = run("check", "tianjin", "--cities", self.cities)
        self.assertEqual(answer.returncode, 1)
        self.assertIn("nothing carries clause TJ-1.1.6.a", answer.stdout)

    def test_what_a_city_says_of_itself_agrees_with_its_registers(self):
        """Each of these settings describes a register: one changed without the other is refused, in both directions.
        TJ-1.1.1.a TJ-4.5.d NT-4.7.4.b TJ-7.1.b NT-6.2.4 TJ-10.1 NT-7.5 TJ-1.1.23.3 NT-1.2.2.4 TJ-2.4.1 NT-2.4.1"""
        words = {
            "register.password": ("password: false", "password: true"),
            "refusal.effort": ("effort: own_ground", "effort: example_of_abuse"),
            "consent.reduce": ("reduce: express", "reduce: renewed"),
            "dispute.way": ("way: law", "way: arbitration"),
            "definition.set": ("set: none", "set: ten"),
            "cookie.policy": ("policy: identity_and_analysis", "policy: session_only"),
            "permission.album": ("album: library", "album: platform"),
            "sdk.list": ("list: by_trigger", "list: with_data"),
            "exception.share.link": ("link: related", "link: directly_related"),
        }
        for city, mine, others in (("tianjin", 0, 1), ("nantong", 1, 0)):
            path = self.cities / city / "city.yaml"
            text = path.read_text(encoding="utf-8")
            for key, pair in words.items():
                place = re.search(r"(?m)^ +(link: |)%s(?= |$)" % re.escape(pair[mine]), text)
                self.assertIsNotNone(place, f"{city}: {key}")
                path.write_text(text[:place.start()] + place[0].replace(pair[mine], pair[others]) + text[place.end():],
                                encoding="utf-8")
                answer = run("check", city, "--cities", self.cities)
                line = text.count("\n", 0, place.start()) + 1
                self.assertEqual(answer.returncode, 1, f"{city}: {key}: {answer.stdout}")
                self.assertRegex(answer.stdout + answer.stderr, rf"{city}/city.yaml:{line}: {re.escape(key)} is .*; change one of the two")
            path.write_text(re.sub(r"(?m)^(voice:\n  use: \[)", r"\1whisper, ", text), encoding="utf-8")
            answer = run("check", city, "--cities", self.cities)
            self.assertIn("voice.use names 'whisper'", answer.stdout + answer.stderr)
            path.write_text(re.sub(r"(?m)^(  hotlines: \[)", r"\g<1>022-12399999, ", text), encoding="utf-8")
            answer = run("check", city, "--cities", self.cities)
            self.assertIn("contact.data lacks the hotline 022-12399999", answer.stdout + answer.stderr)
            path.write_text(re.sub(r"(?m)^(  feedback: .*)$", r"\1了", text), encoding="utf-8")
            answer = run("check", city, "--cities", self.cities)
            self.assertRegex(answer.stdout + answer.stderr, r"screens.paths lacks '.*反馈了' of screens.feedback")
            path.write_text(text, encoding="utf-8")

    def test_the_hardware_address_goes_to_counting_alone(self):
        """TJ-1.1.24.3.3: neither another SDK, nor a service of the city, nor any SDK of a city that takes none."""
        for city, file, old, new, refused in (
                ("tianjin", "policy/2026.1.yaml", "    items: [location]\n    platforms: all\n    clause: TJ-1.1.25.i",
                 "    items: [location, mac]\n    platforms: all\n    clause: TJ-1.1.25.i", "SDK 'amap' gets mac when 'map'"),
                ("tianjin", "policy/2026.1.yaml", "      items: [mobile_phone, imei, android_id",
                 "      items: [mobile_phone, imei, mac, android_id", "category 'account_safety' gives mac to another use"),
                ("tianjin", "city.yaml", "mac: third_party_counting", "mac: none", "SDK 'umeng' gets mac when 'usage_statistics'")):
            path = self.cities / city / file
            text = path.read_text(encoding="utf-8")
            self.assertEqual(text.count(old), 1, old)
            path.write_text(text.replace(old, new), encoding="utf-8")
            answer = run("check", city, "--cities", self.cities)
            self.assertIn(refused, answer.stdout + answer.stderr)
            self.assertRegex(answer.stdout + answer.stderr, r"city.yaml:\d+: device.mac is")
            path.write_text(text, encoding="utf-8")

    def test_equal_versions_have_no_changes(self):
        answer = run("diff", "nantong", "2021.6.2", "2021.6.2", "--cities", ROOT / "cities")
        self.assertEqual((answer.returncode, answer.stdout), (0, "两个版本的规则相同。\n"))

    def test_an_sdk_that_takes_more_is_told_as_a_major_change(self):
        """[NT-6.2.1]"""
        old = self.write_version("nantong", "next", ("    items: []\n", "    items: [location]\n"))
        answer = run("diff", "nantong", old, "next", "--cities", self.cities, "--json")
        self.assertEqual(answer.returncode, 1)
        told = [json.loads(line) for line in answer.stdout.splitlines()]
        self.assertEqual([(change["major"], change["text"]) for change in told],
                         [("NT-6.2.1", "“微信分享SDK”新增取得的信息：位置信息。")])

    def test_the_page_and_the_pdf_say_the_same_in_chinese(self):
        for city, chapters in (("tianjin", 10), ("nantong", 7)):
            page, pdf = self.cities / "p.html", self.cities / "p.pdf"
            answer = run("render", city, "--html", page, "--pdf", pdf, "--cities", ROOT / "cities")
            self.assertEqual(answer.returncode, 0, answer.stderr)
            html = page.read_text(encoding="utf-8")
            titles = re.findall(r"<h2 id=[^>]*>([^<]*)</h2>", html)
            self.assertEqual(len(titles), chapters)
            self.assertNotIn("<script", html)
            text = re.sub(r"\s+", "", subprocess.run(["pdftotext", pdf, "-"], capture_output=True, text=True, check=True).stdout)
            for passage in titles + re.findall(r"<th scope=\"row\">([^<]*)</th>", html):
                self.assertIn(re.sub(r"\s+", "", passage), text)
            self.assertGreater(len(text), 8000)

    def test_a_pdf_that_cannot_be_written_is_said_so(self):
        self.assertEqual(run("render", "tianjin", "--pdf", self.cities / "no/such/p.pdf", "--cities", ROOT / "cities").returncode, 3)


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    failed = len(result.failures) + len(result.errors)
    print(f"[  PASSED  ] {result.testsRun - failed} test(s).")
    if failed:
        print(f"[  FAILED  ] {failed} test(s).")
    sys.exit(1 if failed else 0)
