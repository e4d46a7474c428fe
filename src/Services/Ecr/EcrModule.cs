using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Signing;
using Estiba.Files;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.Hosting.Http;
using Estiba.State;

namespace Estiba.Ecr;

/// <summary>
/// Amazon ECR and the registry behind <c>docker push</c>. It asks for an <see cref="IAuthorizer"/>; where there is
/// none, everybody may do everything. Without a <see cref="RegistryTokenKey"/> its passwords end with the process.
/// </summary>
/// <param name="options">Where its files are, and the address of the registry.</param>
public sealed class EcrModule(EcrOptions options) : Module
{
    /// <summary>The folder of the data directory that it has its files in.</summary>
    public const string Folder = "registry";

    /// <summary>Where clients of registries expect one.</summary>
    private const string RegistryPath = "/v2";

    /// <inheritdoc/>
    public override string Name => "ecr";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => EcrService.Tables;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IEcrApi, EcrApi>("Amazon ECR")];

    /// <inheritdoc/>
    public override IReadOnlyList<ModuleFiles> Files { get; } =
    [
        new(Folder)
        {
            BackedUp = ["blobs"],
            Lasting = ["blobs"],
            CheckAsync = check =>
                RegistryCheck.RunAsync(
                    check.Directory,
                    check.State,
                    check.Refresh,
                    check.Findings,
                    check.Progress,
                    check.Cancellation
                ),
        },
    ];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var own = options with { Damage = options.Damage ?? host.Find<Damage>() };
        if (host.Find<IAuthorizer>() is { } authorizer)
            own = own with { Authorizer = authorizer, Credentials = host.Get<ICredentialSource>() };
        if (host.Find<RegistryTokenKey>() is { } key)
            own = own with { TokenKey = key.Value };
        var service = new EcrService(host.Store, own, host.Time, host.Loggers);
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new EcrDispatcher(service.Api)],
                Paths = [HttpPath.Open(RegistryPath, service.Endpoint.HandleAsync)],
                Chores = [new Chore("ecr.sweep", own.SweepInterval, service.SweepAsync) { AtStart = true }],
                CloseAsync = () =>
                {
                    service.Dispose();
                    return ValueTask.CompletedTask;
                },
            }
        );
    }
}

/// <summary>What the passwords of the registry are signed with, shared with the module.</summary>
/// <param name="Value">32 bytes.</param>
public sealed record RegistryTokenKey(ReadOnlyMemory<byte> Value);
