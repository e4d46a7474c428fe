namespace Estiba.Files.Tests;

public sealed class FileLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_lock_whose_holder_cannot_be_named_is_not_kept()
    {
        var path = _directory.Next("state.db");
        Directory.CreateDirectory(path + ".pid");
        Should.Throw<Exception>(() => FileLock.Take(path));
        Directory.Delete(path + ".pid");

        using (FileLock.Take(path))
            Should.Throw<FileInUseException>(() => FileLock.Take(path)).Message.ShouldContain("is in use by process");
    }
}
