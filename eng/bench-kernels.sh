#!/usr/bin/env bash
# Times our block-sparse linear layers beside ONNX Runtime and libtorch, in one process and in turn.
#   eng/bench-kernels.sh [--quick] [--json FILE] [--threads N]
# Let nothing else run meanwhile: samples whose threads had to wait for a processor are taken again.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" kernels "$@"
