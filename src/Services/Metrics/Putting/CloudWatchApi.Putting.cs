using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Files;
using Estiba.Metrics.Putting;

namespace Estiba.Metrics;

/// <content>Values are put.</content>
public sealed partial class CloudWatchApi
{
    /// <summary>Namespaces that only the platform's own services put values in.</summary>
    private const string ServicePrefix = "AWS/";

    /// <inheritdoc/>
    public async Task<PutMetricDataResponse> PutMetricDataAsync(
        PutMetricDataInput request,
        CallContext context,
        CancellationToken cancellation
    )
    {
        if (context.Service is null && request.Namespace!.StartsWith(ServicePrefix, StringComparison.Ordinal))
            throw CloudWatchErrors.InvalidParameterValueException(
                $"The value {ServicePrefix} for parameter Namespace is invalid."
            );
        var values = NewValues.Of(request, Now, _values.Floor);
        try
        {
            await _values.PutAsync(Scope.Of(context), values, cancellation);
            return new PutMetricDataResponse();
        }
        catch (IOException unwritten)
        {
            throw CloudWatchErrors.InternalServiceFault(
                $"The values could not be stored: {FileFault.WithoutPath(unwritten)}"
            );
        }
    }
}
