#!/usr/bin/env python3
"""Turns sql/ into C: `enum query` with the text of each query per backend, and the embedded migrations.

    gen_queries.py --queries DIR --migrations DIR --header H --source C --depfile D

Refuses (with file:line) a query that names another module's table or a table that no migration makes, that would
change an append-only table, or that only one backend understands; see sql_files.py for the form of the files.
"""

import argparse
import hashlib
import os
import sys
from pathlib import Path

import sql_files


def c_string(text):
    """A C string literal, one source line for each line of text."""
    out = []
    for line in text.split("\n"):
        escaped = line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?").replace("\t", "\\t")
        out.append(f'"{escaped}')
    return '\\n"\n\t'.join(out) + '"'


def header(queries):
    lines = ["/* Generated from sql/queries by tools/gen_queries.py. */", "#pragma once", "", "enum query {"]
    lines += [f"\tQ_{q.name.upper()}," for q in queries]
    lines += ["\tQ_COUNT,", "};", ""]
    return "\n".join(lines)


SERVING_ROLE = "tongban_serving"


def grants(migrations):
    """Rights of the serving role on PostgreSQL. Table names are plain words, so they need no quotes."""
    kept = {t: (u, d) for m in migrations for t, u, d in m.append_only}
    lines = [f"GRANT USAGE ON SCHEMA public TO {SERVING_ROLE};", f"GRANT SELECT ON store_migration TO {SERVING_ROLE};"]
    for table in [t for m in migrations for t in m.tables]:
        no_update, no_delete = kept.get(table, (False, False))
        rights = "SELECT, INSERT" + ("" if no_update else ", UPDATE") + ("" if no_delete else ", DELETE")
        lines += [f"REVOKE ALL ON {table} FROM {SERVING_ROLE};", f"GRANT {rights} ON {table} TO {SERVING_ROLE};"]
    return "\n".join(lines)


def source(queries, migrations):
    out = ["/* Generated from sql/ by tools/gen_queries.py. */", '#include "store/texts.h"', "",
           "const struct query_text query_texts[] = {"]
    for q in queries:
        lite, pg = (c_string(sql_files.translate(q.text(d), d)) for d in sql_files.DIALECTS)
        count = len(sql_files.params(q.text("sqlite")))
        reads = str(sql_files.only_reads(q)).lower()
        out.append(f'\t{{"{q.name}", "{q.set}", {count}, {reads}, {{{lite},\n\t{pg}}}}},')
    out += ["\t{0},", "};", "const size_t query_text_count = sizeof query_texts / sizeof query_texts[0] - 1;", "",
            "const struct migration_text migration_texts[] = {"]
    for m in migrations:
        lite, pg = (c_string(sql_files.migration_text(m, d)) for d in sql_files.DIALECTS)
        out.append(f'\t{{"{m.set}", "{m.name}", "{m.hash}", {{{lite},\n\t{pg}}}}},')
    out += ["\t{0},", "};", "", "const struct grant_text grant_texts[] = {"]
    for set_ in sorted({m.set for m in migrations}):
        text = grants([m for m in migrations if m.set == set_])
        out.append(f'\t{{"{set_}", "{hashlib.sha256(text.encode()).hexdigest()}", {c_string(text)}}},')
    out += ["\t{0},", "};", "", "const struct append_only_table append_only_tables[] = {"]
    for m in migrations:
        for table, update, delete in m.append_only:
            out.append(f'\t{{"{m.set}", "{table}", {str(update).lower()}, {str(delete).lower()}}},')
    out += ["\t{0},", "};", ""]
    return "\n".join(out)


def write_if_changed(path, text):
    """An unchanged header keeps its time, so that ninja rebuilds nobody."""
    if path.exists() and path.read_text(encoding="utf-8") == text:
        return
    path.write_text(text, encoding="utf-8")


def depfile(target, queries_dir, migrations_dir):
    """Files and folders: a new file changes the time of its folder."""
    inputs = [queries_dir, migrations_dir, *queries_dir.glob("*.sql"), *migrations_dir.glob("*"),
              *migrations_dir.glob("*/*.sql")]
    return f"{target}: " + " ".join(str(p.resolve()) for p in sorted(inputs)) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("queries", "migrations"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    for name in ("header", "source", "depfile"):
        parser.add_argument(f"--{name}", type=Path)
    parser.add_argument("--warn", action="store_true", help="tell the problems, but generate all the same")
    args = parser.parse_args()

    files, migrations, problems = sql_files.load(args.queries, args.migrations)
    for p in problems:
        print(f"{'warning' if args.warn else 'error'}: {p}", file=sys.stderr)
    if problems and not args.warn:
        return 1
    seen = {}
    for f in files:
        for q in f.queries.values():
            seen.setdefault(q.name, q)
    queries = [seen[name] for name in sorted(seen)]
    if args.header:
        write_if_changed(args.header, header(queries))
        write_if_changed(args.source, source(queries, migrations))
    if args.depfile:
        args.depfile.write_text(depfile(os.path.relpath(args.header), args.queries, args.migrations))
    return 0


if __name__ == "__main__":
    sys.exit(main())
