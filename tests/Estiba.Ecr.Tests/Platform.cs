using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Signing;
using Estiba.Ecr.GarbageCollection;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Estiba.Ecr.Tests;

/// <summary>
/// The room with a real web server on a free port and a clock that stands still; it can be stopped and started again.
/// </summary>
internal sealed class Platform : IAsyncDisposable
{
    public const string Account = "123456789012";
    public const string Region = "eu-west-1";

    private readonly ILoggerFactory _loggers = LoggerFactory.Create(logging => logging.AddProvider(new TestLog()));
    private readonly IJournal _journal;
    private readonly bool _ownsDirectory;
    private readonly byte[] _tokenKey = RandomNumberGenerator.GetBytes(32);
    private ModuleRunner _modules = null!;
    private WebApplication _web = null!;

    private Platform(IJournal journal, string? directory)
    {
        _journal = journal;
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("estiba-ecr-").FullName;
    }

    public string Directory { get; }

    /// <summary>It starts now: files are born with the real time.</summary>
    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    /// <summary>Who may do what, and whose keys are good: everybody, unless a test says otherwise.</summary>
    public StandInAccess Access { get; } = new();

    public IEcrApi Ecr { get; private set; } = null!;

    public Store Store { get; private set; } = null!;

    public Uri Address { get; private set; } = null!;

    /// <summary>Sends what it is told to, logged in.</summary>
    public HttpClient Http { get; private set; } = null!;

    public string BlobDirectory => Path.Combine(Directory, "registry", "blobs");

    public string UploadDirectory => Path.Combine(Directory, "registry", "uploads");

    public static async Task<Platform> StartAsync(string? directory = null, int maximumUploads = 100)
    {
        var platform = new Platform(new MemoryJournal(), directory);
        await platform.OpenAsync(maximumUploads);
        return platform;
    }

    /// <summary>Everything that a process holds is gone; what is on the disk and in the journal stays.</summary>
    public async Task RestartAsync()
    {
        await CloseAsync();
        await OpenAsync(100);
    }

    public static CallContext Caller(string account = Account, string region = Region) =>
        new()
        {
            AccountId = account,
            Region = region,
            PrincipalArn = $"arn:aws:iam::{account}:root",
            AccessKeyId = "AKIAEXAMPLE",
            RequestId = Guid.NewGuid().ToString(),
        };

    public async Task<Repository> CreateRepositoryAsync(
        string name,
        string? mutability = null,
        string region = Region
    ) =>
        (
            await Ecr.CreateRepositoryAsync(
                new CreateRepositoryRequest { RepositoryName = name, ImageTagMutability = mutability },
                Caller(region: region),
                default
            )
        ).Repository!;

    public async Task<string> PasswordAsync(string region = Region, IReadOnlySet<string>? actions = null)
    {
        var answer = await Ecr.GetAuthorizationTokenAsync(
            new GetAuthorizationTokenRequest(),
            Caller(region: region) with
            {
                Actions = actions,
            },
            default
        );
        return Encoding.UTF8.GetString(Convert.FromBase64String(answer.AuthorizationData![0].AuthorizationToken!))[
            "AWS:".Length..
        ];
    }

    public async Task<HttpClient> LogInAsync(string region = Region, IReadOnlySet<string>? actions = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        var pair = Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{await PasswordAsync(region, actions)}"));
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", pair);
        return client;
    }

    public IEnumerable<string> BlobFiles() =>
        System.IO.Directory.EnumerateFiles(BlobDirectory, "*", SearchOption.AllDirectories);

    public IEnumerable<string> UploadFiles() => System.IO.Directory.EnumerateFiles(UploadDirectory);

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        if (_ownsDirectory)
            System.IO.Directory.Delete(Directory, recursive: true);
    }

    /// <summary>Removes what nothing needs any more, as is due from time to time.</summary>
    public Task<SweepResult> SweepAsync() =>
        (Task<SweepResult>)_modules.Chores.Single().RunAsync(CancellationToken.None);

    /// <summary>Opens the module once more on what there is, as a start would.</summary>
    public Task<ModuleRunner> OpenAgainAsync(EcrOptions options) =>
        ModuleRunner.OpenAsync([new EcrModule(options)], new ModuleHost { Store = Store, Time = Clock });

    private async Task OpenAsync(int maximumUploads)
    {
        Store = await Store.OpenAsync(_journal, EcrService.Tables);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Map("/v2/{**path}", context => _modules.Paths.Single().Handle(context, null));
        await _web.StartAsync();
        Address = new Uri(_web.Urls.Single());
        var options = new EcrOptions
        {
            DataDirectory = Directory,
            Endpoint = Address,
            MaximumUploads = maximumUploads,
        };
        var host = new ModuleHost
        {
            Store = Store,
            Time = Clock,
            Loggers = _loggers,
        };
        host.Share<IAuthorizer>(Access);
        host.Share<ICredentialSource>(Access);
        host.Share(new RegistryTokenKey(_tokenKey));
        _modules = await ModuleRunner.OpenAsync([new EcrModule(options)], host);
        Ecr = host.Neighbour<IEcrApi>(CallPrincipal.Caller);
        Http = await LogInAsync();
    }

    private async Task CloseAsync()
    {
        Http.Dispose();
        await _web.DisposeAsync();
        await _modules.DisposeAsync();
        await Store.DisposeAsync();
    }
}

/// <summary>Shows what the room logs beside the test that caused it.</summary>
internal sealed class TestLog : ILoggerProvider, ILogger
{
    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    ) => TestContext.Current.TestOutputHelper?.WriteLine($"{formatter(state, exception)} {exception}");

    public void Dispose() { }
}
