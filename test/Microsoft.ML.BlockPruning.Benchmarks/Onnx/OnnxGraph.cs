using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Benchmarks.Onnx;

/// <summary>An ONNX model under construction, node after node; values are known by their names (onnx.proto, ModelProto).</summary>
internal sealed class OnnxGraph
{
    private const int IrVersion = 9;
    private const int Opset = 20;
    private const string OnnxRuntimeDomain = "com.microsoft";
    private const int OnnxRuntimeOpset = 1;

    private readonly ProtobufWriter _graph = new ProtobufWriter().Text(2, "network");
    private int _nodes;

    /// <summary>Declares the input.</summary>
    /// <returns>Its name.</returns>
    public string Input(string name, params ReadOnlySpan<long> dims) => Declare(11, name, dims);

    /// <summary>Declares a value as the output.</summary>
    public void Output(string name, params ReadOnlySpan<long> dims) => Declare(12, name, dims);

    /// <summary>Stores a constant.</summary>
    /// <returns>Its name.</returns>
    public string Constant(string name, ReadOnlySpan<float> values, params ReadOnlySpan<long> dims) =>
        Constant(name, OnnxElement.Float32, MemoryMarshal.AsBytes(values), dims);

    /// <inheritdoc cref="Constant(string, ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public string Constant(string name, ReadOnlySpan<sbyte> values, params ReadOnlySpan<long> dims) =>
        Constant(name, OnnxElement.Int8, MemoryMarshal.AsBytes(values), dims);

    /// <inheritdoc cref="Constant(string, ReadOnlySpan{float}, ReadOnlySpan{long})"/>
    public string Constant(string name, ReadOnlySpan<long> values, params ReadOnlySpan<long> dims) =>
        Constant(name, OnnxElement.Int64, MemoryMarshal.AsBytes(values), dims);

    /// <summary>Adds a node of the standard's operators with one output.</summary>
    /// <returns>The output's name.</returns>
    public string Node(string type, string[] inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Add("", type, inputs, [0], attributes)[0];

    /// <summary>Adds a node of the standard's operators.</summary>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">Names.</param>
    /// <param name="outputs">Places of the outputs that are wanted, rising; those between stay away.</param>
    /// <param name="attributes">In any order.</param>
    /// <returns>The wanted outputs' names.</returns>
    public string[] Nodes(string type, string[] inputs, int[] outputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Add("", type, inputs, outputs, attributes);

    /// <summary>Adds a node of ONNX Runtime's own operators with one output.</summary>
    /// <returns>The output's name.</returns>
    public string OnnxRuntimeNode(string type, string[] inputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Add(OnnxRuntimeDomain, type, inputs, [0], attributes)[0];

    /// <inheritdoc cref="Nodes"/>
    /// <summary>Adds a node of ONNX Runtime's own operators.</summary>
    public string[] OnnxRuntimeNodes(string type, string[] inputs, int[] outputs, params ReadOnlySpan<OnnxAttribute> attributes) =>
        Add(OnnxRuntimeDomain, type, inputs, outputs, attributes);

    public byte[] ToModel() => new ProtobufWriter().Number(1, IrVersion).Message(7, _graph)
        .Message(8, new ProtobufWriter().Text(1, "").Number(2, Opset))
        .Message(8, new ProtobufWriter().Text(1, OnnxRuntimeDomain).Number(2, OnnxRuntimeOpset)).ToArray();

    private string[] Add(string domain, string type, string[] inputs, int[] outputs, ReadOnlySpan<OnnxAttribute> attributes)
    {
        string name = $"{type}_{_nodes++}";
        var node = new ProtobufWriter().Text(3, name).Text(4, type).Text(7, domain);
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        for (int place = 0; place <= outputs[^1]; place++)
        {
            node.Text(2, outputs.Contains(place) ? OutputOf(place) : "");
        }

        foreach (var attribute in attributes)
        {
            node.Message(5, attribute.Message);
        }

        _graph.Message(1, node);
        return [.. outputs.Select(OutputOf)];

        string OutputOf(int place) => $"{name}:{place}";
    }

    private string Constant(string name, OnnxElement element, ReadOnlySpan<byte> values, ReadOnlySpan<long> dims)
    {
        var tensor = new ProtobufWriter();
        foreach (long dim in dims)
        {
            tensor.Number(1, dim);
        }

        _graph.Message(5, tensor.Number(2, (int)element).Text(8, name).Bytes(9, values));
        return name;
    }

    private string Declare(int field, string name, ReadOnlySpan<long> dims)
    {
        var shape = new ProtobufWriter();
        foreach (long dim in dims)
        {
            shape.Message(1, new ProtobufWriter().Number(1, dim));
        }

        var type = new ProtobufWriter().Message(1, new ProtobufWriter().Number(1, (int)OnnxElement.Float32).Message(2, shape));
        _graph.Message(field, new ProtobufWriter().Text(1, name).Message(2, type));
        return name;
    }
}
