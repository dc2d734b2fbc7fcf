using System.Numerics;
using System.Text;

namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>What each opcode of a pickle does: a row each, in the order of the protocols that brought them.</summary>
/// <remarks>
/// The registry of extensions and out-of-band buffers are not among them: both stand for what only the writer's process knows.
/// </remarks>
internal static class PickleOpcodes
{
    private const int LongestNumber = 256; // bytes; torch's largest number, the magic one, has ten
    private const byte LatestProtocol = 5;

    private static readonly Action<PickleState>?[] All = Table();

    /// <summary>What an opcode does; null where it is none, or none that is known.</summary>
    public static Action<PickleState>? Of(byte opcode) => All[opcode];

    private static Action<PickleState>?[] Table()
    {
        var table = new Action<PickleState>?[1 << 8];
        AddNumbers(table);
        AddTexts(table);
        AddCollections(table);
        AddStack(table);
        AddNames(table);
        PickleTextOpcodes.AddTo(table);
        return table;
    }

    private static void AddNumbers(Action<PickleState>?[] table)
    {
        table['N'] = state => state.Push(null);
        table['K'] = state => state.Push((long)state.Input.Byte());
        table['M'] = state => state.Push((long)state.Input.UInt16());
        table['J'] = state => state.Push((long)state.Input.Int32());
        table['G'] = state => state.Push(state.Input.BigEndianDouble());
        table[0x88] = state => state.Push(true);
        table[0x89] = state => state.Push(false);
        table[0x8a] = state => state.Push(PickleNumber.Of(new BigInteger(state.Input.Take(state.Input.Byte()))));
        table[0x8b] = state => state.Push(PickleNumber.Of(new BigInteger(state.Input.Take(ShortLength(state.Input.Int32())))));
    }

    private static void AddTexts(Action<PickleState>?[] table)
    {
        table['X'] = state => PushText(state, Encoding.UTF8, state.Input.UInt32());
        table['U'] = state => PushText(state, Encoding.Latin1, state.Input.Byte());
        table['T'] = state => PushText(state, Encoding.Latin1, Length(state.Input.Int32()));
        table[0x8c] = state => PushText(state, Encoding.UTF8, state.Input.Byte());
        table[0x8d] = state => PushText(state, Encoding.UTF8, state.Input.UInt64());
        table['C'] = state => PushBytes(state, state.Input.Byte());
        table['B'] = state => PushBytes(state, state.Input.UInt32());
        table[0x8e] = state => PushBytes(state, state.Input.UInt64());
        table[0x96] = state => PushBytes(state, state.Input.UInt64());
    }

    private static void AddCollections(Action<PickleState>?[] table)
    {
        table['}'] = state => state.Push(new PickledDict(), PickleBudget.Collection);
        table[']'] = table[0x8f] = state => state.Push(new PickledList(), PickleBudget.Collection);
        table[')'] = state => state.Push(new PickledTuple([]), PickleBudget.Collection);
        table['t'] = state => state.Stack.Push(new PickledTuple(state.Stack.PopToMark()));
        table['l'] = table[0x91] = state => PickleItems.PushList(state, state.Stack.PopToMark());
        table['d'] = state => PickleItems.PushDict(state, state.Stack.PopToMark());
        table[0x85] = state => PickleItems.PushTuple(state, 1);
        table[0x86] = state => PickleItems.PushTuple(state, 2);
        table[0x87] = state => PickleItems.PushTuple(state, 3);
        table['s'] = state => PickleItems.AddEntry(state);
        table['u'] = state => PickleItems.AddEntries(state, state.Stack.PopToMark());
        table['a'] = state => PickleItems.AddItems(state, [state.Stack.Pop()]);
        table['e'] = table[0x90] = state => PickleItems.AddItems(state, state.Stack.PopToMark());
    }

    private static void AddStack(Action<PickleState>?[] table)
    {
        table[0x80] = state => RequireProtocol(state.Input.Byte());
        table[0x95] = state => state.Input.UInt64(); // a frame's length, which says nothing that is needed
        table['('] = state => state.Stack.Mark();
        table['0'] = state => state.Stack.Drop();
        table['1'] = state => state.Stack.PopToMark();
        table['2'] = state => state.Stack.Push(state.Stack.Top);
        table['q'] = state => state.Stack.Remember(state.Input.Byte());
        table['r'] = state => state.Stack.Remember(state.Input.UInt32());
        table[0x94] = state => state.Stack.Remember();
        table['h'] = state => state.Stack.Recall(state.Input.Byte());
        table['j'] = state => state.Stack.Recall(state.Input.UInt32());
    }

    private static void AddNames(Action<PickleState>?[] table)
    {
        table['c'] = state => state.PushName(state.Input.Line(), state.Input.Line());
        table[0x93] = state =>
        {
            object? name = state.Stack.Pop();
            state.PushName(Text(state.Stack.Pop()), Text(name));
        };
        table['Q'] = state => state.PushPersistent(state.Stack.Pop());
        table['R'] = table[0x81] = state =>
        {
            object?[] arguments = Arguments(state.Stack.Pop());
            state.Call(state.Stack.Pop(), arguments);
        };
        table[0x92] = state =>
        {
            state.Stack.Pop(); // arguments by name
            object?[] arguments = Arguments(state.Stack.Pop());
            state.Call(state.Stack.Pop(), arguments);
        };
        table['b'] = state => state.Stack.Pop(); // attributes, of which none is needed
    }

    private static void PushText(PickleState state, Encoding encoding, ulong length)
    {
        byte[] bytes = state.Input.Take(length);
        state.Push(encoding.GetString(bytes), PickleBudget.Number + (sizeof(char) * (long)bytes.Length));
    }

    private static void PushBytes(PickleState state, ulong length)
    {
        byte[] bytes = state.Input.Take(length);
        state.Push(bytes, PickleBudget.Number + bytes.Length);
    }

    private static void RequireProtocol(byte protocol)
    {
        if (protocol > LatestProtocol)
        {
            throw new FormatException($"is of protocol {protocol}, expected at most {LatestProtocol}");
        }
    }

    private static ulong Length(int length) => length >= 0 ? (ulong)length : throw new FormatException("has a negative length");

    private static ulong ShortLength(int length) =>
        Length(length) <= LongestNumber ? (ulong)length : throw new FormatException("has a number that never ends");

    private static string Text(object? value) => value as string ?? throw new FormatException("has a name that is no text");

    private static object?[] Arguments(object? value) =>
        (value as PickledTuple)?.Items ?? throw new FormatException("calls without arguments");
}
