using System.Text.Json.Nodes;

namespace Estiba.ContractImporter;

/// <summary>
/// Says what a contract lacks of a client package of the AWS SDK, in sentences and as additions that would fill it.
/// </summary>
/// <remarks>
/// Structures are compared from the operations down, so that names of shapes need not agree. Of a service with paths,
/// where a member is in a request or an answer is compared too. A package does not say how long a text or how large a
/// number may be: what is taken from it has no bounds, and a number is an integer unless its name is of a time or a
/// size.
/// </remarks>
internal sealed class SdkComparison
{
    private readonly JsonObject _contract;
    private readonly JsonObject _package;
    private readonly HashSet<string> _compared = new(StringComparer.Ordinal);
    private readonly JsonObject _operations = new();
    private readonly JsonObject _shapes = new();

    private readonly HashSet<string> _ownValues;
    private readonly HashSet<string> _clientMembers;
    private readonly SdkBindings? _bindings;

    private SdkComparison(JsonObject contract, JsonObject package, JsonObject choice)
    {
        _contract = contract;
        _package = package;
        _ownValues = Names(choice["ownValues"]);
        _clientMembers = Names(choice["clientMembers"]);
        _bindings = SdkBindings.Of(contract, package);
    }

    /// <summary>What is missing, a line each.</summary>
    internal List<string> Findings { get; } = [];

    /// <summary>What is missing, in the form of <c>contracts/additions</c>.</summary>
    internal JsonObject Additions =>
        new() { ["operations"] = _operations.DeepClone(), ["shapes"] = _shapes.DeepClone() };

    /// <summary>Compares a contract with a package.</summary>
    /// <param name="contract">The contract, additions included.</param>
    /// <param name="package">The facts of the package.</param>
    /// <param name="choice">From services.json: the enumerations that a service judges itself (<c>ownValues</c>), so
    /// that its contract has them as plain texts, and the members that the SDK's clients make themselves of what came
    /// (<c>clientMembers</c>).</param>
    internal static SdkComparison Of(JsonObject contract, JsonObject package, JsonObject choice)
    {
        var comparison = new SdkComparison(contract, package, choice);
        var known = contract["operations"]!.AsObject();
        foreach (var (name, facts) in package["operations"]!.AsObject())
        {
            if (known[name] is JsonObject operation)
                comparison.CompareOperation(name, operation, facts!.AsObject());
            else
                comparison.AddOperation(name, facts!.AsObject());
        }

        return comparison;
    }

    private void CompareOperation(string name, JsonObject operation, JsonObject facts)
    {
        if (_bindings?.Difference(operation, facts) is { } route)
            Findings.Add($"{name} {route}");
        foreach (var part in (string[])["input", "output"])
        {
            if (facts[part]?.GetValue<string>() is not { } shape)
                continue;
            if (operation[part]?["shape"]?.GetValue<string>() is { } known)
            {
                CompareStructure(known, shape);
                continue;
            }

            Findings.Add($"{name} has no {part}");
            Section(_operations, name)[part] = new JsonObject { ["shape"] = AddStructure(shape) };
        }

        var errors = operation["errors"]?.AsArray().Select(Text).ToHashSet(StringComparer.Ordinal) ?? [];
        var missing = facts["errors"]!.AsArray().Select(Text).Where(error => !errors.Contains(error)).ToArray();
        if (missing.Length == 0)
            return;
        Findings.Add($"{name} has not the errors {string.Join(", ", missing)}");
        Section(_operations, name)["errors"] = new JsonArray([
            .. missing.Select(error => (JsonNode)AddStructure(error)),
        ]);
    }

