#!/usr/bin/env bash
# The one command: restore, build, format, tests in every lane. Stops at the first failure.
set -euo pipefail
cd "$(dirname "$0")/.."

# The last line counts the tests, also when they were not reached; eng/test.sh prints it when they were.
rm -rf artifacts/TestResults
trap 'bash eng/test-summary.sh' EXIT
. eng/sdk.sh

step "Restore"
dotnet restore BlockPruning.sln

step "Build: warnings are errors"
dotnet build BlockPruning.sln -c Release --no-restore

step "Format: whitespace, style, analyzers"
# As built: the reference that RefPatch made lies in the folder of the configuration.
Configuration=Release dotnet format BlockPruning.sln --verify-no-changes --no-restore

trap - EXIT
bash eng/test.sh --no-build
