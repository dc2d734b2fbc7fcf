#!/usr/bin/env bash
# The one command: restore, build, format, tests in every lane. What does not build is not tested; a file that is out of format fails the
# check, as one failure in the sum, and hides no test.
set -euo pipefail
cd "$(dirname "$0")/.."

# The last line counts the tests, also when they were not reached; eng/test.sh prints it when they were.
rm -rf artifacts/TestResults
mkdir -p artifacts/TestResults
: > artifacts/TestResults/build.unfinished
trap 'bash eng/test-summary.sh' EXIT
. eng/sdk.sh

step "Restore"
dotnet restore BlockPruning.sln

step "Build: warnings are errors"
dotnet build BlockPruning.sln -c Release --no-restore

step "Format: whitespace, style, analyzers"
# As built: the reference that RefPatch made lies in the folder of the configuration.
format=0
Configuration=Release dotnet format BlockPruning.sln --verify-no-changes --no-restore || format=$?

trap - EXIT
tests=0
bash eng/test.sh --no-build || tests=$?

if [ "$format" -ne 0 ]; then
    echo "The format check failed, see above: dotnet format BlockPruning.sln mends what it can." >&2
    : > artifacts/TestResults/format.unfinished
    bash eng/test-summary.sh
    exit 1
fi
exit "$tests"
