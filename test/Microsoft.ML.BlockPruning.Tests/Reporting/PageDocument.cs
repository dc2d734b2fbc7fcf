using System.Xml;
using System.Xml.Linq;

namespace Microsoft.ML.BlockPruning.Tests.Reporting;

/// <summary>A page or a plot read by an XML parser, which forgives nothing.</summary>
internal sealed class PageDocument
{
    private readonly XElement _root;

    public PageDocument(string text)
    {
        using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Ignore });
        _root = XDocument.Load(reader).Root!;
    }

    /// <summary>All text, styles left out.</summary>
    public string Text => string.Concat(
        _root.DescendantNodes().OfType<XText>().Where(text => text.Parent!.Name.LocalName != "style").Select(text => text.Value));

    public IEnumerable<XElement> All(string name) => _root.DescendantsAndSelf().Where(element => element.Name.LocalName == name);

    /// <summary>Elements of a class.</summary>
    public IEnumerable<XElement> OfClass(string kind) => _root.DescendantsAndSelf()
        .Where(element => ((string?)element.Attribute("class"))?.Split(' ').Contains(kind) ?? false);

    /// <summary>That a browser fetches nothing for it and runs nothing in it.</summary>
    public void AssertStandsAlone()
    {
        Assert.IsEmpty(All("script").Concat(All("link")).Concat(All("iframe")).Concat(All("object")));
        foreach (var attribute in _root.DescendantsAndSelf().Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
        {
            string name = attribute.Name.LocalName;
            Assert.IsFalse(name.StartsWith("on", StringComparison.OrdinalIgnoreCase), $"{name} would run");
            Assert.IsTrue(
                name is not ("src" or "href" or "srcset" or "data")
                    || attribute.Value.StartsWith("data:image/png;base64,", StringComparison.Ordinal),
                $"{name} = {attribute.Value}");
        }

        string styles = string.Concat(All("style").Select(style => style.Value));
        Assert.DoesNotContain("url(", styles);
        Assert.DoesNotContain("@import", styles);
        Assert.IsEmpty(styles.Intersect("<>&\"'"), "a style is raw text in HTML and escaped text in XML: these would differ");
    }
}
