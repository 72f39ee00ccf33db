#!/bin/sh
# Install what package-lock.json pins, unless it is there already; --omit=dev leaves out what
# only checks. All of it counts for less of it.
set -eu
cd "$(dirname "$0")"
ready=node_modules/.ready${1:-}
for stamp in node_modules/.ready "$ready"; do
    [ "$stamp" -nt package-lock.json ] && exit 0
done
npm_config_fetch_retries=1 npm_config_fetch_timeout=30000 ./with-node npm ci --loglevel=error --no-progress "$@"
touch "$ready"
