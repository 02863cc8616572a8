"""Loosens the cities' data one rule at a time, and tells which loosenings no test of the policy notices.

Used by `tools/clauses --mutate N`. The tests read the cities from TB_CITIES where that is set; they are run as they were
built, so that one loosening takes well under a second.
"""
import os
import random
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

TESTS = ("src/policy/policy_register_test", "src/policy/policy_check_test", "tests/cities/cities_test", "tests/cities/rules_test")


class Mutation:
    def __init__(self, path, number, what, after):
        self.path, self.number, self.what, self.after = path, number, what, after


def with_one_more(line, known):
    """The list of a line with one more entry, one that it does not have."""
    here = re.search(r"\[(.*?)[\],]", line)
    more = next((word for word in known if word not in line), None)
    if not here or more is None:
        return None, None
    return line.replace("[", f"[{more}, " if here[1].strip() else f"[{more}", 1), more


def with_one_less(line):
    found = re.search(r"\[\w+, ", line)
    return (line.replace(found[0], "[", 1), found[0][1:-2]) if found else (None, None)


def policy_mutations(path, lines, items):
    recipients, section, key, part = [], None, None, None
    for line in lines:
        if match := re.match(r"(\w+):", line):
            section = match[1]
        elif section == "recipients" and (match := re.match(r"  - key: (\w+)", line)):
            recipients.append(match[1])
    section = None
    for number, line in enumerate(lines):
        if match := re.match(r"(\w+):", line):
            section = match[1]
        if match := re.match(r"  - (?:key|class): (\w+)", line):
            key, part = match[1], None
        if match := re.match(r"    (\w+):", line):
            part = match[1]

        def change(what, after):
            return Mutation(path, number, f"{section}/{key}: {what}", after)
        if section == "categories" and part in ("collect", "share") and re.match(r"\s+items: \[\w", line):
            after, more = with_one_more(line, items)
            yield change(f"{part}s {more} as well", after)
        if section == "categories" and re.match(r"    recipients: \[\w", line):
            after, more = with_one_more(line, recipients)
            if after:
                yield change(f"shares with {more} as well", after)
            after, less = with_one_less(line)
            if after:
                yield change(f"drops the recipient {less}", after)
        if section in ("categories", "legal_retention") and (match := re.match(r"\s+days: (\d+)\s*$", line)):
            yield change("keeps a year longer", line.replace(match[1], str(int(match[1]) + 365)))
        if section == "permissions" and re.match(r"    items: \[", line):
            yield change("gives its items without asking", re.sub(r"\[.*\]", "[]", line))
        if section == "exceptions" and re.match(r"    needs: \[", line):
            after, less = with_one_less(line)
            if after:
                yield change(f"asks for no {less}", after)
        if section == "exceptions" and re.match(r"    contexts: \[", line):
            after, more = with_one_more(line, ("collect", "share", "publish", "keep"))
            if after:
                yield change(f"holds for {more} as well", after)
        if section == "sdks" and re.match(r"    items: \[", line):
            after, more = with_one_more(line, items)
            yield change(f"takes {more} as well", after)
        if section == "sdks" and re.match(r"    platforms: \[", line):
            yield change("runs on every platform", "    platforms: all")
        if section == "sdks" and re.match(r"    permissions: \[\w", line):
            yield change("needs no permission", "    permissions: []")
        if section == "sdks" and re.match(r"    service: \w", line):
            yield change("may be called by every service", "")
        if section == "duties" and (match := re.match(r"\s+every_days: ([1-9]\d*)\s*$", line)):
            yield change("is due a year later", line.replace(match[1], str(int(match[1]) + 365)))
        if section == "cookies" and "refusable: true" in line:
            yield change("can no longer be refused", line.replace("true", "false"))


