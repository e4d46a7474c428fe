using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Text;
using Estiba.Contracts;
using Estiba.Contracts.Ecr;
using Estiba.Ecr;
using Estiba.Hosting;
using Estiba.Hosting.Calls;
using Estiba.Listeners.Tests;
using Estiba.State;
using Estiba.State.Journals;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Estiba.Benchmarks.Registry;

/// <summary>A registry in a process of its own, on a free port, with a data directory of its own.</summary>
internal sealed class RegistryServer(string name, Process process, Uri address, string? password, string directory)
    : IDisposable
{
    public const string Repository = "bench";

    public string Name => name;

    public Uri Address => address;

    /// <summary>What a client logs in with; null if it need not.</summary>
    public string? Password => password;

    public double MemoryMiB
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64 / (1024.0 * 1024);
        }
    }

    /// <summary>This program again, as a registry.</summary>
    public static async Task<RegistryServer> StartEstibaAsync()
    {
        var (directory, port) = (Directory.CreateTempSubdirectory("estiba-bench-").FullName, FreePort.Take());
        var process = Start(Environment.ProcessPath!, "registry-server", port.ToString(), directory);
        var password = await process.StandardOutput.ReadLineAsync();
        process.BeginErrorReadLine();
        return new RegistryServer("estiba", process, new Uri($"http://127.0.0.1:{port}"), password, directory);
    }

    /// <summary>Debian's docker-registry, as its package configures it but for the place and the log.</summary>
    public static async Task<RegistryServer> StartDockerRegistryAsync()
    {
        var (directory, port) = (Directory.CreateTempSubdirectory("estiba-bench-").FullName, FreePort.Take());
        var configuration = Path.Combine(directory, "config.yml");
        await File.WriteAllTextAsync(
            configuration,
            $"""
            version: 0.1
            log:
              level: error
              accesslog:
                disabled: true
            storage:
              cache:
                blobdescriptor: inmemory
              filesystem:
                rootdirectory: {directory}/data
            http:
              addr: 127.0.0.1:{port}
            """
        );
        Process process;
        try
        {
            process = Start("docker-registry", "serve", configuration);
        }
        catch (Win32Exception missing)
        {
            throw new BenchmarkException(
                "docker-registry, with which the benchmark of the registry compares, is not installed: apt-get "
                    + "install docker-registry.",
                missing
            );
        }

        // It logs every layer that it does not know; nobody reading that would stop it.
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        var address = new Uri($"http://127.0.0.1:{port}");
        await AnswersAsync(address);
        return new RegistryServer("docker-registry", process, address, password: null, directory);
    }

    /// <summary>Is the registry that <see cref="StartEstibaAsync"/> starts, until its input ends.</summary>
    public static async Task ServeAsync(string[] arguments)
    {
        var (port, directory) = (int.Parse(arguments[0]), arguments[1]);
        Module[] modules =
        [
            new EcrModule(new EcrOptions { DataDirectory = directory, Endpoint = new Uri($"http://127.0.0.1:{port}") }),
        ];
        await using var store = await Store.OpenAsync(
            new SqliteJournal(Path.Combine(directory, "state.db")),
            ModuleRunner.TablesOf(modules)
        );
        await using var running = await ModuleRunner.OpenAsync(modules, new ModuleHost { Store = store });
        var ecr = running.Neighbour<IEcrApi>(CallPrincipal.Account);
        var caller = new CallContext
        {
            AccountId = "123456789012",
            Region = "eu-west-1",
            PrincipalArn = "arn:aws:iam::123456789012:root",
            AccessKeyId = "",
            RequestId = "",
        };
        await ecr.CreateRepositoryAsync(new CreateRepositoryRequest { RepositoryName = Repository }, caller);
        var token = await ecr.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), caller);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var web = builder.Build();
        web.Map("/v2/{**path}", context => running.Paths.Single().Handle(context, null));
        await web.StartAsync();
        Console.WriteLine(
            Encoding.UTF8.GetString(Convert.FromBase64String(token.AuthorizationData![0].AuthorizationToken!))[
                "AWS:".Length..
            ]
        );
        while (await Console.In.ReadLineAsync() is not null)
        {
            // Until whoever has started this process has ended.
        }
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private static Process Start(string program, params string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(program, arguments)
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;

    private static async Task AnswersAsync(Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        for (var tries = 0; ; tries++)
        {
            try
            {
                using var answer = await http.GetAsync("/v2/");
                return;
            }
            catch (HttpRequestException) when (tries < 100)
            {
                await Task.Delay(50);
            }
        }
    }
}
