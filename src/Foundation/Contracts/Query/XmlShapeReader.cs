using System.Xml.Linq;

namespace Estiba.Contracts;

/// <summary>Reads structures from XML: answers of the query protocol and of EC2's dialect of it, and REST's.</summary>
/// <param name="element">The element whose children are the members.</param>
/// <param name="malformed">The error for a value of the wrong type; null for the query protocol's.</param>
public sealed class XmlShapeReader(XElement element, Func<AwsException>? malformed = null)
    : TreeShapeReader(ShapeNode.FromXml(element))
{
    private protected override AwsException Malformed(string wanted) => malformed?.Invoke() ?? base.Malformed(wanted);

    private protected override ShapeNode? Find(ShapeNode structure, MemberSchema member)
    {
        var name = member.LocationName ?? member.Name;
        if (!member.Flattened)
            return structure.Child(name);
        var together = new ShapeNode();
        together.Children.AddRange(structure.Children.Where(child => child.Name == name));
        return together.Children.Count == 0 ? null : together;
    }

    private protected override IEnumerable<ShapeNode> Items(ShapeNode list, MemberSchema member) =>
        list.Children.Select(child => child.Node);

    private protected override IEnumerable<ShapeNode> Entries(ShapeNode map, MemberSchema member) =>
        map.Children.Select(child => child.Node);
}
