using System.Globalization;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Metrics.Series;
using Estiba.Metrics.Storage;
using Metric = Estiba.Metrics.Series.Metric;

namespace Estiba.Metrics.Putting;

/// <summary>Checks what a <c>PutMetricData</c> request puts, in CloudWatch's words.</summary>
/// <remarks>"PutMetricData" and "MetricDatum", API reference. All values that are wrong are told at once, a line
/// each.</remarks>
internal sealed class NewValues
{
    private const int MostMetrics = 1000;
    private const int MostValues = 150;
    private const string NoUnit = "None";
    private static readonly double Largest = Math.ScaleB(1, 360);
    private static readonly TimeSpan Past = TimeSpan.FromDays(14);
    private static readonly TimeSpan Future = TimeSpan.FromHours(2);

    private readonly string _namespace;
    private readonly DateTimeOffset _now;
    private readonly DateTimeOffset _oldest;
    private readonly List<string> _faults = [];
    private readonly List<Measurement> _values = [];

    private NewValues(string nameSpace, DateTimeOffset now, long floor)
    {
        (_namespace, _now) = (nameSpace, now);
        var oldest = (now - Past).ToUnixTimeSeconds();
        _oldest = DateTimeOffset.FromUnixTimeSeconds(Math.Max(oldest, floor));
    }

    /// <summary>The values of a request.</summary>
    /// <param name="request">The request.</param>
    /// <param name="now">When it came.</param>
    /// <param name="floor">Before it nothing can be put, whatever its age. Seconds since 1970.</param>
    /// <exception cref="AwsException">Something is wrong with it; nothing of it is to be stored.</exception>
    internal static IReadOnlyList<Measurement> Of(PutMetricDataInput request, DateTimeOffset now, long floor)
    {
        var entities = request.EntityMetricData ?? [];
        var (own, count) = (request.MetricData ?? [], entities.Sum(entity => entity.MetricData?.Count ?? 0));
        if (own.Count + count == 0)
            throw CloudWatchErrors.MissingRequiredParameterException("The parameter MetricData is required.");
        if (own.Count + count > MostMetrics)
            throw Invalid($"The collection MetricData must not have a size greater than {MostMetrics}.");
        // Entities are not kept. Without strict validation CloudWatch stores the values of those that it does not take.
        if (count > 0 && request.StrictEntityValidation == true)
            throw Invalid(
                "Estiba does not keep the entities of metrics: send EntityMetricData without StrictEntityValidation to "
                    + "have the values stored without them."
            );
        var values = new NewValues(request.Namespace!, now, floor);
        for (var i = 0; i < own.Count; i++)
            values.Add(own[i], $"MetricData.member.{i + 1}");
        for (var i = 0; i < entities.Count; i++)
        {
            var data = entities[i].MetricData ?? [];
            for (var j = 0; j < data.Count; j++)
                values.Add(data[j], $"EntityMetricData.member.{i + 1}.MetricData.member.{j + 1}");
        }

        return values._faults.Count > 0 ? throw Invalid(string.Join('\n', values._faults)) : values._values;
    }

    private static AwsException Invalid(string message) => CloudWatchErrors.InvalidParameterValueException(message);

    private void Add(MetricDatum datum, string path)
    {
        CheckName(datum.MetricName!, $"{path}.MetricName");
        var dimensions = Dimensions(datum, path);
        if (datum.StorageResolution is { } resolution and not (1 or 60))
            _faults.Add(
                $"The parameter {path}.StorageResolution must be a value in the set [1, 60]; {resolution} is none."
            );
        var time = datum.Timestamp ?? _now;
        if (time < _oldest)
            _faults.Add($"The parameter {path}.Timestamp must specify a time within the past two weeks.");
        else if (time > _now + Future)
            _faults.Add($"The parameter {path}.Timestamp must specify a time no more than two hours in the future.");
        var values = ValuesOf(datum, path);
        if (_faults.Count == 0 && !values.IsEmpty)
            _values.Add(
                new Measurement(
                    new Metric(_namespace, datum.MetricName!, dimensions),
                    datum.Unit ?? NoUnit,
                    time.ToUnixTimeSeconds(),
                    datum.StorageResolution == 1,
                    values
                )
            );
    }

