#!/usr/bin/env bash
# Packs the public surface of what is committed, declarations without code, into eng/baseline, where the next package is held against it.
#   eng/keep-baseline.sh [VERSION]    without VERSION: that of Directory.Build.props
# Do it when a package has been published; then name the version in the library's project and delete the file before it.
set -euo pipefail
cd "$(dirname "$0")/.."
. eng/sdk.sh

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone --quiet --no-local . "$folder/clone"

dotnet pack "$folder/clone/src/Microsoft.ML.BlockPruning" -c Release -o "$folder/packed" --nologo -v q \
    -p:PublicSurfaceOnly=true -p:RunAnalyzers=false -p:ContinuousIntegrationBuild=true ${1:+"-p:Version=$1"}
mkdir -p eng/baseline
cp "$folder"/packed/*.nupkg eng/baseline/
ls -l eng/baseline