    private void CompareStructure(string name, string packaged)
    {
        if (!_compared.Add($"{name} {packaged}"))
            return;
        var shape = Shape(name);
        var facts = _package["shapes"]![packaged]!.AsObject();
        foreach (var (member, type) in facts["members"]!.AsObject())
        {
            if (_clientMembers.Contains(member))
                continue;
            if (shape["members"]?[member] is JsonObject known)
            {
                if (SdkBindings.MemberDifference(known, type!.AsObject(), member) is { } place && _bindings is not null)
                    Findings.Add($"{name}.{member} {place}");
                CompareType(Text(known["shape"]), type!.AsObject());
                continue;
            }

            Findings.Add($"{name}.{member} is missing");
            Section(Section(_shapes, name), "members")[member] = Reference(name, member, type!.AsObject());
        }

        var required = facts["required"]!.AsArray().Select(Text).ToHashSet(StringComparer.Ordinal);
        var wanted = shape["required"]?.AsArray().Select(Text).ToArray() ?? [];
        var optional = wanted.Where(member => !required.Contains(member)).ToArray();
        if (optional.Length == 0)
            return;
        Findings.Add($"{name} requires {string.Join(", ", optional)}, which may be left out");
        Section(_shapes, name)["required"] = new JsonArray([
            .. wanted.Except(optional, StringComparer.Ordinal).Select(member => (JsonNode)member),
        ]);
    }

    private void CompareType(string name, JsonObject type)
    {
        switch (Text(type["type"]))
        {
            case "structure":
                CompareStructure(name, Text(type["shape"]));
                break;
            case "list" when Element(name, "member") is { } item:
                CompareType(item, type["member"]!.AsObject());
                break;
            case "map" when Element(name, "value") is { } value:
                CompareType(value, type["value"]!.AsObject());
                break;
            case "string" when type["enum"] is { } values:
                CompareValues(name, Text(values));
                break;
        }
    }

    private void CompareValues(string name, string enumeration)
    {
        if (_ownValues.Contains(name) || !_compared.Add($"{name} values"))
            return;
        var known = Shape(name)["enum"]?.AsArray().Select(Text).ToHashSet(StringComparer.Ordinal) ?? [];
        var missing = _package["enums"]![enumeration]!
            .AsArray()
            .Select(Text)
            .Where(value => !known.Contains(value))
            .ToArray();
        if (missing.Length == 0)
            return;
        Findings.Add($"{name} has not the values {string.Join(", ", missing)}");
        Section(_shapes, name)["enum"] = new JsonArray([.. missing.Select(value => (JsonNode)value)]);
    }

    private void AddOperation(string name, JsonObject facts)
    {
        Findings.Add($"{name} is missing");
        var operation = new JsonObject
        {
            ["http"] = _bindings?.Http(facts) ?? new JsonObject { ["method"] = "POST", ["requestUri"] = "/" },
        };
        foreach (var part in (string[])["input", "output"])
            if (facts[part] is { } shape)
                operation[part] = new JsonObject { ["shape"] = AddStructure(Text(shape)) };
        if (operation["output"] is JsonObject output && Text(_contract["metadata"]!["protocol"]) == "query")
            output["resultWrapper"] = name + "Result";
        operation["errors"] = new JsonArray([
            .. facts["errors"]!.AsArray().Select(error => (JsonNode)AddStructure(Text(error))),
        ]);
        _operations[name] = operation;
    }

    private string AddStructure(string name)
    {
        if (_contract["shapes"]![name] is not null || _shapes[name] is not null)
            return name;
        var facts = _package["shapes"]![name]!.AsObject();
        var shape = Section(_shapes, name);
        shape["type"] = "structure";
        if (facts["required"] is JsonArray { Count: > 0 } required)
            shape["required"] = required.DeepClone();
        var members = Section(shape, "members");
        foreach (var (member, type) in facts["members"]!.AsObject())
            members[member] = Reference(name, member, type!.AsObject());
        foreach (var fact in (string[])["exception", "union", "error"])
            if (facts[fact] is { } value)
                shape[fact] = value.DeepClone();
        if (_bindings is not null)
            SdkBindings.BindStructure(shape, facts);
        return name;
    }

