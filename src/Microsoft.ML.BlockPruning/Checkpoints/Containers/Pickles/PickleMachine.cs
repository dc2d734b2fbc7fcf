namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>Makes the values that a pickle describes, and runs nothing: names stay names, calls become what the rules say.</summary>
/// <remarks>
/// Protocols 0 to 5 (docs.python.org/3/library/pickletools). Values are never walked through here, so that a pickle which holds itself does
/// no harm.
/// </remarks>
/// <param name="input">The pickle.</param>
/// <param name="budget">What its values may take.</param>
/// <param name="rules">What its names and calls stand for.</param>
internal sealed class PickleMachine(PickleInput input, PickleBudget budget, IPickleRules rules)
{
    private readonly PickleState _state = new(input, budget, rules);

    /// <summary>Reads one pickle.</summary>
    /// <param name="stream">At its first byte; afterwards at the byte behind its last.</param>
    /// <param name="length">Bytes that it has at most.</param>
    /// <param name="rules">What its names and calls stand for.</param>
    /// <param name="source">What messages call the file.</param>
    /// <exception cref="InvalidDataException">It is damaged, or asks for what is refused.</exception>
    public static object? Read(Stream stream, long length, IPickleRules rules, string source)
    {
        long start = stream.Position;
        var input = new PickleInput(stream, length);
        try
        {
            object? value = new PickleMachine(input, new PickleBudget(length), rules).Run();
            stream.Position = start + input.Taken;
            return value;
        }
        catch (FormatException error)
        {
            throw new InvalidDataException(
                $"{source}: the pickle {error.Message} (byte {start + input.Taken}). The file is damaged; fetch it again.", error);
        }
    }

    /// <summary>Reads to the end of the pickle.</summary>
    /// <exception cref="FormatException">It is damaged; says how.</exception>
    public object? Run()
    {
        while (true)
        {
            byte opcode = _state.Input.Byte();
            if (opcode == '.')
            {
                return _state.Stack.Pop();
            }

            if (PickleOpcodes.Of(opcode) is not { } step)
            {
                throw new FormatException($"has the opcode 0x{opcode:x2}, which no checkpoint needs");
            }

            step(_state);
        }
    }
}
