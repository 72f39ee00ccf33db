#!/bin/sh
# Check the board's types: against the document of the API as it is now, and the worker's own.
# Where its packages cannot be had that is said, and fails in CI only.
cd "$(dirname "$0")" || exit 1
document=../.tools/openapi.json

if ! ./packages.sh >../.tools/board.log 2>&1; then
    echo "BOARD NOT CHECKED: its packages are not to be had ($(tail -n 1 ../.tools/board.log))" >&2
    [ -z "${CI:-}" ]
    exit
fi
set -e
(cd .. && DATABASE_URL=sqlite:// .venv/bin/python -m flask --app wsgi openapi write .tools/openapi.json >/dev/null)
run() { ./with-node node "node_modules/$@"; }
# A field with a default may be left out of what is sent.
run openapi-typescript/bin/cli.js "$document" -o src/lib/api.d.ts --default-non-nullable false >/dev/null
run svelte-check/bin/svelte-check --tsconfig ./tsconfig.json --fail-on-warnings --output human
run typescript/bin/tsc --project worker