    private MetricDimension[] Dimensions(MetricDatum datum, string path)
    {
        if (datum.Dimensions is not { Count: > 0 } sent)
            return [];
        var dimensions = new MetricDimension[sent.Count];
        for (var i = 0; i < sent.Count; i++)
        {
            CheckName(sent[i].Name!, $"{path}.Dimensions.member.{i + 1}.Name");
            if (sent[i].Name!.StartsWith(':'))
                _faults.Add(NotValid(sent[i].Name!, $"{path}.Dimensions.member.{i + 1}.Name"));
            CheckName(sent[i].Value!, $"{path}.Dimensions.member.{i + 1}.Value");
            dimensions[i] = new MetricDimension(sent[i].Name!, sent[i].Value!);
            for (var j = 0; j < i; j++)
            {
                if (dimensions[j].Name == dimensions[i].Name)
                    throw Invalid("No Metric may specify the same dimension twice.");
            }
        }

        return dimensions;
    }

    /// <summary>ASCII without control characters, of which one is no space at least ("Dimension").</summary>
    private void CheckName(string name, string path)
    {
        foreach (var each in name)
        {
            if (each is < ' ' or > '~')
            {
                _faults.Add(NotValid(name, path));
                return;
            }
        }

        if (string.IsNullOrWhiteSpace(name))
            _faults.Add(NotValid(name, path));
    }

    private static string NotValid(string value, string path) => $"The value {value} for parameter {path} is invalid.";

    private Summary ValuesOf(MetricDatum datum, string path)
    {
        RefuseTwo(datum, path);
        if (datum.StatisticValues is { } set)
            return SetOf(set, $"{path}.StatisticValues");
        if (datum.Value is { } value)
            return IsGood(value, $"{path}.Value") ? Summary.Of(value) : default;
        if (datum.Values is not { Count: > 0 } values)
            throw CloudWatchErrors.MissingRequiredParameterException(
                $"At least one of the parameters {path}.Value, {path}.Values or {path}.StatisticValues must be "
                    + "specified."
            );
        if (values.Count > MostValues)
            throw Invalid($"The collection {path}.Values must not have a size greater than {MostValues}.");
        if (datum.Counts is { Count: > 0 } given && given.Count != values.Count)
            throw Invalid($"The parameters {path}.Values and {path}.Counts must be of the same size.");
        var sum = default(Summary);
        for (var i = 0; i < values.Count; i++)
        {
            var count = datum.Counts is { Count: > 0 } counts ? counts[i] : 1;
            if (!IsGood(values[i], $"{path}.Values.member.{i + 1}"))
                continue;
            if (!IsGood(count, $"{path}.Counts.member.{i + 1}"))
                continue;
            if (count < 0)
                _faults.Add($"The parameter {path}.Counts.member.{i + 1} must be greater than or equal to 0.");
            else if (count > 0)
                sum.Add(Summary.Of(values[i], count));
        }

        return sum;
    }

    private static void RefuseTwo(MetricDatum datum, string path)
    {
        var given = new List<string>(3);
        if (datum.Value is not null)
            given.Add("Value");
        if (datum.Values is { Count: > 0 })
            given.Add("Values");
        if (datum.StatisticValues is not null)
            given.Add("StatisticValues");
        if (given.Count > 1)
            throw CloudWatchErrors.InvalidParameterCombinationException(
                $"The parameters {path}.{given[0]} and {path}.{given[1]} are mutually exclusive and you have specified "
                    + "both."
            );
    }

    private Summary SetOf(StatisticSet set, string path)
    {
        var (count, sum, minimum, maximum) = (
            set.SampleCount!.Value,
            set.Sum!.Value,
            set.Minimum!.Value,
            set.Maximum!.Value
        );
        var isGood =
            IsGood(count, $"{path}.SampleCount")
            & IsGood(sum, $"{path}.Sum")
            & IsGood(minimum, $"{path}.Minimum")
            & IsGood(maximum, $"{path}.Maximum");
        if (!isGood)
            return default;
        if (maximum < minimum)
            _faults.Add($"The parameter {path}.Maximum must be greater than {path}.Minimum.");
        if (count < 0)
            _faults.Add($"The parameter {path}.SampleCount must be greater than 0.");
        else if (count == 0)
            _faults.Add($"The parameter {path}.SampleCount must not equal 0.");
        return new Summary
        {
            Count = count,
            Sum = sum,
            Minimum = minimum,
            Maximum = maximum,
        };
    }

    private bool IsGood(double value, string path)
    {
        if (Math.Abs(value) <= Largest)
            return true;
        _faults.Add(NotValid(value.ToString(CultureInfo.InvariantCulture), path));
        return false;
    }
}
