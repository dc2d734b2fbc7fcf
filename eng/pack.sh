#!/usr/bin/env bash
# Packs the library (.nupkg and .snupkg) and the tool blockprune (a small package, and one with libtorch for each system).
#   eng/pack.sh [--library-only] [--version VERSION] [--output FOLDER]      default: artifacts/packages
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

output=artifacts/packages
tool=true
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --library-only) tool=false; shift ;;
        --version) arguments+=("-p:Version=${2:?--version needs a value}"); shift 2 ;;
        --output) output=${2:?--output needs a value}; shift 2 ;;
        *) echo "eng/pack.sh: '$1' is none of --library-only, --version, --output." >&2; exit 2 ;;
    esac
done

# Paths of this machine stay out of the assemblies, so that the same sources give the same bytes.
arguments+=(-c Release -o "$output" --nologo -v q -p:ContinuousIntegrationBuild=true)

step "Pack the library"
dotnet pack src/Microsoft.ML.BlockPruning "${arguments[@]}"

if $tool; then
    # TorchBackend.targets restores the libtorch of this system only: the tool for another system is packed there.
    case $(uname -sm) in
        'Linux x86_64') system=linux-x64 ;;
        'Darwin arm64') system=osx-arm64 ;;
        MINGW*x86_64 | MSYS*x86_64) system=win-x64 ;;
        *) echo "eng/pack.sh: there is no libtorch package for $(uname -sm); --library-only packs the rest." >&2; exit 1 ;;
    esac
    step "Pack the tool for $system (about 137 MB, most of it libtorch)"
    dotnet pack src/Samples/BlockPrune.Cli "${arguments[@]}" "-p:PackToolFor=$system"
fi

step "Packed"
ls -l "$output"/*pkg
