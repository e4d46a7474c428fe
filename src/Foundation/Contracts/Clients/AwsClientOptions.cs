using Estiba.Contracts.Signing;

namespace Estiba.Contracts;

/// <summary>Where a client sends its requests and who signs them.</summary>
public sealed record AwsClientOptions
{
    /// <summary>The address of Estiba or of an AWS service.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region in the credential scope.</summary>
    public required string Region { get; init; }

    /// <summary>The credentials to sign the next request with; asked each time, so that they may change.</summary>
    public required Func<AwsCredentials> Credentials { get; init; }

    /// <summary>Sends the requests; shared between clients, not disposed by them.</summary>
    public required HttpClient Http { get; init; }

    /// <summary>The clock that dates the signatures.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
