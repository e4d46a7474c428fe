using System.Globalization;

namespace Estiba.Contracts;

/// <summary>Reads a request of the query protocol, or of EC2's dialect of it, from its form.</summary>
/// <param name="form">The decoded names and values.</param>
/// <param name="ec2">Whether names and lists follow EC2's rules.</param>
public sealed class FormShapeReader(IEnumerable<KeyValuePair<string, string>> form, bool ec2) : TreeShapeReader(ShapeNode.FromForm(form))
{
    private protected override ShapeNode? Find(ShapeNode structure, MemberSchema member) => structure.Child(FormNames.Of(member, ec2));

    private protected override IEnumerable<ShapeNode> Items(ShapeNode list, MemberSchema member) =>
        Numbered(ec2 || member.Flattened ? list : list.Child(member.ItemName));

    private protected override IEnumerable<ShapeNode> Entries(ShapeNode map, MemberSchema member) =>
        Numbered(ec2 || member.Flattened ? map : map.Child("entry"));

    private static IEnumerable<ShapeNode> Numbered(ShapeNode? parent) => (parent?.Children ?? [])
        .Select(child => (Position: int.TryParse(child.Name, NumberStyles.None, CultureInfo.InvariantCulture, out var position) ? position : -1, child.Node))
        .Where(child => child.Position >= 0)
        .OrderBy(child => child.Position)
        .Select(child => child.Node);
}

/// <summary>The names of members in forms.</summary>
internal static class FormNames
{
    internal static string Of(MemberSchema member, bool ec2)
    {
        if (!ec2) return member.LocationName ?? member.Name;
        if (member.QueryName is { } query) return query;
        var name = member.LocationName ?? member.Name;
        return char.ToUpperInvariant(name[0]) + name[1..];
    }
}
