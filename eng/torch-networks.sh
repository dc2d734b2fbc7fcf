#!/usr/bin/env bash
# Makes a ViT-B/16 and a Swin-T by PyTorch's own torchvision classes, with random weights, in the forms in which people have them, and
# loads each here: the logits must be PyTorch's to 1e-4 of the largest. Prints time and peak memory; exit code 1 where logits differ.
#   eng/torch-networks.sh [--runs N] [--json FILE]
# Needs Debian's python3-torch and python3-torchvision (PYTHON names another interpreter that has both), and 1.5 GB in artifacts. Let
# nothing else run while it measures.
set -euo pipefail
cd "$(dirname "$0")/.."

networks=$PWD/artifacts/torch-networks
if [ ! -f "$networks/Swin-T/expected.safetensors" ]; then # the last that is written
    "${PYTHON:-/usr/bin/python3}" eng/fixtures/make-torch-networks.py "$networks"
fi
exec bash eng/bench.sh load --networks "$networks" "$@"
