using Estiba.Contracts;
using Estiba.Contracts.Logs;

namespace Estiba.Logs.Tags;

/// <summary>What the service description does not say of tags ("Tag log groups", CloudWatch Logs user guide).</summary>
internal static class GroupTags
{
    public const int MaxTags = 50;

    private static readonly TagRules<KeyValuePair<string, string>> Rules = new(
        tag => tag.Key,
        tag => tag.Value,
        new TagFaults
        {
            Reserved = key =>
                LogsErrors.InvalidParameterException(
                    $"aws: prefixed tag key names are not allowed for external use: {key}"
                ),
            TooMany = count => LogsErrors.InvalidParameterException(TooMany(count)),
        }
    )
    {
        Order = TagOrder.InPlace,
        Most = MaxTags,
    };

    public static void CheckKeys(IReadOnlyDictionary<string, string>? tags) => Rules.Check([.. tags ?? Nothing]);

    /// <summary>The tags of a group after others were put.</summary>
    /// <param name="tags">What it has.</param>
    /// <param name="added">What is put.</param>
    /// <param name="tooMany">How the operation says that there would be too many.</param>
    /// <exception cref="AwsException">A key is reserved, or there would be too many.</exception>
    public static Dictionary<string, string> Merge(
        IReadOnlyDictionary<string, string> tags,
        IReadOnlyDictionary<string, string> added,
        Func<string, AwsException> tooMany
    ) => Rules.Merge([.. tags], [.. added], count => tooMany(TooMany(count))).ToDictionary();

    public static Dictionary<string, string> Without(
        IReadOnlyDictionary<string, string> tags,
        IReadOnlyList<string> keys
    ) => Rules.Without([.. tags], keys).ToDictionary();

    private static Dictionary<string, string> Nothing { get; } = [];

    private static string TooMany(int count) =>
        $"The log group would have {count} tags; a resource has at most {MaxTags}.";
}
