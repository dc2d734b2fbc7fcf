#!/usr/bin/env bash
# Compares the plans of repeated runs, and of runs with 1 and 2 threads of libtorch.
#   eng/bench-agreement.sh [--block HxW] [--json FILE]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" agreement "$@"
