using System.Text;
using Microsoft.ML.BlockPruning.Fuzz.Mutation;
using Microsoft.ML.BlockPruning.Fuzz.Seeding;
using Microsoft.ML.BlockPruning.Sparsity;

namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>A sparsity plan's JSON.</summary>
internal sealed class PlanTarget : IFuzzTarget
{
    public string Name => "plan";

    public IReadOnlyList<Type> Documented { get; } = [typeof(InvalidDataException)];

    public IReadOnlyList<IMutator> Mutators { get; } = [new JsonTreeEdit(), new NumberTextEdit()];

    public IReadOnlyList<string> Cases { get; } = [];

    public IEnumerable<byte[]> Seeds() => [Encoding.UTF8.GetBytes(TinyNetwork.Plan(TinyNetwork.Config()).ToJson())];

    public void Read(byte[] content)
    {
        using var stream = new MemoryStream(content);
        var plan = SparsityPlan.Load(stream);
        string saved = Sound.Must("save", plan.ToJson);
        Sound.Same("The plan", saved, Sound.Must("load again", () => SparsityPlan.Parse(saved).ToJson()));
        _ = Sound.Must("count what it keeps", () => plan.KeptElements);
    }
}
