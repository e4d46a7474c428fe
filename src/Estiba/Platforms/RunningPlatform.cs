using System.Security.Cryptography;
using Estiba.Clients;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Identity.Credentials;

namespace Estiba.Platforms;

/// <summary>A platform on this machine, as another process finds it: by its data directory.</summary>
/// <param name="Endpoint">Where it answers, or answered when it ran last.</param>
/// <param name="Credentials">The access key that was made at its first start.</param>
/// <param name="Authority">The file with the authority that signed its certificate; null where the machine knows it, or
/// there is none.</param>
/// <param name="Region">The region that it was started with.</param>
internal sealed record RunningPlatform(
    Uri Endpoint,
    AwsCredentials Credentials,
    string? Authority,
    string Region = PlatformOptions.DefaultRegion
)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>Finds the platform of a data directory, whether it runs just now or not.</summary>
    /// <exception cref="CommandException">No platform was ever started with this directory.</exception>
    internal static async Task<RunningPlatform> FindAsync(DataLayout layout, CancellationToken cancellation)
    {
        try
        {
            if (!File.Exists(layout.Credentials))
                throw new FileNotFoundException(null, layout.Credentials);
            var root = RootCredentials.LoadOrCreate(
                layout.Root,
                accountId: null,
                new UniqueIds(RandomNumberGenerator.Create())
            );
            var endpoint = File.Exists(layout.Endpoint)
                ? (await File.ReadAllTextAsync(layout.Endpoint, cancellation)).Trim()
                : $"http://localhost:{PlatformOptions.DefaultPort}";
            return new RunningPlatform(
                new Uri(endpoint),
                root.Credentials,
                File.Exists(layout.Authority) ? layout.Authority : null,
                PlatformSettings.Read(layout).Region ?? PlatformOptions.DefaultRegion
            );
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException(
                $"no platform was started with the data directory {layout.Root} yet. Start one: estiba up",
                inner: missing
            );
        }
        catch (InvalidDataException damaged)
        {
            throw new CommandException(damaged.Message, inner: damaged);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new CommandException(
                $"{layout.Root} belongs to another user. Say which directory is yours: --data",
                inner: denied
            );
        }
    }

    internal ClientEnvironment ClientEnvironment(string region) =>
        new(Endpoint, Credentials.AccessKeyId, Credentials.SecretAccessKey, region, Authority);

    /// <summary>Calls the platform, and says in a sentence why that failed.</summary>
    /// <param name="call">What to do, with a client that trusts the platform's certificate.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    /// <exception cref="CommandException">It does not answer, or refuses.</exception>
    internal async Task CallAsync(Func<HttpClient, Task> call, CancellationToken cancellation)
    {
        using var http = new HttpClient(
            (Authority is null ? TrustedAuthority.OfMachine : TrustedAuthority.Load(Authority)).CreateHandler()
        )
        {
            Timeout = Patience,
        };
        try
        {
            await call(http);
        }
        catch (HttpRequestException unreachable)
        {
            throw new CommandException(
                $"no platform answers at {Endpoint} "
                    + $"({unreachable.InnerException?.Message ?? unreachable.Message}). Start it: estiba up, or "
                    + "estiba server",
                inner: unreachable
            );
        }
        catch (TaskCanceledException slow) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(
                $"the platform at {Endpoint} did not answer within {Patience.TotalSeconds:0} seconds.",
                inner: slow
            );
        }
        catch (AwsException refused)
        {
            throw new CommandException(
                $"the platform at {Endpoint} refused: {refused.Code}: {refused.Message}",
                inner: refused
            );
        }
    }

    /// <summary>What the generated clients need to call it.</summary>
    internal AwsClientOptions ClientOptions(string region, HttpClient http) =>
        new()
        {
            Endpoint = Endpoint,
            Region = region,
            Credentials = () => Credentials,
            Http = http,
        };

    /// <summary>What they are called with; who calls is said by the key alone.</summary>
    internal CallContext CallContext(string region) =>
        new()
        {
            AccountId = "",
            Region = region,
            PrincipalArn = "",
            AccessKeyId = Credentials.AccessKeyId,
            RequestId = "",
        };
}
