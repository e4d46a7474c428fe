using System.Text.Json.Nodes;

namespace Estiba.ContractImporter;

/// <summary>Turns a service description into a contract: the facts a program needs, without a word of prose.</summary>
internal static class ContractImport
{
    private static readonly string[] Metadata =
    [
        "apiVersion",
        "awsQueryCompatible",
        "endpointPrefix",
        "jsonVersion",
        "protocol",
        "protocols",
        "serviceId",
        "signingName",
        "targetPrefix",
        "xmlNamespace",
    ];
    private static readonly string[] OperationFacts = ["http", "input", "output", "errors", "authtype", "endpoint"];
    private static readonly string[] ShapeFacts =
    [
        "type",
        "required",
        "members",
        "member",
        "key",
        "value",
        "enum",
        "min",
        "max",
        "pattern",
        "sensitive",
        "exception",
        "error",
        "fault",
        "flattened",
        "timestampFormat",
        "union",
        "document",
        "eventstream",
        "event",
        "locationName",
        "payload",
        "streaming",
        "xmlNamespace",
    ];
    private static readonly string[] ChosenMetadata =
    [
        "errors",
        "largestRequest",
        "name",
        "protocols",
        "resourceUrl",
        "validation",
        "virtualHost",
        "xmlNamespace",
    ];
    private static readonly string[] MemberFacts =
    [
        "shape",
        "location",
        "locationName",
        "queryName",
        "flattened",
        "timestampFormat",
        "idempotencyToken",
        "xmlAttribute",
        "xmlNamespace",
        "jsonvalue",
        "streaming",
        "eventheader",
        "eventpayload",
    ];

    /// <summary>The contract of one service.</summary>
    /// <param name="service">The folder name of the description, for example <c>ecs</c>.</param>
    /// <param name="description">The whole description.</param>
    /// <param name="choice"> From services.json: the service's name in C#, how it words a validation failure, its
    /// largest request, whether its errors stand alone in their documents, the label of a path that clients put in
    /// front of the host, the protocols that it speaks beside those that it tells and the namespace of their XML,
    /// the member that is the URL of a resource, to which requests may be sent,
    /// members that agents send although the public description leaves them out, the patterns that
    /// the service tells where those are not the ones that it goes by, and the required members that it looks at
    /// itself, with a code and words of their own, as well as the enumerations whose values it does, the required
    /// members whose empty text is not as good as none, and the subjects of its sentences about the values of
    /// enumerations, where those are not the member's words.
    /// </param>
    internal static JsonObject Import(string service, JsonObject description, JsonObject choice)
    {
        var allOperations = description["operations"]!.AsObject();
        var operations = new JsonObject();
        foreach (var (name, facts) in allOperations.OrderBy(operation => operation.Key, StringComparer.Ordinal))
            operations[name] = OperationOf(facts!.AsObject());

        foreach (var (shape, members) in choice["members"]?.AsObject() ?? [])
        foreach (var (name, member) in members!.AsObject())
            description["shapes"]![shape]!["members"]![name] = member!.DeepClone();

        var shapes = ReachableShapes(description["shapes"]!.AsObject(), operations);
        foreach (var (shape, pattern) in choice["shownPatterns"]?.AsObject() ?? [])
            shapes[shape]!["shownPattern"] = pattern!.DeepClone();
        foreach (var (shape, subject) in choice["subjects"]?.AsObject() ?? [])
            shapes[shape]!["subject"] = subject!.DeepClone();
        foreach (var (shape, members) in choice["mayBeEmpty"]?.AsObject() ?? [])
        foreach (var member in members!.AsArray())
            shapes[shape]!["members"]![member!.GetValue<string>()]!["mayBeEmpty"] = true;
        foreach (var shape in choice["ownValues"]?.AsArray() ?? [])
            shapes[shape!.GetValue<string>()]!.AsObject().Remove("enum");
        foreach (var (shape, members) in choice["ownChecks"]?.AsObject() ?? [])
            LeaveToService(shapes[shape]!.AsObject(), members!.AsArray());

        var metadata = Keep(description["metadata"]!.AsObject(), Metadata);
        foreach (var fact in ChosenMetadata.Where(choice.ContainsKey))
            metadata[fact] = choice[fact]?.DeepClone();
        return new JsonObject
        {
            ["service"] = service,
            ["metadata"] = metadata,
            ["operations"] = operations,
            ["shapes"] = shapes,
        };
    }

    private static void LeaveToService(JsonObject shape, JsonArray members)
    {
        var own = members.Select(member => member!.GetValue<string>()).ToHashSet(StringComparer.Ordinal);
        var left = shape["required"]!
            .AsArray()
            .Where(member => !own.Contains(member!.GetValue<string>()))
            .Select(member => member!.DeepClone())
            .ToArray();
        if (left.Length == 0)
            shape.Remove("required");
        else
            shape["required"] = new JsonArray(left);
    }

    private static JsonObject OperationOf(JsonObject source)
    {
        var operation = Keep(source, OperationFacts);
        foreach (var part in (string[])["input", "output"])
            if (operation[part] is JsonObject reference)
                operation[part] = Keep(reference, ["shape", "resultWrapper", "locationName", "xmlNamespace"]);
        if (operation["errors"] is JsonArray errors)
            operation["errors"] = new JsonArray([
                .. errors.Select(ErrorName).Distinct(StringComparer.Ordinal).Select(error => (JsonNode)error),
            ]);
        return operation;
    }

    // A description refers to a shape, an addition names it.
    private static string ErrorName(JsonNode? error) =>
        (error is JsonObject reference ? reference["shape"] : error)!.GetValue<string>();

    private static JsonObject ReachableShapes(JsonObject all, JsonObject operations)
    {
        var reached = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        var waiting = new Stack<string>();
        foreach (var (_, operation) in operations)
        {
            foreach (var part in (string[])["input", "output"])
                if (operation![part]?["shape"] is { } shape)
                    waiting.Push(shape.GetValue<string>());
            foreach (var error in operation!["errors"]?.AsArray() ?? [])
                waiting.Push(error!.GetValue<string>());
        }

        while (waiting.TryPop(out var name))
        {
            if (reached.ContainsKey(name))
                continue;
            var shape = ShapeOf(all[name]!.AsObject());
            reached[name] = shape;
            foreach (var reference in References(shape))
                waiting.Push(reference["shape"]!.GetValue<string>());
        }

        return new JsonObject(reached.Select(entry => KeyValuePair.Create(entry.Key, (JsonNode?)entry.Value)));
    }

    private static JsonObject ShapeOf(JsonObject source)
    {
        var shape = Keep(source, ShapeFacts);
        if (shape["members"] is JsonObject members)
            shape["members"] = new JsonObject(
                members.Select(member =>
                    KeyValuePair.Create(member.Key, (JsonNode?)Keep(member.Value!.AsObject(), MemberFacts))
                )
            );
        foreach (var part in (string[])["member", "key", "value"])
            if (shape[part] is JsonObject reference)
                shape[part] = Keep(reference, MemberFacts);
        return shape;
    }

    private static IEnumerable<JsonObject> References(JsonObject shape)
    {
        foreach (var (_, member) in shape["members"]?.AsObject() ?? [])
            yield return member!.AsObject();
        foreach (var part in (string[])["member", "key", "value"])
            if (shape[part] is JsonObject reference)
                yield return reference;
    }

    private static JsonObject Keep(JsonObject source, string[] names) =>
        new(names.Where(source.ContainsKey).Select(name => KeyValuePair.Create(name, source[name]?.DeepClone())));
}
