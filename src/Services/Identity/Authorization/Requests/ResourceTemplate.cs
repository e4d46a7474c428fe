using Estiba.Contracts;

namespace Estiba.Identity.Authorization.Requests;

/// <summary>
/// A text with members of the request in it: <c>service/{cluster=default}/{services|last}</c>. Members in braces are
/// divided by commas, each counts; after a bar stands
/// what is taken of their values, and after an equals sign what stands for them when the request has none: the name of
/// a security group stands for its id there too.
/// </summary>
internal sealed class ResourceTemplate
{
    private readonly List<(string Text, Place? Place)> _pieces = [];

    /// <param name="template">The text.</param>
    public ResourceTemplate(string template)
    {
        var from = 0;
        while (template.IndexOf('{', from) is >= 0 and var open)
        {
            var close = template.IndexOf('}', open);
            if (open > from)
                _pieces.Add((template[from..open], null));
            _pieces.Add(("", Place.Parse(template[(open + 1)..close])));
            from = close + 1;
        }

        if (from < template.Length)
            _pieces.Add((template[from..], null));
    }

    /// <summary>The members of the request itself that it needs.</summary>
    public IEnumerable<string> Members =>
        _pieces.SelectMany(piece => piece.Place?.Members ?? []).Select(member => member.Split('.')[0]);

    /// <summary>The members that it needs, with their whole paths: for each place those that may fill it.</summary>
    internal IEnumerable<IReadOnlyList<string>> Alternatives =>
        _pieces
            .Select(piece => piece.Place?.Members)
            .OfType<string[]>()
            .Where(members => !Place.IsOfCaller(members[0]));

    /// <summary>
    /// The text for each combination of values; none when a member is missing for which nothing stands.
    /// </summary>
    /// <param name="members">The request.</param>
    /// <param name="caller">Whose account and region it is.</param>
    /// <param name="names">Finds out how the resources of IAM are called.</param>
    public IReadOnlyList<string> Expand(RequestMembers members, CallContext caller, IEntityNames names)
    {
        IReadOnlyList<string> texts = [""];
        foreach (var (text, place) in _pieces)
        {
            var values = place is null ? [text] : place.Values(members, caller, names);
            texts =
                texts.Count == 1 && values.Count == 1
                    ? [texts[0] + values[0]]
                    : [.. texts.SelectMany(begun => values.Select(value => begun + value))];
        }

        return texts;
    }

    private sealed record Place(string[] Members, string? Take, string? Default)
    {
        private const string Any = "*";
        private const string Partition = "partition";
        private const string Region = "region";
        private const string Account = "account";

        public static bool IsOfCaller(string member) => member is Partition or Region or Account;

        public static Place Parse(string text)
        {
            var (rest, instead) = text.Split('=', 2) is [var before, var after] ? (before, after) : (text, null);
            var (members, take) = rest.Split('|', 2) is [var names, var part] ? (names, part) : (rest, null);
            return new Place(members.Split(','), take, instead);
        }

        public IReadOnlyList<string> Values(RequestMembers members, CallContext caller, IEntityNames names)
        {
            if (IsOfCaller(Members[0]))
            {
                return Members[0] switch
                {
                    Partition => [Arn.PartitionOf(caller.Region)],
                    Region => [caller.Region],
                    _ => [caller.AccountId],
                };
            }

            var given = Members.SelectMany(members.ValuesOf).Where(value => value.Length > 0);
            List<string> values = [.. given.SelectMany(value => Parts(value, caller, names))];
            if (values.Count > 0)
                return values;
            if (Default is not null)
                return [Take == "security-group" && Default != Any ? names.SecurityGroupOf(Default, caller) : Default];
            return Take is "user" or "user-name" && names.Own(caller) is { } own
                ? [Take == "user" ? own.Resource : own.Name]
                : [];
        }

        // A key pair may have the name that is another one's id: then both are meant.
        private IEnumerable<string> Parts(string value, CallContext caller, IEntityNames names) =>
            Take == "key-pair"
                ? new[] { value, names.KeyPairOf(value, caller) }.Distinct(StringComparer.Ordinal)
                : [Part(value, caller, names)];

        private string Part(string value, CallContext caller, IEntityNames names) =>
            Take switch
            {
                null => NameOf(value),
                "last" => value[(value.LastIndexOf('/') + 1)..],
                "resource" => Arn.TryParse(value, out var arn) ? arn.Resource : value,
                "group" => LogGroupOf(value),
                "ec2" when value.StartsWith("key-", StringComparison.Ordinal) =>
                    $"key-pair/{names.KeyPairOf(value, caller)}",
                "ec2" => Ec2Resources.Of(value),
                "security-group" => names.SecurityGroupOf(value, caller),
                "revision" => NameOf(value) is var name && name.Contains(':', StringComparison.Ordinal)
                    ? name
                    : names.RevisionOf(name, caller),
                "arn" or "user-name" => value,
                _ => names.ResourceOf(Take, value, caller),
            };

        // A resource may be named by its ARN where its name would do: what counts is the name, for whose account and
        // region it is is the caller's.
        private static string NameOf(string value) =>
            Arn.TryParse(value, out var arn) && arn.ResourceName.Length > 0 ? arn.ResourceName : value;

        private static string LogGroupOf(string value)
        {
            const string Everything = ":*";
            var name = NameOf(value);
            return Arn.IsArn(value) && name.EndsWith(Everything, StringComparison.Ordinal)
                ? name[..^Everything.Length]
                : name;
        }
    }
}

/// <summary>
/// Finds out how resources are called that requests name by less: the paths of users and roles are part of their ARNs,
/// and so are revisions.
/// </summary>
internal interface IEntityNames
{
    /// <summary>What stands for an entity in its ARN: <c>role/path/name</c>.</summary>
    /// <param name="kind"><c>user</c>, <c>role</c>, <c>user-group</c> or <c>instance-profile</c>.</param>
    /// <param name="name">Its name.</param>
    /// <param name="caller">Whose account it is in.</param>
    string ResourceOf(string kind, string name, CallContext caller);

    /// <summary>
    /// The revision that a family of task definitions means, <c>family:revision</c>; with a star where there is none.
    /// </summary>
    string RevisionOf(string family, CallContext caller);

    /// <summary>The id of a security group that is called by its name in the default VPC, or by its id.</summary>
    string SecurityGroupOf(string nameOrId, CallContext caller);

    /// <summary>The name of the key pair that has this id; what was given where none has.</summary>
    string KeyPairOf(string nameOrId, CallContext caller);

    /// <summary>The user who calls; null for every other caller.</summary>
    (string Resource, string Name)? Own(CallContext caller);
}
