using System.Text;

namespace SampleKit;

/// <summary>The way to a terminal's stream, past which no control character comes but the ends of lines.</summary>
/// <remarks>A line that is written whole (<c>WriteLine</c>) stays one line, whatever is in it.</remarks>
internal sealed class TerminalWriter : TextWriter
{
    private readonly TextWriter _inner;

    private TerminalWriter(TextWriter inner)
        : base(inner.FormatProvider)
    {
        _inner = inner;
        CoreNewLine = inner.NewLine.ToCharArray();
    }

    public override Encoding Encoding => _inner.Encoding;

    /// <summary>Guards a writer, once.</summary>
    public static TextWriter Of(TextWriter writer) => writer as TerminalWriter ?? new TerminalWriter(writer);

    public override void Write(char value) => Write(value.ToString());

    public override void Write(string? value)
    {
        if (value is not null)
        {
            _inner.Write(TerminalText.Escape(value));
        }
    }

    public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

    public override void Write(ReadOnlySpan<char> buffer) => Write(new string(buffer));

    public override void WriteLine(string? value) => _inner.WriteLine(TerminalText.EscapeLine(value ?? ""));

    public override Task WriteAsync(string? value) => _inner.WriteAsync(TerminalText.Escape(value ?? ""));

    public override Task WriteLineAsync(string? value) => _inner.WriteLineAsync(TerminalText.EscapeLine(value ?? ""));

    public override void Flush() => _inner.Flush();

    public override Task FlushAsync() => _inner.FlushAsync();
}
