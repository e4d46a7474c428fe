using System.Xml.Linq;

namespace Estiba.Contracts;

/// <summary>A form body or an XML document as a tree of named values.</summary>
internal sealed class ShapeNode
{
    /// <summary>
    /// How many levels a tree may have. No structure of a contract comes near; without an end, a body could end the
    /// process.
    /// </summary>
    internal const int MostLevels = 32;

    /// <summary>From so many children on they are found by an index; until then, looking at each is as quick.</summary>
    private const int FewChildren = 8;

    private Dictionary<string, ShapeNode>? _byName;

    internal string Value { get; private set; } = "";

    internal List<(string Name, ShapeNode Node)> Children { get; } = [];

    /// <summary>The tree of a form, whose keys spell out the path: <c>Filter.1.Value.2=x</c>.</summary>
    /// <exception cref="AwsException"><c>MalformedQueryString</c>: a key has too many parts, or is there
    /// twice.</exception>
    internal static ShapeNode FromForm(IEnumerable<KeyValuePair<string, string>> form)
    {
        var root = new ShapeNode();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (key, value) in form)
        {
            if (key.AsSpan().Count('.') >= MostLevels)
                throw new AwsException("MalformedQueryString", $"A parameter's name has more than {MostLevels} parts.");
            if (!keys.Add(key))
                throw new AwsException(
                    "MalformedQueryString",
                    $"The parameter '{Shortened(key)}' is there more than once."
                );

            var node = root;
            foreach (var part in key.Split('.'))
                node = node.ChildOrNew(part);
            node.Value = value;
        }

        return root;
    }

    /// <exception cref="InvalidDataException">It has too many levels.</exception>
    internal static ShapeNode FromXml(XElement element, int level = 0)
    {
        if (level >= MostLevels)
            throw new InvalidDataException($"The document has more than {MostLevels} levels.");
        var node = new ShapeNode { Value = element.HasElements ? "" : element.Value };
        foreach (var attribute in element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration))
            node.Children.Add((XmlAttributes.NameOf(attribute), new ShapeNode { Value = attribute.Value }));
        foreach (var child in element.Elements())
            node.Children.Add((child.Name.LocalName, FromXml(child, level + 1)));
        return node;
    }

    internal ShapeNode? Child(string name)
    {
        if (_byName is not null)
            return _byName.GetValueOrDefault(name);
        if (Children.Count > FewChildren)
            return Index().GetValueOrDefault(name);
        foreach (var (childName, node) in Children)
            if (childName == name)
                return node;

        return null;
    }

    private static string Shortened(string key) => key.Length <= 128 ? key : key[..128] + "...";

    private ShapeNode ChildOrNew(string name)
    {
        if (Child(name) is { } existing)
            return existing;
        var node = new ShapeNode();
        Children.Add((name, node));
        _byName?.Add(name, node);
        return node;
    }

    /// <summary>
    /// The first child of each name; made when nothing is added any more, except by <see cref="ChildOrNew"/>.
    /// </summary>
    private Dictionary<string, ShapeNode> Index()
    {
        _byName = new Dictionary<string, ShapeNode>(Children.Count * 2, StringComparer.Ordinal);
        foreach (var (name, node) in Children)
            _byName.TryAdd(name, node);
        return _byName;
    }
}

/// <summary>Attributes in XML by the names that contracts have for them.</summary>
internal static class XmlAttributes
{
    /// <summary>Contracts know one namespace of attributes, and its prefix (<c>xsi:type</c>).</summary>
    internal const string InstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

    private const string InstancePrefix = "xsi:";

    internal static string NameOf(XAttribute attribute) =>
        (attribute.Name.NamespaceName == InstanceNamespace ? InstancePrefix : "") + attribute.Name.LocalName;

    internal static void Write(System.Xml.XmlWriter xml, string name, string value)
    {
        if (name.StartsWith(InstancePrefix, StringComparison.Ordinal))
            xml.WriteAttributeString("xsi", name[InstancePrefix.Length..], InstanceNamespace, value);
        else
            xml.WriteAttributeString(name, value);
    }
}
