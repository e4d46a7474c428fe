using Estiba.Contracts.Protocols;

namespace Estiba.Contracts.Rest;

/// <summary>The operations of a service by method, path, and what is in the query and the headers.</summary>
/// <param name="operations">The operations with their routes.</param>
/// <remarks>
/// Several operations of Amazon S3 share a path: which one is meant is told by what a request must have for one of them
/// alone (<c>?uploadId</c>, <c>x-amz-copy-source</c>).
/// </remarks>
internal sealed class RouteTable(IEnumerable<OperationModel> operations)
{
    /// <summary>
    /// No path of an operation has as many parts; what is left of a longer one belongs to a greedy label.
    /// </summary>
    private const int MostSegments = 32;

    private readonly Route[] _routes = [.. operations.Select(operation => new Route(operation))];

    /// <summary>The name of the operation that a request is for, whose labels it then has; null for none.</summary>
    /// <param name="path">The path, undecoded.</param>
    /// <param name="request">The request.</param>
    /// <exception cref="AwsException">The query cannot be decoded.</exception>
    public string? Find(string path, WireRequest request)
    {
        var segments = path.Length <= 1 ? [] : path[1..].Split('/', MostSegments);
        Route? found = null;
        var best = (Missing: int.MaxValue, Present: 0, Literals: 0);
        foreach (var route in _routes)
        {
            if (route.Method != request.Method || !route.Fits(segments) || route.Rank(request) is not { } rank)
                continue;
            if (found is not null && !IsBetter(rank, best) && !(rank == best && Replaces(route.Name, found.Name)))
                continue;
            (found, best) = (route, rank);
        }

        if (found is null)
            return null;
        request.Labels = found.Labels(segments);
        return found.Name;
    }

    // GetBucketLifecycleConfiguration has taken the place of GetBucketLifecycle, and its path.
    private static bool Replaces(string name, string former) => name.StartsWith(former, StringComparison.Ordinal);

    private static bool IsBetter(
        (int Missing, int Present, int Literals) rank,
        (int Missing, int Present, int Literals) best
    ) =>
        rank.Missing != best.Missing ? rank.Missing < best.Missing
        : rank.Present != best.Present ? rank.Present > best.Present
        : rank.Literals > best.Literals;

    private sealed class Route
    {
        private readonly string[] _segments;
        private readonly (string Name, string? Value)[] _query;
        private readonly IReadOnlyList<string> _required;
        private readonly int _literals;

        internal Route(OperationModel operation)
        {
            Name = operation.Name;
            Method = operation.Method;
            _required = operation.Required;
            var parts = operation.Uri.Split('?');
            _segments = parts[0].Split('/', StringSplitOptions.RemoveEmptyEntries);
            _literals = _segments.Count(segment => !segment.StartsWith('{'));
            // Some clients say x-id, some do not.
            _query =
                parts.Length < 2 ? [] : [.. parts[1].Split('&').Select(Field).Where(field => field.Name != "x-id")];
        }

        internal string Name { get; }

        internal string Method { get; }

        private bool IsGreedy => _segments.Length > 0 && _segments[^1].EndsWith("+}", StringComparison.Ordinal);

        internal bool Fits(string[] segments)
        {
            var count = segments.Length;
            if (IsGreedy)
            {
                if (count < _segments.Length || (count == _segments.Length && segments[^1].Length == 0))
                    return false;
            }
            else
            {
                if (count > 0 && segments[^1].Length == 0)
                    count--;
                if (count != _segments.Length || (count == MostSegments && segments[^1].Contains('/')))
                    return false;
            }

            for (var i = 0; i < _segments.Length; i++)
            {
                var isLabel = _segments[i].StartsWith('{');
                if (
                    isLabel
                        ? segments[i].Length == 0 && !(IsGreedy && i == _segments.Length - 1)
                        : segments[i] != _segments[i]
                )
                    return false;
            }

            return true;
        }

        /// <summary>How much of what the operation needs is there; null when it is not meant.</summary>
        internal (int Missing, int Present, int Literals)? Rank(WireRequest request)
        {
            foreach (var (name, value) in _query)
            {
                var given = FormText.Find(request.QueryFields, name);
                if (given is null || (value is not null && given != value))
                    return null;
            }

            var present = _required.Count(name =>
                name.StartsWith('?')
                    ? FormText.Find(request.QueryFields, name[1..]) is not null
                    : request.Header(name) is not null
            );
            return (_required.Count - present, _query.Length + present, _literals + (IsGreedy ? 0 : 1));
        }

        internal Dictionary<string, string> Labels(string[] segments)
        {
            var labels = new Dictionary<string, string>(StringComparer.Ordinal);
            for (var i = 0; i < _segments.Length; i++)
            {
                if (!_segments[i].StartsWith('{'))
                    continue;
                if (_segments[i].EndsWith("+}", StringComparison.Ordinal))
                    labels[_segments[i][1..^2]] = Uri.UnescapeDataString(string.Join('/', segments[i..]));
                else
                    labels[_segments[i][1..^1]] = Uri.UnescapeDataString(segments[i]);
            }

            return labels;
        }

        private static (string Name, string? Value) Field(string text)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            return equals < 0 ? (text, null) : (text[..equals], text[(equals + 1)..]);
        }
    }
}
