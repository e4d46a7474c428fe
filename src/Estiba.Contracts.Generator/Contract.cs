using System;
using System.Collections.Generic;
using System.Linq;
using System.Text.Json;

namespace Estiba.Contracts.Generator;

/// <summary>One contract file as the generator sees it: a service's facts with C# names worked out.</summary>
internal sealed class Contract
{
    private Contract(JsonElement root)
    {
        Service = root.GetProperty("service").GetString()!;
        Name = Names.Pascal(Service);
        Metadata = root.GetProperty("metadata");
        foreach (var shape in root.GetProperty("shapes").EnumerateObject())
            Shapes.Add(shape.Name, new Shape(shape.Name, shape.Value, Name));
        foreach (var operation in root.GetProperty("operations").EnumerateObject())
            Operations.Add(new Operation(operation.Name, operation.Value));
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

    internal List<Operation> Operations { get; } = new();

    /// <summary>What becomes a record: structures, and errors only where an event stream carries them as members.</summary>
    internal IEnumerable<Shape> Structures => Shapes.Values.Where(shape => shape.IsStructure && (!shape.IsException || IsMember(shape)));

    internal static Contract Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new Contract(document.RootElement.Clone());
    }

    internal string? Fact(string name) => Metadata.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private bool IsMember(Shape shape) => Shapes.Values.Any(other => other.Members.Any(member => member.Shape == shape.Name));

    // Every operation gets a request and a response type, so that an operation that gains a field later keeps its signature.
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
            if (!Shapes.ContainsKey(name)) Shapes.Add(name, new Shape(name, empty, Name));
            return name;
        }
    }

    // What an error has beyond its message is a structure like any other.
    private void AddErrorDetails()
    {
        foreach (var shape in Shapes.Values.Where(shape => shape.IsException).ToList())
        {
            if (shape.Details() is { } details) Shapes.Add(details.Name, details);
        }
    }

    private void MarkInputs()
    {
        var waiting = new Stack<string>(Operations.Select(operation => operation.Input!));
        while (waiting.Count > 0)
        {
            var shape = Shapes[waiting.Pop()];
            if (shape.IsInput) continue;
            shape.IsInput = true;
            foreach (var reference in shape.References) waiting.Push(reference);
        }

        // Whether validating a structure can ever find something; a cycle counts as "not by itself".
        for (var changed = true; changed;)
        {
            changed = false;
            foreach (var shape in Shapes.Values.Where(shape => shape.IsInput && !shape.IsConstrained))
            {
                if (!shape.HasOwnConstraint && !shape.References.Any(reference => Shapes[reference].IsConstrained)) continue;
                shape.IsConstrained = true;
                changed = true;
            }
        }
    }
}

/// <summary>One operation of a service.</summary>
internal sealed class Operation
{
    internal Operation(string name, JsonElement facts)
    {
        Name = name;
        Input = ShapeOf(facts, "input");
        Output = ShapeOf(facts, "output");
        HasOutput = Output is not null;
        if (facts.TryGetProperty("output", out var output) && output.TryGetProperty("resultWrapper", out var wrapper)) ResultWrapper = wrapper.GetString();
        if (facts.TryGetProperty("authtype", out var auth)) Anonymous = auth.GetString() == "none";
    }

    internal string Name { get; }
    internal string? Input { get; set; }
    internal string? Output { get; set; }

    /// <summary>Whether the contract knows an answer, even one without members.</summary>
    internal bool HasOutput { get; }

    internal string? ResultWrapper { get; }
    internal bool Anonymous { get; }

    private static string? ShapeOf(JsonElement facts, string part) =>
        facts.TryGetProperty(part, out var reference) ? reference.GetProperty("shape").GetString() : null;
}
