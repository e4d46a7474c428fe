using System.Diagnostics;

namespace Estiba.Files.Tests;

/// <summary>A file system in memory that is soon full. Mounting it takes root.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly TemporaryDirectory _mountPoint = new();

    internal SmallDisk(string size) => Run("mount", "-t", "tmpfs", "-o", $"size={size}", "tmpfs", Path);

    internal string Path => _mountPoint.Path;

    internal void Grow(string size) => Run("mount", "-o", $"remount,size={size}", Path);

    public void Dispose()
    {
        Run("umount", Path);
        _mountPoint.Dispose();
    }

    private static void Run(string command, params string[] arguments)
    {
        using var process = Process.Start(command, arguments);
        process.WaitForExit();
        process.ExitCode.ShouldBe(
            0,
            $"'{command} {string.Join(' ', arguments)}' failed: this test must run as root, with the right to mount"
        );
    }
}
