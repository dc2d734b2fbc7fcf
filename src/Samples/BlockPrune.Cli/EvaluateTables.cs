using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace BlockPrune.Cli;

/// <summary>Figures of an evaluation as tables of 100 characters: what all is too long for is in JSON.</summary>
internal static class EvaluateTables
{
    private const int MostClasses = 20;
    private const int MostOfAMatrix = 12;
    private const int MostConfusions = 10;
    private const string None = "-";

    /// <summary>A column a model; the first is what the others are compared with.</summary>
    public static Table Summary(Evaluation figures)
    {
        var models = figures.Models;
        var table = Numbers(new Table().RoundedBorder().AddColumn(""), models.Select(one => one.Model.Name));
        string reference = Markup.Escape(models[0].Model.Name);
        Add("top-1 %", one => Text($"{100 * one.Counts.Top1:F2}"));
        Add("mean over classes %", one => Text($"{100 * one.Counts.MacroAccuracy:F2}"));
        Add($"same answer as {reference} %", one => one.Changes is { } changes ? Text($"{100 * changes.Agreement:F2}") : None);
        Add($"right, {reference} wrong", one => one.Changes is { } changes ? Text($"{changes.BecameRight}") : None);
        Add($"wrong, {reference} right", one => one.Changes is { } changes ? Text($"{changes.BecameWrong}") : None);
        Add("M multiply-adds", one => Text($"{one.Model.Network.MultiplyAdds / 1e6:F1}"));
        Add("MB of weights", one => Text($"{one.Model.Network.WeightBytes / 1e6:F2}"));
        return table;

        void Add(string name, Func<ModelAnswers, string> cell) => table.AddRow([name, .. models.Select(cell)]);
    }

    /// <summary>A row a class: all of them, or those with the lowest top-1.</summary>
    /// <param name="figures">Every model's.</param>
    /// <param name="first">The model whose lowest ones are shown.</param>
    /// <param name="names">Of the classes.</param>
    public static Table ByClass(Evaluation figures, ModelAnswers first, IReadOnlyList<string> names)
    {
        var table = new Table().RoundedBorder().AddColumn("class");
        bool isOne = figures.Models.Count == 1;
        table = Numbers(table, ["images", .. figures.Models.Select(one => isOne ? "right" : $"{one.Model.Name}: right")]);
        var present = first.Counts.Classes.Where(one => one.Images > 0).ToList();
        var shown = present.OrderBy(one => one.Top1).Take(MostClasses).OrderBy(one => one.Class).ToList();
        foreach (var row in present.Count > MostClasses ? shown : present)
        {
            table.AddRow(
            [
                Markup.Escape(names[row.Class]), Text($"{row.Images}"),
                .. figures.Models.Select(one => Markup.Escape(Cell(one.Counts.Classes[row.Class], names))),
            ]);
        }

        return table.Caption(present.Count > MostClasses
            ? Text($"the {MostClasses} of {present.Count} classes with the lowest top-1; --json has all")
            : "images with the right answer, their share, and the answer that most others got");
    }

    /// <summary>What was taken for what: a matrix of few classes, the most frequent pairs of many.</summary>
    public static IRenderable Confusions(ModelAnswers one, IReadOnlyList<string> names) =>
        names.Count <= MostOfAMatrix ? Matrix(one, names) : Pairs(one, names);

    private static Table Matrix(ModelAnswers one, IReadOnlyList<string> names)
    {
        var table = new Table().RoundedBorder().AddColumn("class, answered as");
        table = Numbers(table, Enumerable.Range(0, names.Count).Select(answer => Text($"{answer}")));
        for (int label = 0; label < names.Count; label++)
        {
            table.AddRow(
            [
                Markup.Escape(Text($"{label} {names[label]}")),
                .. Enumerable.Range(0, names.Count).Select(answer => Text($"{one.Counts[label, answer]}")),
            ]);
        }

        return table.Caption(Markup.Escape($"{one.Model.Name}: images by class and answer"));
    }

    private static Table Pairs(ModelAnswers one, IReadOnlyList<string> names)
    {
        var table = Numbers(new Table().RoundedBorder().AddColumn("class").AddColumn("taken for"), ["images", "of"]);
        foreach (var pair in one.Counts.Confusions.Take(MostConfusions))
        {
            table.AddRow(
                Markup.Escape(names[pair.Class]), Markup.Escape(names[pair.Answer]), Text($"{pair.Images}"),
                Text($"{one.Counts.Classes[pair.Class].Images}"));
        }

        return table.Caption(Markup.Escape(Text(
            $"{one.Model.Name}: the most frequent of {one.Counts.Confusions.Count} confusions; --json has all")));
    }

    private static string Cell(ClassFigures figures, IReadOnlyList<string> names)
    {
        string worst = figures.Worst is { } most ? Text($"; {most.Images} as {names[most.Answer]}") : "";
        return Text($"{figures.Right}, {100 * figures.Top1!.Value:F1} %{worst}");
    }

    private static Table Numbers(Table table, IEnumerable<string> names)
    {
        foreach (string name in names)
        {
            table.AddColumn(new TableColumn(Markup.Escape(name)) { Alignment = Justify.Right });
        }

        return table;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
