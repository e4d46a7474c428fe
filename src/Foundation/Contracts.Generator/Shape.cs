using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace Estiba.Contracts.Generator;

/// <summary>One shape of a contract: a structure, a list, a map or a simple type with its constraints.</summary>
internal sealed class Shape
{
    private const string DetailsSuffix = "Details";

    private readonly JsonElement _facts;

    internal Shape(string name, JsonElement facts, string service)
    {
        _facts = facts;
        Name = name;
        TypeName = Names.Type(name, service);
        Type = facts.GetProperty("type").GetString()!;
        IsDocument = Flag("document");
        IsException = Flag("exception");
        Enum = facts.TryGetProperty("enum", out var values)
            ? values.EnumerateArray().Select(value => value.GetString()!).ToArray()
            : Array.Empty<string>();
        Required = facts.TryGetProperty("required", out var required)
            ? new HashSet<string>(required.EnumerateArray().Select(value => value.GetString()!))
            : new HashSet<string>();
        // An element's attributes are written before what is in it.
        Members = facts.TryGetProperty("members", out var members)
            ? members
                .EnumerateObject()
                .Select(member => new Member(member.Name, member.Value, TypeName))
                .OrderBy(member => member.IsXmlAttribute ? 0 : 1)
                .ToArray()
            : Array.Empty<Member>();
        Element = Reference("member");
        Key = Reference("key");
        Value = Reference("value");
    }

    private Shape(Shape error, Member[] details)
        : this(error.Name + DetailsSuffix, error._facts, "")
    {
        IsException = false;
        Members = details;
    }

    internal string Name { get; }
    internal string TypeName { get; }
    internal string Type { get; }
    internal bool IsStructure => Type == "structure" && !IsDocument;
    internal bool IsDocument { get; }
    internal bool IsException { get; }
    internal bool IsInput { get; set; }
    internal bool IsConstrained { get; set; }
    internal bool IsSensitive => Flag("sensitive");
    internal bool IsFlattened => Flag("flattened");
    internal bool IsEventStream => Flag("eventstream");
    internal bool IsStreaming => Flag("streaming");

    /// <summary>The member that is the whole body of a message.</summary>
    internal string? Payload => Text("payload");

    /// <summary>The element that the structure is in XML, where it is not called as the structure.</summary>
    internal string? LocationName => Text("locationName");

    internal string? XmlNamespace => _facts.TryGetProperty("xmlNamespace", out var space) ? Namespaces.Of(space) : null;

    internal string? XmlPrefix =>
        _facts.TryGetProperty("xmlNamespace", out var space) ? Namespaces.PrefixOf(space) : null;

    internal string[] Enum { get; }
    internal HashSet<string> Required { get; }
    internal Member[] Members { get; }
    internal Member? Element { get; }
    internal Member? Key { get; }
    internal Member? Value { get; }
    internal string? Pattern => Text("pattern");

    /// <summary>The pattern that the service tells when one is broken, where that is another one.</summary>
    internal string? ShownPattern => Text("shownPattern");

    /// <summary>
    /// What a sentence about an unknown value begins with, where that is not the member's words; <c>{value}</c> in it
    /// stands for what was sent.
    /// </summary>
    internal string? Subject => Text("subject");

    internal string? TimestampFormat => Text("timestampFormat");
    internal string? Min => Number("min");
    internal string? Max => Number("max");

    internal bool HasOwnConstraint =>
        Required.Count > 0
        || Enum.Length > 0
        || Pattern is not null
        || (!IsStructure && (Min is not null || Max is not null));

    internal IEnumerable<string> References =>
        Members
            .Select(member => member.Shape)
            .Concat(new[] { Element, Key, Value }.Where(member => member is not null).Select(member => member!.Shape));

    /// <summary>What a request must have in its query (<c>?name</c>) and its headers (<c>name</c>).</summary>
    internal IEnumerable<string> RequiredBindings =>
        Members
            .Where(member => Required.Contains(member.Name) && (member.Location is "querystring" or "header"))
            .Select(member => (member.Location == "querystring" ? "?" : "") + (member.LocationName ?? member.Name));

    /// <summary>The code of the error on the wire; for an exception only.</summary>
    internal string ErrorCode =>
        _facts.TryGetProperty("error", out var error) && error.TryGetProperty("code", out var code)
            ? code.GetString()!
            : Name;

    internal int ErrorStatus =>
        _facts.TryGetProperty("error", out var error) && error.TryGetProperty("httpStatusCode", out var status)
            ? status.GetInt32()
        : Flag("fault") ? 500
        : 400;

    /// <summary>What an error says beyond its message, as a structure; null for nothing.</summary>
    internal Shape? Details()
    {
        var details = Members
            .Where(member => !member.Name.Equals("message", StringComparison.OrdinalIgnoreCase))
            .ToArray();
        return details.Length == 0 ? null : new Shape(this, details);
    }

    private Member? Reference(string part) =>
        _facts.TryGetProperty(part, out var reference) ? new Member(part, reference, "") : null;

    private bool Flag(string name) =>
        _facts.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private string? Text(string name) => _facts.TryGetProperty(name, out var value) ? value.GetString() : null;

    private string? Number(string name) => _facts.TryGetProperty(name, out var value) ? value.GetRawText() : null;
}

/// <summary>A named reference from one shape to another.</summary>
internal sealed class Member
{
    private readonly JsonElement _facts;

    internal Member(string name, JsonElement facts, string owner)
    {
        _facts = facts;
        Name = name;
        Shape = facts.GetProperty("shape").GetString()!;
        Property = Names.Pascal(name);
        if (Property == owner)
            Property += "Value";
    }

    internal string Name { get; }
    internal string Shape { get; }
    internal string Property { get; }
    internal string? LocationName => Text("locationName");
    internal string? QueryName => Text("queryName");
    internal string? TimestampFormat => Text("timestampFormat");
    internal bool IsFlattened => Flag("flattened");
    internal bool IsXmlAttribute => Flag("xmlAttribute");
    internal bool IsStreaming => Flag("streaming");
    internal bool IsEventPayload => Flag("eventpayload");
    internal bool IsEventHeader => Flag("eventheader");

    /// <summary>Whether an empty text is one, where the service takes those of required members for none.</summary>
    internal bool MayBeEmpty => Flag("mayBeEmpty");

    /// <summary>Where it is in an HTTP message; null for the body.</summary>
    internal string? Location => Text("location");

    internal string? XmlNamespace => _facts.TryGetProperty("xmlNamespace", out var space) ? Namespaces.Of(space) : null;

    internal string? XmlPrefix =>
        _facts.TryGetProperty("xmlNamespace", out var space) ? Namespaces.PrefixOf(space) : null;

    private bool Flag(string name) =>
        _facts.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.True;

    private string? Text(string name) => _facts.TryGetProperty(name, out var value) ? value.GetString() : null;
}
