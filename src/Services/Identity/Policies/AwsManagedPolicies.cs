using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Estiba.Contracts;
using Estiba.Contracts.Iam;

namespace Estiba.Identity.Policies;

/// <summary>
/// The policies that AWS keeps for everybody ("AWS Managed Policy Reference Guide"), from
/// <c>contracts/aws-managed-policies.jsonl</c>.
/// </summary>
/// <remarks>
/// There are some 1,500 with three megabytes of documents: they stay in the assembly, where the index says, until one
/// is asked for.
/// </remarks>
internal static class AwsManagedPolicies
{
    private const string Resource = "Estiba.Identity.aws-managed-policies.jsonl";

    private static readonly Lazy<FrozenDictionary<string, AwsManagedPolicy>> ByResource = new(ReadIndex);

    /// <summary>All of them, by name.</summary>
    public static IEnumerable<AwsManagedPolicy> All =>
        ByResource.Value.Values.OrderBy(policy => policy.Name, StringComparer.Ordinal);

    /// <summary>The policy with this ARN, in whatever partition; null when AWS keeps none.</summary>
    public static AwsManagedPolicy? Find(string arn) =>
        ManagedPolicy.IsOfAws(arn) && Arn.TryParse(arn, out var parsed)
            ? ByResource.Value.GetValueOrDefault(parsed.Resource)
            : null;

    /// <summary>A part of the file.</summary>
    internal static byte[] Read(int offset, int length)
    {
        using var stream = Open();
        stream.Position = offset;
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static FrozenDictionary<string, AwsManagedPolicy> ReadIndex()
    {
        using var stream = Open();
        var file = new byte[stream.Length];
        stream.ReadExactly(file);
        var policies = new List<AwsManagedPolicy>();
        for (var begin = 0; begin < file.Length; )
        {
            var length = file.AsSpan(begin).IndexOf((byte)'\n');
            policies.Add(ReadLine(file.AsSpan(begin, length), begin));
            begin += length + 1;
        }

        return policies.ToFrozenDictionary(policy => $"policy{policy.Path}{policy.Name}", StringComparer.Ordinal);
    }

    // The document is the line's last member.
    private static AwsManagedPolicy ReadLine(ReadOnlySpan<byte> line, int offset)
    {
        var reader = new Utf8JsonReader(line);
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName)
                continue;
            var name = reader.GetString()!;
            reader.Read();
            if (name == "document")
                break;
            texts[name] = reader.GetString()!;
        }

        var document = (int)reader.TokenStartIndex;
        return new AwsManagedPolicy(
            texts["name"],
            texts["path"],
            texts["version"],
            JsonTime(texts["created"]),
            JsonTime(texts["updated"]),
            offset + document,
            line.Length - document - 1
        );
    }

    private static DateTimeOffset JsonTime(string text) =>
        DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static Stream Open() => typeof(AwsManagedPolicies).Assembly.GetManifestResourceStream(Resource)!;
}

/// <summary>A policy that AWS keeps, in its newest version.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Path">Its path.</param>
/// <param name="VersionId">The id of its default version.</param>
/// <param name="Created">When it was made.</param>
/// <param name="Updated">When its default version was made.</param>
/// <param name="Offset">Where in the file its document is.</param>
/// <param name="Length">The document's length.</param>
internal sealed record AwsManagedPolicy(
    string Name,
    string Path,
    string VersionId,
    DateTimeOffset Created,
    DateTimeOffset Updated,
    int Offset,
    int Length
)
{
    private const string IdLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>The ARN outside of China and the government's regions.</summary>
    public string Arn => ArnIn("aws");

    /// <summary>The ARN in a partition.</summary>
    public string ArnIn(string partition) =>
        new Arn("iam", "", "aws", $"policy{Path}{Name}") { Partition = partition }.ToString();

    /// <summary>Whether only AWS attaches it, to the roles of its services.</summary>
    public bool IsForServiceLinkedRoles => Path == Roles.ServiceLinkedRole.PathPrefix;

    /// <summary>The document of the default version.</summary>
    public string ReadDocument() => Encoding.UTF8.GetString(AwsManagedPolicies.Read(Offset, Length));

    /// <summary>What IAM tells of it, without who uses it.</summary>
    /// <param name="arn">How it was asked for.</param>
    public Policy Shown(string arn) =>
        new()
        {
            PolicyName = Name,
            PolicyId = Id(),
            Arn = arn,
            Path = Path,
            DefaultVersionId = VersionId,
            IsAttachable = true,
            CreateDate = Created,
            UpdateDate = Updated,
        };

    /// <summary>The default version, which is the only one that is known.</summary>
    public PolicyVersion ShownVersion() =>
        new()
        {
            Document = PolicyDocument.Encode(ReadDocument()),
            VersionId = VersionId,
            IsDefaultVersion = true,
            CreateDate = Updated,
        };

    // The same on every platform, as AWS's own are the same in every account.
    private string Id() =>
        "ANPA"
        + string.Concat(
            SHA256.HashData(Encoding.UTF8.GetBytes(Name)).Take(17).Select(part => IdLetters[part % IdLetters.Length])
        );
}
