using System.IO.Pipes;
using System.Text;
using System.Text.Json;

namespace Microsoft.ML.BlockPruning.Sweeps.Workers;

/// <summary>One end of the two pipes between a sweep and its worker: a line of JSON each way is a message.</summary>
/// <remarks>Pipes of their own, since anything in a process may print on the standard streams, libtorch among them.</remarks>
internal sealed class WorkerPipe(Stream input, Stream output) : IDisposable
{
    private readonly StreamReader _input = new(input, Encoding.UTF8);
    private readonly StreamWriter _output = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>The worker's end.</summary>
    /// <param name="requests">Handle to read from.</param>
    /// <param name="replies">Handle to write to.</param>
    public static WorkerPipe OfWorker(string requests, string replies) => new(
        new AnonymousPipeClientStream(PipeDirection.In, requests), new AnonymousPipeClientStream(PipeDirection.Out, replies));

    /// <exception cref="IOException">There is nobody at the other end any more.</exception>
    public void Write<T>(T message) => _output.Write(JsonSerializer.Serialize(message, SweepJson.Form) + "\n");

    /// <summary>Waits for a message.</summary>
    /// <returns>Null where the other end is closed.</returns>
    public T? Read<T>()
        where T : class =>
        _input.ReadLine() is { } line ? JsonSerializer.Deserialize<T>(line, SweepJson.Form) : null;

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
    }
}
