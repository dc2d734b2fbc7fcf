#!/usr/bin/env bash
# Rebuilds the committed PTX from the one CUDA source. Needs Debian's clang-14 and nothing else: no CUDA toolkit, no headers, no GPU.
# usage: eng/cuda/build-ptx.sh [SOURCE.cu OUTPUT.ptx]     PTX_FLAGS: more flags for the compiler
set -euo pipefail
cd "$(dirname "$0")/../.."
room=src/Microsoft.ML.BlockPruning/Kernels/Cuda
source=${1:-$room/block_sparse.cu}
output=${2:-$room/block_sparse.ptx}
clang=${CLANG:-clang-14}

if ! command -v "$clang" > /dev/null; then
    echo "$clang is not here: apt-get install clang-14. Other versions write other text, so the committed file would change for no reason." >&2
    exit 1
fi

# sm_80 is the first with mma.m16n8k16 and cp.async, and PTX 7.1 the oldest that has both: newer GPUs translate it when it is loaded.
"$clang" -x cuda --cuda-device-only --cuda-gpu-arch=sm_80 -nocudainc -nocudalib -std=c++17 -O3 -S -Wall -Wextra -Werror -Wno-unknown-cuda-version \
    -Xclang -target-feature -Xclang +ptx71 ${PTX_FLAGS:-} -o "$output" "$source"
