#!/usr/bin/env bash
# What can be said of the shipped kernels without a GPU: NVIDIA's assembler for registers, spills and machine instructions, the tests'
# interpreter for bytes and FLOPs, arithmetic for occupancy and the roofline. Nothing here was measured on a GPU.
# usage: eng/cuda/ptx-evidence.sh (--download | --tools FOLDER) [--json FILE]     exit 1 where a kernel spills
#   --download  fetches nvidia-cuda-toolkit from Debian's non-free section into a folder of its own that is deleted at the end. It is
#               NVIDIA's, under the CUDA EULA: read that first. The system's package sources and packages are left alone.
#   --tools     a folder that has ptxas, cuobjdump and nvdisasm, of CUDA 11.8 or later
# Needs built tests (dotnet build -c Release test/Microsoft.ML.BlockPruning.Tests) and Python 3. CUDA_TESTS: the tests' assembly, built elsewhere.
set -euo pipefail
cd "$(dirname "$0")/../.."
tools= json= download=
while [ $# -gt 0 ]; do
    case $1 in
        --download) download=1 ;;
        --tools) tools=$2; shift ;;
        --json) json=$2; shift ;;
        *) echo "unknown argument '$1'" >&2; exit 2 ;;
    esac
    shift
done
if [ -z "$tools$download" ]; then
    echo "NVIDIA's assembler is not free software and is not fetched unasked: give --download or --tools FOLDER." >&2
    exit 2
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

if [ -n "$download" ]; then
    mkdir -p "$scratch"/{sources,lists/partial,cache/archives/partial,root}
    cat > "$scratch/sources/nonfree.sources" <<'SOURCES'
Types: deb
URIs: http://deb.debian.org/debian
Suites: bookworm
Components: non-free
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
    options=(-qq -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$scratch/sources" -o "Dir::State::Lists=$scratch/lists"
        -o "Dir::Cache=$scratch/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (cd "$scratch" && apt-get "${options[@]}" download nvidia-cuda-toolkit && dpkg -x nvidia-cuda-toolkit_*.deb root)
    tools=$scratch/root/usr/bin
fi
export PATH=$PATH:$tools # cuobjdump calls nvdisasm

for arch in sm_80 sm_86 sm_90; do
    ptxas -v "-arch=$arch" -o "$scratch/$arch.cubin" src/Microsoft.ML.BlockPruning/Kernels/Cuda/block_sparse.ptx 2> "$scratch/$arch.info"
    cuobjdump -sass "$scratch/$arch.cubin" > "$scratch/$arch.sass"
done
ptxas --version | grep release > "$scratch/version"
tests=${CUDA_TESTS:-test/Microsoft.ML.BlockPruning.Tests/bin/Release/net10.0/Microsoft.ML.BlockPruning.Tests.dll}
BLOCKPRUNING_KERNEL_COUNTS=$scratch/counts.json dotnet exec "$tests" \
    --filter "FullyQualifiedName~KernelCountsTests" --progress off > "$scratch/log" || { cat "$scratch/log" >&2; exit 1; }
python3 eng/cuda/ptx-evidence.py "$scratch" ${json:+"$json"}
