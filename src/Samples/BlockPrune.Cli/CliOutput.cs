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

    // What is over sooner is no news to whoever reads a log.
    private static readonly TimeSpan ShortStep = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Form = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>Guards the places: no control character of a name or a message reaches them.</summary>
    public static CliOutput To(TextWriter output, TextWriter error, IAnsiConsole console) =>
        new(TerminalWriter.Of(output), TerminalWriter.Of(error), TerminalHook.On(console));

    /// <summary>Whether a person watches; a pipe gets the answer alone, and lines of long steps on the error stream.</summary>
    public bool IsWatched => Console.Profile.Capabilities.Interactive;

    /// <summary>The answer for programs: one line of JSON, names in camelCase.</summary>
    public void Json(object answer) => Out.WriteLine(JsonSerializer.Serialize(answer, Form));

    /// <summary>Work below moving bars where a person watches; elsewhere long steps say a line now and then on the error stream.</summary>
    public T Steps<T>(Func<IStepDisplay, T> work) => IsWatched ? LiveSteps.Run(Console, work) : Lines(work);

    /// <summary>Work that writes answers as it goes, between which no bar can stand: long steps say a line now and then.</summary>
    public T Lines<T>(Func<IStepDisplay, T> work) => LineSteps.Run(Error.WriteLine, work, ShortStep);
}
