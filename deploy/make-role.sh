#!/bin/sh
# Makes the role that serves, which owns nothing; the image of PostgreSQL runs it once, for a new database.
set -eu

# The password is no argument: whoever is on the machine may read those.
psql --set=ON_ERROR_STOP=1 --username="$POSTGRES_USER" --dbname="$POSTGRES_DB" <<'SQL'
\getenv password SERVING_PASSWORD
CREATE ROLE raceapp LOGIN PASSWORD :'password';
SQL
