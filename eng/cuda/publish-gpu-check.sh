#!/usr/bin/env bash
# Publishes `blockprune` for a Linux machine that has an NVIDIA driver and nothing else: no .NET, no libtorch, no toolkit.
# usage: bash eng/cuda/publish-gpu-check.sh [FOLDER]     then, on that machine: FOLDER/blockprune gpu-check
set -euo pipefail
cd "$(dirname "$0")/../.."
. eng/sdk.sh

limit_mb=64
folder=${1:-artifacts/gpu-check}
rm -rf "$folder"
# The single-file analyzer objects to an assembly's path in SweepWorker, which is read only under the host 'dotnet'; here is none.
# TorchBackend=none: checking and scoring need no libtorch. The output and the intermediate files stay apart from those of a usual build.
dotnet publish src/Samples/BlockPrune.Cli -c Release -r linux-x64 --self-contained --nologo -v quiet -o "$folder" \
    -p:TorchBackend=none -p:PublishSingleFile=true -p:EnableCompressionInSingleFile=true -p:PackAsTool=false \
    -p:EnableSingleFileAnalyzer=false -p:InvariantGlobalization=true --artifacts-path artifacts/gpu-check-build
# Documentation, debug symbols, and the half of TorchSharp that is of no use without libtorch.
rm -f "$folder"/*.xml "$folder"/*.pdb "$folder"/*.dbg "$folder"/libLibTorchSharp.so
bytes=$(du -sb "$folder" | cut -f1)
echo "$folder: $((bytes / 1000000)) MB"
if [ "$bytes" -gt $((limit_mb * 1000000)) ]; then
    echo "That is more than $limit_mb MB." >&2
    exit 1
fi
