namespace Estiba.Identity.Authorization.Policies;

/// <summary>
/// Statements that speak of one action, found by what their resources begin with: of a thousand that name a resource
/// each, only those are asked that may mean the one
/// in question.
/// </summary>
internal sealed class StatementIndex
{
    private readonly Dictionary<string, List<PolicyStatement>>.AlternateLookup<ReadOnlySpan<char>> _byBeginning;
    private readonly int[] _lengths;
    private readonly PolicyStatement[] _others;

    public StatementIndex(IEnumerable<PolicyStatement> statements)
    {
        var byBeginning = new Dictionary<string, List<PolicyStatement>>(StringComparer.Ordinal);
        var others = new List<PolicyStatement>();
        foreach (var statement in statements)
        {
            if (statement.Resources is not { IsNegated: false } resources)
            {
                others.Add(statement);
                continue;
            }

            var beginnings = resources.Items.Select(resource => resource.Beginning);
            foreach (var beginning in beginnings.Distinct(StringComparer.Ordinal))
            {
                if (!byBeginning.TryGetValue(beginning, out var same))
                    byBeginning[beginning] = same = [];
                same.Add(statement);
            }
        }

        _byBeginning = byBeginning.GetAlternateLookup<ReadOnlySpan<char>>();
        _lengths = [.. byBeginning.Keys.Select(beginning => beginning.Length).Distinct().Order()];
        _others = [.. others];
    }

    /// <summary>Whether a statement speaks of one of the names of a resource, and its conditions hold.</summary>
    public bool Any(AccessRequest request)
    {
        foreach (var statement in _others)
            if (statement.Holds(request.Names, request.Keys))
                return true;

        foreach (var name in request.Names)
        {
            foreach (var length in _lengths)
            {
                if (length > name.Length)
                    break;
                if (_byBeginning.TryGetValue(name.AsSpan(0, length), out var found) && Any(found, request))
                    return true;
            }
        }

        return false;
    }

    private static bool Any(List<PolicyStatement> statements, AccessRequest request)
    {
        foreach (var statement in statements)
            if (statement.Holds(request.Names, request.Keys))
                return true;
        return false;
    }
}
