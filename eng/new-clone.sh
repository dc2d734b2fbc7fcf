#!/usr/bin/env bash
# Does what a newcomer does: clones what is committed, with no package on the machine, runs the README's two commands, prints the times.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
export NUGET_PACKAGES="$folder/packages" NUGET_HTTP_CACHE_PATH="$folder/http-cache"

step "Clone"
git clone --quiet --no-local . "$folder/clone"
cd "$folder/clone"

started=$SECONDS
step "dotnet run -c Release --project src/Samples/Quickstart"
dotnet run -c Release --project src/Samples/Quickstart < /dev/null
first=$((SECONDS - started))

started=$SECONDS
step "bash eng/test.sh"
bash eng/test.sh < /dev/null
second=$((SECONDS - started))

step "Done"
echo "Quickstart: $first s with restore and build. Tests: $second s."
