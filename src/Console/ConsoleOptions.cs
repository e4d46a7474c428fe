using Estiba.Contracts.Signing;
using Microsoft.Extensions.Logging;

namespace Estiba.Console;

/// <summary>What the console shows, and as whom its links sign in.</summary>
public sealed record ConsoleOptions
{
    /// <summary>Where the AWS APIs answer that it is a client of.</summary>
    public required Uri Endpoint { get; init; }

    /// <summary>The region of what it shows.</summary>
    public required string Region { get; init; }

    /// <summary>The key that a one-time link signs in with.</summary>
    public required AwsCredentials LinkCredentials { get; init; }

    /// <summary>
    /// Makes the connections to <see cref="Endpoint"/>; asked once, when the console is first opened.
    /// </summary>
    public required Func<HttpMessageHandler> Handler { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Hears what goes wrong.</summary>
    public required ILoggerFactory Loggers { get; init; }
}
