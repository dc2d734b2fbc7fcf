#!/usr/bin/env bash
# Packs the library (.nupkg and .snupkg) and the tool blockprune (a small package, and one with libtorch for each system).
#   eng/pack.sh [--library-only] [--runtime SYSTEM]... [--version VERSION] [--project-url URL] [--output FOLDER]
# SYSTEM: linux-x64, win-x64 or osx-arm64; this machine's where none is named. URL: that of git's remote "origin", where there is one.
# FOLDER: artifacts/packages.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

output=artifacts/packages
tool=true
systems=()
arguments=()
while [ $# -gt 0 ]; do
    case $1 in
        --library-only) tool=false; shift ;;
        --runtime)
            case ${2:?--runtime needs a value} in
                linux-x64 | win-x64 | osx-arm64) systems+=("$2") ;;
                *) echo "eng/pack.sh: there is no libtorch package for '$2'; the systems are linux-x64, win-x64, osx-arm64." >&2; exit 2 ;;
            esac
            shift 2
            ;;
        --version) arguments+=("-p:Version=${2:?--version needs a value}"); shift 2 ;;
        --project-url) arguments+=("-p:PackageProjectUrl=${2:?--project-url needs a value}"); shift 2 ;;
        --output) output=${2:?--output needs a value}; shift 2 ;;
        *) echo "eng/pack.sh: '$1' is none of --library-only, --runtime, --version, --project-url, --output." >&2; exit 2 ;;
    esac
done

# Paths of this machine stay out of the assemblies, so that the same sources give the same bytes.
arguments+=(-c Release -o "$output" --nologo -v q -p:ContinuousIntegrationBuild=true)

git remote get-url origin > /dev/null 2>&1 || [[ " ${arguments[*]} " == *PackageProjectUrl* ]] \
    || echo "eng/pack.sh: git knows no remote 'origin', so the packages name no page; --project-url URL names one." >&2

step "Pack the library"
dotnet pack src/Microsoft.ML.BlockPruning "${arguments[@]}"

if $tool; then
    if [ ${#systems[@]} -eq 0 ]; then
        case $(uname -sm) in
            'Linux x86_64') systems=(linux-x64) ;;
            'Darwin arm64') systems=(osx-arm64) ;;
            MINGW*x86_64 | MSYS*x86_64) systems=(win-x64) ;;
            *) echo "eng/pack.sh: there is no libtorch package for $(uname -sm); --library-only packs the rest." >&2; exit 1 ;;
        esac
    fi

    # In one go: the small package names all systems that are packed with it. On the command line MSBuild would split at the semicolon.
    list=$(IFS=';'; echo "${systems[*]}")
    step "Pack the tool for ${list//;/, } (with libtorch, up to 137 MB each)"
    PackToolFor=$list dotnet pack src/Samples/BlockPrune.Cli "${arguments[@]}"
fi

step "Packed"
ls -l "$output"/*pkg