    private JsonObject Reference(string owner, string member, JsonObject type)
    {
        var reference = new JsonObject { ["shape"] = ShapeOf(owner, member, type) };
        foreach (var fact in (string[])["locationName", "queryName", "idempotencyToken"])
            if (type[fact] is { } value)
                reference[fact] = value.DeepClone();
        _bindings?.BindMember(reference, type);
        return reference;
    }

    private string ShapeOf(string owner, string member, JsonObject type) =>
        Text(type["type"]) switch
        {
            "structure" => AddStructure(Text(type["shape"])),
            "list" => AddCollection(owner, member, type, "List", () =>
                new JsonObject { ["type"] = "list", ["member"] = Reference(owner, member, type["member"]!.AsObject()) }
            ),
            "map" => AddCollection(owner, member, type, "Map", () => new JsonObject
                {
                    ["type"] = "map",
                    ["key"] = new JsonObject { ["shape"] = Simple("String", "string") },
                    ["value"] = Reference(owner, member, type["value"]!.AsObject()),
                }),
            "string" when type["enum"] is { } values => AddEnumeration(Text(values)),
            "string" when type["sensitive"] is not null => Simple("SensitiveString", "string", sensitive: true),
            "string" => Simple("String", "string"),
            "boolean" => Simple("Boolean", "boolean"),
            "timestamp" => Simple("Timestamp", "timestamp"),
            "blob" => Simple("Blob", "blob"),
            "document" => AddDocument(),
            _ when IsLong(member) => Simple("Long", "long"),
            _ => Simple("Integer", "integer"),
        };

    private string AddCollection(string owner, string member, JsonObject type, string ending, Func<JsonObject> shape)
    {
        var name = type["list"] is { } named
            ? Text(named)
            : $"{owner}{char.ToUpperInvariant(member[0])}{member[1..]}{ending}";
        if (_contract["shapes"]![name] is null && _shapes[name] is null)
            _shapes[name] = shape();
        return name;
    }

    private string AddEnumeration(string name)
    {
        if (_contract["shapes"]![name] is null && _shapes[name] is null)
            _shapes[name] = new JsonObject { ["type"] = "string", ["enum"] = _package["enums"]![name]!.DeepClone() };
        return name;
    }

    private string AddDocument()
    {
        if (_contract["shapes"]!["Document"] is null)
            _shapes["Document"] = new JsonObject
            {
                ["type"] = "structure",
                ["members"] = new JsonObject(),
                ["document"] = true,
            };
        return "Document";
    }

    // Contracts often have a simple shape under this name, but with bounds of its own.
    private string Simple(string name, string type, bool sensitive = false)
    {
        var shape = new JsonObject { ["type"] = type };
        if (sensitive)
            shape["sensitive"] = true;
        for (var candidate = name; ; candidate = "Plain" + candidate)
        {
            if ((_contract["shapes"]![candidate] ?? _shapes[candidate]) is { } known)
            {
                if (!JsonNode.DeepEquals(known, shape))
                    continue;
                return candidate;
            }

            _shapes[candidate] = shape;
            return candidate;
        }
    }

    private static bool IsLong(string member) =>
        ((string[])["At", "Time", "Offset", "Timestamp", "Size", "Bytes"]).Any(ending =>
            member.EndsWith(ending, StringComparison.Ordinal)
        );

    private string? Element(string name, string part) =>
        Shape(name)[part] is JsonObject reference ? Text(reference["shape"]) : null;

    private JsonObject Shape(string name) => _contract["shapes"]![name]!.AsObject();

    private static JsonObject Section(JsonObject parent, string name) =>
        parent[name] as JsonObject ?? (JsonObject)(parent[name] = new JsonObject());

    private static HashSet<string> Names(JsonNode? array) =>
        array?.AsArray().Select(Text).ToHashSet(StringComparer.Ordinal) ?? [];

    private static string Text(JsonNode? node) => node!.GetValue<string>();
}
