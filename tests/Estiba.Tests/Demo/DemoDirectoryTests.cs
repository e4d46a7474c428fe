using Estiba.Demo;

namespace Estiba.Tests.Demo;

public sealed class DemoDirectoryTests : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("estiba-test-").FullName;

    [Fact]
    public void What_a_demo_made_is_known_after_it_was_killed()
    {
        using (var killed = DemoDirectory.Create(_parent, TimeProvider.System))
        {
            killed.Remember(record => record.WithImage("nginx:latest"));
        }

        using var abandoned = DemoDirectory.Abandoned(_parent).ShouldHaveSingleItem();
        abandoned.Record.Images.ShouldBe(["nginx:latest"]);
    }

    [Fact]
    public void A_demo_that_lives_is_not_abandoned()
    {
        using var living = DemoDirectory.Create(_parent, TimeProvider.System);
        DemoDirectory.Abandoned(_parent).ShouldBeEmpty();
    }

    [Fact]
    public void A_demo_that_was_kept_is_not_abandoned()
    {
        using (var kept = DemoDirectory.Create(_parent, TimeProvider.System))
        {
            kept.Keep();
        }

        DemoDirectory.Abandoned(_parent).ShouldBeEmpty();
    }

    [Fact]
    public void A_demos_directory_is_its_users_alone()
    {
        using var directory = DemoDirectory.Create(_parent, TimeProvider.System);
        File.GetUnixFileMode(directory.Root)
            .ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
