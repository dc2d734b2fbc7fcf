#!/usr/bin/env bash
# Times the twelve-point sweep of the bundled network: seconds in all and for each trial, peak memory, in process and in child processes.
#   eng/bench-sweep.sh [--rounds N] [--json FILE]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
benchmarks="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
cli="$root/src/Samples/BlockPrune.Cli"
dotnet build "$benchmarks" -c Release --nologo --verbosity quiet
dotnet build "$cli" -c Release --nologo --verbosity quiet
exec dotnet "$benchmarks/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" sweep \
    --tool "$cli/bin/Release/net10.0/blockprune.dll" "$@"
