namespace Microsoft.ML.BlockPruning.Checkpoints.Containers.Pickles;

/// <summary>What the opcodes of a pickle work on.</summary>
/// <param name="input">Where they read what belongs to them.</param>
/// <param name="budget">What their values may take.</param>
/// <param name="rules">What names and calls stand for.</param>
internal sealed class PickleState(PickleInput input, PickleBudget budget, IPickleRules rules)
{
    public PickleInput Input => input;

    public PickleBudget Budget => budget;

    public PickleStack Stack { get; } = new(budget);

    /// <summary>Pushes a number, text or bytes.</summary>
    /// <param name="value">The value.</param>
    /// <param name="bytes">What it takes.</param>
    public void Push(object? value, long bytes = PickleBudget.Number)
    {
        budget.Take(bytes);
        Stack.Push(value);
    }

    /// <summary>Pushes a name.</summary>
    public void PushName(string module, string name)
    {
        var global = new GlobalName(module, name);
        rules.Check(global);
        Push(global, PickleBudget.Collection + (2L * (module.Length + name.Length)));
    }

    /// <summary>Pushes what a call stands for.</summary>
    public void Call(object? function, object?[] arguments) => Push(
        function switch
        {
            GlobalName name => rules.Call(name, arguments),
            InertValue inert => inert, // the result of what is not known is not known either
            _ => throw new FormatException("calls what is no function"),
        },
        PickleBudget.Collection);

    /// <summary>Pushes what a persistent id stands for.</summary>
    public void PushPersistent(object? id) => Push(rules.Persistent(id), PickleBudget.Collection);
}
