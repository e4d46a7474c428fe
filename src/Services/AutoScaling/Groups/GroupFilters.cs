using Estiba.Contracts;
using Estiba.Contracts.AutoScaling;

namespace Estiba.AutoScaling.Groups;

/// <summary>Filters of lists: all of them must match, and of each one value.</summary>
internal static class GroupFilters
{
    private const string TagPrefix = "tag:";

    /// <summary>Which groups match.</summary>
    /// <exception cref="AwsException"><c>ValidationError</c>: there is no such filter.</exception>
    internal static Func<GroupRecord, bool> Compile(IReadOnlyList<Filter> filters) =>
        Compile<GroupRecord>(filters, name => name switch
            {
                "tag-key" => group => group.Tags.Select(tag => tag.Key),
                "tag-value" => group => group.Tags.Select(tag => tag.Value),
                _ when name.StartsWith(TagPrefix, StringComparison.Ordinal) => group =>
                    group.Tags.Where(tag => tag.Key == name[TagPrefix.Length..]).Select(tag => tag.Value),
                _ => null,
            });

    /// <summary>Which of anything match.</summary>
    /// <param name="filters">The filters.</param>
    /// <param name="valuesOf">What something has under a filter's name; null where there is no such filter.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>: there is no such filter.</exception>
    internal static Func<T, bool> Compile<T>(
        IReadOnlyList<Filter> filters,
        Func<string, Func<T, IEnumerable<string>>?> valuesOf
    )
    {
        var conditions = filters
            .Select<Filter, Func<T, bool>>(filter =>
            {
                var values = valuesOf(filter.Name ?? "")
                    ?? throw Validation.Error($"Filter type {filter.Name} is not correct.");
                var wanted = filter.Values ?? [];
                return item => values(item).Any(wanted.Contains);
            })
            .ToList();
        return item => conditions.TrueForAll(condition => condition(item));
    }
}