def service_mutations(path, lines, items):
    key = None
    for number, line in enumerate(lines):
        if match := re.match(r"  - key: (\w+)", line):
            key = match[1]
        for level, lower in (("realname", "login"), ("phone", "login"), ("login", "open")):
            if re.match(rf"    level: {level}\b", line):
                yield Mutation(path, number, f"service {key}: {lower} is enough", line.replace(level, lower, 1))
        for part in ("shared", "result"):
            if re.match(rf"    {part}: \[\w", line):
                after, more = with_one_more(line, items)
                yield Mutation(path, number, f"service {key}: {part} {more} as well", after)


def setting_mutations(path, lines):
    stack = []
    for number, line in enumerate(lines):
        match = re.match(r"( *)(\w+): *([^#]*)", line)
        if not match:
            continue
        stack = [entry for entry in stack if entry[0] < len(match[1])] + [(len(match[1]), match[2])]
        name, value = ".".join(word for _, word in stack), match[3].strip()
        if value in ("true", "false"):
            other = "false" if value == "true" else "true"
            yield Mutation(path, number, f"setting {name}: {other}", line.replace(value, other, 1))
        elif value.isdigit():
            yield Mutation(path, number, f"setting {name}: {int(value) + 365}", line.replace(value, str(int(value) + 365), 1))
        elif re.match(r"\[\w+, ", value):
            after, less = with_one_less(line)
            yield Mutation(path, number, f"setting {name}: without {less}", after)


def item_mutations(path, lines):
    key = None
    for number, line in enumerate(lines):
        if match := re.match(r"  - key: (\w+)", line):
            key = match[1]
        if "sensitive: true" in line:
            yield Mutation(path, number, f"item {key}: no longer sensitive", line.replace("true", "false"))


def mutations(cities):
    def lines_of(path):
        return path.read_text(encoding="utf-8").split("\n")
    common = cities / "common/items.yaml"
    items = re.findall(r"(?m)^  - key: (\w+)", common.read_text(encoding="utf-8"))
    yield from item_mutations(common, lines_of(common))
    for city in sorted(path.parent for path in cities.glob("*/city.yaml")):
        yield from setting_mutations(city / "city.yaml", lines_of(city / "city.yaml"))
        for path in sorted((city / "policy").glob("*.yaml")):
            yield from policy_mutations(path, lines_of(path), items)
        for path in sorted((city / "services").glob("*.yaml")):
            yield from service_mutations(path, lines_of(path), items)


def noticed(build, cities):
    environment = {**os.environ, "TB_CITIES": str(cities), "ASAN_OPTIONS": "detect_leaks=0"}
    return any(subprocess.run([build / test], env=environment, capture_output=True, check=False).returncode for test in TESTS)


def run(root, build, count, seed):
    """Tries `count` loosenings (0: all); 0 when tests noticed each, 1 when not, 2 when the tests cannot be run."""
    missing = [test for test in TESTS if not (build / test).exists()]
    if missing:
        print(f"not built: {', '.join(missing)}; run ninja -C {build}")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        cities = Path(folder) / "cities"
        shutil.copytree(root / "cities", cities)
        if noticed(build, cities):
            print("the tests fail on the cities as they are; mend that first")
            return 2
        tried = list(mutations(cities))
        total = len(tried)
        if count and count < total:
            tried = random.Random(seed).sample(tried, count)
        unnoticed = 0
        for mutation in tried:
            before = mutation.path.read_text(encoding="utf-8")
            lines = before.split("\n")
            lines[mutation.number] = mutation.after
            mutation.path.write_text("\n".join(lines), encoding="utf-8")
            if not noticed(build, cities):
                unnoticed += 1
                print(f"{mutation.path.relative_to(cities)}:{mutation.number + 1}: no test noticed: {mutation.what}")
            mutation.path.write_text(before, encoding="utf-8")
    print(f"loosenings: {len(tried)} of {total} tried, {len(tried) - unnoticed} noticed, {unnoticed} not (seed {seed})")
    return 1 if unnoticed else 0
