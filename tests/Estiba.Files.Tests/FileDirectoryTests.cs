namespace Estiba.Files.Tests;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class FileDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly FileDirectory _files;

    public FileDirectoryTests() => _files = new FileDirectory(_directory.Next("files"));

    [Fact]
    public void What_was_put_is_read_from_any_place()
    {
        _files.Put("a/b/c", "before"u8);
        _files.Put("a/b/c", "after"u8);

        using var file = _files.OpenRead("a/b/c").ShouldNotBeNull();
        var content = new byte[10];
        file.Read(content, 2).ShouldBe(3);
        content[..3].ShouldBe("ter"u8.ToArray());
        file.Length.ShouldBe(5);
    }

    [Fact]
    public async Task A_file_is_written_on_and_then_takes_its_place()
    {
        using (var begun = _files.Create("uploads/1"))
            begun.Write("be"u8, 0);
        using (var continued = _files.OpenToWrite("uploads/1"))
        {
            continued.Write("gun"u8, continued.Length);
            continued.Flush();
        }

        _files.Put("blobs/1", "another"u8);
        _files.Move("uploads/1", "blobs/1");

        _files.Find("uploads/1").ShouldBeNull();
        using var blob = _files.OpenRead("blobs/1").ShouldNotBeNull();
        (await blob.ReadAllAsync(TestContext.Current.CancellationToken)).ShouldBe("begun"u8.ToArray());
    }

    [Fact]
    public void A_name_that_is_taken_cannot_be_begun_and_one_that_is_not_cannot_be_gone_on_with()
    {
        _files.Put("a", "a"u8);

        Should.Throw<IOException>(() => _files.Create("a"));
        Should.Throw<FileNotFoundException>(() => _files.OpenToWrite("b"));
    }

    [Fact]
    public void A_list_has_all_files_below_a_folder_with_their_sizes_and_times()
    {
        var time = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
        _files.Put("blobs/a/1", "1"u8);
        _files.Put("blobs/22", "22"u8);
        _files.Put("others/3", "333"u8);
        foreach (var name in new[] { "blobs/a/1", "blobs/22" })
            _files.Touch(name, time);

        _files
            .List("blobs")
            .ShouldBe(
                [new StoredFileInfo("blobs/a/1", 1, time), new StoredFileInfo("blobs/22", 2, time)],
                ignoreOrder: true
            );
        _files.Find("blobs/22").ShouldBe(new StoredFileInfo("blobs/22", 2, time));
        _files.List("nothing").ShouldBeEmpty();
    }

    [Fact]
    public void What_is_gone_stays_readable_to_who_has_opened_it()
    {
        _files.Put("folder/a", "a"u8);
        using var file = _files.OpenRead("folder/a").ShouldNotBeNull();

        _files.DeleteFolder("folder");

        file.Read(new byte[1], 0).ShouldBe(1);
        _files.OpenRead("folder/a").ShouldBeNull();
        _files.Delete("folder/a");
        _files.Touch("folder/a", DateTimeOffset.UnixEpoch);
        _files.PutAside("folder/a").ShouldBeNull();
    }

    [Fact]
    public void What_is_put_aside_is_kept_under_another_name_each_time()
    {
        _files.Put("a", "1"u8);
        var first = _files.PutAside("a").ShouldNotBeNull();
        _files.Put("a", "2"u8);
        var second = _files.PutAside("a").ShouldNotBeNull();

        _files.Find("a").ShouldBeNull();
        File.ReadAllText(first).ShouldBe("1");
        File.ReadAllText(second).ShouldBe("2");
        Aside.IsAside(first).ShouldBeTrue();
    }

    [Fact]
    public void Only_the_owner_may_see_the_files()
    {
        _files.Put("a/b", "1"u8);
        _files.Create("c/d").Dispose();

        foreach (var path in Directory.GetFileSystemEntries(_files.Locate(""), "*", SearchOption.AllDirectories))
            File.GetUnixFileMode(path)
                .ShouldBe(Directory.Exists(path) ? PrivateFiles.DirectoryMode : PrivateFiles.FileMode, path);
    }

    public void Dispose() => _directory.Dispose();
}
