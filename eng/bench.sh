#!/usr/bin/env bash
# Measures one of the things that the README claims; without arguments it lists them.
#   eng/bench.sh VERB [OPTIONS]
# Options and figures are test/Microsoft.ML.BlockPruning.Benchmarks/README.md's; VERB --help lists the options too. Let nothing else run
# while kernels or networks are timed: samples whose threads had to wait for a processor are taken again.
set -euo pipefail
cd "$(dirname "$0")/.."

list() {
    cat >&2 <<'VERBS'
eng/bench.sh VERB [OPTIONS]; the verbs:
  ablation       prunes three networks by every method and by two rivals and judges them on the test images; hours on two cores
  agreement      compares the plans of repeated runs, and of runs with 1 and 2 threads of libtorch
  finetune       accuracy of the bundled network pruned to small budgets, then fine-tuned on Fashion-MNIST's training images
  formats        what bfloat16 and int8 products cost in accuracy on the bundled network's test images
  inference      times whole networks in float32, bfloat16 and int8 beside ONNX Runtime fp32 and int8 and libtorch
  kernels        times our block-sparse linear layers beside ONNX Runtime and libtorch
  load           times reading real checkpoints, and holds their logits against PyTorch's: see torch-networks.sh
  networks       times whole networks beside ONNX Runtime fp32 and int8 and libtorch; top-1 too
  parts          times forms of GELU behind a layer, an MLP with and without its dead units, and ways to read tokens
  progress       the time left that bars and lines show, beside what the steps of three prunings then take
  pruning        time and peak memory of calibration and pruning
  save-kill      kills every writer of the library at random moments and reads what is left; exit code 1 where a file is lost
  single-blocks  ranks single blocks by block Fisher and by the KL divergence of removing them
  sweep          time and memory of the twelve-point sweep: in process, in a child process, on one worker and two
  sweep-kill     kills a sweep three times, resumes it and compares it with one left alone; exit code 1 where they differ
VERBS
}

verb=${1:-}
case $verb in
    ablation | agreement | finetune | formats | inference | kernels | load | networks | parts | progress | pruning | save-kill | single-blocks | sweep | sweep-kill) shift ;;
    '')
        list
        exit 2
        ;;
    *)
        echo "There is no verb '$verb'." >&2
        list
        exit 2
        ;;
esac
. eng/sdk.sh

# build PROJECT PROGRAM: sets built to the program's path.
build() {
    dotnet build "$1" -c Release --nologo --verbosity quiet
    built=$1/bin/Release/net10.0/$2.dll
}

tool=()
case $verb in
    sweep | sweep-kill) # they start the command line as a process of its own
        build "$PWD/src/Samples/BlockPrune.Cli" blockprune
        tool=(--tool "$built")
        ;;
esac
build "$PWD/test/Microsoft.ML.BlockPruning.Benchmarks" Microsoft.ML.BlockPruning.Benchmarks
cd "$OLDPWD" # files among the options are the caller's
exec dotnet "$built" "$verb" ${tool[@]+"${tool[@]}"} "$@"
