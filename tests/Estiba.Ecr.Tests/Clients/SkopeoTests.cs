using System.Formats.Tar;
using System.Net;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Clients;

/// <summary>skopeo, which shares its code with Podman and Buildah, against the registry.</summary>
public sealed class SkopeoTests
{
    [Fact]
    public async Task Skopeo_copies_an_image_in_and_out_again()
    {
        await using var platform = await Platform.StartAsync();
        using var folder = new Folder();
        await platform.CreateRepositoryAsync("app");
        await platform.CreateRepositoryAsync("copy");
        var archive = Path.Combine(folder.Path, "layer.tar");
        await using (var writer = new TarWriter(File.Create(archive)))
            await writer.WriteEntryAsync(
                new PaxTarEntry(TarEntryType.RegularFile, "data")
                {
                    DataStream = new MemoryStream(RandomBytes(200_000)),
                }
            );
        var credentials = $"AWS:{await platform.PasswordAsync()}";
        var (source, target) = (
            $"docker://{platform.Address.Authority}/app:v1",
            $"docker://{platform.Address.Authority}/copy:v1"
        );

        await SkopeoAsync("copy", "--dest-tls-verify=false", "--dest-creds", credentials, $"tarball:{archive}", source);
        await SkopeoAsync(
            "copy",
            "--src-tls-verify=false",
            "--src-creds",
            credentials,
            source,
            $"oci:{folder.Path}/layout:v1"
        );
        await SkopeoAsync(
            "copy",
            "--dest-tls-verify=false",
            "--dest-creds",
            credentials,
            $"oci:{folder.Path}/layout:v1",
            target
        );

        using var pushed = await platform.Http.GetAsync("/v2/app/manifests/v1");
        using var copied = await platform.Http.GetAsync("/v2/copy/manifests/v1");
        copied.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await copied.Content.ReadAsStringAsync()).ShouldBe(await pushed.Content.ReadAsStringAsync());
    }

    private static Task<string> SkopeoAsync(params string[] arguments) =>
        Command.RunAsync("skopeo", ["--insecure-policy", .. arguments]);
}
