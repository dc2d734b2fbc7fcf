using System.IO.Pipes;
using System.Text;
using System.Text.Json;
using Microsoft.ML.BlockPruning.Sweeps.Journal;

namespace Microsoft.ML.BlockPruning.Sweeps.Children;

/// <summary>One end of the two pipes between a sweep and its child: a line of JSON each way is a message.</summary>
/// <remarks>Pipes of their own, since anything in a process may print on the standard streams, libtorch among them.</remarks>
internal sealed class ChildPipe(Stream input, Stream output) : IDisposable
{
    /// <summary>A message is a trial, a step or a result: some hundred characters, and the words of an exception.</summary>
    public const int MaximumLength = 1 << 24;

    private readonly StreamReader _input = new(input, Encoding.UTF8);
    private readonly StreamWriter _output = new(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { AutoFlush = true };

    /// <summary>The child's end.</summary>
    /// <param name="requests">Handle to read from.</param>
    /// <param name="replies">Handle to write to.</param>
    /// <exception cref="IOException">They are no pipes.</exception>
    public static ChildPipe OfChild(string requests, string replies)
    {
        try
        {
            return new ChildPipe(
                new AnonymousPipeClientStream(PipeDirection.In, requests), new AnonymousPipeClientStream(PipeDirection.Out, replies));
        }
        catch (ArgumentException error)
        {
            throw new IOException(
                $"'{requests}' and '{replies}' are no pipes to a sweep: a sweep starts its workers itself. {error.Message}", error);
        }
    }

    /// <exception cref="IOException">There is nobody at the other end any more.</exception>
    public void Write<T>(T message) => _output.Write(JsonSerializer.Serialize(message, SweepJson.Form) + "\n");

    /// <summary>Waits for a message.</summary>
    /// <returns>Null where the other end is closed.</returns>
    /// <exception cref="InvalidDataException">What came is no message.</exception>
    public T? Read<T>()
        where T : class
    {
        if (ReadLine() is not { } line)
        {
            return null;
        }

        try
        {
            return SweepJson.Read<T>(SweepJson.Parse(Encoding.UTF8.GetBytes(line)));
        }
        catch (JsonException error)
        {
            throw new InvalidDataException($"What came from the other process of the sweep is no message: {error.Message}", error);
        }
    }

    public void Dispose()
    {
        _input.Dispose();
        _output.Dispose();
    }

    private string? ReadLine()
    {
        var line = new StringBuilder();
        for (int next; (next = _input.Read()) >= 0;)
        {
            if (next == '\n')
            {
                return line.ToString();
            }

            if (line.Append((char)next).Length > MaximumLength)
            {
                throw new InvalidDataException(
                    $"What came from the other process of the sweep is no message: it has more than {MaximumLength} characters.");
            }
        }

        return line.Length > 0 ? line.ToString() : null;
    }
}
