"""Reads the named queries and the migrations under sql/, and says what is wrong with them.

A query file is sql/queries/<module>.sql:

    -- set: keys                      (optional; "city" unless told)
    -- tables: job, job_schedule      (the tables that belong to this module)

    -- name: job_claim                (or: -- name: job_claim @postgresql, an override)
    -- What it is for.
    UPDATE job SET … WHERE bucket = ?1;

A migration is sql/migrations/<set>/NNN_<module>.sql. Lines that start with `--sqlite ` or `--postgresql ` apply only
there; `-- append-only: ledger_entry` names tables whose rows are never changed or deleted.
"""

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

DIALECTS = ("sqlite", "postgresql")
TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*)|(?P<string>'(?:[^']|'')*')|(?P<param>\?\d*)|(?P<word>"[^"]+"|[A-Za-z_][A-Za-z0-9_]*)"""
    r"""|(?P<space>\s+)|(?P<other>::|\|\||.)""",
    re.S,
)
# Words that end the list of tables after FROM.
FROM_ENDS = {
    "WHERE", "GROUP", "ORDER", "HAVING", "LIMIT", "ON", "USING", "SET", "UNION", "EXCEPT", "INTERSECT", "RETURNING",
    "VALUES", "WINDOW", "FOR", "SELECT",
}
# What one of the backends, or Citus, does not understand (SCALE.md): the server passes time and ids.
REFUSED = {
    "NOW": "pass the time as a parameter",
    "CURRENT_TIMESTAMP": "pass the time as a parameter",
    "CURRENT_TIME": "pass the time as a parameter",
    "CURRENT_DATE": "pass the time as a parameter",
    "DATETIME": "times are BIGINT milliseconds",
    "STRFTIME": "times are BIGINT milliseconds",
    "RANDOM": "no volatile functions",
    "LAST_INSERT_ROWID": "ids come from the server",
    "NEXTVAL": "ids come from the server",
    "PRAGMA": "not in a query",
}


class Problem(Exception):
    def __init__(self, path, line, text):
        super().__init__(f"{path}:{line}: {text}")


@dataclass
class Query:
    name: str
    set: str
    module: str
    path: Path
    line: int
    texts: dict = field(default_factory=dict)  # dialect -> SQL with ?1 placeholders

    def text(self, dialect):
        return self.texts.get(dialect, self.texts.get("", ""))


@dataclass
class QueryFile:
    path: Path
    module: str
    set: str
    tables: list
    queries: dict


@dataclass
class Migration:
    path: Path
    set: str
    name: str
    module: str
    text: str
    tables: list
    append_only: list  # (table, refuses update, refuses delete)

    @property
    def hash(self):
        return hashlib.sha256(self.text.encode()).hexdigest()


def tokens(sql):
    """(kind, text) without comments and spaces."""
    for m in TOKEN.finditer(sql):
        if m.lastgroup not in ("comment", "space"):
            yield m.lastgroup, m.group()


def translate(sql, dialect):
    """The text that a backend gets: without comments, on one line, placeholders and types in its dialect."""
    out = []
    meant = [m for m in TOKEN.finditer(sql) if m.lastgroup not in ("comment", "space")]
    position = {m.start(): i for i, m in enumerate(meant)}
    for m in TOKEN.finditer(sql):
        kind, text = m.lastgroup, m.group()
        if kind in ("comment", "space"):
            if out and out[-1] != " ":
                out.append(" ")
            continue
        if dialect == "postgresql":
            if kind == "param":
                # Of `?1 + ?2` PostgreSQL cannot tell the types.
                i = position[m.start()]
                beside = {n.group() for n in (meant[max(i - 1, 0)], meant[min(i + 1, len(meant) - 1)])}
                text = "$" + text[1:] + ("::BIGINT" if beside & set("+-*/%") else "")
            elif kind == "word" and text.upper() == "BLOB":
                text = "BYTEA"
        out.append(text)
    return "".join(out).strip().rstrip(";").strip()


def only_reads(query):
    words = [text.upper() for sql in query.texts.values() for kind, text in tokens(sql) if kind == "word"]
    return not {"INSERT", "UPDATE", "DELETE"} & set(words)


def params(sql):
    return {int(text[1:] or 0) for kind, text in tokens(sql) if kind == "param"}


def common_tables(words):
    """Names made by WITH: `WITH [RECURSIVE] a [(x, y)] AS (…), b AS (…)`."""
    names = set()
    if "WITH" not in [w.upper() for _, w in words]:
        return names
    for i, (kind, text) in enumerate(words):
        if kind != "word" or i == 0:
            continue
        before = words[i - 1][1].upper()
        if before not in ("WITH", "RECURSIVE", ","):
            continue
        j = i + 1
        if j < len(words) and words[j][1] == "(":
            while j < len(words) and words[j][1] != ")":
                j += 1
            j += 1
        if j < len(words) and words[j][1].upper() == "AS":
            names.add(text.lower())
    return names


