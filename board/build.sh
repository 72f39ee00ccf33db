#!/bin/sh
# Build the board into raceapp/board/. What fails leaves the reason there in place of the board,
# for the page at / to tell, and never stops what comes after it.
cd "$(dirname "$0")" || exit 1
output=../raceapp/board
log=../.tools/board.log
mkdir -p ../.tools

build() {
    ./packages.sh --omit=dev && ./with-node node node_modules/vite/bin/vite.js build --logLevel warn
}

echo "Building the board"
if build >"$log" 2>&1; then
    exit 0
fi
rm -rf "$output"
mkdir -p "$output"
tail -n 12 "$log" | cut -c 1-300 >"$output/failed.txt"
echo "The board could not be built, so / is the page that says where to look:" >&2
sed 's/^/  /' "$output/failed.txt" >&2
exit 1
