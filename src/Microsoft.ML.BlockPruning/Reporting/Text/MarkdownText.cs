using System.Text;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>Writes Markdown; free text cannot end a cell or begin a heading, a link or an element.</summary>
internal sealed class MarkdownText
{
    private readonly StringBuilder _text = new();

    public MarkdownText Heading(int level, string text)
    {
        _text.Append(_text.Length > 0 ? "\n" : "").Append('#', level).Append(' ').Append(Escape(text)).Append('\n');
        return this;
    }

    public MarkdownText Paragraph(string text)
    {
        _text.Append('\n').Append(Escape(text)).Append('\n');
        return this;
    }

    public MarkdownText List(IEnumerable<string> items)
    {
        _text.Append('\n');
        foreach (string item in items)
        {
            _text.Append("- ").Append(Escape(item)).Append('\n');
        }

        return this;
    }

    /// <summary>A picture in a file beside the text.</summary>
    public MarkdownText Picture(string title, string file)
    {
        _text.Append("\n![").Append(Escape(title)).Append("](").Append(Uri.EscapeDataString(file)).Append(")\n");
        return this;
    }

    /// <summary>A table; the first row holds the heads, the first column is text, the others are numbers.</summary>
    public MarkdownText Table(IReadOnlyList<string[]> rows)
    {
        _text.Append('\n');
        Row(rows[0].Select(Escape));
        Row(rows[0].Select((_, column) => column == 0 ? "---" : "---:"));
        foreach (string[] row in rows.Skip(1))
        {
            Row(row.Select(Escape));
        }

        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private void Row(IEnumerable<string> cells) => _text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (char letter in VisibleText.Of(text.ReplaceLineEndings(" ")))
        {
            escaped.Append(letter switch
            {
                '<' => "&lt;",
                '\\' or '|' or '`' or '[' or ']' or '*' or '_' => $"\\{letter}",
                _ => letter.ToString(),
            });
        }

        return escaped.ToString();
    }
}
