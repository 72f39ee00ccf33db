#!/bin/sh
# Dumps the database into a folder, and deletes dumps that are older than so many days (30):
#
#   DATABASE_URL=… deploy/backup.sh /var/backups/raceapp [DAYS]
#
# Says the name of the dump. Nothing is deleted unless the dump was made and can be read. Where
# DATABASE_URL names PgBouncer, BACKUP_DATABASE_URL names PostgreSQL itself.
set -eu
umask 077

place=${1:?name the folder for the dumps} days=${2:-30}
made=$place/raceapp-$(date -u +%Y-%m-%dT%H%M%SZ)
trap 'rm -f "$made.part"' EXIT

# What stands in a URL as %2F, say.
decoded() {
    LC_ALL=C awk '
        function digit(letter) { return index("123456789abcdef", tolower(letter)) }
        {
            for (; at = index($0, "%"); $0 = substr($0, at + 3)) {
                code = 16 * digit(substr($0, at + 1, 1)) + digit(substr($0, at + 2, 1))
                printf "%s%c", substr($0, 1, at - 1), code
            }
            print
        }'
}

# pg_dump empties the search path of its connection before its transaction begins: through a pooler
# others would get that connection, and find no table.
case ${BACKUP_DATABASE_URL:+direct}${DATABASE_POOLER-} in
[tTyY1]* | [oO][nN])
    echo "Name PostgreSQL itself in BACKUP_DATABASE_URL: pg_dump disturbs those who share PgBouncer." >&2
    exit 1
    ;;
esac
: "${DATABASE_URL:?says which database}"
database=${BACKUP_DATABASE_URL:-$DATABASE_URL}

case $database in
postgresql*)
    made=$made.dump
    # The URL as PostgreSQL's own programs read it, but for the password: whoever is on this machine
    # may read the arguments of a program, and nobody else its environment.
    url=postgresql://${database#*://}
    case $url in *[?\&]*password=*)
        echo "Name the password before the host in DATABASE_URL, as in user:password@host." >&2
        exit 1
        ;;
    esac
    password=$(printf '%s' "$url" | sed -n 's|^postgresql://[^:/@]*:\([^@]*\)@.*|\1|p' | decoded)
    [ -z "$password" ] || export PGPASSWORD="$password"
    pg_dump --format=custom --file="$made.part" \
        "$(printf '%s' "$url" | sed 's|^\(postgresql://[^:/@]*\):[^@]*@|\1@|')"
    pg_restore --list "$made.part" >/dev/null
    ;;
sqlite:////*)
    made=$made.db
    file=${database#sqlite:///}
    [ -s "$file" ] || { echo "There is no database at $file." >&2; exit 1; }
    # Also while it is written to; never by copying the file.
    sqlite3 "$file" "VACUUM INTO '$made.part'"
    [ "$(sqlite3 "$made.part" 'PRAGMA integrity_check')" = ok ]
    ;;
*)
    echo "DATABASE_URL is neither postgresql:// nor sqlite:////" >&2
    exit 1
    ;;
esac

mv "$made.part" "$made"
find "$place" -maxdepth 1 -type f -name 'raceapp-*' -mtime "+$days" -delete
echo "$made"
