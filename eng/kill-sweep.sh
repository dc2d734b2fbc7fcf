#!/usr/bin/env bash
# Kills a sweep of the bundled network at three random moments (SIGKILL), resumes it, and compares it with one left alone. Exit code 1
# where a trial is missing, there twice or has other figures.
#   eng/kill-sweep.sh [--seed N] [--json FILE] [-- OPTIONS OF blockprune sweep]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
benchmarks="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
cli="$root/src/Samples/BlockPrune.Cli"
dotnet build "$benchmarks" -c Release --nologo --verbosity quiet
dotnet build "$cli" -c Release --nologo --verbosity quiet
exec dotnet "$benchmarks/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" sweep-kill \
    --tool "$cli/bin/Release/net10.0/blockprune.dll" "$@"
