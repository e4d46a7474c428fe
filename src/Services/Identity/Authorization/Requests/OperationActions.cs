using System.Collections.Concurrent;
using System.Text.Json;
using Estiba.Contracts;

namespace Estiba.Identity.Authorization.Requests;

/// <summary>
/// Which actions an operation is, and of which resources: the facts of AWS's Service Authorization Reference, from
/// <c>contracts/authorization</c>. An operation that
/// is not there is the action of its name, on every resource.
/// </summary>
internal sealed class OperationActions
{
    private static readonly ConcurrentDictionary<string, OperationActions> Services = new(StringComparer.Ordinal);

    private readonly Dictionary<string, OperationAccess> _operations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ResourceTemplate> _conditions = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, OperationAccess> _unlisted = new(StringComparer.Ordinal);
    private readonly string _service;

    private OperationActions(string service, JsonElement? facts)
    {
        _service = service;
        if (facts is not { } known)
            return;
        CreateAction = known.TryGetProperty("createAction", out var name) ? name.GetString() : null;
        if (known.TryGetProperty("conditions", out var conditions))
        {
            foreach (var condition in conditions.EnumerateObject())
            {
                var text = condition.Value.GetString()!;
                var template = new ResourceTemplate(
                    text.StartsWith('@') ? known.GetProperty("arn").GetString() + text[1..] : text
                );
                _conditions.Add(condition.Name, template);
            }
        }

        var reader = new FactReader(service, known, [.. _conditions.Values.SelectMany(condition => condition.Members)]);
        foreach (var operation in known.GetProperty("operations").EnumerateObject())
            _operations.Add(operation.Name, reader.Read(operation.Name, operation.Value));
    }

    /// <summary>
    /// The condition key that says which operation a resource is tagged by when it is made: <c>ecs:CreateAction</c>.
    /// </summary>
    public string? CreateAction { get; }

    /// <summary>The operations that are listed.</summary>
    public IReadOnlyDictionary<string, OperationAccess> Listed => _operations;

    /// <summary>The facts of a service.</summary>
    /// <param name="service">Its name in ARNs.</param>
    public static OperationActions Of(string service) => Services.GetOrAdd(service, static service =>
        {
            using var file = typeof(OperationActions).Assembly.GetManifestResourceStream(
                $"authorization/{service}.json"
            );
            if (file is null)
                return new OperationActions(service, facts: null);
            using var json = JsonDocument.Parse(file);
            return new OperationActions(service, json.RootElement);
        });

    /// <summary>What an operation is to IAM.</summary>
    public OperationAccess Find(string operation) =>
        _operations.TryGetValue(operation, out var listed)
            ? listed
            : _unlisted.GetOrAdd(operation, name => OperationAccess.OnEverything($"{_service}:{name}"));

    /// <summary>The values of one of the service's own condition keys; null when the request has none.</summary>
    public IReadOnlyList<string>? ValuesOf(
        string key,
        RequestMembers members,
        CallContext caller,
        IEntityNames names
    ) =>
        _conditions.TryGetValue(key, out var condition)
        && condition.Expand(members, caller, names) is { Count: > 0 } values
            ? values
            : null;

    private sealed class FactReader(string service, JsonElement facts, string[] conditionMembers)
    {
        private const string Everything = "*";
        private readonly string _arn = facts.GetProperty("arn").GetString()!;

        public OperationAccess Read(string operation, JsonElement access)
        {
            var parts = access.ValueKind == JsonValueKind.Object;
            var action =
                parts && access.TryGetProperty("action", out var other) ? other.GetString()! : $"{service}:{operation}";
            var resources = Resources(parts ? access.GetProperty("on") : access);
            var tagging = parts && access.TryGetProperty("tag", out var tag) ? tag.GetString() : null;
            var tagged = parts && access.TryGetProperty("tagged", out var others) ? Resources(others) : resources;
            return new OperationAccess
            {
                Action = action,
                IsFree = access.ValueKind == JsonValueKind.Array && access.GetArrayLength() == 0,
                Resources = resources,
                TagAction = tagging,
                TaggedResources = tagged,
                Members = resources
                    .Concat(tagged)
                    .SelectMany(names => names)
                    .SelectMany(name => name.Members)
                    .Concat(conditionMembers)
                    .Concat(OperationAccess.TagMembers)
                    .ToHashSet(StringComparer.Ordinal),
            };
        }

        private List<ResourceTemplate[]> Resources(JsonElement element) =>
            element.ValueKind == JsonValueKind.Array
                ? [.. element.EnumerateArray().Select(item => Names(item.GetString()!))]
            : element.GetString() == Everything ? []
            : [Names(element.GetString()!)];

        /// <summary>
        /// The names of a resource: those of a type that the facts list, or the one that is written here.
        /// </summary>
        private ResourceTemplate[] Names(string resource)
        {
            if (!facts.GetProperty("resources").TryGetProperty(resource, out var type))
                return [Template(resource)];
            return type.ValueKind == JsonValueKind.Array
                ? [.. type.EnumerateArray().Select(name => Template(name.GetString()!))]
                : [Template(type.GetString()!)];
        }

        // What begins with an equals sign is not of the service's account and region.
        private ResourceTemplate Template(string text) => new(text.StartsWith('=') ? text[1..] : _arn + text);
    }
}

/// <summary>What an operation is to IAM.</summary>
internal sealed record OperationAccess
{
    /// <summary>Where requests have tags, and keys of tags.</summary>
    public static readonly IReadOnlySet<string> TagMembers = new HashSet<string>(StringComparer.Ordinal)
    {
        "tags",
        "Tags",
        "TagSpecifications",
        "tagKeys",
        "TagKeys",
    };

    /// <summary>The action.</summary>
    public required string Action { get; init; }

    /// <summary>Whether everybody may, or the operation itself decides.</summary>
    public bool IsFree { get; init; }

    /// <summary>
    /// The resources that it concerns, each with its names; none when it concerns none in particular.
    /// </summary>
    public required IReadOnlyList<ResourceTemplate[]> Resources { get; init; }

    /// <summary>The action that giving tags to what is made needs besides; null for none.</summary>
    public string? TagAction { get; init; }

    /// <summary>What gets those tags.</summary>
    public required IReadOnlyList<ResourceTemplate[]> TaggedResources { get; init; }

    /// <summary>The members of the request that a decision needs.</summary>
    public required IReadOnlySet<string> Members { get; init; }

    public static OperationAccess OnEverything(string action) =>
        new()
        {
            Action = action,
            Resources = [],
            TaggedResources = [],
            Members = TagMembers,
        };
}
