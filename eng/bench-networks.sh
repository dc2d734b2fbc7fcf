#!/usr/bin/env bash
# Times whole networks, ours dense and pruned, beside ONNX Runtime fp32 and int8 and libtorch, in one process and in turn; top-1 too.
#   eng/bench-networks.sh [--network Bundled|DeiTS|DeiTB ...] [--batch N ...] [--quick] [--models FOLDER] [--json FILE]
#       [--references FILE.jsonl] [--threads N]
# Let nothing else run meanwhile: samples whose threads had to wait for a processor are taken again.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" networks "$@"
