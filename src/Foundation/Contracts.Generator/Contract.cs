using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace Estiba.Contracts.Generator;

/// <summary>One contract file as the generator sees it: a service's facts with C# names worked out.</summary>
internal sealed class Contract
{
    private Contract(JsonElement root, TypedOperations typed)
    {
        Service = root.GetProperty("service").GetString()!;
        Metadata = root.GetProperty("metadata");
        Name = Fact("name") ?? Names.Pascal(Service);
        foreach (var shape in root.GetProperty("shapes").EnumerateObject())
            Shapes.Add(shape.Name, new Shape(shape.Name, shape.Value, Name));
        foreach (var operation in root.GetProperty("operations").EnumerateObject())
        {
            var added = new Operation(operation.Name, operation.Value);
            if (added.Input is { } input)
                added.Required.AddRange(Shapes[input].RequiredBindings);
            AllOperations.Add(added);
        }

        Operations.AddRange(AllOperations.Where(operation => typed.Has(operation.Name)));
        if (typed.Unknown(AllOperations.Select(operation => operation.Name)) is { } unknown)
            throw new InvalidOperationException($"{Service} has no operation {unknown} that could get types.");
        if (AllOperations.Count > 0)
            LeaveUnusedShapes();
        AddEmptyShapes();
        AddErrorDetails();
        MarkInputs();
    }

    /// <summary>The service's name in lower case, as in its ARNs and the credential scope: <c>ecs</c>.</summary>
    internal string Service { get; }

    /// <summary>The service's name in C#: <c>Ecs</c>.</summary>
    internal string Name { get; }

    internal JsonElement Metadata { get; }

    internal Dictionary<string, Shape> Shapes { get; } = new(StringComparer.Ordinal);

    /// <summary>Every operation that AWS has.</summary>
    internal List<Operation> AllOperations { get; } = new();

    /// <summary>The operations that somebody implements or calls, which alone get C# types.</summary>
    internal List<Operation> Operations { get; } = new();

    /// <summary>The protocols that the service speaks, in its own order.</summary>
    internal string[] Protocols =>
        Metadata.TryGetProperty("protocols", out var all)
            ? all.EnumerateArray().Select(protocol => protocol.GetString()!).ToArray()
            : new[] { Fact("protocol")! };

    internal bool IsRest => Protocols.Any(protocol => protocol.StartsWith("rest-", StringComparison.Ordinal));

    internal bool IsQueryCompatible => Metadata.TryGetProperty("awsQueryCompatible", out _);

    /// <summary>
    /// What becomes a record: structures, and errors only where an event stream carries them as members.
    /// </summary>
    internal IEnumerable<Shape> Structures =>
        Shapes.Values.Where(shape => shape.IsStructure && (!shape.IsException || IsMember(shape)));

    internal static Contract Parse(string json, TypedOperations typed)
    {
        using var document = JsonDocument.Parse(json);
        return new Contract(document.RootElement.Clone(), typed);
    }

    internal string? Fact(string name) =>
        Metadata.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;

    internal int? Number(string name) => Metadata.TryGetProperty(name, out var value) ? value.GetInt32() : null;

    /// <summary>Whether a structure has a member that is passed on while it comes.</summary>
    internal bool HasStream(string? shape) =>
        shape is not null && Shapes.TryGetValue(shape, out var structure) && structure.Members.Any(IsStream);

    /// <summary>Whether a member is a stream of bytes.</summary>
    internal bool IsStream(Member member) =>
        Shapes[member.Shape].Type == "blob" && (member.IsStreaming || Shapes[member.Shape].IsStreaming);

    private bool IsMember(Shape shape) =>
        Shapes.Values.Any(other => other.Members.Any(member => member.Shape == shape.Name));

    // Types cost the compiler and the program: only what a typed operation reaches has one.
    private void LeaveUnusedShapes()
    {
        var used = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>(Operations.SelectMany(operation => operation.References));
        while (waiting.Count > 0)
        {
            var shape = waiting.Pop();
            if (!used.Add(shape))
                continue;
            foreach (var reference in Shapes[shape].References)
                waiting.Push(reference);
        }

        foreach (var shape in Shapes.Keys.Where(shape => !used.Contains(shape)).ToList())
            Shapes.Remove(shape);
    }

