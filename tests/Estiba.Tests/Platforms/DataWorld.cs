using System.Diagnostics;
using System.Text;
using Estiba.CommandLine;
using Estiba.Contracts;
using Estiba.Contracts.CloudWatch;
using Estiba.Contracts.Ecr;
using Estiba.Contracts.Logs;
using Estiba.Listeners.Tests;
using Estiba.Platforms;

namespace Estiba.Tests.Platforms;

/// <summary>
/// A data directory and the platforms that are started with it, in this process and without containers.
/// </summary>
internal sealed class DataWorld : IDisposable
{
    private const string Region = "eu-west-1";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("estiba-data-");

    internal string Root => Path.Combine(_directory.FullName, "data");

    internal DataLayout Layout => DataLayout.At(Root);

    /// <summary>What the platforms have logged.</summary>
    internal PlatformLog Log { get; } = new();

    /// <summary>The lines of the log that say that something has failed, whatever words others have.</summary>
    internal IReadOnlyList<string> Errors =>
        [.. Log.ToString().Split('\n').Where(line => line.Split(' ', 3) is [_, "error", ..])];

    /// <summary>
    /// A directory as the first version of Estiba left it when it was killed: a cluster, two log streams, an image and
    /// an instance with a task.
    /// </summary>
    internal static DataWorld OfTheFirstVersion()
    {
        var world = new DataWorld();
        world.Run(
            "tar",
            "-xzf",
            Path.Combine(AppContext.BaseDirectory, "Platforms", "Fixtures", "first-format.tar.gz"),
            "-C",
            world._directory.FullName
        );
        return world;
    }

    /// <summary>A directory that this version has used.</summary>
    internal static async Task<DataWorld> UsedAsync()
    {
        var world = OfTheFirstVersion();
        await using (await world.StartAsync())
        {
            // What the first version has left becomes this version's.
        }

        return world;
    }

    internal string File(string name) => Path.Combine(Root, name);

    /// <summary>A name beside the data directory.</summary>
    internal string Beside(string name) => Path.Combine(_directory.FullName, name);

    internal async Task<Platform> StartAsync(
        bool acceptsLoss = false,
        bool takesOver = false,
        string? root = null,
        int? port = null
    )
    {
        var configuration = new PlatformConfiguration
        {
            Data = root is null ? Layout : DataLayout.At(root),
            Port = port ?? FreePort.Take(),
            Engine = EngineKind.Simulated,
            AcceptsLoss = acceptsLoss,
            TakesOver = takesOver,
        };
        return await Platform.StartAsync(configuration, Log, TimeProvider.System, CancellationToken.None);
    }

    internal Task<CommandException> RefusedAsync(
        string? root = null,
        bool acceptsLoss = false,
        bool takesOver = false
    ) => Should.ThrowAsync<CommandException>(() => StartAsync(acceptsLoss, takesOver, root));

    /// <summary>The messages of a log stream, as a customer reads them.</summary>
    internal async Task<List<string?>> MessagesAsync(string stream, string? root = null)
    {
        var found = new List<string?>();
        await CallAsync(root, async (platform, http) =>
        {
            var logs = new LogsClient(platform.ClientOptions(Region, http));
            var request = new GetLogEventsRequest
            {
                LogGroupName = "g",
                LogStreamName = stream,
                StartFromHead = true,
            };
            while (true)
            {
                var page = await logs.GetLogEventsAsync(request, platform.CallContext(Region));
                if (page.Events is not { Count: > 0 } events)
                    return;
                found.AddRange(events.Select(item => item.Message));
                request = request with { NextToken = page.NextForwardToken };
            }
        });
        return found;
    }

    /// <summary>Puts a value, as a customer does.</summary>
    internal Task MeasureAsync(double value) =>
        CallAsync(root: null, (platform, http) =>
            new CloudWatchClient(platform.ClientOptions(Region, http)).PutMetricDataAsync(
                new PutMetricDataInput
                {
                    Namespace = "App",
                    MetricData = [new MetricDatum { MetricName = "Latency", Value = value }],
                },
                platform.CallContext(Region)
            )
        );

    /// <summary>Makes a log group, as a customer does.</summary>
    internal Task CreateLogGroupAsync(string name) =>
        CallAsync(root: null, (platform, http) =>
            new LogsClient(platform.ClientOptions(Region, http)).CreateLogGroupAsync(
                new CreateLogGroupRequest { LogGroupName = name },
                platform.CallContext(Region)
            )
        );

