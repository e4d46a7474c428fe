using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Estiba.Telemetry;

/// <summary>
/// Collects what the process measures (the meters <c>Estiba.*</c> and that of .NET itself), and tells it. Lives until
/// the platform ends.
/// </summary>
internal sealed class MetricCollection : IDisposable
{
    /// <summary>The variable that says where to send everything; the others of OpenTelemetry's exporter are heeded
    /// too.</summary>
    internal const string EndpointVariable = "OTEL_EXPORTER_OTLP_ENDPOINT";

    private const string MetricsEndpointVariable = "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT";

    /// <summary>From a commit in memory to an answer that is waited for.</summary>
    private static readonly double[] Seconds =
    [
        0.000_25,
        0.001,
        0.0025,
        0.005,
        0.01,
        0.025,
        0.05,
        0.1,
        0.25,
        0.5,
        1,
        2.5,
        5,
        10,
        25,
    ];

    private readonly MeterProvider _provider;
    private readonly ServiceProvider _services = new ServiceCollection().AddOptions().BuildServiceProvider();
    private readonly RequestDelegate _answer;

    internal MetricCollection()
    {
        var builder = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(
                ResourceBuilder
                    .CreateEmpty()
                    .AddService("estiba", serviceVersion: CommandLine.Version.Text)
                    .AddTelemetrySdk()
                    .AddEnvironmentVariableDetector()
            )
            .AddMeter("Estiba.*", "System.Runtime")
            .AddView(static instrument =>
                instrument.Unit == "s" ? new ExplicitBucketHistogramConfiguration { Boundaries = Seconds } : null
            )
            .AddPrometheusExporter(static options => options.ScrapeResponseCacheDurationMilliseconds = 0);
        if (IsToBeSent)
            builder.AddOtlpExporter();
        _provider = builder.Build();
        _answer = new ApplicationBuilder(_services)
            .UseOpenTelemetryPrometheusScrapingEndpoint(_provider, static _ => true, null, null, null)
            .Build();
    }

    /// <summary>Whether the environment names somebody to send it to.</summary>
    internal static bool IsToBeSent =>
        Environment.GetEnvironmentVariable(EndpointVariable) is { Length: > 0 }
        || Environment.GetEnvironmentVariable(MetricsEndpointVariable) is { Length: > 0 };

    /// <summary>Answers with all that is measured, in the text format of Prometheus.</summary>
    internal Task AnswerAsync(HttpContext http) => _answer(http);

    public void Dispose()
    {
        _provider.Dispose();
        _services.Dispose();
    }
}
