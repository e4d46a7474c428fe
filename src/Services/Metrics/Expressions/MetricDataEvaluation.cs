using System.Text.RegularExpressions;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Series;
using Metric = Estiba.Metrics.Series.Metric;
using Statistic = Estiba.Metrics.Series.Statistic;

namespace Estiba.Metrics.Expressions;

/// <summary>
/// The queries of a <c>GetMetricData</c> request or of an alarm: metrics, and expressions over them and over each
/// other. Made once, they can be evaluated over any range of time.
/// </summary>
internal sealed partial class MetricDataEvaluation
{
    private readonly Dictionary<string, MetricDataQuery> _queries = [];
    private readonly Dictionary<string, Expression> _expressions = [];

    private MetricDataEvaluation(IReadOnlyList<MetricDataQuery> queries) => Queries = queries;

    /// <summary>The queries, in the order of the request.</summary>
    internal IReadOnlyList<MetricDataQuery> Queries { get; }

    /// <summary>The expression of a query; null of one that is a metric.</summary>
    internal Expression? ExpressionOf(string id) => _expressions.GetValueOrDefault(id);

    /// <summary>The functions that the expressions call.</summary>
    internal IEnumerable<string> Functions =>
        _expressions
            .Values.SelectMany(expression => expression.Parts())
            .OfType<Expression.Call>()
            .Select(it => it.Function);

    /// <summary>Checks queries and understands their expressions.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="parameter">What the request calls them: <c>MetricDataQueries</c>, <c>Metrics</c>.</param>
    /// <exception cref="AwsException"><c>ValidationError</c>: they cannot be evaluated, over no range.</exception>
    internal static MetricDataEvaluation Of(
        IReadOnlyList<MetricDataQuery> queries,
        string parameter = "MetricDataQueries"
    )
    {
        var evaluation = new MetricDataEvaluation(queries);
        for (var place = 0; place < queries.Count; place++)
            evaluation.Add(queries[place], $"{parameter}.member.{place + 1}", parameter);
        foreach (var (id, expression) in evaluation._expressions)
            evaluation.CheckReferences(id, expression);
        evaluation.RefuseCircles();
        return evaluation;
    }

    /// <summary>Evaluates every query that returns data.</summary>
    /// <param name="reader">Reads metrics.</param>
    /// <param name="scope">Whose.</param>
    /// <param name="from">Seconds since 1970, inclusive: where the first period of each series begins.</param>
    /// <param name="until">Seconds since 1970, exclusive.</param>
    /// <returns>In the order of the request. A query for which there is nothing has an empty series.</returns>
    /// <exception cref="AwsException"><c>ValidationError</c>: an expression cannot be evaluated over what there
    /// is.</exception>
    internal IReadOnlyList<QueryResult> Evaluate(IMetricReader reader, Scope scope, long from, long until)
    {
        var run = new EvaluationRun(this, reader, scope, from, until);
        return [.. Queries.Where(query => query.ReturnData ?? true).Select(run.ResultOf)];
    }

    /// <summary>The query with an id.</summary>
    internal MetricDataQuery QueryOf(string id) => _queries[id];

    /// <summary>Refuses an expression in CloudWatch's words.</summary>
    internal static AwsException Fault(string id, string reason) => Invalid($"Error in expression '{id}': {reason}");

    private static AwsException Invalid(string message) => new("ValidationError", message);

    private void Add(MetricDataQuery query, string path, string parameter)
    {
        var id = query.Id!;
        if (!IdPattern().IsMatch(id))
            throw Invalid(
                $"The value {id} for parameter {path}.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            );
        if (!_queries.TryAdd(id, query))
            throw Invalid($"The values for parameter id in {parameter} are not unique.");
        if (query.Expression is not null && query.MetricStat is not null)
            throw Invalid(
                $"The parameters {path}.Expression and {path}.MetricStat are mutually exclusive and you have specified"
                    + " both."
            );
        if (query.Period is { } period && !MetricPeriods.IsValid(period))
            throw Invalid($"The parameter {path}.Period must be 1, 5, 10, 20, 30, or any multiple of 60.");
        if (query.Expression is { } text)
            _expressions.Add(id, ExpressionParser.Parse(id, text));
        else
            CheckMetric(query, path);
    }

    private static void CheckMetric(MetricDataQuery query, string path)
    {
        if (query.MetricStat is not { } stat)
            throw Invalid($"The parameter {path}.MetricStat is required.\n");
        if (query.Period is not null)
            throw Invalid(
                $"The parameters {path}.Period and {path}.MetricStat are mutually exclusive and you have specified"
                    + " both."
            );
        if (stat.Metric?.Namespace is null)
            throw Invalid($"The parameter {path}.MetricStat.Metric.Namespace is required.");
        if (stat.Metric.MetricName is null)
            throw Invalid($"The parameter {path}.MetricStat.Metric.MetricName is required.");
        if (!MetricPeriods.IsValid(stat.Period ?? 0))
            throw Invalid($"The parameter {path}.MetricStat.Period must be 1, 5, 10, 20, 30, or any multiple of 60.");
        if (!Statistic.TryParse(stat.Stat!, out _))
            throw Invalid($"The value {stat.Stat} for parameter {path}.MetricStat.Stat is not a valid statistic.");
    }

    private void CheckReferences(string id, Expression expression)
    {
        foreach (var reference in expression.Parts().OfType<Expression.Reference>())
        {
            if (!_queries.ContainsKey(reference.Id))
                throw Fault(id, $"Unknown identifier '{reference.Id}'");
        }
    }

    private void RefuseCircles()
    {
        var done = new HashSet<string>();
        foreach (var id in _expressions.Keys)
            Walk(id, []);

        void Walk(string id, HashSet<string> above)
        {
            if (done.Contains(id) || !_expressions.TryGetValue(id, out var expression))
                return;
            if (!above.Add(id))
                throw Fault(id, "Circular reference: the expression refers to its own result");
            foreach (var reference in expression.Parts().OfType<Expression.Reference>())
                Walk(reference.Id, above);
            above.Remove(id);
            done.Add(id);
        }
    }

    [GeneratedRegex("^[a-z][a-zA-Z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex IdPattern();
}

/// <summary>What a query came to.</summary>
/// <param name="Query">The query.</param>
/// <param name="Series">One of a metric; of an expression one or several, each with a name of its own.</param>
/// <param name="Messages">What the caller should know, as a code and a sentence, for example that a search found more
/// than is shown.</param>
internal sealed record QueryResult(
    MetricDataQuery Query,
    IReadOnlyList<MathSeries> Series,
    IReadOnlyList<(string Code, string Value)> Messages
);
