namespace Microsoft.ML.BlockPruning.Onnx;

/// <summary>A graph under construction, node after node; values are known by names.</summary>
internal interface IOnnxGraph
{
    /// <summary>The version of the standard by which its operators are read.</summary>
    int Opset { get; }

    /// <summary>Stores a constant whose numbers are made when it is written.</summary>
    /// <param name="name">What to call it; where another value has the name, a number is put behind it.</param>
    /// <param name="values">[product of the sides], row-major.</param>
    /// <param name="dims">Its sides.</param>
    /// <returns>Its name.</returns>
    string Constant(string name, Func<float[]> values, params long[] dims);

    /// <summary>Stores whole numbers.</summary>
    /// <inheritdoc cref="Constant(string, Func{float[]}, long[])"/>
    string Constant(string name, long[] values);

    /// <summary>Stores one number without sides.</summary>
    /// <returns>Its name.</returns>
    string Scalar(string name, float value);

    /// <inheritdoc cref="Scalar(string, float)"/>
    string Scalar(string name, long value);

    /// <summary>Adds a node of the standard's operators with one output.</summary>
    /// <returns>The output's name.</returns>
    string Node(string type, string[] inputs, params OnnxAttribute[] attributes);
}
