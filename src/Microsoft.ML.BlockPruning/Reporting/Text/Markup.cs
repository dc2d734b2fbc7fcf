using System.Globalization;
using System.Text;

namespace Microsoft.ML.BlockPruning.Reporting.Text;

/// <summary>Writes elements that are HTML and XML at once; every text is escaped, so that no name can become markup.</summary>
internal sealed class Markup
{
    private readonly StringBuilder _text = new();
    private readonly Stack<string> _open = new();

    /// <summary>A number as attributes hold it: at most two digits behind the point.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    public Markup Open(string element, params (string Name, string Value)[] attributes)
    {
        Start(element, attributes);
        _text.Append('>');
        _open.Push(element);
        return this;
    }

    public Markup Close()
    {
        string element = _open.Pop();
        _text.Append("</").Append(element).Append('>');
        if (element is not ("a" or "b" or "span" or "text" or "title" or "td" or "th"))
        {
            _text.Append('\n');
        }

        return this;
    }

    /// <summary>An element that holds text alone.</summary>
    public Markup Element(string element, string text, params (string Name, string Value)[] attributes) =>
        Open(element, attributes).Text(text).Close();

    /// <summary>An element that holds nothing and has no end tag, such as <c>img</c>.</summary>
    public Markup Empty(string element, params (string Name, string Value)[] attributes)
    {
        Start(element, attributes);
        _text.Append("/>");
        return this;
    }

    public Markup Text(string text)
    {
        Escape(text);
        return this;
    }

    /// <inheritdoc/>
    public override string ToString() => _open.Count == 0
        ? _text.ToString()
        : throw new InvalidOperationException($"<{_open.Peek()}> is not closed.");

    private void Start(string element, (string Name, string Value)[] attributes)
    {
        _text.Append('<').Append(element);
        foreach (var (name, value) in attributes)
        {
            _text.Append(' ').Append(name).Append("=\"");
            Escape(value);
            _text.Append('"');
        }
    }

    // Control characters and halves of surrogate pairs are in no XML, escaped or not.
    private void Escape(string text)
    {
        foreach (char letter in VisibleText.Of(text))
        {
            _ = letter switch
            {
                '&' => _text.Append("&amp;"),
                '<' => _text.Append("&lt;"),
                '>' => _text.Append("&gt;"),
                '"' => _text.Append("&quot;"),
                '\'' => _text.Append("&#39;"),
                _ => _text.Append(letter),
            };
        }
    }
}
