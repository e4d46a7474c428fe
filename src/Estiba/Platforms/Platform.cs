using System.Security.Cryptography;
using System.Text;
using Estiba.Acm;
using Estiba.Consoles;
using Estiba.Contracts;
using Estiba.Contracts.Signing;
using Estiba.Files;
using Estiba.Gateway;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Health;
using Estiba.Identity.Credentials;
using Estiba.Instances;
using Estiba.Joining;
using Estiba.LoadBalancing;
using Estiba.Messaging;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.Extensions.Logging;
using ServerCertificate = Estiba.Listeners.ServerCertificate;

namespace Estiba.Platforms;

/// <summary>
/// The whole platform in one process: its data directory, identity and keys, its modules, and the gateway before them.
/// </summary>
/// <remarks>
/// The store first, then the modules that live on it, then the gateway through which customers come, and last what
/// works by itself: controllers and the agents of virtual instances. It ends in the reverse order. Containers belong to
/// the engine; they outlive all of this.
/// </remarks>
internal sealed partial class Platform : IAsyncDisposable
{
    private readonly PlatformConfiguration _configuration;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _loggers;
    private readonly Endings _end = new();
    private Task _refused = Task.CompletedTask;
    private PlatformLinks? _console;

    private Platform(PlatformConfiguration configuration, TextWriter log, TimeProvider time)
    {
        _configuration = configuration;
        _time = time;
        _loggers = LineLog.CreateFactory(log, time);
        Damage = new Damage(_loggers.CreateLogger("Estiba.Data"));
    }

    /// <summary>What was found damaged or missing of the data since the start.</summary>
    internal Damage Damage { get; }

    /// <summary>Where customers on this machine reach it.</summary>
    internal Uri Endpoint => _configuration.Endpoint;

    /// <summary>The account of the platform's own key.</summary>
    internal string AccountId { get; private set; } = "";

    /// <summary>
    /// Completes when another process has taken over the state. Nothing is written any more, and what this platform
    /// does to containers the other one does too: it must end.
    /// </summary>
    internal Task Refused => _refused;

    /// <summary>An address that opens the console signed in, once; null where there is no console.</summary>
    internal Uri? NewConsoleLink() => _console?.Create();

    /// <summary>Starts a platform; it answers when this returns.</summary>
    /// <exception cref="CommandLine.CommandException">It cannot start; the message says why and what to do.</exception>
    internal static async Task<Platform> StartAsync(
        PlatformConfiguration configuration,
        TextWriter log,
        TimeProvider time,
        CancellationToken cancellation
    )
    {
        var platform = new Platform(configuration, log, time);
        try
        {
            await platform.OpenAsync(cancellation);
            return platform;
        }
        catch (Exception failure)
        {
            await platform.GiveUpAsync();
            if (StartFailure.Explain(failure) is { } explanation)
                throw explanation;
            throw;
        }
    }

