#!/usr/bin/env bash
# Prints "N passed, N failed, N skipped" from the result files of the last run; inconclusive and ignored tests count as skipped.
cd "$(dirname "$0")/.."

shopt -s nullglob
files=(artifacts/TestResults/*.trx)
[ ${#files[@]} -gt 0 ] || files=(/dev/null)
grep -ohE '<Counters [^>]*' "${files[@]}" |
    sed -E 's/.* total="([0-9]+)".* passed="([0-9]+)" failed="([0-9]+)".*/\1 \2 \3/' |
    awk '{ total += $1; passed += $2; failed += $3 }
         END { printf "%d passed, %d failed, %d skipped\n", passed, failed, total - passed - failed }'
