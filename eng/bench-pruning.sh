#!/usr/bin/env bash
# Time and peak memory of calibration and pruning.
#   eng/bench-pruning.sh --network Bundled|DeiTS|DeiTB [--images N] [--block HxW] [--json FILE]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" pruning "$@"
