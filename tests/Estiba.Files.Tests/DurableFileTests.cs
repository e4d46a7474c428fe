namespace Estiba.Files.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    [Fact]
    public void A_file_is_written_anew_for_its_owner_alone_and_nothing_else_is_left()
    {
        var path = _directory.Next("file");
        File.WriteAllText(path, "before");

        DurableFile.Write(path, "after"u8);

        File.ReadAllText(path).ShouldBe("after");
        File.GetUnixFileMode(path).ShouldBe(PrivateFiles.FileMode);
        Directory.GetFiles(_directory.Path).ShouldBe([path]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_write_that_fails_leaves_what_was_there(bool durably)
    {
        var path = _directory.Next("file");
        DurableFile.Write(path, "before"u8);

        Should.Throw<IOException>(() => DurableFile.Write(path, durably, stream =>
            {
                stream.Write("half"u8);
                throw new IOException("The disk is full.");
            }));

        File.ReadAllText(path).ShouldBe("before");
        DurableFile.RemoveUnfinished(_directory.Path);
        Directory.GetFiles(_directory.Path).ShouldBe([path]);
    }

    [Fact]
    public void What_a_killed_process_left_half_written_does_not_show_its_mode_in_the_next_file()
    {
        var path = _directory.Next("file");
        File.WriteAllText(path + DurableFile.Unfinished, "half");
        File.SetUnixFileMode(path + DurableFile.Unfinished, (UnixFileMode)0b110_110_110);

        DurableFile.Write(path, "whole"u8);

        File.GetUnixFileMode(path).ShouldBe(PrivateFiles.FileMode);
    }

    [Fact]
    public void Who_reads_the_directory_while_a_file_is_written_is_not_kept_from_it()
    {
        var path = _directory.Next("file");

        DurableFile.Write(path, durably: false, stream =>
        {
            stream.Write("whole"u8);
            stream.Flush();
            Directory.GetFiles(_directory.Path).Select(File.ReadAllText).ShouldBe(["whole"]);
        });

        File.ReadAllText(path).ShouldBe("whole");
    }

    [Fact]
    public void A_directory_that_others_may_enter_is_closed_to_them()
    {
        var path = _directory.Next("directory");
        Directory.CreateDirectory(path, (UnixFileMode)0b111_101_101);

        PrivateFiles.CreateOrRestrictDirectory(path);

        File.GetUnixFileMode(path).ShouldBe(PrivateFiles.DirectoryMode);
    }

    [Fact]
    public void Who_finds_a_file_locked_hears_by_which_process()
    {
        var path = _directory.Next("state.db");
        using (FileLock.Take(path))
        {
            FileLock.HolderOf(path).ShouldBe(Environment.ProcessId);
            Should
                .Throw<FileInUseException>(() => FileLock.Take(path))
                .Message.ShouldContain($"in use by process {Environment.ProcessId}");
        }

        FileLock.HolderOf(path).ShouldBeNull();
        FileLock.Take(path).Dispose();
    }

    public void Dispose() => _directory.Dispose();
}
