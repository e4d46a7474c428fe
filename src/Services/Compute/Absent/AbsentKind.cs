using Estiba.Compute.Describing;
using Estiba.Contracts;
using Estiba.Contracts.Ec2;

namespace Estiba.Compute.Absent;

/// <summary>A kind of resource that nobody can make here yet: a request to describe it is checked like any other, and
/// finds none.</summary>
internal sealed class AbsentKind
{
    private readonly ResourceKind? _kind;
    private readonly FilterSet<object> _filters;

    /// <param name="kind">How EC2 says that there is none; null where nothing is asked for by id.</param>
    /// <param name="hasTags">Whether tags are filtered by, too.</param>
    /// <param name="filters">The names of the operation's filters.</param>
    public AbsentKind(ResourceKind? kind, bool hasTags, params ReadOnlySpan<string> filters)
    {
        var values = new FilterValues<object>();
        foreach (var name in filters)
            values.Add(name);
        _kind = kind;
        _filters = new FilterSet<object>(values, hasTags ? static _ => [] : null);
    }

    /// <summary>How many a page holds at least, and at most.</summary>
    public (int Least, int Greatest) Page { get; init; } = (5, 1000);

    /// <exception cref="AwsException">A bad filter, size of a page or token; a dry run; an id, which nothing
    /// has.</exception>
    public void Describe(
        IReadOnlyList<string>? ids,
        IReadOnlyList<Filter>? filters,
        int? most,
        string? token,
        bool? dryRun
    )
    {
        Describing.Page.CheckMaxResults(most, Page.Least, Page.Greatest);
        _filters.Compile(filters);
        Ec2Requests.EndDryRun(dryRun);
        // There never was a first page.
        if (!string.IsNullOrEmpty(token))
            throw Ec2Requests.Invalid("Unable to parse pagination token");
        _kind?.Require(ids, _ => false);
    }
}