def tables_named(sql):
    """The tables that a statement reads or writes, in lower case."""
    words = list(tokens(sql))
    found, made = set(), common_tables(words)
    expect = [False]  # per depth of parentheses: a table name comes next
    inside = [False]  # per depth: within a FROM list, where a comma announces another one
    for i, (kind, text) in enumerate(words):
        upper = text.upper()
        before = words[i - 1][1].upper() if i else ""
        after = words[i + 1][1] if i + 1 < len(words) else ""
        if text == "(":
            expect.append(expect[-1] and inside[-1])
            inside.append(expect[-1])
            expect[-2] = False
        elif text == ")":
            if len(expect) > 1:
                expect.pop()
                inside.pop()
        elif text == "," and inside[-1]:
            expect[-1] = True
        elif kind == "word" and upper == "FROM" and before != "DISTINCT":
            expect[-1] = inside[-1] = True
        elif kind == "word" and upper in ("JOIN", "INTO"):
            expect[-1] = True
        elif kind == "word" and upper == "UPDATE" and before not in ("DO", "FOR"):
            expect[-1] = True
        elif kind == "word" and upper in FROM_ENDS:
            expect[-1] = inside[-1] = False
        elif kind == "word" and expect[-1] and upper not in ("ONLY", "LATERAL"):
            expect[-1] = False
            if after != "(" or before in ("INTO",):
                found.add(text.strip('"').lower())
    return found - made


def changes(sql):
    """("update"|"delete", table) for each table whose rows the statement changes or deletes."""
    words = [text for _, text in tokens(sql)]
    upper = [w.upper() for w in words]
    target = None
    for i, word in enumerate(upper[:-1]):
        if word == "INTO":
            target = words[i + 1].lower()
        if word == "DELETE" and upper[i + 1] == "FROM":
            yield "delete", words[i + 2].lower()
        if word == "UPDATE" and (i == 0 or upper[i - 1] not in ("DO", "FOR")):
            yield "update", words[i + 1].lower()
        if word == "UPDATE" and i and upper[i - 1] == "DO" and target:
            yield "update", target


def read_query_file(path):
    module = path.stem
    head = {"set": "city", "tables": None}
    queries, current, dialect, body = {}, None, "", []

    def finish(line):
        if current is None:
            return
        sql = "\n".join(body)
        if translate(sql, "sqlite") == "":
            raise Problem(path, line, f"{current.name} has no statement")
        if ";" in translate(sql, "sqlite"):
            raise Problem(path, line, f"{current.name} has more than one statement")
        if dialect in current.texts:
            raise Problem(path, line, f"{current.name} is written twice")
        current.texts[dialect] = sql

    start = 0
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        name = re.match(r"--\s*name:\s*(\S+)(?:\s+@(\S+))?\s*$", line)
        setting = re.match(r"--\s*(set|tables):\s*(.*)$", line)
        if name:
            finish(start)
            key, dialect = name.group(1), name.group(2) or ""
            if not re.fullmatch(r"[a-z][a-z0-9_]*", key):
                raise Problem(path, number, f"{key} is not a name (a-z, 0-9, _)")
            if dialect not in ("", *DIALECTS):
                raise Problem(path, number, f"unknown dialect @{dialect}")
            current = queries.setdefault(key, Query(key, head["set"], module, path, number))
            body, start = [], number
        elif current is None and setting:
            value = setting.group(2).strip()
            head[setting.group(1)] = value if setting.group(1) == "set" else re.findall(r"[a-z0-9_]+", value)
        elif current is not None:
            body.append(line)
        elif line.strip() and not line.startswith("--"):
            raise Problem(path, number, "SQL before the first `-- name:` line")
    finish(start)
    return QueryFile(path, module, head["set"], head["tables"], queries)


def read_migration(path):
    m = re.fullmatch(r"(\d{3})_([a-z_]+)\.sql", path.name)
    if not m:
        raise Problem(path, 1, "the name of a migration is NNN_module.sql")
    text = path.read_text(encoding="utf-8")
    bare = re.sub(r"^--(sqlite|postgresql) ", "", text, flags=re.M)
    tables = re.findall(r"^\s*CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)", bare, re.I | re.M)
    append = {}
    for names in re.findall(r"^--\s*append-only:\s*(.*)$", text, re.M):
        for name in re.findall(r"\w+", names):
            append[name.lower()] = {"update", "delete"}
    trigger = r"BEFORE\s+(UPDATE|DELETE)\s+ON\s+(\w+)\s+(?:FOR\s+EACH\s+ROW\s+)?BEGIN\s+SELECT\s+RAISE"
    for act, name in re.findall(trigger, bare, re.I):
        append.setdefault(name.lower(), set()).add(act.lower())
    return Migration(path, path.parent.name, path.stem, m.group(2), text, [t.lower() for t in tables],
                     [(t, "update" in a, "delete" in a) for t, a in sorted(append.items())])


