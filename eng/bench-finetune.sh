#!/usr/bin/env bash
# Accuracy of the bundled network pruned, and then fine-tuned on Fashion-MNIST's training images (apt-get install dataset-fashion-mnist).
#   eng/bench-finetune.sh [--data FOLDER] [--keep K] [--block HxW] [--epochs N] [--images N] [--learning-rate R] [--json FILE] [--ablation FILE]
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
project="$root/test/Microsoft.ML.BlockPruning.Benchmarks"
dotnet build "$project" -c Release --nologo --verbosity quiet
exec dotnet "$project/bin/Release/net10.0/Microsoft.ML.BlockPruning.Benchmarks.dll" finetune "$@"