    // Every operation gets a request and a response type, so that an operation that gains a field later keeps its
    // signature.
    private void AddEmptyShapes()
    {
        var empty = JsonDocument.Parse("{\"type\":\"structure\",\"members\":{}}").RootElement;
        foreach (var operation in Operations)
        {
            operation.Input ??= Add(operation.Name + "Request");
            operation.Output ??= Add(operation.Name + "Response");
        }

        string Add(string name)
        {
            if (!Shapes.ContainsKey(name))
                Shapes.Add(name, new Shape(name, empty, Name));
            return name;
        }
    }

    // What an error has beyond its message is a structure like any other.
    private void AddErrorDetails()
    {
        foreach (var shape in Shapes.Values.Where(shape => shape.IsException).ToList())
        {
            if (shape.Details() is { } details)
                Shapes.Add(details.Name, details);
        }
    }

    private void MarkInputs()
    {
        var waiting = new Stack<string>(Operations.Select(operation => operation.Input!));
        while (waiting.Count > 0)
        {
            var shape = Shapes[waiting.Pop()];
            if (shape.IsInput)
                continue;
            shape.IsInput = true;
            foreach (var reference in shape.References)
                waiting.Push(reference);
        }

        // Whether validating a structure can ever find something; a cycle counts as "not by itself".
        for (var changed = true; changed; )
        {
            changed = false;
            foreach (var shape in Shapes.Values.Where(shape => shape.IsInput && !shape.IsConstrained))
            {
                if (!shape.HasOwnConstraint && !shape.References.Any(reference => Shapes[reference].IsConstrained))
                    continue;
                shape.IsConstrained = true;
                changed = true;
            }
        }
    }
}

/// <summary>One operation of a service.</summary>
internal sealed class Operation
{
    private readonly JsonElement _facts;

    internal Operation(string name, JsonElement facts)
    {
        Name = name;
        _facts = facts;
        Input = ShapeOf(facts, "input");
        Output = ShapeOf(facts, "output");
        HasOutput = Output is not null;
        if (facts.TryGetProperty("output", out var output) && output.TryGetProperty("resultWrapper", out var wrapper))
            ResultWrapper = wrapper.GetString();
        if (facts.TryGetProperty("authtype", out var auth))
            Anonymous = auth.GetString() == "none";
    }

    internal string Name { get; }
    internal string? Input { get; set; }
    internal string? Output { get; set; }

    /// <summary>Whether the contract knows an answer, even one without members.</summary>
    internal bool HasOutput { get; }

    internal string? ResultWrapper { get; }
    internal bool Anonymous { get; }

    /// <summary>The HTTP method.</summary>
    internal string Method => Http("method") ?? "POST";

    /// <summary>The path with its labels, and the query that belongs to it.</summary>
    internal string Uri => Http("requestUri") ?? "/";

    /// <summary>The status of an answer.</summary>
    internal int Status =>
        _facts.TryGetProperty("http", out var http) && http.TryGetProperty("responseCode", out var code)
            ? code.GetInt32()
            : 200;

    /// <summary>What clients put in front of the host's name.</summary>
    internal string? HostPrefix =>
        _facts.TryGetProperty("endpoint", out var endpoint) && endpoint.TryGetProperty("hostPrefix", out var prefix)
            ? prefix.GetString()
            : null;

    /// <summary>The element around the members of a request in XML.</summary>
    internal string? InputElement => InputFact("locationName");

    /// <summary>The namespace of that element.</summary>
    internal string? InputNamespace =>
        _facts.TryGetProperty("input", out var input) && input.TryGetProperty("xmlNamespace", out var space)
            ? Namespaces.Of(space)
            : null;

    /// <summary>
    /// The names in the query and the headers that a request must have: <c>?uploadId</c>, <c>x-amz-copy-source</c>.
    /// </summary>
    internal List<string> Required { get; } = new();

    internal IEnumerable<string> References
    {
        get
        {
            foreach (var shape in new[] { Input, Output })
                if (shape is not null)
                    yield return shape;
            if (_facts.TryGetProperty("errors", out var errors))
                foreach (var error in errors.EnumerateArray())
                    yield return error.GetString()!;
        }
    }

    private string? Http(string name) =>
        _facts.TryGetProperty("http", out var http) && http.TryGetProperty(name, out var value)
            ? value.GetString()
            : null;

    private string? InputFact(string name) =>
        _facts.TryGetProperty("input", out var input) && input.TryGetProperty(name, out var value)
            ? value.GetString()
            : null;

    private static string? ShapeOf(JsonElement facts, string part) =>
        facts.TryGetProperty(part, out var reference) ? reference.GetProperty("shape").GetString() : null;
}
