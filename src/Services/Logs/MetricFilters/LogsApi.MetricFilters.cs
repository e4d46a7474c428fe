using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Logs;
using Estiba.Logs.Filters;

namespace Estiba.Logs;

public sealed partial class LogsApi
{
    /// <inheritdoc />
    public Task<TestMetricFilterResponse> TestMetricFilterAsync(
        TestMetricFilterRequest request,
        CallContext context,
        CancellationToken cancellation = default
    )
    {
        var pattern = FilterPattern.Parse(request.FilterPattern!);
        var matches = new List<MetricFilterMatchRecord>();
        for (var i = 0; i < request.LogEventMessages!.Count; i++)
        {
            var message = Encoding.UTF8.GetBytes(request.LogEventMessages[i]);
            if (!pattern.Matches(message))
                continue;
            matches.Add(
                new MetricFilterMatchRecord
                {
                    EventNumber = i + 1,
                    EventMessage = request.LogEventMessages[i],
                    ExtractedValues = pattern.Extract(message),
                }
            );
        }

        return Task.FromResult(new TestMetricFilterResponse { Matches = matches });
    }
}
