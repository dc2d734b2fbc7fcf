#!/usr/bin/env bash
# Changes files of every format that the product reads, reads them in child processes of 1 GB, and keeps those that reach a new branch.
#   eng/fuzz.sh [--seconds N] [--seed S] [--target NAME ...] [--json FILE]
# Takes 30 minutes where N is not given. Exit code 1 where a process ended, an exception is not documented, or memory or time ran over; what
# did it lies in artifacts/fuzz/TARGET/findings. The same seed begins with the same changes; how far it comes depends on the machine.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Fuzz"
. "$root/eng/sdk.sh"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Fuzz.dll" run "$@"
