#!/usr/bin/env bash
# Makes the machine code that ships anew, from the emitter in the tests; then the library is built with it.
set -euo pipefail
cd "$(dirname "$0")/.."
dotnet build test/Microsoft.ML.BlockPruning.Tests -c Release --nologo -v q
BLOCKPRUNING_REMAKE_MACHINE_CODE=1 dotnet exec test/Microsoft.ML.BlockPruning.Tests/bin/Release/net10.0/Microsoft.ML.BlockPruning.Tests.dll \
    --filter "FullyQualifiedName~ShippedCodeTests.Resource_IsWhatTheEmitterMakes"
dotnet build test/Microsoft.ML.BlockPruning.Tests -c Release --nologo -v q
