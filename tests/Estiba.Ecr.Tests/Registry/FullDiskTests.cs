using System.Diagnostics;
using System.Net;
using static Estiba.Ecr.Tests.Pushing;

namespace Estiba.Ecr.Tests.Registry;

public sealed class FullDiskTests
{
    [Fact]
    public async Task A_full_disk_is_a_clear_error_and_leaves_nothing()
    {
        await using var disk = SmallDisk.Mount(2_000_000);
        await using var platform = await Platform.StartAsync(disk.Path);
        await platform.CreateRepositoryAsync("one");
        var location = await platform.Http.StartUploadAsync("one");

        using var answer = await platform.Http.PatchAsync(location, RandomBytes(4_000_000));

        answer.StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await answer.ErrorAsync()).Message.ShouldBe(
            "The registry's disk is full. Free some space, or delete images, and push again."
        );
        platform.UploadFiles().ShouldBeEmpty();
        await platform.Http.PushBlobAsync("one", RandomBytes(1_000_000));
    }

    private sealed class SmallDisk(string path) : IAsyncDisposable
    {
        public string Path => path;

        public static SmallDisk Mount(int bytes)
        {
            var path = Directory.CreateTempSubdirectory("estiba-full-").FullName;
            Run("mount", "-t", "tmpfs", "-o", $"size={bytes}", "estiba-test", path);
            return new SmallDisk(path);
        }

        public ValueTask DisposeAsync()
        {
            Run("umount", path);
            Directory.Delete(path);
            return ValueTask.CompletedTask;
        }

        private static void Run(string command, params string[] arguments)
        {
            using var process = Process.Start(command, arguments);
            process.WaitForExit();
            process.ExitCode.ShouldBe(0, $"{command} needs the right to mount");
        }
    }
}
