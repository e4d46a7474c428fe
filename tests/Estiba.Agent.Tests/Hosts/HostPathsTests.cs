using Estiba.Agent.Hosts;
using Estiba.Contracts;
using Estiba.Engines;

namespace Estiba.Agent.Tests.Hosts;

/// <summary>Paths of the host as somebody writes them who wants what he may not have.</summary>
public sealed class HostPathsTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("estiba-paths-").FullName;

    public HostPathsTests()
    {
        foreach (var directory in new[] { "data/agents", "srv/app", "other" })
            Directory.CreateDirectory(Path.Combine(_root, directory));
        File.WriteAllText(At("data/credentials"), "secret");
        File.CreateSymbolicLink(At("srv/app/to-data"), At("data"));
        File.CreateSymbolicLink(At("srv/app/to-root"), "/");
        File.CreateSymbolicLink(At("srv/app/to-parent"), "../..");
        File.CreateSymbolicLink(At("srv/app/to-process"), "/proc/self/root");
        File.CreateSymbolicLink(At("srv/app/loop"), "loop");
        File.CreateSymbolicLink(At("srv/app/to-other"), "../../other");
        File.CreateSymbolicLink(At("linked"), At("srv"));
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("data")]
    [InlineData("data/")]
    [InlineData("data/credentials")]
    [InlineData("data/agents/i-1")]
    [InlineData("data/not/there/yet")]
    [InlineData("")]
    [InlineData("srv/app/to-data")]
    [InlineData("srv/app/to-data/credentials")]
    [InlineData("srv/app/to-root")]
    [InlineData("srv/app/to-parent")]
    [InlineData("srv/app/to-parent/data")]
    [InlineData("srv/app/to-process")]
    [InlineData("srv/app/to-process/tmp")]
    [InlineData("srv/app/loop")]
    [InlineData("srv/../data")]
    [InlineData("srv/app/to-other/../data")]
    [InlineData("./srv/./../data/.")]
    public void The_data_directory_is_not_bound_by_any_name_nor_what_it_is_in(string path) =>
        Refused(Everything(), At(path));

    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/tmp/..")]
    [InlineData("/proc")]
    [InlineData("/proc/1/root")]
    [InlineData("/proc/self/cwd")]
    [InlineData("/dev/fd/0")]
    [InlineData("/var/run")]
    [InlineData("/run")]
    [InlineData("/run/docker.sock")]
    [InlineData("/var/run/docker.sock")]
    [InlineData("/var/lib")]
    [InlineData("/var/lib/docker")]
    [InlineData("/var/lib/docker/volumes/v/_data")]
    [InlineData("relative")]
    [InlineData("../relative")]
    public void What_belongs_to_the_engine_or_leads_everywhere_is_not_bound(string path) => Refused(Everything(), path);

    [Fact]
    public void Everything_else_is_where_everything_is_allowed_and_the_engine_is_told_where_it_leads()
    {
        Everything().Resolve(At("srv/app")).ShouldBe(At("srv/app"));
        Everything().Resolve(At("srv/app/not/there/yet")).ShouldBe(At("srv/app/not/there/yet"));
        Everything().Resolve(At("srv/app/to-other")).ShouldBe(At("other"));
        Everything().Resolve(At("database")).ShouldBe(At("database"));
    }

    [Fact]
    public void Where_a_directory_is_allowed_only_what_is_really_in_it_is_bound()
    {
        var paths = Allowing(At("srv"));

        paths.Resolve(At("srv")).ShouldBe(At("srv"));
        paths.Resolve(At("srv/app/x")).ShouldBe(At("srv/app/x"));
        paths.Resolve(At("linked/app")).ShouldBe(At("srv/app"));
        Refused(paths, At("other"));
        Refused(paths, At("srv2"));
        Refused(paths, At("srv/app/to-other"));
        Refused(paths, At("srv/../other"));
        Refused(Allowing(), At("srv"));
    }

    [Fact]
    public void A_directory_that_is_allowed_by_a_link_to_it_is_allowed() =>
        Allowing(At("linked")).Resolve(At("srv/app")).ShouldBe(At("srv/app"));

    private static void Refused(HostPaths paths, string path) =>
        Should
            .Throw<EngineException>(() => paths.Resolve(path))
            .Message.ShouldStartWith($"the path '{path}' of the host may not be bound: ");

    private string At(string path) => path.Length == 0 ? _root : $"{_root}/{path}";

    private HostPaths Everything() => Allowing("/");

    private HostPaths Allowing(params string[] directories) =>
        new(new HostAccess { Volumes = directories }, [.. HostGuard.EnginePlaces, At("data")], MountTable.Parse(""));
}
