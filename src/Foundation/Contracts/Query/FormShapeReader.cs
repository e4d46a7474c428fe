using System.Collections.Frozen;
using System.Globalization;

namespace Estiba.Contracts;

/// <summary>Reads a request of the query protocol, or of EC2's dialect of it, from its form.</summary>
/// <param name="form">The decoded names and values.</param>
/// <param name="ec2">Whether names and lists follow EC2's rules.</param>
public sealed class FormShapeReader(IEnumerable<KeyValuePair<string, string>> form, bool ec2)
    : TreeShapeReader(ShapeNode.FromForm(form))
{
    // What every request may have, in the form or in the query of a signed address.
    private static readonly FrozenSet<string> Common = FrozenSet.Create(
        StringComparer.Ordinal,
        "Action",
        "Version",
        "AWSAccessKeyId",
        "Expires",
        "SecurityToken",
        "Signature",
        "SignatureMethod",
        "SignatureVersion",
        "Timestamp"
    );

    // EC2 refuses what it does not know: "UnknownParameter", Error codes, Amazon EC2 API reference.
    private protected override void Check(ShapeNode structure, StructureSchema schema)
    {
        if (!ec2)
            return;
        foreach (var (name, _) in structure.Children)
        {
            if (schema.Members.Any(member => FormNames.Of(member, ec2: true) == name))
                continue;
            if (Common.Contains(name) || name.StartsWith("X-Amz-", StringComparison.OrdinalIgnoreCase))
                continue;
            throw new AwsException("UnknownParameter", $"The parameter {name} is not recognized");
        }
    }

    private protected override ShapeNode? Find(ShapeNode structure, MemberSchema member) =>
        structure.Child(FormNames.Of(member, ec2));

    private protected override IEnumerable<ShapeNode> Items(ShapeNode list, MemberSchema member) =>
        Numbered(ec2 || member.Flattened ? list : list.Child(member.ItemName));

    private protected override IEnumerable<ShapeNode> Entries(ShapeNode map, MemberSchema member) =>
        Numbered(ec2 || member.Flattened ? map : map.Child("entry"));

    private static IEnumerable<ShapeNode> Numbered(ShapeNode? parent) =>
        (parent?.Children ?? [])
            .Where(child => child.Name.Length > 0 && child.Name.All(char.IsAsciiDigit))
            .Select(child => (Position: PositionOf(child.Name), child.Node))
            .OrderBy(child => child.Position)
            .Select(child => child.Node);

    // A position only says the order, so that a large one costs nothing; what is larger than any list could be is a
    // mistake.
    private static int PositionOf(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? position
            : throw new AwsException(
                "MalformedQueryString",
                $"'{(text.Length <= 32 ? text : text[..32] + "...")}' is no position in a list."
            );
}

/// <summary>The names of members in forms.</summary>
internal static class FormNames
{
    internal static string Of(MemberSchema member, bool ec2)
    {
        if (!ec2)
            return member.LocationName ?? member.Name;
        if (member.QueryName is { } query)
            return query;
        var name = member.LocationName ?? member.Name;
        return char.ToUpperInvariant(name[0]) + name[1..];
    }
}