    /// <summary>
    /// Stops it: the door closes, running requests end, and everything that was acknowledged is on disk. Containers go
    /// on.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _end.DisposeAsync();
        }
        finally
        {
            _loggers.Dispose();
        }
    }

    /// <summary>Ends what was begun of a start that has failed: why it did is what the operator is to hear.</summary>
    private async Task GiveUpAsync()
    {
        try
        {
            await _end.DisposeAsync();
        }
        catch (Exception failure)
        {
            Log.NotEnded(_loggers.CreateLogger("Estiba.Platform"), failure);
        }

        _loggers.Dispose();
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        var data = _configuration.Data;
        var directory = DataDirectory.Open(_configuration, Damage, _time);
        var store = EndWith(
            await Store.OpenAsync(
                new SqliteJournal(data.State, _configuration.AcceptsLoss, Damage, time: _time),
                Modules.Tables,
                _loggers.CreateLogger("Estiba.State"),
                cancellation
            )
        );
        _refused = store.Refused;
        await directory.ConfirmAsync(store, _loggers.CreateLogger("Estiba.Data"));
        if (!File.Exists(Path.Combine(data.Root, PlatformSettings.FileName)))
            PlatformSettings.Of(_configuration).Write(data); // a first start that is killed is not forgotten
        await TakeOver.CheckAsync(directory, _configuration, _time, cancellation);

        var host = await HostAsync(store, directory, cancellation);
        var modules = EndWith(await ModuleRunner.OpenAsync(Modules.Of(_configuration), host, cancellation));
        _console = host.Get<PlatformLinks>();
        var gateway = EndWith(OpenGateway(host, modules));
        host.Share(new ContainerListening(gateway.ListenForContainersAsync));
        await ListenAsync(gateway, cancellation);
        PlatformSettings.Of(_configuration).Write(data);
        directory.NoteContents();
        _end.Push(() => NotedAsync(directory));

        _end.Push(modules.StopAsync);
        await modules.StartAsync(new ControllerLoops(_time, new Random(), _loggers), cancellation: cancellation);
    }

    /// <summary>Says where the platform answers, and then does: who gets an answer may look at once for what else a
    /// client needs. A start that fails leaves what the one before it said.</summary>
    private async Task ListenAsync(GatewayServer gateway, CancellationToken cancellation)
    {
        var data = _configuration.Data;
        var authority = _configuration.Certificate?.Authority;
        (string Path, byte[]? Content)[] said =
        [
            (data.Endpoint, Encoding.UTF8.GetBytes(Endpoint.ToString())),
            (data.Authority, authority is null ? null : await File.ReadAllBytesAsync(authority, cancellation)),
        ];
        var before = said.Select(file => (file.Path, File.Exists(file.Path) ? File.ReadAllBytes(file.Path) : null))
            .ToList();
        Write(said);
        try
        {
            await gateway.StartAsync(cancellation);
        }
        catch
        {
            Write(before);
            throw;
        }

        static void Write(IEnumerable<(string Path, byte[]? Content)> files)
        {
            foreach (var (path, content) in files)
            {
                if (content is null)
                    File.Delete(path);
                else
                    DurableFile.Write(path, content);
            }
        }
    }

    /// <summary>What the modules live on, with the keys of the data directory.</summary>
    private async Task<ModuleHost> HostAsync(Store store, DataDirectory directory, CancellationToken cancellation)
    {
        var random = RandomNumberGenerator.Create();
        var root = RootCredentials.LoadOrCreate(
            _configuration.Data.Root,
            _configuration.AccountId,
            new UniqueIds(random)
        );
        AccountId = root.AccountId;
        var host = new ModuleHost
        {
            Store = store,
            Time = _time,
            Loggers = _loggers,
        };
        host.Share(Damage);
        host.Share(directory);
        host.Share(root);
        var secrets = await OpenSecretsAsync(store, random, cancellation);
        host.Share(secrets);
        host.Share(await RegistryKey.OpenAsync(store, secrets, _configuration.Data, random, cancellation));
        host.Share(
            new CertificateSealKey(
                await SealedKeys.GetOrAddAsync(store, secrets, "acm/private-keys", null, random, cancellation)
            )
        );
        host.Share(
            new NotificationSealKey(
                await SealedKeys.GetOrAddAsync(store, secrets, "sns/private-keys", null, random, cancellation)
            )
        );
        host.Share(
            new StickinessKey(
                await SealedKeys.GetOrAddAsync(store, secrets, "elbv2/stickiness", null, random, cancellation)
            )
        );
        return host;
    }

    private GatewayServer OpenGateway(ModuleHost host, ModuleRunner modules)
    {
        var certificate = _configuration.Certificate is { } files
            ? ServerCertificate.Load(files.Certificate, files.Key)
            : null;
        if (certificate is not null)
            _end.Push(() => Disposed(certificate));
        return new GatewayServer(
            GatewayOptions(
                certificate,
                [.. HealthChecks.Of(host.Store, _configuration.Data, Damage), .. modules.HealthChecks]
            ),
            modules.Dispatchers,
            host.Get<ICredentialSource>(),
            modules.Paths,
            _time,
            _loggers,
            host.Find<IAuthorizer>()
        );
    }

    /// <summary>The key of the data directory; what an earlier version wrote down plainly is sealed with it.</summary>
    private async Task<SecretKey> OpenSecretsAsync(
        Store store,
        RandomNumberGenerator random,
        CancellationToken cancellation
    )
    {
        var isNeeded = StoredSecrets.NeedKey(store.Current) || HostSecrets.NeedKey(store.Current);
        var secrets = SecretKey.LoadOrCreate(_configuration.Data.Root, isNeeded, random);
        var lost =
            await StoredSecrets.SealAsync(store, secrets, cancellation)
            + await HostSecrets.SealAsync(store, secrets, cancellation);
        if (lost > 0)
            Log.KeysLost(_loggers.CreateLogger("Estiba.Identity"), lost, SecretKey.FileName);
        return secrets;
    }

    private GatewayOptions GatewayOptions(ServerCertificate? certificate, IReadOnlyList<HealthCheck> checks) =>
        new()
        {
            EndPoints = _configuration.EndPoints,
            Version = CommandLine.Version.Text,
            DefaultAccountId = AccountId,
            AnyCredentials = _configuration.AnyCredentials,
            Certificate = certificate,
            HealthChecks = checks,
            AllowedHosts =
            [
                .. Gateway.GatewayOptions.DefaultAllowedHosts,
                .. _configuration.Advertise is { } name ? [name] : (string[])[],
            ],
        };

    private T EndWith<T>(T part)
        where T : IAsyncDisposable
    {
        _end.Push(part.DisposeAsync);
        return part;
    }

    private static ValueTask NotedAsync(DataDirectory directory)
    {
        try
        {
            directory.NoteContents();
        }
        catch (IOException)
        {
            // A full disk, most likely; what was noted at the start stays right.
        }

        return ValueTask.CompletedTask;
    }

    private static ValueTask Disposed(IDisposable part)
    {
        part.Dispose();
        return ValueTask.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(
            Level = LogLevel.Error,
            Message = "{Count} access keys were sealed with another {File} than this one. They are good for "
                + "nothing until the right one is put back."
        )]
        internal static partial void KeysLost(ILogger logger, int count, string file);

        [LoggerMessage(
            Level = LogLevel.Warning,
            Message = "Not all that was begun of a start that has failed could be ended"
        )]
        internal static partial void NotEnded(ILogger logger, Exception failure);
    }
}
