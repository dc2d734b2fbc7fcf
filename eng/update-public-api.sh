#!/usr/bin/env bash
# Writes PublicAPI.Unshipped.txt anew from the code, so that a change of the public surface shows as a diff of one text file.
set -euo pipefail
cd "$(dirname "$0")/.."

project=src/Microsoft.ML.BlockPruning
printf '#nullable enable\n' > "$project/PublicAPI.Unshipped.txt"
dotnet restore "$project"
# RS0016: a public member is in no file. The fixer adds the line.
Configuration=Release dotnet format analyzers "$project" --no-restore --diagnostics RS0016 --severity info --include-generated
git --no-pager diff --stat -- "$project/PublicAPI.Unshipped.txt"
