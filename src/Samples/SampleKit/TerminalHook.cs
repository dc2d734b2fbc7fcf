using Spectre.Console;
using Spectre.Console.Rendering;

namespace SampleKit;

/// <summary>Escapes the text of tables, bars and lines on their way to a console; the console's own control codes pass.</summary>
internal sealed class TerminalHook : IRenderHook
{
    /// <summary>Guards a console.</summary>
    public static IAnsiConsole On(IAnsiConsole console)
    {
        console.Pipeline.Attach(new TerminalHook());
        return console;
    }

    public IEnumerable<IRenderable> Process(RenderOptions options, IEnumerable<IRenderable> renderables) =>
        renderables.Select(renderable => new Escaped(renderable));

    private sealed class Escaped(IRenderable inner) : IRenderable
    {
        public Measurement Measure(RenderOptions options, int maxWidth) => inner.Measure(options, maxWidth);

        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => inner.Render(options, maxWidth).Select(Escape);

        private static Segment Escape(Segment segment)
        {
            if (segment.IsControlCode || segment.IsLineBreak)
            {
                return segment;
            }

            string shown = TerminalText.Escape(segment.Text);
            return shown == segment.Text ? segment : new Segment(shown, segment.Style);
        }
    }
}
