using System.Text.Json;
using Estiba.Ecr.Registry.Http;

namespace Estiba.Ecr.Tests.Registry;

public sealed class ListTests
{
    [Fact]
    public async Task Tags_are_listed_in_order_and_in_pages()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        foreach (var tag in new[] { "v2", "latest", "v10" })
            await platform.Http.PushImageAsync("one", tag);

        using var first = await platform.Http.GetAsync("/v2/one/tags/list?n=2");
        var link = first.Headers.GetValues("Link").Single();
        using var second = await platform.Http.GetAsync(link[1..link.IndexOf('>', StringComparison.Ordinal)]);

        (await NamesAsync(first, "tags")).ShouldBe(["latest", "v10"]);
        link.ShouldEndWith("; rel=\"next\"");
        (await NamesAsync(second, "tags")).ShouldBe(["v2"]);
        second.Headers.Contains("Link").ShouldBeFalse();
    }

    [Fact]
    public async Task No_tags_can_be_asked_for()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.Http.PushImageAsync("one", "latest");

        using var answer = await platform.Http.GetAsync("/v2/one/tags/list?n=0");

        (await NamesAsync(answer, "tags")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Repositories_are_listed()
    {
        await using var platform = await Platform.StartAsync();
        await platform.CreateRepositoryAsync("one");
        await platform.CreateRepositoryAsync("two/three");

        using var answer = await platform.Http.GetAsync("/v2/_catalog");

        (await NamesAsync(answer, "repositories")).ShouldBe(["one", "two/three"]);
    }

    [Theory]
    [InlineData("/v2", "Probe", "", "")]
    [InlineData("/v2/", "Probe", "", "")]
    [InlineData("/v2/a/b/tags/list", "Tags", "a/b", "")]
    [InlineData("/v2/a/manifests/latest", "Manifest", "a", "latest")]
    [InlineData("/v2/manifests/blobs/sha256:1", "Blob", "manifests", "sha256:1")]
    [InlineData("/v2/a/blobs/blobs/uploads/", "Uploads", "a/blobs", "")]
    [InlineData("/v2/a/blobs/uploads/1", "Upload", "a", "1")]
    [InlineData("/v2/a/referrers/sha256:1", "Referrers", "a", "sha256:1")]
    [InlineData("/v2/manifests/latest", "Unknown", "", "")]
    [InlineData("/v2/a", "Unknown", "", "")]
    [InlineData("/v1/a/manifests/b", "Unknown", "", "")]
    public void A_path_is_read_from_its_end(string path, string resource, string repository, string reference) =>
        RegistryRoute
            .Parse(path)
            .ShouldBe(new RegistryRoute(Enum.Parse<RegistryResource>(resource), repository, reference));

    private static async Task<List<string>> NamesAsync(HttpResponseMessage answer, string member)
    {
        using var body = await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync());
        return [.. body.RootElement.GetProperty(member).EnumerateArray().Select(item => item.GetString()!)];
    }
}
