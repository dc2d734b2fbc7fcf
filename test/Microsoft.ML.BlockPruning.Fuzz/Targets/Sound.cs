namespace Microsoft.ML.BlockPruning.Fuzz.Targets;

/// <summary>Steps that must succeed once a file has been read.</summary>
internal static class Sound
{
    public static void Must(string step, Action action) => Must(step, () =>
    {
        action();
        return true;
    });

    public static T Must<T>(string step, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error)
        {
            throw new UnsoundException($"What was read does not {step}: {error.GetType().Name}: {error.Message}", error);
        }
    }

    public static void Same(string what, string expected, string found)
    {
        if (expected != found)
        {
            throw new UnsoundException($"{what} is another one after it was saved and loaded.");
        }
    }
}
