using System.Security.Cryptography;
using Estiba.Clients;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Identity.Credentials;

namespace Estiba.Hosting;

/// <summary>A platform on this machine, as another process finds it: by its data directory.</summary>
/// <param name="Endpoint">Where it answers, or answered when it ran last.</param>
/// <param name="Credentials">The access key that was made at its first start.</param>
internal sealed record RunningPlatform(Uri Endpoint, AwsCredentials Credentials)
{
    /// <summary>Finds the platform of a data directory, whether it runs just now or not.</summary>
    /// <exception cref="CommandException">No platform was ever started with this directory.</exception>
    internal static async Task<RunningPlatform> FindAsync(DataLayout layout, CancellationToken cancellation)
    {
        try
        {
            if (!File.Exists(layout.Credentials)) throw new FileNotFoundException(null, layout.Credentials);
            var root = RootCredentials.LoadOrCreate(layout.Root, accountId: null, new UniqueIds(RandomNumberGenerator.Create()));
            var endpoint = File.Exists(layout.Endpoint)
                ? (await File.ReadAllTextAsync(layout.Endpoint, cancellation)).Trim()
                : $"http://localhost:{PlatformOptions.DefaultPort}";
            return new RunningPlatform(new Uri(endpoint), root.Credentials);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new CommandException($"no platform was started with the data directory {layout.Root} yet. Start one: estiba up", inner: missing);
        }
        catch (InvalidDataException damaged)
        {
            throw new CommandException(damaged.Message, inner: damaged);
        }
        catch (UnauthorizedAccessException denied)
        {
            throw new CommandException($"{layout.Root} belongs to another user. Say which directory is yours: --data", inner: denied);
        }
    }

    internal ClientEnvironment ClientEnvironment(string region) => new(Endpoint, Credentials.AccessKeyId, Credentials.SecretAccessKey, region);

    /// <summary>What the generated clients need to call it.</summary>
    internal AwsClientOptions ClientOptions(string region, HttpClient http) => new()
    {
        Endpoint = Endpoint,
        Region = region,
        Credentials = () => Credentials,
        Http = http,
    };
}
