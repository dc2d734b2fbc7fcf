#!/usr/bin/env bash
# Prunes the bundled and a second network by every method and judges them on the test images.
#   eng/ablation.sh [--network N ...] [--method M ...] [--keep K ...] [--block HxW ...] [--seed S ...] [--json FILE]
# Rows that FILE holds already are kept and not computed again: a run that was stopped goes on where it was, and methods can be added later.
# All of it takes hours on two cores; --help lists methods and networks.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" ablation "$@"
