#!/usr/bin/python3
"""Writes the tiny networks against which the tests compare: weights, images and logits from PyTorch, not from this library.

TinyViT is torchvision's VisionTransformer. DistilledViT is a DeiT of an odd shape, written out below as timm's forward pass does it; its
tensors are stored as bfloat16, float16 and float32.

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

FIXTURES = pathlib.Path("test/Microsoft.ML.BlockPruning.Tests/Checkpoints/Fixtures")
FOLDER = FIXTURES / "TinyViT"
DEPTH, HEADS = 2, 3
DTYPES = {torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}


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
        end = at + tensor.element_size() * tensor.numel()
        header[name] = {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data_offsets": [at, end]}
        at = end
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            file.write(tensor.contiguous().flatten().view(torch.uint8).numpy().tobytes())


def vit():
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


def distilled_logits(w, images, patch, heads, depth, eps):
    """timm's VisionTransformerDistilled in evaluation: both heads read their own token, and the logits are their mean."""
    f = torch.nn.functional
    x = f.conv2d(images, w["patch_embed.proj.weight"], w["patch_embed.proj.bias"], stride=patch).flatten(2).transpose(1, 2)
    n, dim = x.shape[0], x.shape[2]
    x = torch.cat([w["cls_token"].expand(n, -1, -1), w["dist_token"].expand(n, -1, -1), x], 1) + w["pos_embed"]

    def norm(y, name):
        return f.layer_norm(y, (dim,), w[name + ".weight"], w[name + ".bias"], eps)

    def linear(y, name):
        return f.linear(y, w[name + ".weight"], w[name + ".bias"])

    for i in range(depth):
        block = f"blocks.{i}."
        q, k, v = linear(norm(x, block + "norm1"), block + "attn.qkv").reshape(n, -1, 3, heads, dim // heads).permute(2, 0, 3, 1, 4)
        mixed = (q @ k.transpose(-2, -1) * (dim // heads) ** -0.5).softmax(-1) @ v
        x = x + linear(mixed.transpose(1, 2).reshape(n, -1, dim), block + "attn.proj")
        x = x + linear(f.gelu(linear(norm(x, block + "norm2"), block + "mlp.fc1")), block + "mlp.fc2")
    x = norm(x, "norm")
    return (linear(x[:, 0], "head") + linear(x[:, 1], "head_dist")) / 2


def distilled():
    size, patch, dim, heads, depth, hidden, classes, eps = 40, 8, 72, 3, 2, 100, 7, 1e-2
    generator = torch.Generator().manual_seed(2012)
    shapes = {
        "cls_token": (1, 1, dim), "dist_token": (1, 1, dim), "pos_embed": (1, (size // patch) ** 2 + 2, dim),
        "patch_embed.proj": (dim, 1, patch, patch), "norm": (dim,), "head": (classes, dim), "head_dist": (classes, dim),
    }
    for i in range(depth):
        shapes.update({
            f"blocks.{i}.norm1": (dim,), f"blocks.{i}.attn.qkv": (3 * dim, dim), f"blocks.{i}.attn.proj": (dim, dim),
            f"blocks.{i}.norm2": (dim,), f"blocks.{i}.mlp.fc1": (hidden, dim), f"blocks.{i}.mlp.fc2": (dim, hidden),
        })
    weights = {}
    for name, shape in shapes.items():
        is_norm, is_plain = len(shape) == 1, "token" in name or name == "pos_embed"
        value = torch.randn(shape, generator=generator) * 0.2 + (1 if is_norm else 0)
        weights[name if is_plain else name + ".weight"] = value.to(
            torch.float16 if is_norm else torch.float32 if is_plain else torch.bfloat16)
        if not is_plain:
            weights[name + ".bias"] = torch.randn(shape[0], generator=generator) * 0.2
    images = torch.randn(3, 1, size, size, generator=generator)
    exact = {name: tensor.double() for name, tensor in weights.items()}
    folder = FIXTURES / "DistilledViT"
    folder.mkdir(parents=True, exist_ok=True)
    save(folder / "model.safetensors", weights)
    logits = distilled_logits(exact, images.double(), patch, heads, depth, eps).float()
    save(folder / "expected.safetensors", {"images": images, "logits": logits})
    config = {"num_attention_heads": heads, "layer_norm_eps": eps}
    (folder / "config.json").write_text(json.dumps(config, indent=2) + "\n")


if __name__ == "__main__":
    vit()
    distilled()
