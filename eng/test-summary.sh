#!/usr/bin/env bash
# Prints "N passed, N failed, N skipped" from the result files of the last run; inconclusive and ignored tests count as skipped, and each
# run or check that did not come to its end (a file *.unfinished) as one failure.
cd "$(dirname "$0")/.."

shopt -s nullglob
unfinished=(artifacts/TestResults/*.unfinished)
counters=
for file in artifacts/TestResults/*.trx; do
    counters+=$(grep -ohE '<Counters [^>]*' "$file" | head -1)$'\n'
done
sed -nE 's/.* total="([0-9]+)".* passed="([0-9]+)" failed="([0-9]+)".*/\1 \2 \3/p' <<< "$counters" |
    awk -v unfinished=${#unfinished[@]} '{ total += $1; passed += $2; failed += $3 }
         END { printf "%d passed, %d failed, %d skipped\n", passed, failed + unfinished, total - passed - failed }'
