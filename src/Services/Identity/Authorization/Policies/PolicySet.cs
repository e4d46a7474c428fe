using System.Collections.Concurrent;

namespace Estiba.Identity.Authorization.Policies;

/// <summary>
/// The policies of one kind that count for a principal, together: what one denies is denied, and what one allows is
/// allowed.
/// </summary>
/// <remarks>
/// Which statements speak of an action at all is found out once for each action, and which of those may mean a resource
/// is looked up: a thousand policies cost little.
/// </remarks>
internal sealed class PolicySet
{
    private readonly PolicyStatement[] _statements;
    private readonly ConcurrentDictionary<string, Concerned> _byAction = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="documents">The documents.</param>
    public PolicySet(IReadOnlyCollection<string> documents)
    {
        _statements = [.. documents.SelectMany(PolicyParser.Parse)];
        AsksForTags = documents.Any(document => document.Contains(":ResourceTag/", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Whether a statement asks for tags of resources, which have to be looked up.</summary>
    public bool AsksForTags { get; }

    /// <summary>Whether a statement denies it.</summary>
    public bool Denies(AccessRequest request) => Of(request.Action).Denying.Any(request);

    /// <summary>Whether a statement allows it.</summary>
    public bool Allows(AccessRequest request) => Of(request.Action).Allowing.Any(request);

    private Concerned Of(string action) =>
        _byAction.GetOrAdd(
            action,
            static (action, statements) =>
            {
                var concerned = Array.FindAll(statements, statement => statement.Concerns(action));
                return new Concerned(
                    new StatementIndex(concerned.Where(statement => !statement.Allows)),
                    new StatementIndex(concerned.Where(statement => statement.Allows))
                );
            },
            _statements
        );

    private sealed record Concerned(StatementIndex Denying, StatementIndex Allowing);
}

/// <summary>One action on one resource, as policies are asked about it.</summary>
/// <param name="Action">As IAM names it.</param>
/// <param name="Names">The names that the resource has: the one that refusals tell, and others by which policies may
/// mean it too.</param>
/// <param name="Keys">What is known of the request.</param>
internal sealed record AccessRequest(string Action, IReadOnlyList<string> Names, IConditionKeys Keys);
