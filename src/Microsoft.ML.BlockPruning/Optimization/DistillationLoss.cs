using Microsoft.ML.BlockPruning.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Optimization;

/// <summary>The distance of a student's outputs from its teacher's, and from the labels where there are any.</summary>
/// <remarks>
/// logits:   τ² / images · Σ p (log p − log q), p and q the softmax of teacher's and student's logits / τ (Hinton et al., 2015, §2);
/// features: mean over layers l of mean (s_l − t_l)² / var t_l, the variance over the batch, the tokens and the features;
/// labels:   mean of −log softmax(student)[label].
/// </remarks>
/// <param name="logitWeight">Of the logits' distance.</param>
/// <param name="featureWeight">Of the features' distance.</param>
/// <param name="labelWeight">Of the labels'.</param>
/// <param name="temperature">τ.</param>
internal sealed class DistillationLoss(double logitWeight, double featureWeight, double labelWeight, double temperature)
{
    /// <summary>The weighted sum of the three.</summary>
    /// <param name="student">With gradients.</param>
    /// <param name="teacher">Without gradients.</param>
    /// <param name="labels">[images] int64, or null.</param>
    /// <returns>A scalar, owned by the caller's dispose scope.</returns>
    public Tensor Of(NetworkOutput student, NetworkOutput teacher, Tensor? labels)
    {
        using var scope = NewDisposeScope();
        var loss = TorchDevice.Put(zeros([]));
        if (logitWeight > 0)
        {
            loss = loss.Plus(Divergence(student.Logits, teacher.Logits, temperature).Times(logitWeight));
        }

        if (featureWeight > 0)
        {
            double weight = featureWeight / student.Streams.Count;
            loss = student.Streams.Zip(teacher.Streams, Feature).Aggregate(loss, (sum, term) => sum.Plus(term.Times(weight)));
        }

        if (labelWeight > 0 && labels is not null)
        {
            loss = loss.Plus(nn.functional.cross_entropy(student.Logits, labels).Times(labelWeight));
        }

        return loss.MoveToOuterDisposeScope();
    }

    /// <summary>τ² KL(teacher ‖ student) of softmax(logits / τ), per image.</summary>
    /// <param name="student">[images, classes], with gradients.</param>
    /// <param name="teacher">[images, classes].</param>
    /// <param name="temperature">τ.</param>
    /// <returns>A scalar, owned by the caller's dispose scope.</returns>
    public static Tensor Divergence(Tensor student, Tensor teacher, double temperature)
    {
        using var scope = NewDisposeScope();
        var expected = teacher.Times(1 / temperature).log_softmax(1);
        var actual = student.Times(1 / temperature).log_softmax(1);
        return expected.exp().mul(expected.sub(actual)).sum().Times(temperature * temperature / student.shape[0])
            .MoveToOuterDisposeScope();
    }

    private static Tensor Feature(Tensor student, Tensor teacher)
    {
        var difference = student.sub(teacher);
        return difference.mul(difference).mean().Times(1 / teacher.Variance());
    }
}
