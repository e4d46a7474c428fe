using System.Formats.Tar;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Clients;

/// <summary>
/// The stock docker command and engine against the registry. The engine speaks plain HTTP to registries on 127.0.0.0/8.
/// </summary>
public sealed class DockerTests
{
    [Fact]
    public async Task Docker_logs_in_pushes_pushes_nothing_again_and_pulls_the_same_digest()
    {
        await using var platform = await Platform.StartAsync();
        using var folder = new Folder();
        var image = $"{(await platform.CreateRepositoryAsync("subiendo.mi.contenedor")).RepositoryUri}:latest";
        var registry = platform.Address.Authority;
        await ImportAsync(folder, image);
        try
        {
            var login = await DockerAsync(
                folder,
                await platform.PasswordAsync(),
                "login",
                "--username",
                "AWS",
                "--password-stdin",
                registry
            );
            var first = await DockerAsync(folder, "", "push", image);
            var second = await DockerAsync(folder, "", "push", image);
            await DockerAsync(folder, "", "rmi", image);
            var pulled = await DockerAsync(folder, "", "pull", image);

            login.ShouldContain("Login Succeeded");
            first.ShouldContain(": Pushed");
            second.ShouldContain(": Layer already exists");
            second.ShouldNotContain(": Pushed");
            DigestIn(second).ShouldBe(DigestIn(first));
            DigestIn(pulled).ShouldBe(DigestIn(first));
        }
        finally
        {
            await DockerAsync(folder, "", "rmi", "--force", image);
        }
    }

    [Fact]
    public async Task Docker_says_why_a_push_is_refused()
    {
        await using var platform = await Platform.StartAsync();
        using var folder = new Folder();
        var image = $"{platform.Address.Authority}/missing:latest";
        await ImportAsync(folder, image);
        try
        {
            await DockerAsync(
                folder,
                await platform.PasswordAsync(),
                "login",
                "--username",
                "AWS",
                "--password-stdin",
                platform.Address.Authority
            );

            var (_, said) = await Command.TryAsync("docker", ["push", image], dockerConfig: folder.Path);

            said.ShouldContain(
                "name unknown: The repository with name 'missing' does not exist in the registry with id '123456789012'"
            );
        }
        finally
        {
            await DockerAsync(folder, "", "rmi", "--force", image);
        }
    }

    private static async Task ImportAsync(Folder folder, string image)
    {
        var archive = Path.Combine(folder.Path, "layer.tar");
        await using (var writer = new TarWriter(File.Create(archive)))
            await writer.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, "data")
                {
                    DataStream = new MemoryStream(RandomBytes(200_000)),
                }
            );
        await DockerAsync(folder, "", "import", archive, image);
    }

    private static Task<string> DockerAsync(Folder folder, string input, params string[] arguments) =>
        Command.RunAsync("docker", arguments, input, dockerConfig: folder.Path);

    private static string DigestIn(string output)
    {
        var start = output.IndexOf("sha256:", StringComparison.Ordinal);
        return output[start..(start + 71)];
    }
}
