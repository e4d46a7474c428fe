using System.Diagnostics;
using System.Formats.Tar;
using System.Net.Sockets;
using System.Text.Json;

namespace Estiba.Agent.Tests.StandIns;

/// <summary>A small image made of this host's own shell and tools, so that tests need no registry.</summary>
internal static class TestImage
{
    public const string Name = "estiba-agent-tests:1";

    private static readonly string[] Programs =
    [
        "/bin/sh",
        "/bin/sleep",
        "/bin/cat",
        "/bin/date",
        "/usr/bin/env",
        "/bin/ls",
        "/usr/bin/head",
        "/usr/bin/tr",
    ];
    private static readonly Lock Gate = new();
    private static Task? _made;

    /// <summary>Sees to it that the engine has the image.</summary>
    public static Task EnsureAsync()
    {
        lock (Gate)
            return _made ??= Task.Run(MakeAsync);
    }

    /// <summary>Makes an image with nothing in it but a file that no other has.</summary>
    public static async Task MakeEmptyAsync(string name)
    {
        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, Guid.NewGuid().ToString()));
        using var http = Docker();
        await ImportAsync(http, name, archive.ToArray());
    }

    private static async Task MakeAsync()
    {
        using var http = Docker();
        using var found = await http.GetAsync(new Uri($"http://docker/v1.41/images/{Name}/json"));
        if (!found.IsSuccessStatusCode)
            await ImportAsync(http, Name, await RootAsync());
    }

    private static HttpClient Docker() =>
        new(
            new SocketsHttpHandler
            {
                ConnectCallback = static async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint("/var/run/docker.sock"), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            }
        );

    private static async Task ImportAsync(HttpClient http, string name, byte[] archive)
    {
        var parts = name.Split(':');
        using var body = new ByteArrayContent(archive);
        using var answer = await http.PostAsync(
            new Uri(
                $"http://docker/v1.41/images/create?fromSrc=-&repo={parts[0]}&tag={parts[1]}&changes="
                    + $"{Uri.EscapeDataString("ENV PATH=/usr/bin:/bin")}"
            ),
            body
        );
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode || text.Contains("error", StringComparison.Ordinal))
            throw new InvalidOperationException(text);
    }

    private static async Task<byte[]> RootAsync()
    {
        var files = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var program in Programs)
        {
            files.Add(program);
            foreach (var library in await LibrariesAsync(program))
                files.Add(library);
        }

        using var archive = new MemoryStream();
        await using (var tar = new TarWriter(archive, leaveOpen: true))
        {
            foreach (var file in files)
            {
                await using var content = File.OpenRead(file);
                var entry = new PaxTarEntry(TarEntryType.RegularFile, file[1..])
                {
                    DataStream = content,
                    Mode = (UnixFileMode)0b111_101_101,
                };
                await tar.WriteEntryAsync(entry);
            }

            await tar.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.Directory, "tmp") { Mode = (UnixFileMode)0b111_111_111 }
            );
        }

        return archive.ToArray();
    }

    private static async Task<IReadOnlyList<string>> LibrariesAsync(string program)
    {
        using var ldd = Process.Start(
            new ProcessStartInfo("ldd", program) { RedirectStandardOutput = true, UseShellExecute = false }
        )!;
        var text = await ldd.StandardOutput.ReadToEndAsync();
        await ldd.WaitForExitAsync();
        return
        [
            .. text.Split('\n')
                .Select(line => line.Split(["=>", "("], StringSplitOptions.TrimEntries))
                .Select(parts => parts.FirstOrDefault(part => part.StartsWith('/')))
                .OfType<string>(),
        ];
    }
}
