#!/bin/sh
# A PostgreSQL for tests, in a folder of its own on a free port of 127.0.0.1.
#
#   tests/pg.sh start        prints "URL DIR": a database of a user that is no superuser
#   tests/pg.sh run CMD...   runs CMD with TB_TEST_POSTGRES=URL and TB_TEST_POSTGRES_DIR=DIR, then stops
#   tests/pg.sh stop DIR     stops it and removes the folder
#   tests/pg.sh crash DIR    kills it as a loss of power would (immediate stop) and starts it again
set -eu

bin=$(ls -d /usr/lib/postgresql/*/bin /usr/local/bin 2>/dev/null | while read -r d; do
	[ -x "$d/initdb" ] && echo "$d" && break
done)
[ -n "$bin" ] || { echo "no PostgreSQL found" >&2; exit 3; }

# PostgreSQL refuses to run as root.
as_postgres() {
	if [ "$(id -u)" = 0 ]; then
		(cd / && exec setpriv --reuid=postgres --regid=postgres --clear-groups "$@")
	else
		"$@"
	fi
}

free_port() {
	python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

run() {
	as_postgres "$bin/pg_ctl" -D "$1/data" -l "$1/log" -w -t 30 "$2" ${3:+-m "$3"} >/dev/null
}

start() {
	dir=$(mktemp -d "${TMPDIR:-/tmp}/tongban-pg.XXXXXX")
	chmod 755 "$dir"
	[ "$(id -u)" = 0 ] && chown postgres "$dir"
	as_postgres "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >/dev/null
	port=$(free_port)
	cat >>"$dir/data/postgresql.conf" <<-CONF
		listen_addresses = '127.0.0.1'
		port = $port
		unix_socket_directories = '$dir'
		max_connections = 200
		shared_buffers = 64MB
		deadlock_timeout = 50ms
	CONF
	run "$dir" start
	as_postgres "$bin/psql" -q -h "$dir" -p "$port" -U postgres -d postgres \
		-c "CREATE ROLE tongban LOGIN CREATEROLE CREATEDB" -c "CREATE DATABASE tongban OWNER tongban"
	echo "postgresql://tongban@127.0.0.1:$port/tongban $dir"
}

case "${1:-}" in
start) start ;;
run)
	shift
	set -- "$(start)" "$@"
	export TB_TEST_POSTGRES="${1% *}" TB_TEST_POSTGRES_DIR="${1#* }"
	trap '"$0" stop "$TB_TEST_POSTGRES_DIR"' EXIT
	trap 'exit 1' INT TERM
	shift
	"$@"
	;;
stop)
	run "$2" stop immediate || true
	rm -rf "$2"
	;;
crash)
	run "$2" stop immediate
	run "$2" start
	;;
*)
	sed -n '2,8p' "$0" >&2
	exit 2
	;;
esac
