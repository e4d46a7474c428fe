using Estiba.Contracts;

namespace Estiba.Console.Sessions;

/// <summary>Where a service answers: Estiba has one address for all, AWS one for each.</summary>
internal static class ServiceEndpoint
{
    private const string Aws = "amazonaws.com";

    /// <summary>The service's address.</summary>
    /// <param name="endpoint">The address of all, or any of AWS, such as <c>https://amazonaws.com</c>.</param>
    /// <param name="service">The service.</param>
    /// <param name="region">The region.</param>
    internal static Uri Of(Uri endpoint, ServiceModel service, string region)
    {
        var isAws = endpoint.Host == Aws || endpoint.Host.EndsWith($".{Aws}", StringComparison.Ordinal);
        if (!isAws)
            return endpoint;
        var host = service.SigningName switch
        {
            "iam" => $"iam.{Aws}",
            "ecr" => $"api.ecr.{region}.{Aws}",
            var name => $"{name}.{region}.{Aws}",
        };
        return new Uri($"https://{host}/");
    }
}
