#!/bin/sh
# Dumps the database into a folder, and deletes dumps that are older than so many days (30):
#
#   DATABASE_URL=… deploy/backup.sh /var/backups/raceapp [DAYS]
#
# Says the name of the dump. Nothing is deleted unless the dump was made and can be read.
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

case ${DATABASE_URL:?says which database} in
postgresql*)
    made=$made.dump
    # The URL as PostgreSQL's own programs read it, but for the password: whoever is on this machine
    # may read the arguments of a program, and nobody else its environment.
    url=postgresql://${DATABASE_URL#*://}
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
    file=${DATABASE_URL#sqlite:///}
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
