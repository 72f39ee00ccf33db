#!/usr/bin/env bash
# Executes the steps of the Dockerfile and of compose.yaml without a container engine:
#
#   deploy/rehearse.sh PLACE OWNER_URL SERVING_URL REDIS_URL
#
# PLACE, an empty folder, gets an environment of requirements.txt and nothing else, and just the files
# that the Dockerfile copies. As the owner of the tables it then makes the schema, twice, and gives the
# role that serves, raceapp, its rights. As raceapp it adds an administrator, starts gunicorn as in
# production, with nginx in front if there is one, and runs a session with curl. It stops what it started.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
place=$1 owner=$2 serving=$3 redis=$4
say() { printf '== %s\n' "$*"; }
free_port() { "$place/venv/bin/python" -c 'import random, socket
while True:
    port = random.randint(20000, 32767)
    if socket.socket().connect_ex(("127.0.0.1", port)): print(port); break'; }

say "environment: requirements.txt only"
if [ -x "$here/.tools/bin/uv" ]; then
    "$here/.tools/bin/uv" venv --quiet --python "${PYTHON:-python3}" "$place/venv"
    "$here/.tools/bin/uv" pip install --quiet --python "$place/venv/bin/python" \
        --require-hashes --only-binary :all: -r "$here/requirements.txt"
else
    "${PYTHON:-python3}" -m venv "$place/venv"
    "$place/venv/bin/pip" install --quiet --disable-pip-version-check \
        --require-hashes --only-binary :all: -r "$here/requirements.txt"
fi

say "files: what the Dockerfile copies; the board as it is built here"
mkdir -p "$place/app"
sed -n 's/^COPY \([^-].*\) [^ ]*$/\1/p' "$here/deploy/Dockerfile" | tr ' ' '\n' | grep -v '^board/' | while read -r name; do
    cp -R "$here/${name%/}" "$place/app/"
done
cd "$place/app"
export PATH="$place/venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 RACEAPP_ENV=production

say "production refuses to start without its settings"
if refused=$(env -u DATABASE_URL -u REDIS_URL -u JWT_SECRET_KEY flask --app wsgi db current 2>&1); then
    echo "It started."; exit 1
fi
for name in DATABASE_URL REDIS_URL JWT_SECRET_KEY; do grep -q "$name" <<<"$refused"; done

export DATABASE_URL=$owner REDIS_URL=$redis TRUSTED_PROXY_COUNT=1
JWT_SECRET_KEY=$(python -c 'import secrets; print(secrets.token_urlsafe(48))')
METRICS_PORT=$(free_port)
export JWT_SECRET_KEY METRICS_PORT

say "migrations, and again"
flask --app wsgi db upgrade
flask --app wsgi db upgrade

say "the role that serves"
flask --app wsgi grant raceapp
export DATABASE_URL=$serving

say "an administrator"
RACEAPP_PASSWORD=torque-wrench-85Nm flask --app wsgi user-create --email boss@team.example --role admin

say "gunicorn"
PORT=$(free_port)
export PORT
gunicorn -c gunicorn.conf.py wsgi:app &
server=$!
front=
finish() {
    [ -z "$front" ] || kill "$front" 2>/dev/null || true
    kill "$server" 2>/dev/null || true
    wait
}
trap finish EXIT
wait_for() { curl --silent --fail --retry 100 --retry-delay 0 --retry-max-time 30 --retry-connrefused -o /dev/null "$1"; }
wait_for "http://127.0.0.1:$PORT/v1/health"
base="http://127.0.0.1:$PORT"

if nginx=$(PATH="$PATH:/usr/sbin" command -v nginx); then
    say "nginx"
    listen=$(free_port)
    {
        echo "pid $place/nginx.pid; error_log stderr; daemon off; worker_processes 1;"
        [ "$(id -u)" != 0 ] || echo "user root;"
        echo "events {}"
        echo "http {"
        for kind in client_body proxy fastcgi uwsgi scgi; do echo "${kind}_temp_path $place/$kind;"; done
        sed -e "s/\${API}/127.0.0.1:$PORT/" -e "s/listen 80;/listen 127.0.0.1:$listen;/" "$here/deploy/nginx.conf"
        echo "}"
    } >"$place/nginx.conf"
    "$nginx" -t -q -c "$place/nginx.conf"
    "$nginx" -c "$place/nginx.conf" &
    front=$!
    base="http://127.0.0.1:$listen"
    wait_for "$base/v1/health"
else
    say "nginx is not installed: going on without"
fi

say "a session"
value() { python -c "import json, sys; print(json.load(sys.stdin)['$1'])"; }
call() { curl --silent --show-error --fail-with-body -H 'Content-Type: application/json' "$@"; }
status() { curl --silent -o /dev/null -w '%{http_code}' "$@"; }
call "$base/v1/health/ready" | grep '"ready"' >/dev/null
login() { call "$base/v1/auth/login" -d '{"email": "boss@team.example", "password": "torque-wrench-85Nm"}' | value access_token; }
token=$(login)
as() { call -H "Authorization: Bearer $token" "$@"; }
event=$(as "$base/v1/events" -d '{"track": "Mugello", "location": "Scarperia", "event_date": "2027-05-28"}' | value id)
task=$(as "$base/v1/tasks" -d "{\"event_id\": $event, \"title\": \"Torque the front caliper bolts\"}" | value id)
as -X PATCH -H 'If-Match: "1"' "$base/v1/tasks/$task" -d '{"completed": true}' | value status | grep -x done >/dev/null
as --compressed -i "$base/v1/tasks/$task" | tr -d '\r' | grep -x 'ETag: "2"' >/dev/null
[ "$(status "$base/v1/tasks")" = 401 ]
[ "$(status "$base/metrics")" = 404 ]
flask --app wsgi verify-history
curl --silent --fail "http://127.0.0.1:$METRICS_PORT/metrics" | grep '^raceapp_requests_total' >/dev/null

if [ -n "$front" ]; then
    say "what nginx does: forged addresses, large bodies, an API that is away"
    head -c 6000000 /dev/zero | tr '\0' ' ' >"$place/large"
    [ "$(status -H 'Content-Type: application/json' --data-binary "@$place/large" "$base/v1/auth/login")" = 413 ]
    for n in 1 2 3 4 5 6 7 8 9 10 11 12; do
        last=$(status -H "X-Forwarded-For: 198.51.100.$n" -H 'Content-Type: application/json' \
            "$base/v1/auth/refresh" -d '{"refresh_token": "no-such-token"}')
        [ "$last" = 401 ]
    done
    left=$(curl --silent -i -H 'X-Forwarded-For: 198.51.100.99' -H 'Content-Type: application/json' \
        "$base/v1/auth/refresh" -d '{"refresh_token": "no-such-token"}' | tr -d '\r' | sed -n 's/^X-RateLimit-Remaining: //p')
    [ "$left" = 47 ]
fi

say "a reload keeps sessions; a stop finishes"
kill -HUP "$server"
sleep 2
as "$base/v1/auth/me" | value email | grep -x boss@team.example >/dev/null
kill -TERM "$server"
wait "$server"
if [ -n "$front" ]; then
    [ "$(status "$base/v1/health")" = 503 ]
    curl --silent -i "$base/v1/health" | tr -d '\r' | grep -i '^Retry-After: 2' >/dev/null
fi
say "done"
