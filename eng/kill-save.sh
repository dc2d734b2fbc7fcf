#!/usr/bin/env bash
# Kills every writer of the library (whole pipelines, networks, fine-tune states, journals, reports) at random moments (SIGKILL), reads what
# is left and saves once more. Exit code 1 where a file is neither the old one nor the new one, or a part stays beside it.
#   eng/kill-save.sh [--kills N] [--seed N] [--json FILE]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
benchmarks="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$benchmarks" -c Release --nologo --verbosity quiet
exec dotnet "$benchmarks/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" save-kill "$@"
