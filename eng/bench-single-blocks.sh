#!/usr/bin/env bash
# Ranks single blocks by block Fisher and by the KL divergence of removing them, and says how far both agree.
#   eng/bench-single-blocks.sh [--per-layer N] [--block HxW] [--json FILE]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" single-blocks "$@"
