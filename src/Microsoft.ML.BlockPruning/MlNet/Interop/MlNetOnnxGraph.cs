using Microsoft.ML.BlockPruning.Onnx;
using Microsoft.ML.Data;
using Microsoft.ML.Model.OnnxConverter;

namespace Microsoft.ML.BlockPruning.MlNet.Interop;

/// <summary>The graph that ML.NET's ConvertToOnnx makes of a pipeline.</summary>
/// <remarks>ML.NET writes opset 12 at most, and keeps a map of columns by the names given here: a prefix keeps them off a user's.</remarks>
internal sealed class MlNetOnnxGraph : IOnnxGraph
{
    private const int LowestOpset = 11; // negative axes
    private const string Prefix = "SparseViT.";

    private readonly OnnxContext _context;

    /// <summary>Goes on where the pipeline stands.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The caller asked for an opset below 11.</exception>
    public MlNetOnnxGraph(OnnxContext context)
    {
        _context = context;
        context.CheckOpSetVersion(LowestOpset, "SparseViTTransformer");
    }

    public int Opset => LowestOpset;

    public string Constant(string name, Func<float[]> values, params long[] dims) =>
        _context.AddInitializer(values(), dims, Prefix + name, makeUniqueName: true);

    public string Constant(string name, long[] values) =>
        _context.AddInitializer(values, [values.Length], Prefix + name, makeUniqueName: true);

    public string Scalar(string name, float value) => _context.AddInitializer(value, Prefix + name, makeUniqueName: true);

    public string Scalar(string name, long value) => _context.AddInitializer(value, Prefix + name, makeUniqueName: true);

    public string Node(string type, string[] inputs, params OnnxAttribute[] attributes)
    {
        string output = _context.AddIntermediateVariable(null, Prefix + type, skip: true);
        Add(type, inputs, output, attributes);
        return output;
    }

    /// <summary>Makes a value the pipeline's column of a name.</summary>
    public void Column(string value, DataViewType type, string name) =>
        Add("Identity", [value], _context.AddIntermediateVariable(type, name, skip: false));

    private void Add(string type, string[] inputs, string output, params OnnxAttribute[] attributes)
    {
        var node = _context.CreateNode(type, inputs, [output], _context.GetNodeName(Prefix + type), domain: "");
        foreach (var attribute in attributes)
        {
            switch (attribute)
            {
                case OnnxInteger integer:
                    node.AddAttribute(integer.Name, integer.Value);
                    break;
                case OnnxSingle single:
                    node.AddAttribute(single.Name, (double)single.Value);
                    break;
                case OnnxIntegers integers:
                    node.AddAttribute(integers.Name, integers.Values);
                    break;
            }
        }
    }
}
