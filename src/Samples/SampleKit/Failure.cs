using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SampleKit;

/// <summary>Tells a failure that the user can mend (one line) from a fault of the program (a stack trace).</summary>
internal static partial class Failure
{
    /// <summary>The line to print.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <returns>One readable message, or null where the exception is a fault of the program.</returns>
    public static string? Explain(Exception failure) => failure switch
    {
        OperationCanceledException => "Cancelled; nothing was left half-written.",
        AggregateException or TargetInvocationException when failure.InnerException is not null => Explain(failure.InnerException),
        InvalidOperationException { InnerException: { } cause } when Cause(cause) is { } told => Explain(told), // of ML.NET's cache
        DllNotFoundException or TypeInitializationException => $"Error: {failure.Message.ReplaceLineEndings(" ")}", // the loader's words
        ArgumentException or IOException or InvalidDataException or UnauthorizedAccessException or FormatException or JsonException
            or InvalidOperationException or NotSupportedException or ArithmeticException
            => $"Error: {ArgumentNames().Replace(failure.Message, "")}",
        ExternalException => $"Error: libtorch failed: {FirstLine(failure.Message)}",
        _ => null,
    };

    // What the library threw, below what ML.NET's threads make of it.
    private static Exception? Cause(Exception failure) => failure switch
    {
        ArithmeticException or InvalidDataException => failure,
        { InnerException: { } inner } => Cause(inner),
        _ => null,
    };

    // libtorch appends its own C++ stack.
    private static string FirstLine(string message) => message.Split('\n')[0].TrimEnd();

    // What ArgumentException adds to a message speaks of C# parameters, which the user of a program never sees.
    [GeneratedRegex(@"\s*\(Parameter '[^']*'\)|\s*Actual value was .*\.$")]
    private static partial Regex ArgumentNames();
}
