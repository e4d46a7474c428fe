using System.Collections.Frozen;
using System.Text;

namespace Estiba.Contracts;

/// <summary>The names of a structure's members, in the order of the contract.</summary>
/// <param name="name">The structure's name in the contract.</param>
/// <param name="members">Its members.</param>
public sealed class StructureSchema(string name, MemberSchema[] members)
{
    internal const int LongestName = 128;

    private readonly FrozenDictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _byName = members
        .Select((member, index) => KeyValuePair.Create(member.JsonName, index))
        .ToFrozenDictionary(StringComparer.Ordinal)
        .GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The structure's name in the contract.</summary>
    public string Name => name;

    /// <summary>The members, in the order of the contract.</summary>
    public IReadOnlyList<MemberSchema> Members => members;

    /// <summary>The index of the member that is the whole body of an HTTP message; -1 for none.</summary>
    public int Payload { get; init; } = -1;

    /// <summary>What the structure is called as the outermost element of a document in XML, where it says so.</summary>
    public string? ElementName { get; init; }

    /// <summary>The namespace of that element.</summary>
    public string? XmlNamespace { get; init; }

    /// <summary>Whether a body has members beside those that are elsewhere in an HTTP message.</summary>
    public bool HasBodyMembers { get; } = members.Any(member => member.Location == MemberLocation.Body);

    /// <summary>The index of the member with this JSON name, or -1.</summary>
    public int Find(ReadOnlySpan<byte> utf8Name)
    {
        if (utf8Name.Length > LongestName)
            return -1;
        Span<char> text = stackalloc char[LongestName];
        var length = Encoding.UTF8.GetChars(utf8Name, text);
        return _byName.TryGetValue(text[..length], out var index) ? index : -1;
    }

    /// <summary>The index of the member with this JSON name, or -1.</summary>
    public int Find(string memberName) => _byName.TryGetValue(memberName, out var index) ? index : -1;
}

/// <summary>How one member of a structure is called on the wire.</summary>
/// <param name="Name">Its name in the contract, which is its JSON name.</param>
public sealed record MemberSchema(string Name)
{
    /// <summary>Its name in JSON and CBOR.</summary>
    public string JsonName { get; init; } = Name;

    /// <summary>Where it is in a message.</summary>
    public MemberLocation Location { get; init; }

    /// <summary>Whether it is an attribute of its structure's element in XML.</summary>
    public bool IsXmlAttribute { get; init; }

    /// <summary>The namespace of its element in XML.</summary>
    public string? XmlNamespace { get; init; }

    /// <summary>The prefix that stands for that namespace; null where it is the default one from there on.</summary>
    public string? XmlPrefix { get; init; }

    /// <summary>Whether it is an error among the events of a stream.</summary>
    public bool IsError { get; init; }

    /// <summary>Its name in query and XML, where that differs.</summary>
    public string? LocationName { get; init; }

    /// <summary>Its name in an EC2 query, where that differs from the location name.</summary>
    public string? QueryName { get; init; }

    /// <summary>Whether a list's items stand directly under the member's name.</summary>
    public bool Flattened { get; init; }

    /// <summary><c>iso8601</c>, <c>unixTimestamp</c> or <c>rfc822</c>, where it is not the protocol's own.</summary>
    public string? TimestampFormat { get; init; }

    /// <summary>Whether the value must never be logged.</summary>
    public bool Sensitive { get; init; }

    /// <summary>What each item of a list is called in query and XML.</summary>
    public string ItemName { get; init; } = "member";

    /// <summary>What the key of a map's entry is called in query and XML.</summary>
    public string KeyName { get; init; } = "key";

    /// <summary>What the value of a map's entry is called in query and XML.</summary>
    public string ValueName { get; init; } = "value";
}

/// <summary>Where a member is in a message ("HTTP bindings" and "Event streams" in the documents of Smithy).</summary>
public enum MemberLocation
{
    /// <summary>In the body, or in protocols that have nothing else.</summary>
    Body,

    /// <summary>A part of the path.</summary>
    Label,

    /// <summary>In the query; a map is all of it that has no name of its own.</summary>
    Query,

    /// <summary>A header.</summary>
    Header,

    /// <summary>All headers whose names begin alike: a map.</summary>
    PrefixHeaders,

    /// <summary>The status of the answer.</summary>
    Status,

    /// <summary>The events that follow an answer.</summary>
    Events,

    /// <summary>A header of an event's frame.</summary>
    EventHeader,

    /// <summary>The whole payload of an event's frame.</summary>
    EventPayload,
}
