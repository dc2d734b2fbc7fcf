using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace BlockPrune.Cli;

/// <summary>Where a verb writes.</summary>
/// <param name="Out">The answer.</param>
/// <param name="Error">Messages and progress.</param>
/// <param name="Console">Tables and pictures; writes to the same place as the answer.</param>
internal sealed record CliOutput(TextWriter Out, TextWriter Error, IAnsiConsole Console)
{
    /// <summary>The column of probabilities in all that is saved here.</summary>
    public const string Probability = "Probability";

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Guards the places: no control character of a name or a message reaches them.</summary>
    public static CliOutput To(TextWriter output, TextWriter error, IAnsiConsole console) =>
        new(TerminalWriter.Of(output), TerminalWriter.Of(error), TerminalHook.On(console));

    /// <summary>Whether a person watches; a pipe gets the answer alone.</summary>
    public bool IsWatched => Console.Profile.Capabilities.Interactive;

    /// <summary>The answer for programs: one line of JSON, names in camelCase.</summary>
    public void Json(object answer) => Out.WriteLine(JsonSerializer.Serialize(answer, Form));

    /// <summary>Work below moving bars where a person watches, in silence elsewhere.</summary>
    public T Steps<T>(Func<IStepDisplay, T> work) => IsWatched ? LiveSteps.Run(Console, work) : work(new SilentSteps());
}
