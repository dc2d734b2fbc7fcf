#!/usr/bin/env bash
# Draws what eng/bench.sh ablation has measured: points of top-1 lost against multiply-adds kept.
#   eng/plot-ablation.sh ABLATION.json [ABLATION.json ...] ABLATION.png
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Plots"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Plots.dll" "$@"
