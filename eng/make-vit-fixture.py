#!/usr/bin/python3
"""Writes the tiny ViT against which the tests compare: weights, images and logits from torchvision, not from this library.

Run from the repository's root with torch 1.13 and torchvision 0.14 (Debian 12: python3-torch, python3-torchvision):
    python3 eng/make-vit-fixture.py
The safetensors files are written by the few lines below, so that our reader also meets a writer that is not ours.
"""
import functools
import json
import pathlib
import struct

import torch
from torchvision.models.vision_transformer import VisionTransformer

FOLDER = pathlib.Path("test/Microsoft.ML.BlockPruning.Tests/Checkpoints/Fixtures/TinyViT")
DEPTH, HEADS = 2, 3


def timm_name(name):
    """torchvision's name of a tensor -> timm's."""
    table = {
        "class_token": "cls_token",
        "encoder.pos_embedding": "pos_embed",
        "encoder.layers.encoder_layer_": "blocks.",
        "ln_1": "norm1",
        "ln_2": "norm2",
        "self_attention.in_proj_": "attn.qkv.",
        "self_attention.out_proj": "attn.proj",
        "mlp.0": "mlp.fc1",
        "mlp.3": "mlp.fc2",
        "encoder.ln": "norm",
        "conv_proj": "patch_embed.proj",
        "heads.head": "head",
    }
    for theirs, timms in table.items():
        name = name.replace(theirs, timms)
    return name


def save(path, tensors):
    header, at = {}, 0
    for name, tensor in tensors.items():
        end = at + 4 * tensor.numel()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(struct.pack(f"<{tensor.numel()}f", *tensor.flatten().tolist()))


def main():
    generator = torch.Generator().manual_seed(2407)
    network = VisionTransformer(
        image_size=16, patch_size=4, num_layers=DEPTH, num_heads=HEADS, hidden_dim=24, mlp_dim=48, num_classes=5,
        norm_layer=functools.partial(torch.nn.LayerNorm, eps=1e-6)).eval()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            is_scale = "ln" in name and name.endswith("weight")
            parameter.copy_(torch.randn(parameter.shape, generator=generator) * 0.2 + (1 if is_scale else 0))
        weights = {timm_name(name): tensor.clone() for name, tensor in network.state_dict().items()}
        images = torch.randn(3, 3, 16, 16, generator=generator)
        logits = network.double()(images.double()).float()  # float32 weights, double arithmetic: the truth to one rounding
    FOLDER.mkdir(parents=True, exist_ok=True)
    save(FOLDER / "model.safetensors", weights)
    save(FOLDER / "expected.safetensors", {"images": images, "logits": logits})
    config = {"architecture": "vit_tiny_fixture", "num_classes": 5, "global_pool": "token", "model_args": {"num_heads": HEADS}}
    (FOLDER / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    main()
