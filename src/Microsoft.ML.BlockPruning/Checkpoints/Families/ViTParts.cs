namespace Microsoft.ML.BlockPruning.Checkpoints.Families;

/// <summary>Which of the optional parts a file has.</summary>
/// <param name="HasClassToken">A class token.</param>
/// <param name="HasDistillationToken">A distillation token (DeiT §3).</param>
/// <param name="HasDistillationHead">Its head; without it, the class token's logits count alone.</param>
/// <param name="Registers">Register tokens (Darcet et al., ICLR 2024).</param>
/// <param name="HasStemNorm">A norm before the first layer.</param>
/// <param name="HasNorm">A norm after the last layer.</param>
/// <param name="HasPooledNorm">A norm after pooling.</param>
/// <param name="HasQkvBias">A bias of queries, keys and values.</param>
/// <param name="HasPatchBias">A bias of the patch convolution.</param>
/// <param name="HasLayerScale">Factors of what a branch adds (Touvron et al., ICCV 2021, §2).</param>
internal sealed record ViTParts(
    bool HasClassToken, bool HasDistillationToken, bool HasDistillationHead, int Registers, bool HasStemNorm, bool HasNorm,
    bool HasPooledNorm, bool HasQkvBias, bool HasPatchBias, bool HasLayerScale)
{
    private const int MostRegisters = 1024; // far above any: each becomes a name

    /// <summary>Tokens before the patches: class, distillation, registers.</summary>
    public IReadOnlyList<string> PrefixTokens { get; } =
    [
        .. HasClassToken ? [ViTTensors.ClassToken] : Array.Empty<string>(),
        .. HasDistillationToken ? [ViTTensors.DistillationToken] : Array.Empty<string>(),
        .. Enumerable.Range(0, Registers).Select(Register),
    ];

    /// <summary>The parts of a file.</summary>
    /// <exception cref="InvalidDataException">The registers are no tokens.</exception>
    public static ViTParts Of(ViTTensors tensors)
    {
        int registers = tensors.Has(ViTTensors.Registers) ? tensors.Side(ViTTensors.Registers, rank: 3, axis: 1) : 0;
        return registers <= MostRegisters
            ? new ViTParts(
                tensors.Has(ViTTensors.ClassToken), tensors.Has(ViTTensors.DistillationToken),
                tensors.HasLayer(ViTTensors.DistillationHead), registers, tensors.HasLayer("norm_pre"), tensors.HasLayer("norm"),
                tensors.HasLayer("fc_norm"), tensors.HasInLayers("attn.qkv.bias"), tensors.Has(ViTTensors.PatchBias),
                tensors.HasInLayers("ls1.gamma") || tensors.HasInLayers("ls2.gamma"))
            : throw tensors.Invalid(ViTTensors.Registers, $"at most {MostRegisters} tokens");
    }

    /// <summary>The name of a register in the network, where each token is a tensor.</summary>
    public static string Register(int index) => $"{ViTTensors.Registers}.{index}";
}
