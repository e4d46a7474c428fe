using Estiba.Contracts;
using Estiba.Contracts.S3;
using Estiba.Files;
using Estiba.Hosting;
using Estiba.Hosting.Controllers;
using Estiba.S3.Lifecycle;
using Estiba.S3.Storage;
using Estiba.State;
using Microsoft.Extensions.Logging;

namespace Estiba.S3;

/// <summary>
/// Amazon S3. It asks for an <see cref="IAuthorizer"/>; where there is none, everybody may do everything.
/// </summary>
/// <param name="options">Where its files are.</param>
public sealed class S3Module(S3Options options) : Module
{
    /// <summary>The folder of the data directory that it has its files in.</summary>
    public const string Folder = "s3";

    /// <inheritdoc/>
    public override string Name => "s3";

    /// <inheritdoc/>
    public override IReadOnlyList<Table> Tables => S3Tables.All;

    /// <inheritdoc/>
    public override IReadOnlyList<ServiceDeclaration> Services { get; } =
    [ServiceDeclaration.Of<IS3Api, S3Api>("Amazon S3")];

    /// <inheritdoc/>
    public override IReadOnlyList<ModuleFiles> Files { get; } =
    [
        new(Folder)
        {
            BackedUp = [ContentFiles.Uploads, ContentFiles.Objects],
            Lasting = [ContentFiles.Objects],
            CheckAsync = ContentCheck.RunAsync,
        },
    ];

    /// <inheritdoc/>
    public override Task<OpenModule> OpenAsync(ModuleHost host, CancellationToken cancellation)
    {
        var directory = Path.Combine(options.DataDirectory, Folder);
        foreach (var folder in new[] { ContentFiles.Uploads, ContentFiles.Objects })
            PrivateFiles.CreateDirectory(Path.Combine(directory, folder));
        var damage = options.Damage ?? host.Find<Damage>() ?? new Damage(host.Loggers.CreateLogger("Estiba.S3"));
        var files = new ContentFiles(new FileDirectory(directory), host.Time, damage);
        var api = new S3Api(host.Store, files, options, host.Find<IAuthorizer>(), host.Time);
        var removal = new Removal(host.Store, files, options, host.Time);
        var lifecycle = new LifecycleRun(host.Store, host.Time);
        return Task.FromResult(
            new OpenModule
            {
                Dispatchers = [new S3Dispatcher(api)],
                Chores =
                [
                    new Chore("s3.removal", options.RemovalInterval, removal.RunAsync) { AtStart = true },
                    new Chore("s3.lifecycle", options.LifecycleInterval, lifecycle.RunAsync) { AtStart = true },
                ],
            }
        );
    }
}
