using Estiba.Metrics.Series;

namespace Estiba.Metrics.Searching;

/// <summary>What a metric must have to be found.</summary>
internal abstract record SearchTerm
{
    /// <summary>Whether a metric has it.</summary>
    internal abstract bool Matches(Metric metric);

    /// <summary>All of several.</summary>
    internal sealed record All(IReadOnlyList<SearchTerm> Terms) : SearchTerm
    {
        internal override bool Matches(Metric metric) => Terms.All(term => term.Matches(metric));
    }

    /// <summary>One of several.</summary>
    internal sealed record Any(IReadOnlyList<SearchTerm> Terms) : SearchTerm
    {
        internal override bool Matches(Metric metric) => Terms.Any(term => term.Matches(metric));
    }

    /// <summary>Not that.</summary>
    internal sealed record Not(SearchTerm Term) : SearchTerm
    {
        internal override bool Matches(Metric metric) => !Term.Matches(metric);
    }

    /// <summary>A namespace and exactly these dimensions; any where none are named.</summary>
    internal sealed record Schema(string Namespace, IReadOnlyList<string> Dimensions) : SearchTerm
    {
        internal override bool Matches(Metric metric) =>
            metric.Namespace == Namespace
            && (
                Dimensions.Count == 0 || metric.Dimensions.Select(dimension => dimension.Name).SequenceEqual(Dimensions)
            );
    }

    /// <summary>A text in one of the metric's names or values.</summary>
    /// <param name="Property">Where: <c>Namespace</c>, <c>MetricName</c> or a dimension; null for anywhere.</param>
    /// <param name="Value">The text.</param>
    /// <param name="Exact">Whether it must be all of it, letter for letter.</param>
    internal sealed record Word(string? Property, string Value, bool Exact) : SearchTerm
    {
        private readonly IReadOnlyList<IReadOnlyList<string>> _pieces = NameTokens.Pieces(Value);

        internal override bool Matches(Metric metric) => TextsOf(metric).Any(Has);

        private IEnumerable<string> TextsOf(Metric metric) =>
            Property switch
            {
                "Namespace" => [metric.Namespace],
                "MetricName" => [metric.Name],
                null =>
                [
                    metric.Namespace,
                    metric.Name,
                    .. metric.Dimensions.SelectMany(it => (string[])[it.Name, it.Value]),
                ],
                _ => metric.Dimensions.Where(it => it.Name == Property).Select(it => it.Value),
            };

        private bool Has(string text)
        {
            if (Exact)
                return text == Value;
            if (_pieces.Count == 0)
                return false;
            var tokens = NameTokens.Of(text);
            if (_pieces is [[var whole]] && string.Concat(tokens).Equals(whole, StringComparison.OrdinalIgnoreCase))
                return true;
            return Enumerable.Range(0, tokens.Count).Any(start => HasAt(tokens, start));
        }

        // A piece of several tokens must have its capitals; of one alone they do not matter.
        private bool HasAt(IReadOnlyList<string> tokens, int place)
        {
            foreach (var piece in _pieces)
            {
                var comparison = piece.Count > 1 ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
                foreach (var token in piece)
                {
                    if (place == tokens.Count || !tokens[place++].Equals(token, comparison))
                        return false;
                }
            }

            return true;
        }
    }
}
