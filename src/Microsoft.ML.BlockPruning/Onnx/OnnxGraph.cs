using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>An ONNX model under construction, as a file of its own (onnx.proto, ModelProto). Field numbers are that file's.</summary>
internal sealed class OnnxGraph : IOnnxGraph
{
    /// <summary>The side of a shape that each run may choose.</summary>
    public const long AnyBatch = -1;

    private const int IrVersion = 8; // of the release that brought opset 17
    private const int StandardOpset = 17;
    private const string Producer = "Microsoft.ML.BlockPruning";
    private const string BatchName = "batch";

    private readonly ProtobufMessage _graph = new ProtobufMessage().Text(2, "network");
    private readonly ProtobufMessage _metadata = new();
    private readonly SortedDictionary<string, int> _opsets = new(StringComparer.Ordinal) { [""] = StandardOpset };
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public int Opset => StandardOpset;

    /// <summary>Declares the input.</summary>
    /// <returns>Its name.</returns>
    public string Input(string name, params long[] dims) => Declare(11, name, dims);

    /// <summary>Declares a value as the output.</summary>
    public void Output(string value, string name, params long[] dims)
    {
        _graph.Message(1, NodeOf(name, "Identity", "", [value], [name]));
        Declare(12, name, dims);
    }

    /// <summary>Adds a text for people and programs that load the file.</summary>
    public void Metadata(string key, string value) => _metadata.Message(14, new ProtobufMessage().Text(1, key).Text(2, value));

    public string Constant(string name, Func<float[]> values, params long[] dims) =>
        Constant(name, OnnxElement.Float, dims, values);

    /// <inheritdoc cref="Constant(string, Func{float[]}, long[])"/>
    public string Constant(string name, Func<sbyte[]> values, params long[] dims) =>
        Constant(name, OnnxElement.Int8, dims, values);

    public string Constant(string name, long[] values) =>
        Constant(name, OnnxElement.Int64, [values.Length], () => values);

    public string Scalar(string name, float value) => Constant(name, OnnxElement.Float, [], () => new[] { value });

    public string Scalar(string name, long value) => Constant(name, OnnxElement.Int64, [], () => new[] { value });

    public string Node(string type, string[] inputs, params OnnxAttribute[] attributes) =>
        Nodes(OnnxOperators.Standard, type, inputs, [0], attributes)[0];

    /// <summary>Adds a node.</summary>
    /// <param name="operators">Whose operator it is.</param>
    /// <param name="type">The operator.</param>
    /// <param name="inputs">Names.</param>
    /// <param name="outputs">Places of the outputs that are wanted, rising; those between stay away.</param>
    /// <param name="attributes">In any order.</param>
    /// <returns>The wanted outputs' names.</returns>
    public string[] Nodes(OnnxOperators operators, string type, string[] inputs, int[] outputs, params OnnxAttribute[] attributes)
    {
        _opsets.TryAdd(operators.Domain, operators.Opset);
        string name = Unused(type);
        string[] all = [.. Enumerable.Range(0, outputs[^1] + 1).Select(place => outputs.Contains(place) ? $"{name}:{place}" : "")];
        var node = NodeOf(name, type, operators.Domain, inputs, all);
        foreach (var attribute in attributes)
        {
            node.Message(5, MessageOf(attribute));
        }

        _graph.Message(1, node);
        return [.. all.Where(output => output.Length > 0)];
    }

    /// <summary>The whole model; nothing may be added after.</summary>
    public ProtobufMessage ToModel()
    {
        var model = new ProtobufMessage().Number(1, IrVersion).Text(2, Producer).Message(7, _graph);
        foreach (var (domain, opset) in _opsets)
        {
            model.Message(8, new ProtobufMessage().Text(1, domain).Number(2, opset));
        }

        return model.Append(_metadata);
    }

    /// <summary>The whole model in memory.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        ToModel().WriteTo(bytes);
        return bytes.ToArray();
    }

    private static ProtobufMessage NodeOf(string name, string type, string domain, string[] inputs, string[] outputs)
    {
        var node = new ProtobufMessage();
        foreach (string input in inputs)
        {
            node.Text(1, input);
        }

        foreach (string output in outputs)
        {
            node.Text(2, output);
        }

        return node.Text(3, name).Text(4, type).Text(7, domain);
    }

    // AttributeProto; the last number of each is its AttributeType.
    private static ProtobufMessage MessageOf(OnnxAttribute attribute)
    {
        var message = new ProtobufMessage().Text(1, attribute.Name);
        return attribute switch
        {
            OnnxSingle single => message.Single(2, single.Value).Number(20, 1),
            OnnxInteger integer => message.Number(3, integer.Value).Number(20, 2),
            OnnxIntegers integers => integers.Values.Aggregate(message, (all, value) => all.Number(8, value)).Number(20, 7),
            _ => throw new ArgumentException($"'{attribute.Name}' is no attribute of a known kind, {attribute.GetType().Name}."),
        };
    }

    private string Constant<T>(string name, OnnxElement element, long[] dims, Func<T[]> values)
        where T : unmanaged
    {
        string unused = Unused(name);
        var tensor = new ProtobufMessage();
        foreach (long dim in dims)
        {
            tensor.Number(1, dim);
        }

        long count = dims.Aggregate(1L, (product, dim) => checked(product * dim));
        _graph.Message(5, tensor.Number(2, (int)element).Text(8, unused).Bytes(
            9, count * Unsafe.SizeOf<T>(), stream => stream.Write(MemoryMarshal.AsBytes<T>(values()))));
        return unused;
    }

    private string Declare(int field, string name, long[] dims)
    {
        var shape = new ProtobufMessage();
        foreach (long dim in dims)
        {
            shape.Message(1, dim == AnyBatch ? new ProtobufMessage().Text(2, BatchName) : new ProtobufMessage().Number(1, dim));
        }

        var type = new ProtobufMessage().Message(1, new ProtobufMessage().Number(1, (int)OnnxElement.Float).Message(2, shape));
        _graph.Message(field, new ProtobufMessage().Text(1, name).Message(2, type));
        _names.Add(name);
        return name;
    }

    private string Unused(string name)
    {
        string unused = name;
        for (int i = 1; !_names.Add(unused); i++)
        {
            unused = $"{name}_{i}";
        }

        return unused;
    }
}
