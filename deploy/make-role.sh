#!/bin/sh
# Makes the role that serves, which owns nothing; the image of PostgreSQL runs it once, for a new database.
set -eu

psql --set=ON_ERROR_STOP=1 --set=password="$SERVING_PASSWORD" \
    --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
CREATE ROLE raceapp LOGIN PASSWORD :'password';
SQL
