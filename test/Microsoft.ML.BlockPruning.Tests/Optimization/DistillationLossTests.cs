using Microsoft.ML.BlockPruning.Optimization;
using Microsoft.ML.BlockPruning.Tests.Torch;
using static TorchSharp.torch;

namespace Microsoft.ML.BlockPruning.Tests.Optimization;

[TestClass]
public sealed class DistillationLossTests
{
    private const int Images = 3;
    private const int Classes = 4;
    private const int StreamDim = 10; // two tokens of five features
    private static readonly int[] Labels = [3, 0, 2];
    private TensorLeakGuard _guard = null!;

    [TestInitialize]
    public void StartGuard() => _guard = TensorLeakGuard.Start();

    [TestCleanup]
    public void CheckGuard() => _guard.AssertNothingLeaked();

    [TestMethod]
    [DataRow(1.0, 0.0, 0.0, 1.0)]
    [DataRow(1.0, 0.0, 0.0, 3.0)]
    [DataRow(0.0, 1.0, 0.0, 1.0)]
    [DataRow(0.0, 0.0, 1.0, 1.0)]
    [DataRow(0.7, 0.4, 0.2, 2.0)]
    public void Of_AgreesWithTheFormulasInFloat64(double logit, double feature, double label, double temperature)
    {
        using var scope = NewDisposeScope();
        var random = new Random(7);
        float[] studentLogits = Draw(Images * Classes), teacherLogits = Draw(Images * Classes);
        float[][] studentStreams = [Draw(Images * StreamDim), Draw(Images * StreamDim)];
        float[][] teacherStreams = [Draw(Images * StreamDim), Draw(Images * StreamDim)];

        double actual = new DistillationLoss(logit, feature, label, temperature).Of(
            Output(studentLogits, studentStreams), Output(teacherLogits, teacherStreams), tensor(Labels, int64)).item<float>();

        double expected = (logit * Divergence(studentLogits, teacherLogits, temperature))
            + (feature * studentStreams.Zip(teacherStreams, RelativeError).Average())
            + (label * CrossEntropy(studentLogits));
        Assert.AreEqual(expected, actual, 1e-5 * expected); // float32 sums of some thirty terms

        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => (4 * random.NextSingle()) - 1)];
    }

    [TestMethod]
    public void Of_IsZeroForAStudentThatIsItsTeacher()
    {
        using var scope = NewDisposeScope();
        float[] logits = [.. Enumerable.Range(0, Images * Classes).Select(i => i / 3f)];
        float[] stream = [.. Enumerable.Range(0, Images * StreamDim).Select(i => i / 7f)];

        var loss = new DistillationLoss(1, 1, 0, temperature: 1).Of(Output(logits, [stream]), Output(logits, [stream]), labels: null);

        Assert.AreEqual(0f, loss.item<float>());
    }

    private static NetworkOutput Output(float[] logits, float[][] streams) => new(
        tensor(logits).reshape(Images, Classes), [.. streams.Select(values => tensor(values).reshape(Images, 2, StreamDim / 2))]);

    private static double Divergence(float[] student, float[] teacher, double temperature)
    {
        double sum = 0;
        for (int n = 0; n < Images; n++)
        {
            double[] p = Softmax(teacher, n, temperature), q = Softmax(student, n, temperature);
            sum += p.Zip(q, (a, b) => a * Math.Log(a / b)).Sum();
        }

        return temperature * temperature * sum / Images;
    }

    private static double CrossEntropy(float[] student) =>
        Enumerable.Range(0, Images).Average(n => -Math.Log(Softmax(student, n, 1)[Labels[n]]));

    private static double RelativeError(float[] student, float[] teacher)
    {
        double mean = teacher.Average(value => (double)value);
        return student.Zip(teacher, (s, t) => Math.Pow((double)s - t, 2)).Average() / teacher.Average(t => Math.Pow(t - mean, 2));
    }

    private static double[] Softmax(float[] logits, int image, double temperature)
    {
        double[] powers = [.. logits.Skip(image * Classes).Take(Classes).Select(value => Math.Exp(value / temperature))];
        return [.. powers.Select(power => power / powers.Sum())];
    }
}