def migration_text(migration, dialect):
    lines = []
    for line in migration.text.splitlines():
        m = re.match(r"--(sqlite|postgresql) (.*)$", line)
        if m:
            lines.append(m.group(2) if m.group(1) == dialect else "")
        else:
            lines.append(line)
    text = "\n".join(lines) + "\n"
    if dialect == "postgresql":
        text = "".join("BYTEA" if m.lastgroup == "word" and m.group().upper() == "BLOB" else m.group()
                       for m in TOKEN.finditer(text))
    return text


def owners(files, migrations):
    """set -> table -> module. A table belongs to the file that lists it, else to its migration's module."""
    made = {}
    for m in migrations:
        for table in m.tables:
            made.setdefault(m.set, {})[table] = m.module
    problems = []
    claimed = {}
    for f in files:
        for table in f.tables or []:
            if table not in made.get(f.set, {}):
                problems.append(Problem(f.path, 1, f"no migration of {f.set} makes table {table}"))
            if (f.set, table) in claimed:
                problems.append(Problem(f.path, 1, f"table {table} belongs to {claimed[f.set, table]}"))
            claimed[f.set, table] = f.module
    for (set_, table), module in claimed.items():
        made.setdefault(set_, {})[table] = module
    return made, problems


def check_query(query, dialect, tables, append_only):
    """Problems of one text of one query."""
    sql = query.text(dialect)
    where = (query.path, query.line)
    for table in sorted(tables_named(sql)):
        owner = tables.get(query.set, {}).get(table)
        if owner is None:
            yield Problem(*where, f"{query.name} names table {table}, which no migration of {query.set} makes")
        elif owner != query.module:
            yield Problem(*where, f"{query.name} names table {table}, which belongs to {owner}")
    words = [text.upper() for kind, text in tokens(sql) if kind == "word"]
    for word in words:
        if word in REFUSED:
            yield Problem(*where, f"{query.name} uses {word}: {REFUSED[word]}")
    texts = [text.upper() for _, text in tokens(sql)]
    for a, b in zip(texts, texts[1:]):
        if (a, b) in (("INSERT", "OR"), ("REPLACE", "INTO")):
            yield Problem(*where, f"{query.name}: write ON CONFLICT instead of {a} {b}")
        if a in ("SELECT", "RETURNING") and b == "*":
            yield Problem(*where, f"{query.name} must name its columns")
    used = params(sql)
    if 0 in used or used != set(range(1, len(used) + 1)):
        yield Problem(*where, f"{query.name} must use ?1 to ?{max(used | {1})} without a gap")
    for act, table in changes(sql):
        if act in append_only.get((query.set, table), ()):
            yield Problem(*where, f"{query.name} would {act} rows of {table}, which is append-only")


def check(files, migrations):
    tables, problems = owners(files, migrations)
    append_only = {(m.set, t): {a for a, on in (("update", u), ("delete", d)) if on}
                   for m in migrations for t, u, d in m.append_only}
    seen = {}
    for f in files:
        for q in f.queries.values():
            if q.name in seen:
                problems.append(Problem(q.path, q.line, f"{q.name} is also in {seen[q.name]}"))
            seen[q.name] = q.path
            if "" not in q.texts and set(q.texts) != set(DIALECTS):
                problems.append(Problem(q.path, q.line, f"{q.name} has an override only"))
            if len(params(q.text("sqlite"))) != len(params(q.text("postgresql"))):
                problems.append(Problem(q.path, q.line, f"{q.name}: the override takes other parameters"))
            for dialect in DIALECTS if set(q.texts) != {""} else DIALECTS[:1]:
                problems.extend(check_query(q, dialect, tables, append_only))
    return problems


def load(queries_dir, migrations_dir):
    """(query files, migrations, problems)"""
    files, migrations, problems = [], [], []
    for path in sorted(queries_dir.glob("*.sql")):
        try:
            files.append(read_query_file(path))
        except Problem as p:
            problems.append(p)
    for path in sorted(migrations_dir.glob("*/*.sql")):
        try:
            migrations.append(read_migration(path))
        except Problem as p:
            problems.append(p)
    return files, migrations, problems + check(files, migrations)
