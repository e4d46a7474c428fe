using System.Xml.Linq;

namespace Estiba.Contracts;

/// <summary>A form body or an XML document as a tree of named values.</summary>
internal sealed class ShapeNode
{
    internal string Value { get; private set; } = "";

    internal List<(string Name, ShapeNode Node)> Children { get; } = [];

    /// <summary>The tree of a form, whose keys spell out the path: <c>Filter.1.Value.2=x</c>.</summary>
    internal static ShapeNode FromForm(IEnumerable<KeyValuePair<string, string>> form)
    {
        var root = new ShapeNode();
        foreach (var (key, value) in form)
        {
            var node = root;
            foreach (var part in key.Split('.')) node = node.ChildOrNew(part);
            node.Value = value;
        }

        return root;
    }

    internal static ShapeNode FromXml(XElement element)
    {
        var node = new ShapeNode { Value = element.HasElements ? "" : element.Value };
        foreach (var child in element.Elements()) node.Children.Add((child.Name.LocalName, FromXml(child)));
        return node;
    }

    internal ShapeNode? Child(string name)
    {
        foreach (var (childName, node) in Children)
            if (childName == name) return node;

        return null;
    }

    private ShapeNode ChildOrNew(string name)
    {
        if (Child(name) is { } existing) return existing;
        var node = new ShapeNode();
        Children.Add((name, node));
        return node;
    }
}
