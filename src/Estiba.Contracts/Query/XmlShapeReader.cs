using System.Xml.Linq;

namespace Estiba.Contracts;

/// <summary>Reads an answer of the query protocol, or of EC2's dialect of it, from XML.</summary>
/// <param name="element">The element whose children are the members.</param>
public sealed class XmlShapeReader(XElement element) : TreeShapeReader(ShapeNode.FromXml(element))
{
    private protected override ShapeNode? Find(ShapeNode structure, MemberSchema member)
    {
        var name = member.LocationName ?? member.Name;
        if (!member.Flattened) return structure.Child(name);
        var together = new ShapeNode();
        together.Children.AddRange(structure.Children.Where(child => child.Name == name));
        return together.Children.Count == 0 ? null : together;
    }

    private protected override IEnumerable<ShapeNode> Items(ShapeNode list, MemberSchema member) => list.Children.Select(child => child.Node);

    private protected override IEnumerable<ShapeNode> Entries(ShapeNode map, MemberSchema member) => map.Children.Select(child => child.Node);
}
