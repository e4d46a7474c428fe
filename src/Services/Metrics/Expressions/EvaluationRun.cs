using System.Runtime.CompilerServices;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Searching;
using Estiba.Metrics.Series;
using Datapoint = Estiba.Metrics.Series.Datapoint;
using Metric = Estiba.Metrics.Series.Metric;
using Statistic = Estiba.Metrics.Series.Statistic;

namespace Estiba.Metrics.Expressions;

/// <summary>Evaluates queries over one range of time: each once, when it or something that refers to it is asked
/// for.</summary>
internal sealed class EvaluationRun(
    MetricDataEvaluation evaluation,
    IMetricReader reader,
    Scope scope,
    long from,
    long until
)
{
    /// <summary>As many as <c>GetMetricData</c> answers with.</summary>
    private const int MostPeriods = 100_800;

    private readonly Dictionary<string, MathValue> _values = [];
    private readonly Dictionary<string, List<(string Code, string Value)>> _messages = [];

    /// <summary>What a query came to.</summary>
    internal QueryResult ResultOf(MetricDataQuery query)
    {
        var id = query.Id!;
        IReadOnlyList<MathSeries> series = ValueOf(id) switch
        {
            MathValue.OfTime one => [Named(one.Series, id)],
            MathValue.Array several => [.. several.Series.Select(each => Named(each, id))],
            _ => throw Fault(id, "The result of the expression must be a time series or an array of time series"),
        };
        return new QueryResult(query, series, _messages.GetValueOrDefault(id) ?? []);
    }

    private static MathSeries Named(MathSeries series, string id) =>
        series.Label.Length == 0 ? series with { Label = id } : series;

    private MathValue ValueOf(string id)
    {
        if (_values.TryGetValue(id, out var known))
            return known;
        // A thousand expressions may each refer to the one before.
        RuntimeHelpers.EnsureSufficientExecutionStack();
        var value = evaluation.ExpressionOf(id) is { } expression
            ? ValueOf(id, expression)
            : new MathValue.OfTime(Read(evaluation.QueryOf(id).MetricStat!));
        _values.Add(id, value);
        return value;
    }

    private MathValue ValueOf(string id, Expression expression) =>
        expression switch
        {
            Expression.Number number => new MathValue.Scalar(number.Value),
            Expression.Reference reference => ValueOf(reference.Id),
            Expression.List list => ArrayOf(id, list),
            Expression.Negation negation => ValueOf(id, negation.Operand).Each(value => -value),
            Expression.Binary binary => MathOperators.Join(
                binary.Operator,
                ValueOf(id, binary.Left),
                ValueOf(id, binary.Right)
            ) ?? throw Fault(id, "The arrays of time series have different numbers of elements"),
            Expression.Call call => Called(id, call),
            Expression.Text => throw Fault(id, "A text is not allowed here"),
            Expression.Keyword keyword => throw Fault(id, $"Unexpected '{keyword.Word}'"),
            _ => throw new InvalidOperationException(),
        };

    // Arrays of arrays grow with every expression that names one twice.
    private MathValue.Array ArrayOf(string id, Expression.List list)
    {
        var series = new List<MathSeries>();
        foreach (var item in list.Items)
        {
            series.AddRange(SeriesOf(id, item));
            if (series.Count > MetricSearch.Most)
                throw Fault(id, $"An array has at most {MetricSearch.Most} time series");
        }

        return new MathValue.Array(series);
    }

    private MathValue Called(string id, Expression.Call call)
    {
        if (MathFunctions.Unsupported.Contains(call.Function))
            throw Fault(id, $"Function '{call.Function}' is not supported");
        return call.Function switch
        {
            "FILL" => Fill(id, call),
            "FIRST" => SeriesAt(id, call, _ => 0),
            "LAST" => SeriesAt(id, call, array => array.Count - 1),
            "IF" => If(id, call),
            "METRIC_COUNT" => new MathValue.Scalar(SeriesOf(id, Only(id, call)).Count),
            "METRICS" => Metrics(id, call),
            "PERIOD" => Period(id, call),
            "REMOVE_EMPTY" => new MathValue.Array([
                .. SeriesOf(id, Only(id, call)).Where(series => series.Points.Count > 0),
            ]),
            "SEARCH" => Search(id, call),
            "SLICE" => Slice(id, call),
            "SORT" => Sort(id, call),
            "TIME_SERIES" => Constant(id, call),
            _ => MathFunctions.Of(call.Function, ValueOf(id, Only(id, call)), Times)
                ?? throw Fault(id, $"Function '{call.Function}' does not take such an argument"),
        };
    }

    private MathValue Fill(string id, Expression.Call call)
    {
        RequireCount(id, call, 2, 2);
        var value = ValueOf(id, call.Arguments[0]);
        if (value is MathValue.Scalar)
            throw Fault(id, "The first argument of FILL must be a time series or an array of time series");
        if (call.Arguments[1] is Expression.Keyword keyword)
            return keyword.Word switch
            {
                "REPEAT" => Filled(value, MathFunctions.Repeated),
                "LINEAR" => Filled(value, MathFunctions.Interpolated),
                _ => throw Fault(id, $"Unexpected '{keyword.Word}'"),
            };
        return ValueOf(id, call.Arguments[1]) switch
        {
            MathValue.Scalar scalar => Filled(value, (_, _) => scalar.Value),
            MathValue.OfTime other => FilledFrom(value, other.Series),
            _ => throw Fault(id, "The second argument of FILL must be a number, a time series, REPEAT or LINEAR"),
        };
    }

    private MathValue FilledFrom(MathValue value, MathSeries other)
    {
        var values = other.Points.ToDictionary(point => point.Time, point => point.Value);
        return Filled(value, (_, time) => values.TryGetValue(time, out var found) ? found : null);
    }

    private MathValue Filled(MathValue value, Func<MathSeries, long, double?> filler) =>
        value.EachSeries(series => MathFunctions.Filled(series, Times(series.Period), time => filler(series, time)));

    private MathValue If(string id, Expression.Call call)
    {
        RequireCount(id, call, 2, 3);
        var condition = ValueOf(id, call.Arguments[0]);
        var (then, otherwise) = (
            ValueOf(id, call.Arguments[1]),
            call.Arguments.Count == 3 ? ValueOf(id, call.Arguments[2]) : null
        );
        if (condition is MathValue.Scalar scalar)
            return scalar.Value != 0 ? then : otherwise ?? MathValue.Of(DefaultPeriod(id), []);
        if (condition is not MathValue.OfTime { Series: var decisive })
            throw Fault(id, "The first argument of IF must be a number or a time series");
        if (then is MathValue.Array || otherwise is MathValue.Array)
            throw Fault(id, "The second and third arguments of IF must be numbers or time series");
        var (whenTrue, whenFalse) = (Lookup(then), Lookup(otherwise));
        return MathValue.Of(
            decisive.Period,
            decisive.Points.Select(point =>
                point with
                {
                    // What is missing where the condition holds counts as 0; where it does not, nothing is there.
                    Value = point.Value != 0 ? whenTrue(point.Time) ?? 0 : whenFalse(point.Time) ?? double.NaN,
                }
            )
        );
    }

    private static Func<long, double?> Lookup(MathValue? value)
    {
        if (value is MathValue.Scalar scalar)
            return _ => scalar.Value;
        if (value is not MathValue.OfTime one)
            return _ => null;
        var values = one.Series.Points.ToDictionary(point => point.Time, point => point.Value);
        return time => values.TryGetValue(time, out var found) ? found : null;
    }

    private MathValue.Array Metrics(string id, Expression.Call call)
    {
        RequireCount(id, call, 0, 1);
        var part = call.Arguments.Count == 0 ? "" : TextOf(id, call, 0);
        return new MathValue.Array([
            .. evaluation
                .Queries.Where(query =>
                    query.MetricStat is not null && query.Id!.Contains(part, StringComparison.Ordinal)
                )
                .SelectMany(query => SeriesOf(query.Id!, new Expression.Reference(query.Id!))),
        ]);
    }

    private MathValue.Scalar Period(string id, Expression.Call call) =>
        Only(id, call) is Expression.Reference reference && ValueOf(reference.Id) is MathValue.OfTime one
            ? new MathValue.Scalar(one.Series.Period)
            : throw Fault(id, "The argument of PERIOD must be a metric");

    private MathValue.OfTime SeriesAt(string id, Expression.Call call, Func<IReadOnlyList<MathSeries>, int> place)
    {
        var array = SeriesOf(id, Only(id, call));
        return array.Count == 0 ? MathValue.Of(DefaultPeriod(id), []) : new MathValue.OfTime(array[place(array)]);
    }

    private MathValue.Array Slice(string id, Expression.Call call)
    {
        RequireCount(id, call, 2, 3);
        var array = SeriesOf(id, call.Arguments[0]);
        var start = Place(NumberOf(id, call, 1), array.Count);
        var end = call.Arguments.Count == 3 ? Place(NumberOf(id, call, 2), array.Count) : array.Count;
        return new MathValue.Array([.. array.Take(end).Skip(start)]);
    }

    private MathValue.Array Sort(string id, Expression.Call call)
    {
        RequireCount(id, call, 3, 4);
        var array = SeriesOf(id, call.Arguments[0]);
        if (call.Arguments[1] is not Expression.Keyword { Word: var by } || !MathFunctions.CanSort(by))
            throw Fault(id, "The second argument of SORT must be AVG, MIN, MAX, SUM or STDDEV");
        if (call.Arguments[2] is not Expression.Keyword { Word: "ASC" or "DESC" } order)
            throw Fault(id, "The third argument of SORT must be ASC or DESC");
        double Rank(MathSeries series) => MathFunctions.Summary(by, series);
        var sorted = order.Word == "ASC" ? array.OrderBy(Rank) : array.OrderByDescending(Rank);
        var most = call.Arguments.Count == 4 ? Place(NumberOf(id, call, 3), array.Count) : array.Count;
        return new MathValue.Array([.. sorted.Take(most)]);
    }

    private MathValue.OfTime Constant(string id, Expression.Call call)
    {
        if (ValueOf(id, Only(id, call)) is not MathValue.Scalar scalar)
            throw Fault(id, "The argument of TIME_SERIES must be a number");
        var period = DefaultPeriod(id);
        return MathValue.Of(period, Times(period).Select(time => new Datapoint(time, scalar.Value)));
    }

    private MathValue.Array Search(string id, Expression.Call call)
    {
        RequireCount(id, call, 2, 3);
        var search = MetricSearch.Parse(TextOf(id, call, 0), reason => Fault(id, reason));
        var named = TextOf(id, call, 1);
        if (!Statistic.TryParse(named, out var statistic))
            throw Fault(id, $"'{named}' is not a statistic");
        var period = call.Arguments.Count == 3 ? (int)Math.Clamp(NumberOf(id, call, 2), 0, int.MaxValue) : 0;
        period = evaluation.QueryOf(id).Period ?? period;
        if (!MetricPeriods.IsValid(period))
            throw Fault(id, "The period of a search must be 1, 5, 10, 20, 30, or any multiple of 60");
        var found = search.Find(reader.Metrics(scope), until);
        if (found.Count > MetricSearch.Most)
        {
            found = [.. found.Take(MetricSearch.Most)];
            if (!_messages.TryGetValue(id, out var messages))
                _messages.Add(id, messages = []);
            messages.Add(
                (
                    "MaxMetricsExceeded",
                    $"The search found more than {MetricSearch.Most} time series. Only the first are returned."
                )
            );
        }

        var labels = MetricSearch.LabelsOf(found);
        return new MathValue.Array([
            .. found.Select(
                (metric, place) =>
                    new MathSeries(
                        labels[place],
                        period,
                        reader.Read(scope, new SeriesQuery(metric, statistic, period, from, until)),
                        metric,
                        named
                    )
            ),
        ]);
    }

    private MathSeries Read(MetricStat stat)
    {
        var metric = new Metric(
            stat.Metric!.Namespace!,
            stat.Metric.MetricName!,
            (stat.Metric.Dimensions ?? []).Select(it => new MetricDimension(it.Name!, it.Value!))
        );
        var statistic = Statistic.TryParse(stat.Stat!, out var known) ? known : throw new InvalidOperationException();
        var query = new SeriesQuery(metric, statistic, stat.Period!.Value, from, until, stat.Unit);
        return new MathSeries(metric.Name, query.Period, reader.Read(scope, query), metric, stat.Stat);
    }

    private IReadOnlyList<MathSeries> SeriesOf(string id, Expression expression) =>
        ValueOf(id, expression) switch
        {
            MathValue.OfTime one => [one.Series],
            MathValue.Array several => several.Series,
            _ => throw Fault(id, "A number was found where a time series or an array of time series is expected"),
        };

    private static string TextOf(string id, Expression.Call call, int place) =>
        call.Arguments[place] is Expression.Text text
            ? text.Value
            : throw Fault(id, $"Argument {place + 1} of {call.Function} must be a text in quotation marks");

    private double NumberOf(string id, Expression.Call call, int place) =>
        ValueOf(id, call.Arguments[place]) is MathValue.Scalar scalar
            ? scalar.Value
            : throw Fault(id, $"Argument {place + 1} of {call.Function} must be a number");

    private static Expression Only(string id, Expression.Call call)
    {
        RequireCount(id, call, 1, 1);
        return call.Arguments[0];
    }

    private static void RequireCount(string id, Expression.Call call, int least, int most)
    {
        if (call.Arguments.Count < least || call.Arguments.Count > most)
            throw Fault(id, $"Function '{call.Function}' was given a wrong number of arguments");
    }

    private static int Place(double number, int most) =>
        double.IsNaN(number) ? 0 : (int)Math.Clamp(Math.Truncate(number), 0, most);

    // Of what has no series of its own: what the query says, or the request's longest.
    private int DefaultPeriod(string id) =>
        evaluation.QueryOf(id).Period
        ?? evaluation.Queries.Select(query => query.MetricStat?.Period ?? query.Period ?? 0).Append(60).Max();

    private IEnumerable<long> Times(int period)
    {
        if ((until - from) / period > MostPeriods)
            throw new AwsException(
                "ValidationError",
                $"The range has more than {MostPeriods} periods of {period} seconds; ask for a shorter range or a"
                    + " longer period."
            );
        return TimesIn(period);
    }

    private IEnumerable<long> TimesIn(int period)
    {
        for (var time = from; time < until; time += period)
            yield return time;
    }

    private static AwsException Fault(string id, string reason) => MetricDataEvaluation.Fault(id, reason);
}