    /// <summary>The values of the last minutes, as a customer reads them.</summary>
    internal async Task<List<double?>> MeasuredAsync()
    {
        var found = new List<double?>();
        await CallAsync(root: null, async (platform, http) =>
        {
            var answer = await new CloudWatchClient(platform.ClientOptions(Region, http)).GetMetricStatisticsAsync(
                new GetMetricStatisticsInput
                {
                    Namespace = "App",
                    MetricName = "Latency",
                    StartTime = DateTimeOffset.UtcNow.AddHours(-1),
                    EndTime = DateTimeOffset.UtcNow.AddHours(1),
                    Period = 60,
                    Statistics = ["Sum"],
                },
                platform.CallContext(Region)
            );
            found.AddRange(answer.Datapoints!.Select(point => point.Sum));
        });
        return found;
    }

    /// <summary>Writes a log event, as a customer does.</summary>
    internal Task PutMessageAsync(string stream, string message, string? root = null) =>
        CallAsync(root, (platform, http) => new LogsClient(platform.ClientOptions(Region, http)).PutLogEventsAsync(
                new PutLogEventsRequest
                {
                    LogGroupName = "g",
                    LogStreamName = stream,
                    LogEvents =
                    [
                        new InputLogEvent
                        {
                            Timestamp = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds(),
                            Message = message,
                        },
                    ],
                },
                platform.CallContext(Region)
            ));

    /// <summary>The manifest of the image, as a customer reads it.</summary>
    internal async Task<string?> ManifestAsync(string? root = null)
    {
        string? manifest = null;
        await CallAsync(root, async (platform, http) =>
        {
            var answer = await new EcrClient(platform.ClientOptions(Region, http)).BatchGetImageAsync(
                new BatchGetImageRequest
                {
                    RepositoryName = "app",
                    ImageIds = [new ImageIdentifier { ImageTag = "latest" }],
                },
                platform.CallContext(Region)
            );
            manifest = answer.Images!.Single().ImageManifest;
        });
        return manifest;
    }

    /// <summary>A password for the registry, as <c>docker login</c> gets it.</summary>
    internal async Task<string> RegistryPasswordAsync()
    {
        string? password = null;
        await CallAsync(root: null, async (platform, http) =>
        {
            var answer = await new EcrClient(platform.ClientOptions(Region, http)).GetAuthorizationTokenAsync(
                new GetAuthorizationTokenRequest(),
                platform.CallContext(Region)
            );
            var login = Convert.FromBase64String(answer.AuthorizationData!.Single().AuthorizationToken!);
            password = Encoding.UTF8.GetString(login)["AWS:".Length..];
        });
        return password!;
    }

    /// <summary>Runs one of Estiba's commands.</summary>
    internal static async Task<(int ExitCode, string Output, string Error)> CommandAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await EstibaCommandLine.RunAsync(arguments, new Terminal(output, error));
        return (exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Copies a directory that a platform may work with, as it is when that one is killed.</summary>
    /// <remarks>
    /// A platform that is killed leaves all its files as they are at one moment; a copy is made file by file. So it is
    /// made again until nothing has changed meanwhile.
    /// </remarks>
    internal void Copy(string from, string to)
    {
        for (var tries = 1; ; tries++)
        {
            var before = Moment(from);
            using var process = Process.Start(
                new ProcessStartInfo("cp", ["-a", from, to])
                {
                    WorkingDirectory = _directory.FullName,
                    RedirectStandardError = true,
                    UseShellExecute = false,
                }
            )!;
            var said = process.StandardError.ReadToEnd();
            process.WaitForExit();
            if (said.Length == 0 && Moment(from) == before)
                return;
            tries.ShouldBeLessThan(1000, $"{from} does not come to rest: {said}");
            Directory.Delete(to, recursive: true);
        }
    }

    /// <summary>The names of all files with their sizes and times.</summary>
    private static string Moment(string directory) =>
        string.Join(
            '\n',
            new DirectoryInfo(directory)
                .EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(file =>
                    file.Exists ? $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}" : $"{file.FullName} -"
                )
                .Order(StringComparer.Ordinal)
        );

    internal static void Flip(string path, long at)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        file.Position = at;
        var value = file.ReadByte();
        file.Position = at;
        file.WriteByte((byte)(value ^ 4));
    }

    public void Dispose() => _directory.Delete(recursive: true);

    internal void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(
            new ProcessStartInfo(program, arguments) { WorkingDirectory = _directory.FullName }
        )!;
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, program);
    }

    internal async Task CallAsync(string? root, Func<RunningPlatform, HttpClient, Task> call)
    {
        var platform = await RunningPlatform.FindAsync(
            root is null ? Layout : DataLayout.At(root),
            CancellationToken.None
        );
        await platform.CallAsync(http => call(platform, http), CancellationToken.None);
    }
}
